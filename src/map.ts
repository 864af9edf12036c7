// SharedMap: a Map that all threads share.

import { callable } from './arguments.js';
import { Cache } from './cache.js';
import { type CacheKey, cacheKey, type Key } from './codec/index.js';
import { beginningOf } from './collection/beginning.js';
import { registerHandle, registerKind } from './collection/handles.js';
import { iterable } from './collection/iterable.js';
import { destroyCollection, memoryOf } from './collection/open.js';
import type { CollectionOptions } from './collection/options.js';
import { firstOf } from './collection/printing.js';
import { type Schema, validated } from './collection/schema.js';
import { setNow } from './keyed/alone.js';
import {
  type Collected,
  clearEntries,
  countEntries,
  deleteEntry,
  forEachEntry,
  hasEntry,
  setEntries,
  viewEntry,
} from './keyed/entries.js';
import { iterateEntries, iterateKeys, iterateValues } from './keyed/iterator.js';
import { openKeyed } from './keyed/open.js';
import { updateEntry } from './keyed/update.js';
import { SHARED_MAP } from './kinds.js';
import { isCurrent, lookup, reload } from './load.js';
import { type CollectionStats, statsOf } from './statistics.js';
import { transactionSync } from './transaction.js';
import { bodyHere } from './txn/scope.js';
import type { ChangeEvent, MapChangeEvent } from './watch/events.js';
import { type WatchOptions, watchesNothing } from './watch/options.js';
import { type SubscribeOptions, subscribeTo } from './watch/subscribe.js';
import { watchKey, watchKeys } from './watch/watch.js';
import type { Watcher } from './watch/watcher.js';
import { viewWhole } from './watch/whole.js';

/** Options of `new SharedMap`. */
export interface SharedMapOptions<V = unknown> extends CollectionOptions<V> {}

/**
 * A map that all threads of the process share, with the methods of `Map`.
 *
 * Values are copied in and out: `get` returns a value that the caller owns, and changing it changes nothing until `set`. Keys
 * are primitives, or arrays of them, compared by value. Entries are iterated in insertion order.
 *
 * Every operation is atomic: inside a body it belongs to that transaction, outside it is a transaction of its own. All throw
 * `CollectionDestroyedError` after `destroy`, a `TypeError` for keys that are none, and `TransactionEndedError` in code that
 * outlived its transaction; those that write throw a `DataCloneError` for values that cannot be shared, `MemoryLimitError` past
 * a limit and `ReadOnlyTransactionError` in a read-only transaction. A single operation is O(1), and a read of an entry that
 * has not changed since this thread last read it does not leave JavaScript.
 */
export class SharedMap<K extends Key = Key, V = unknown> implements Iterable<[K, V]> {
  readonly #cache: Cache;
  /** Of this handle alone. */
  readonly #schema: Schema | null;

