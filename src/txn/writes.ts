// What a run has written: the last write of each key, in the order in which keys were added, with undo for savepoints.

import type { Edits } from '../array/edits.js';
import { type Cache, NO_CACHE } from '../cache.js';
import { Bytes, type CacheKey, decodeValue, decodeView, type Reference, takeLinks } from '../codec/index.js';
import type { Entry } from '../entry.js';
import type { LargeValue, Staged } from '../large.js';
import { APPEND, CLEAR, CLOSE, DELETE, INSERT, RETURN, SET, TAKE } from '../runtime/frame.js';
import { arena, pushedBytes } from '../runtime/thread.js';

/** The kind of a write that a later one has replaced. */
export const REPLACED = 0;
/** The kind of one that stands for all that happens to an array: its value says what. */
export const EDITS = -1;

/** Up to this many writes are searched one by one; that is faster than a Map. */
const SEARCHED = 8;
const KEPT = 1 << 10;

/** Stands for a whole collection in place of a key. */
const EVERY_KEY = Symbol('every key');
/** Likewise: what happens to a queue. */
const ITEM = Symbol('item');
const TAKEN = Symbol('taken');
const END = Symbol('end');
const ARRAY = Symbol('array');

export class Write {
  kind = REPLACED;
  cache: Cache = NO_CACHE;
  cacheKey: CacheKey;
  /** The cached record of the key, if there is one. */
  entry: Entry | null = null;
  /** A deleted key was added again: it moves to the end of the insertion order. */
  readded = false;
  /** The value itself if it is immutable; `number` if it is one. */
  immutable = false;
  value: unknown;
  /** Its encoding: `bytes` if that is not null, else in the arena. */
  bytes: Uint8Array | null = null;
  /** The same if it is large: neither in `bytes` nor in the arena. The log owns it. */
  staged: Staged | null = null;
  /** What it refers to, so that it stays alive until it is written. */
  links: ReadonlySet<Reference> | null = null;
  offset = 0;
  length = 0;
  /** Whether the snapshot has the key; undefined until somebody asked. */
  inSnapshot: boolean | undefined = undefined;

  /** A value that the caller owns; undefined for a deletion. */
  read(): unknown {
    return this.staged === null ? this.#decode(decodeValue) : this.largeValue()?.owned();
  }

  /** The same, for reading alone. */
  readOnly(): unknown {
    return this.staged === null ? this.#decode(decodeView) : this.largeValue()?.readOnly();
  }

  #decode(decode: typeof decodeValue): unknown {
    if (!this.hasValue) return undefined;
    if (this.immutable) return this.value;
    const { bytes } = this;
    return bytes === null
      ? decode(pushedBytes(), this.offset, this.length)
      : decode(new Bytes(bytes.buffer as ArrayBuffer), 0, this.length);
  }

  largeValue(): LargeValue | null {
    return this.hasValue && this.staged !== null ? this.staged.large : null;
  }

  /** It brings a value. */
  get hasValue(): boolean {
    return this.kind === SET || this.kind === APPEND || this.kind === INSERT || this.kind === RETURN;
  }

  /** Takes a value that nobody can change. */
  fill(value: unknown): void {
    this.immutable = true;
    this.value = value;
    this.links = null;
    this.staged = null;
  }

  /** Takes the encoding of a value that was encoded last: it is in the arena, or staged. */
  fillEncoded(offset: number, length: number, staged: Staged | null): void {
    this.immutable = false;
    this.links = takeLinks();
    this.value = undefined;
    this.bytes = null;
    this.staged = staged;
    this.offset = offset;
    this.length = length;
  }

  /** Moves the encoding out of the arena. */
  keep(): void {
    if (this.immutable || this.bytes !== null || this.staged !== null) return;
    this.bytes = new Uint8Array((this.length + 7) & ~7);
    this.bytes.set(arena.u8.subarray(this.offset, this.offset + this.length));
  }

  /** Lets go of everything. */
  empty(): void {
    this.cache = NO_CACHE;
    this.entry = null;
    this.value = undefined;
    if (this.bytes !== null) this.bytes = null;
    if (this.links !== null) this.links = null;
    if (this.staged !== null) this.staged = null;
  }

  become(other: Write): void {
    this.kind = other.kind;
    this.cache = other.cache;
    this.cacheKey = other.cacheKey;
    this.entry = other.entry;
    this.readded = other.readded;
    this.immutable = other.immutable;
    this.value = other.value;
    this.bytes = other.bytes;
    this.staged = other.staged;
    this.links = other.links;
    this.offset = other.offset;
    this.length = other.length;
    this.inSnapshot = other.inSnapshot;
  }
}

