// Iterators of a keyed collection: a scan, and inside a transaction the body's own writes on top of it.

import type { Cache } from '../cache.js';
import { type CacheKey, cacheKey, type Key, keyOf } from '../codec/index.js';
import { TransactionEndedError } from '../errors.js';
import { destroyed } from '../failure.js';
import { kindName, SHARED_MAP, SHARED_RECORD, SHARED_SET } from '../kinds.js';
import { CLEAR, DELETE, SET } from '../runtime/frame.js';
import type { Body } from '../txn/body.js';
import { bodyHere } from '../txn/scope.js';
import { Scan } from './scan.js';

/** A body's write, as it was when the iterator was made. */
interface Own {
  readonly cacheKey: CacheKey;
  readonly value: unknown;
  readonly deleted: boolean;
  /** Deleted and added again: its place is at the end. */
  readonly moved: boolean;
  /** The snapshot has the key: it was yielded in its place there. */
  seen: boolean;
}

interface OwnWrites {
  readonly cleared: boolean;
  readonly byKey: ReadonlyMap<CacheKey, Own>;
}

function ownWrites({ writes }: Body, cache: Cache): OwnWrites | null {
  const byKey = new Map<CacheKey, Own>();
  let cleared = false;
  for (let n = 0; n < writes.count; n++) {
    const write = writes.list[n];
    if (write.cache !== cache) continue;
    const { kind, cacheKey, readded } = write;
    const deleted = kind === DELETE;
    if (kind === SET || deleted)
      byKey.set(cacheKey, { cacheKey, value: write.read(), deleted, moved: readded, seen: false });
    else if (kind === CLEAR) cleared = true;
  }
  return cleared || byKey.size > 0 ? { cleared, byKey } : null;
}

const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/** Makes what the iterator yields of an entry. */
type Pick<T> = (key: Key, value: unknown) => T;

class EntryIterator<T> implements IterableIterator<T> {
  readonly #cache: Cache;
  readonly #body: Body | null;
  readonly #run: number;
  readonly #own: OwnWrites | null = null;
  readonly #pick: Pick<T>;
  /** What is left of the snapshot; null when nothing is. */
  #scan: Scan | null = null;
  #position = 0;
  #added: Iterator<Own> | null = null;

  constructor(cache: Cache, keysOnly: boolean, pick: Pick<T>) {
    this.#cache = cache;
    this.#pick = pick;
    const body = (this.#body = bodyHere());
    this.#run = body?.mark ?? 0;
    if (body !== null) {
      body.check();
      this.#own = ownWrites(body, cache);
      this.#added = this.#own?.byKey.values() ?? null;
      if (this.#own?.cleared) return;
      body.openScan(cache);
    }
    this.#scan = new Scan(cache, keysOnly, body);
  }

  next(): IteratorResult<T, undefined> {
    const body = this.#body;
    if (body !== null && body.mark !== this.#run) throw new TransactionEndedError();
    body?.check();
    if (this.#cache.isDestroyed()) {
      if (body !== null) throw destroyed(this.#cache);
      return this.return();
    }
    return this.#nextOfScan() ?? this.#nextAdded() ?? { done: true, value: undefined };
  }

  #nextOfScan(): IteratorResult<T, undefined> | null {
    for (let scan = this.#scan; scan !== null; ) {
      if (this.#position === scan.keys.length) {
        this.#position = 0;
        if (scan.done) this.#scan = scan = null;
        else scan.next();
        continue;
      }
      const position = this.#position++;
      const key = scan.keys[position];
      const own = this.#own?.byKey.get(cacheKey(key));
      if (own === undefined) return { done: false, value: this.#pick(key, scan.values[position]) };
      if (own.deleted || own.moved) continue;
      own.seen = true;
      return { done: false, value: this.#pick(key, own.value) };
    }
    return null;
  }

  #nextAdded(): IteratorResult<T, undefined> | null {
    while (this.#added !== null) {
      const { done, value: own } = this.#added.next();
      if (done) this.#added = null;
      else if (!own.deleted && !own.seen) return { done: false, value: this.#pick(keyOf(own.cacheKey), own.value) };
    }
    return null;
  }

  /** Called by `break`; gives the snapshot back. */
  return(): IteratorResult<T, undefined> {
    this.#scan?.close();
    this.#scan = null;
    this.#added = null;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

// As those of Map: the runtime's iterator helpers work, and it prints as what it is.
Object.setPrototypeOf(EntryIterator.prototype, IteratorPrototype);

class SharedMapIterator<T> extends EntryIterator<T> {}
class SharedRecordIterator<T> extends EntryIterator<T> {}
class SharedSetIterator<T> extends EntryIterator<T> {}

const CLASSES: Record<number, typeof EntryIterator> = {
  [SHARED_MAP]: SharedMapIterator,
  [SHARED_RECORD]: SharedRecordIterator,
  [SHARED_SET]: SharedSetIterator,
};

for (const [kind, { prototype }] of Object.entries(CLASSES)) {
  Object.defineProperty(prototype, Symbol.toStringTag, {
    value: `${kindName(Number(kind))} Iterator`,
    configurable: true,
  });
}

export function iterateKeys<K>(cache: Cache): IterableIterator<K> {
  return new CLASSES[cache.kind](cache, true, (key) => key as K);
}

export function iterateValues<V>(cache: Cache): IterableIterator<V> {
  return new CLASSES[cache.kind](cache, false, (_key, value) => value as V);
}

export function iterateEntries<K, V>(cache: Cache): IterableIterator<[K, V]> {
  return new CLASSES[cache.kind](cache, false, (key, value) => [key, value] as [K, V]);
}

/** Of a set, whose entries are its elements twice. */
export function iterateTwice<K>(cache: Cache): IterableIterator<[K, K]> {
  return new CLASSES[cache.kind](cache, true, (key) => [key, key] as [K, K]);
}