  /** Opens or creates the map of `options.name`; `entries` go into a new one only. `SharedMapConstructor` has what the compiler knows of it. */
  constructor(first?: Iterable<readonly [K, V]> | SharedMapOptions | null, second?: SharedMapOptions) {
    if (first instanceof Cache) {
      this.#schema = null;
      this.#cache = first;
    } else {
      const { contents, options } = beginningOf('SharedMap', 'entries', first, second);
      this.#schema = options.schema ?? null;
      this.#cache = openKeyed(SHARED_MAP, options, contents && collect(contents as never, this.#schema));
    }
    registerHandle(this, this.#cache);
  }

  /** The name that threads share it by; undefined for a map without one. */
  get name(): string | undefined {
    return this.#cache.name;
  }

  // ---------------------------------------------------------------- single entries

  /** The value of `key`, owned by the caller; undefined if there is none. */
  get(key: K): V | undefined {
    const cache = this.#cache;
    const mapKey = typeof key === 'string' ? key : cacheKey(key);
    const body = bodyHere();
    if (body !== null) return body.get(cache, mapKey) as V | undefined;
    // The fast path of the whole library: C1 of cache.ts in two loads.
    const entry = cache.young.get(mapKey);
    if (entry !== undefined && isCurrent(cache, entry)) {
      return (entry.copier === null ? entry.value : entry.copier(entry.value)) as V;
    }
    const found = entry === undefined ? lookup(cache, mapKey) : reload(cache, entry, mapKey);
    return found.owned() as V | undefined;
  }

  /**
   * A read-only form of the value of `key`; of a primitive, the primitive. The same object for as long as anyone holds it and
   * no commit has changed the key.
   */
  view(key: K): Readonly<V> | undefined;
  /** A read-only form of the whole map: the same object until something in it changes. O(n) after that, else O(1). */
  view(): ReadonlyMap<K, Readonly<V>>;
  view(key?: K): Readonly<V> | ReadonlyMap<K, Readonly<V>> | undefined {
    // biome-ignore lint/complexity/noArguments: undefined is a key like others
    if (arguments.length === 0) return viewWhole(this.#cache, () => new Map(this)) as ReadonlyMap<K, Readonly<V>>;
    return viewEntry(this.#cache, typeof key === 'string' ? key : cacheKey(key)) as V | undefined;
  }

  has(key: K): boolean {
    return hasEntry(this.#cache, cacheKey(key));
  }

  /**
   * Encodes `value` at once: what is done to it afterwards changes nothing here. Throws a `ValidationError` if the handle's schema
   * refuses it.
   */
  set(key: K, value: V): void {
    const mapKey = typeof key === 'string' ? key : cacheKey(key);
    this.#store(mapKey, this.#schema === null ? value : validated(this.#schema, value, key));
  }

  #store(mapKey: CacheKey, value: unknown): void {
    const body = bodyHere();
    if (body === null) setNow(this.#cache, mapKey, value);
    else body.set(this.#cache, mapKey, value);
  }

  /** Whether there was an entry. */
  delete(key: K): boolean {
    return deleteEntry(this.#cache, cacheKey(key));
  }

  /**
   * Changes a value in one transaction: `fn` gets the value (undefined if there is none), which it may change in place, or it
   * returns another one. Returns the new value; of a large one that was changed in place, its view. `fn` may run again after a
   * conflict. Of a value of 64 KiB or more `fn` gets a draft, and only what it changes is encoded again.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its draft in place returns nothing
  update(key: K, fn: (value: V | undefined) => V | undefined | void): V | undefined {
    callable('update()', fn);
    const schema = this.#schema;
    const check = schema === null ? null : (value: unknown) => validated(schema, value, key);
    return transactionSync(() => {
      return updateEntry(bodyHere()!, this.#cache, cacheKey(key), fn as (value: unknown) => unknown, check) as V;
    });
  }

  /** The value of `key`, after setting it to `value` if there was none. */
  getOrInsert(key: K, value: V): V {
    return transactionSync(() => {
      if (!this.has(key)) this.set(key, value);
      return this.get(key) as V;
    });
  }

  /**
   * The value of `key`, after setting it to what `fn` returns if there was none. Outside a transaction `fn` is called at most
   * once and before the write, as operations of its own; an entry that another thread adds meanwhile wins.
   */
  getOrInsertComputed(key: K, fn: (key: K) => V): V {
    callable('getOrInsertComputed()', fn);
    if (this.has(key)) {
      const value = this.get(key);
      // Outside a transaction it may have gone since.
      if (value !== undefined || this.has(key)) return value as V;
    }
    return this.getOrInsert(key, fn(key));
  }

  // ---------------------------------------------------------------- many entries

  /** Removes all entries. O(1). */
  clear(): void {
    clearEntries(this.#cache);
  }

  /** Sets all entries in one transaction. */
  setMany(entries: Iterable<readonly [K, V]>): void {
    setEntries(this.#cache, collect(entries, this.#schema));
  }

  /** The values of those keys that have one, from one snapshot, in the order of `keys`. */
  getMany(keys: Iterable<K>): Map<K, V> {
    const wanted = [...iterable('The keys that getMany() takes', keys)];
    return transactionSync(() => {
      const found = new Map<K, V>();
      for (const key of wanted) if (this.has(key)) found.set(key, this.get(key) as V);
      return found;
    });
  }

  /** The keys in insertion order, from one snapshot. Inside a body its own writes at the moment of the call are on top. */
  keys(): IterableIterator<K> {
    return iterateKeys(this.#cache);
  }

  /** The values likewise, each owned by the caller. */
  values(): IterableIterator<V> {
    return iterateValues(this.#cache);
  }

  entries(): IterableIterator<[K, V]> {
    return iterateEntries(this.#cache);
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /** Calls `fn` for each entry of one snapshot, in insertion order. */
  forEach(fn: (value: V, key: K, map: this) => void, thisArg?: unknown): void {
    forEachEntry<K, V, this>(this, fn, thisArg);
  }

  /** What `JSON.stringify` shows: an object of the values, each by its key as a text. O(n). */
  toJSON(): { [key: string]: V } {
    return Object.fromEntries(this);
  }

  // ---------------------------------------------------------------- changes

  /**
   * What happens to `key` from now on, in the order of the commits: one event for each that wrote it, also if the value is equal. Throws a
   * `TypeError` or `RangeError` for wrong options.
   */
  watch(key: K, options?: WatchOptions): Watcher<ChangeEvent<V>> {
    // biome-ignore lint/complexity/noArguments: undefined is a key
    if (arguments.length === 0) throw watchesNothing('watch(key)');
    return watchKey(this.#cache, cacheKey(key), options);
  }

  /** What happens to any key. */
  watchAll(options?: WatchOptions): Watcher<MapChangeEvent<K, V>> {
    return watchKeys(this.#cache, options);
  }

  /**
   * Calls `listener` after changes, once for a burst, outside of transactions; returns what ends it. Together with `view` that is what
   * useSyncExternalStore of React and the stores of other UI frameworks ask for. Does not keep the process alive.
   */
  subscribe(listener: () => void, options?: SubscribeOptions<K>): () => void {
    return subscribeTo(this.#cache, listener, options, cacheKey);
  }

  // ---------------------------------------------------------------- the map as a whole

  /** The number of entries. */
  get size(): number {
    return countEntries(this.#cache);
  }

  /** Bytes that the live entries take, keys and index included, as of the last commit. */
  get memory(): number {
    return memoryOf(this.#cache);
  }

  /** What has happened to the map so far, in all threads. */
  stats(): CollectionStats {
    return statsOf(this.#cache);
  }

  /**
   * Ends the map for all threads and frees its memory and name; later use throws `CollectionDestroyedError`, and so do open
   * transactions that used it. Throws `DestroyInTransactionError` inside a transaction.
   */
  destroy(): void {
    destroyCollection(this.#cache);
  }

  get [Symbol.toStringTag](): string {
    return 'SharedMap';
  }
}

registerKind<SharedMap<Key, unknown>>(
  SHARED_MAP,
  SharedMap,
  (cache) => new SharedMap(cache as never),
  (map, most) => ({ size: map.size, content: new Map(firstOf(map, most)) }),
);

/** The caller's iterable is run once, and the schema with it, before the transaction that may run more than once. */
function collect(entries: Iterable<readonly [unknown, unknown]>, schema: Schema | null): Collected[] {
  const collected: Collected[] = [];
  for (const entry of iterable('The entries of a map', entries)) {
    if (typeof entry !== 'object' || entry === null || typeof entry[Symbol.iterator] !== 'function')
      throw new TypeError('An entry must be an array of a key and a value.');
    const [key, value] = entry;
    const mapKey = cacheKey(key);
    collected.push([mapKey, schema === null ? value : validated(schema, value, key as Key)]);
  }
  return collected;
}