/** Where to roll back to. */
export interface Savepoint {
  readonly count: number;
  readonly undo: number;
  readonly outer: number;
}

export class Writes {
  /** The log is `list[0 … count)`; the objects beyond are reused. */
  list: Write[] = [];
  count = 0;
  #index: Map<Cache, Map<CacheKey, Write>> | null = null;
  /** What writes older than the innermost savepoint were before they changed. */
  #undo: { write: Write; before: Write }[] = [];
  #protected = 0;
  /** Of arrays: the edits that were begun, or cloned, since the innermost savepoint. */
  #recent = new Set<Write>();
  /** Everything that this run has staged, also what it has overwritten since. */
  #staged: Staged[] = [];

  /** The write that decides what a key reads as: its own, or the clear of its collection. */
  find(cache: Cache, cacheKey: CacheKey): Write | undefined {
    if (this.count > SEARCHED) return this.#findIndexed(cache, cacheKey);
    for (let n = this.count - 1; n >= 0; n--) {
      const write = this.list[n];
      if (write.cache !== cache || write.kind === REPLACED) continue;
      if (write.cacheKey === cacheKey || write.kind === CLEAR) return write;
      // NaN, as in a Map; of other kinds this would compare once more.
      if (typeof cacheKey === 'number' && Object.is(write.cacheKey, cacheKey)) return write;
    }
    return undefined;
  }

  #findIndexed(cache: Cache, cacheKey: CacheKey): Write | undefined {
    const keys = (this.#index ?? this.#buildIndex()).get(cache);
    return keys?.get(cacheKey) ?? keys?.get(EVERY_KEY);
  }

