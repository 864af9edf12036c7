// Which objects of a value have been met, so that one that is met again is referred to and not encoded twice.
//
// A Map from objects costs an identity hash for each of them, more than encoding a small object does. Here objects are found by what is
// in them (`fingerprint`: the caller's business, as properties are read only once) and compared one by one; a Map has only those that too
// many others look like. A fingerprint that changes between two looks makes two objects of one, and nothing worse.

const EMPTY = 256;
const PROBES = 16;
/** A larger table is given back. */
const KEPT = 1 << 16;
/** Serial numbers end before they are no small integers any more. */
const LAST = 2 ** 30;

/** The objects of one value at a time. */
export class Identity {
  /** Serial numbers of objects: those up to `before` are of former values. */
  private table = new Int32Array(EMPTY);
  private before = 0;
  /** The first `count` are in use; the others are null, so that the array keeps its room. */
  private readonly objects: (object | null)[] = new Array(EMPTY / 2).fill(null);
  private count = 0;
  private prints = new Int32Array(EMPTY / 2);
  private places = new Int32Array(EMPTY / 2);
  private alike: Map<object, number> | null = null;

  /** Where `object` was met first; -1 if that is now, at `place`. Expected O(1). */
  find(object: object, fingerprint: number, place: number): number {
    const { table, before, objects } = this;
    const mask = table.length - 1;
    let i = Math.imul(fingerprint, 0x9e3779b1) >>> 7;
    for (let probe = 0; probe < PROBES; probe++, i++) {
      const n = table[i & mask] - before - 1;
      if (n < 0) return this.add(object, fingerprint, place, i & mask);
      if (objects[n] === object) return this.places[n];
    }
    return this.findAlike(object, place);
  }

  /** The same for an object without a fingerprint. */
  findAlike(object: object, place: number): number {
    this.alike ??= new Map();
    const known = this.alike.get(object);
    if (known !== undefined) return known;
    this.alike.set(object, place);
    return -1;
  }

  private add(object: object, fingerprint: number, place: number, i: number): number {
    if (this.alike !== null) {
      // It may have been one too many before the table grew.
      const known = this.alike.get(object);
      if (known !== undefined) return known;
    }
    const n = this.count++;
    this.objects[n] = object;
    this.prints[n] = fingerprint;
    this.places[n] = place;
    this.table[i] = this.before + n + 1;
    if (n + 1 === this.places.length) this.grow();
    return -1;
  }

  private grow(): void {
    const size = 2 * this.table.length;
    const { objects, count, before } = this;
    const prints = new Int32Array(size / 2);
    const places = new Int32Array(size / 2);
    prints.set(this.prints);
    places.set(this.places);
    const table = new Int32Array(size);
    next: for (let n = 0; n < count; n++) {
      let i = Math.imul(prints[n], 0x9e3779b1) >>> 7;
      for (let probe = 0; probe < PROBES; probe++, i++) {
        if (table[i & (size - 1)] !== 0) continue;
        table[i & (size - 1)] = before + n + 1;
        continue next;
      }
      this.alike ??= new Map();
      this.alike.set(objects[n]!, places[n]);
    }
    this.table = table;
    this.prints = prints;
    this.places = places;
  }

  /** Forgets them all. */
  end(): void {
    if (this.alike !== null) this.alike = null;
    const { objects, count } = this;
    if (count === 0) return;
    if (this.table.length > KEPT) {
      this.table = new Int32Array(EMPTY);
      this.prints = new Int32Array(EMPTY / 2);
      this.places = new Int32Array(EMPTY / 2);
      objects.length = EMPTY / 2;
      this.before = -count;
    }
    for (let n = Math.min(count, objects.length) - 1; n >= 0; n--) objects[n] = null;
    this.before += count;
    this.count = 0;
    if (this.before > LAST) {
      this.table.fill(0);
      this.before = 0;
    }
  }
}

/** What a fingerprint takes of a part of an object. */
export function print(part: unknown): number {
  if (typeof part === 'number') return (part * 0x9e3779b1) | 0;
  if (typeof part !== 'string') return 1;
  const { length } = part;
  return length === 0 ? 2 : length * 31 + part.charCodeAt(length - 1);
}