  #buildIndex(): Map<Cache, Map<CacheKey, Write>> {
    this.#index = new Map();
    for (let n = 0; n < this.count; n++) {
      const write = this.list[n];
      if (write.kind !== REPLACED) this.#addToIndex(write);
    }
    return this.#index;
  }

  #addToIndex(write: Write): void {
    let keys = this.#index!.get(write.cache);
    if (keys === undefined) this.#index!.set(write.cache, (keys = new Map()));
    keys.set(write.cacheKey, write);
  }

  /** Whether a collection is cleared. */
  clears(cache: Cache): boolean {
    for (let n = 0; n < this.count; n++) if (this.list[n].cache === cache && this.list[n].kind === CLEAR) return true;
    return false;
  }

  /** How many entries are added to a collection, as it was or after it has been cleared. `existed`: the key of a write was there. */
  added(cache: Cache, existed: (write: Write) => boolean): number {
    let added = 0;
    let cleared = false;
    for (let n = 0; n < this.count; n++) {
      const write = this.list[n];
      if (write.cache !== cache) continue;
      if (write.kind === CLEAR) cleared = true;
      else if (write.kind === SET) added += cleared || !existed(write) ? 1 : 0;
      else if (write.kind === DELETE) added -= !cleared && existed(write) ? 1 : 0;
    }
    return added;
  }

  /** The write to fill for a key: the one it has, or a new one. What it was can be restored. */
  open(kind: number, cache: Cache, cacheKey: CacheKey, entry: Entry | null): Write {
    const known = this.count === 0 ? undefined : this.find(cache, cacheKey);
    if (known === undefined || known.kind === CLEAR) return this.#append(kind, cache, cacheKey, entry);
    if (this.#protected > 0) this.#remember(known);
    if (known.kind === DELETE && kind === SET) {
      // A deleted key that comes back goes to the end, so its old place in the log is given up.
      const { inSnapshot } = known;
      known.kind = REPLACED;
      const write = this.#append(kind, cache, cacheKey, entry);
      write.readded = true;
      write.inSnapshot = inSnapshot;
      return write;
    }
    known.kind = kind;
    known.entry = entry;
    return known;
  }

  /** Takes over what is to live until the log is reset. */
  own(staged: Staged): void {
    this.#staged.push(staged);
  }

  /** Replaces all writes of a collection by one that clears it; a queue that was closed stays so. */
  clear(cache: Cache): void {
    const closes = this.closes(cache);
    for (let n = 0; n < this.count; n++) {
      const write = this.list[n];
      if (write.cache !== cache || write.kind === REPLACED) continue;
      if (this.#protected > 0) this.#remember(write);
      write.kind = REPLACED;
    }
    this.#index?.delete(cache);
    this.#append(CLEAR, cache, EVERY_KEY, null);
    if (closes) this.close(cache);
  }

  // ---------------------------------------------------------------- queues

  /** The write to fill for one more item. */
  enqueue(cache: Cache): Write {
    return this.#append(APPEND, cache, ITEM, null);
  }

  /** Takes one more of the items that are in a queue at the snapshot. */
  take(cache: Cache): void {
    const known = this.find(cache, TAKEN);
    if (known !== undefined && this.#protected > 0) this.#remember(known);
    const write = known ?? this.#append(TAKE, cache, TAKEN, null);
    write.length = known === undefined ? 1 : write.length + 1;
  }

  close(cache: Cache): void {
    if (!this.closes(cache)) this.#append(CLOSE, cache, END, null);
  }

  closes(cache: Cache): boolean {
    return this.find(cache, END)?.kind === CLOSE;
  }

  /** How many of them are taken; all if the queue is cleared. */
  taken(cache: Cache): number {
    const write = this.find(cache, TAKEN);
    if (write === undefined) return 0;
    return write.kind === CLEAR ? Number.POSITIVE_INFINITY : write.length;
  }

  /** The items that are added to a queue, in their order. O(writes). */
  *items(cache: Cache): Generator<Write> {
    for (let n = 0; n < this.count; n++) {
      const write = this.list[n];
      if (write.kind === APPEND && write.cache === cache) yield write;
    }
  }

  /** An item is not added after all. */
  drop(item: Write): void {
    if (this.#protected > 0) this.#remember(item);
    item.kind = REPLACED;
  }

  // ---------------------------------------------------------------- arrays

  /** What has become of an array so far; undefined if nothing has. */
  edits(cache: Cache): Edits | undefined {
    const write = this.find(cache, ARRAY);
    return write?.kind === EDITS ? (write.value as Edits) : undefined;
  }

  /** The same, to be changed; `begin` makes it if there is none. A savepoint may want back what it was. */
  editing(cache: Cache, begin: (cleared: boolean) => Edits): Edits {
    const known = this.find(cache, ARRAY);
    if (known === undefined || known.kind === CLEAR) {
      const write = this.#append(EDITS, cache, ARRAY, null);
      write.value = begin(known !== undefined);
      this.#recent.add(write);
      return write.value as Edits;
    }
    if (this.#protected > 0 && !this.#recent.has(known)) {
      this.#remember(known);
      known.value = (known.value as Edits).clone();
      this.#recent.add(known);
    }
    return known.value as Edits;
  }

  // ----------------------------------------------------------------

  #append(kind: number, cache: Cache, cacheKey: CacheKey, entry: Entry | null): Write {
    const n = this.count++;
    const write = n < this.list.length ? this.list[n] : (this.list[n] = new Write());
    write.kind = kind;
    write.cache = cache;
    write.cacheKey = cacheKey;
    write.entry = entry;
    write.readded = false;
    write.inSnapshot = undefined;
    if (this.#index !== null) this.#addToIndex(write);
    return write;
  }

  #remember(write: Write): void {
    const before = new Write();
    before.become(write);
    this.#undo.push({ write, before });
  }

  savepoint(): Savepoint {
    const savepoint = { count: this.count, undo: this.#undo.length, outer: this.#protected };
    this.#protected = this.count;
    this.#forgetRecent();
    return savepoint;
  }

  /** Ends a savepoint, keeping what was written since. */
  release({ outer }: Savepoint): void {
    this.#protected = outer;
    this.#forgetRecent();
    if (outer === 0 && this.#undo.length > 0) this.#undo = [];
  }

  /** Ends a savepoint and undoes what was written since. */
  rollback({ count, undo, outer }: Savepoint): void {
    while (this.#undo.length > undo) {
      const { write, before } = this.#undo.pop()!;
      write.become(before);
    }
    this.count = count;
    this.#index = null;
    this.#protected = outer;
    this.#forgetRecent();
  }

  #forgetRecent(): void {
    if (this.#recent.size > 0) this.#recent = new Set();
  }

  /** Moves everything out of the arena, for a body that goes on later. */
  keep(): void {
    for (let n = 0; n < this.count; n++) if (this.list[n].hasValue) this.list[n].keep();
    for (const { before } of this.#undo) if (before.hasValue) before.keep();
  }

  /** Lets go of what former runs have left in the log. */
  forget(): void {
    this.list = [];
  }

  reset(): void {
    if (this.list.length > KEPT) this.forget();
    this.count = 0;
    this.#index = null;
    if (this.#undo.length > 0) this.#undo = [];
    this.#protected = 0;
    this.#forgetRecent();
    if (this.#staged.length > 0) {
      for (const staged of this.#staged) staged.end();
      this.#staged = [];
    }
  }
}
