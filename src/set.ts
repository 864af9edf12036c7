// SharedSet: a Set that all threads share.

import { callable } from './arguments.js';
import { Cache } from './cache.js';
import { type CacheKey, cacheKey, cacheKeyOrNone, type Key, keyOf } from './codec/index.js';
import { beginningOf } from './collection/beginning.js';
import { registerHandle, registerKind } from './collection/handles.js';
import { iterable } from './collection/iterable.js';
import { destroyCollection, memoryOf } from './collection/open.js';
import type { CollectionOptions } from './collection/options.js';
import { firstOf } from './collection/printing.js';
import { type Schema, validated } from './collection/schema.js';
import { setNow } from './keyed/alone.js';
import { type Collected, clearEntries, countEntries, deleteEntry, setEntries } from './keyed/entries.js';
import { iterateKeys, iterateTwice } from './keyed/iterator.js';
import { openKeyed } from './keyed/open.js';
import {
  difference,
  hasElement,
  intersection,
  isDisjointFrom,
  isSubsetOf,
  isSupersetOf,
  type SetLike,
  symmetricDifference,
  union,
} from './keyed/set-methods.js';
import { SHARED_SET } from './kinds.js';
import { type CollectionStats, statsOf } from './statistics.js';
import { readTransactionSync } from './transaction.js';
import { bodyHere } from './txn/scope.js';
import type { ElementEvent, SetChangeEvent } from './watch/events.js';
import { type WatchOptions, watchesNothing } from './watch/options.js';
import { type SubscribeOptions, subscribeTo } from './watch/subscribe.js';
import { watchElement, watchElements } from './watch/watch.js';
import type { Watcher } from './watch/watcher.js';
import { viewWhole } from './watch/whole.js';

/** What the engine keeps under each element. */
const PRESENT = true;

/** Options of `new SharedSet`. */
export interface SharedSetOptions<K = Key> extends CollectionOptions<K> {}

/**
 * A set that all threads of the process share, with the methods of `Set`.
 *
 * Elements are what the keys of a `SharedMap` are: primitives, or arrays of them, compared by value. They are iterated in insertion order.
 *
 * Every operation is atomic: inside a body it belongs to that transaction, outside it is a transaction of its own. All throw
 * `CollectionDestroyedError` after `destroy`, and `TransactionEndedError` in code that outlived its transaction; those that write throw a
 * `TypeError` for what cannot be an element, `MemoryLimitError` past a limit and `ReadOnlyTransactionError` in a read-only transaction.
 * Operations on one element are O(1), and asking for one that has not changed since this thread last did does not leave JavaScript.
 */
export class SharedSet<K extends Key = Key> implements Iterable<K> {
  readonly #cache: Cache;
  /** Of this handle alone. */
  readonly #schema: Schema | null;

  /** Opens or creates the set of `options.name`; `elements` go into a new one only. `SharedSetConstructor` has what the compiler knows of it. */
  constructor(first?: Iterable<K> | SharedSetOptions<K> | null, second?: SharedSetOptions<K>) {
    if (first instanceof Cache) {
      this.#schema = null;
      this.#cache = first;
    } else {
      const { contents, options } = beginningOf('SharedSet', 'elements', first, second);
      this.#schema = options.schema ?? null;
      this.#cache = openKeyed(SHARED_SET, options, contents && collect(contents, this.#schema));
    }
    registerHandle(this, this.#cache);
  }

  /** The name that threads share it by; undefined for a set without one. */
  get name(): string | undefined {
    return this.#cache.name;
  }

  // ---------------------------------------------------------------- single elements

  /** Whether it is in the set; false for what could not be. */
  has(element: K): boolean {
    return hasElement(this.#cache, element);
  }

  /**
   * Adds an element; one that is there keeps its place. Does not read, so it conflicts with no other `add`. Throws a `ValidationError`
   * if the handle's schema refuses it.
   */
  add(element: K): this {
    const key = elementKey(this.#schema, element);
    const body = bodyHere();
    if (body === null) setNow(this.#cache, key, PRESENT);
    else body.set(this.#cache, key, PRESENT);
    return this;
  }

  /** Whether it was in the set. */
  delete(element: K): boolean {
    return deleteEntry(this.#cache, cacheKey(element));
  }

  // ---------------------------------------------------------------- many elements

  /** Adds all elements in one transaction. */
  addMany(elements: Iterable<K>): void {
    setEntries(this.#cache, collect(elements, this.#schema));
  }

  /** Removes all elements. O(1). */
  clear(): void {
    clearEntries(this.#cache);
  }

  /** The elements in insertion order, from one snapshot. Inside a body its own writes at the moment of the call are on top. */
  keys(): IterableIterator<K> {
    return iterateKeys(this.#cache);
  }

  /** The same. */
  values(): IterableIterator<K> {
    return iterateKeys(this.#cache);
  }

  /** Each element twice. */
  entries(): IterableIterator<[K, K]> {
    return iterateTwice(this.#cache);
  }

  [Symbol.iterator](): IterableIterator<K> {
    return this.values();
  }

  /** Calls `fn` for each element of one snapshot, in insertion order. */
  forEach(fn: (value: K, key: K, set: this) => void, thisArg?: unknown): void {
    callable('forEach()', fn);
    for (const element of this) fn.call(thisArg, element, element, this);
  }

  // ---------------------------------------------------------------- with another set

  // Each reads one snapshot, of the other set as well if that is shared: outside a body it is a read-only transaction.

  /** A plain set of the elements of both. */
  union<T>(other: SetLike<T>): Set<K | T> {
    return this.#with(other, union) as Set<K | T>;
  }

  /** A plain set of the elements that are in both. */
  intersection<T>(other: SetLike<T>): Set<K & T> {
    return this.#with(other, intersection) as Set<K & T>;
  }

  /** A plain set of the elements that are not in the other one. */
  difference(other: SetLike): Set<K> {
    return this.#with(other, difference) as Set<K>;
  }

  /** A plain set of the elements that are in one of the two only. */
  symmetricDifference<T>(other: SetLike<T>): Set<K | T> {
    return this.#with(other, symmetricDifference) as Set<K | T>;
  }

  /** Whether the other set has all elements of this one. */
  isSubsetOf(other: SetLike): boolean {
    return this.#with(other, isSubsetOf);
  }

  /** Whether this set has all elements of the other one. */
  isSupersetOf(other: SetLike): boolean {
    return this.#with(other, isSupersetOf);
  }

  /** Whether no element is in both. */
  isDisjointFrom(other: SetLike): boolean {
    return this.#with(other, isDisjointFrom);
  }

  #with<R>(other: unknown, method: (cache: Cache, other: unknown) => R): R {
    const cache = this.#cache;
    return bodyHere() === null ? readTransactionSync(() => method(cache, other)) : method(cache, other);
  }

  /** What `JSON.stringify` shows: an array of the elements. O(n). */
  toJSON(): K[] {
    return [...this];
  }

  // ---------------------------------------------------------------- changes

  /** When `element` comes and goes from now on, in the order of the commits. */
  watch(element: K, options?: WatchOptions): Watcher<ElementEvent<K>> {
    // biome-ignore lint/complexity/noArguments: undefined is a key
    if (arguments.length === 0) throw watchesNothing('watch(element)');
    return watchElement(this.#cache, cacheKey(element), options);
  }

  /** When any element does. */
  watchAll(options?: WatchOptions): Watcher<SetChangeEvent<K>> {
    return watchElements(this.#cache, options);
  }

  /**
   * Calls `listener` after changes, once for a burst, outside of transactions; returns what ends it. Together with `view` that is what
   * useSyncExternalStore of React and the stores of other UI frameworks ask for. Does not keep the process alive.
   */
  subscribe(listener: () => void, options?: SubscribeOptions<K>): () => void {
    return subscribeTo(this.#cache, listener, options, cacheKey);
  }

  /** A read-only form of the whole set: the same object until it changes. O(n) after that, else O(1). */
  view(): ReadonlySet<K> {
    return viewWhole(this.#cache, () => new Set(this));
  }

  // ---------------------------------------------------------------- the set as a whole

  /** The number of elements. */
  get size(): number {
    return countEntries(this.#cache);
  }

  /** Bytes that the elements take, index included, as of the last commit. */
  get memory(): number {
    return memoryOf(this.#cache);
  }

  /** What has happened to the set so far, in all threads. */
  stats(): CollectionStats {
    return statsOf(this.#cache);
  }

  /**
   * Ends the set for all threads and frees its memory and name; later use throws `CollectionDestroyedError`, and so do open
   * transactions that used it. Throws `DestroyInTransactionError` inside a transaction.
   */
  destroy(): void {
    destroyCollection(this.#cache);
  }

  get [Symbol.toStringTag](): string {
    return 'SharedSet';
  }
}

registerKind<SharedSet<Key>>(
  SHARED_SET,
  SharedSet,
  (cache) => new SharedSet(cache as never),
  (set, most) => ({ size: set.size, content: new Set(firstOf(set, most)) }),
);

function elementKey(schema: Schema | null, element: unknown): CacheKey {
  if (schema === null) return cacheKey(element);
  return cacheKey(validated(schema, element, keyOf(cacheKeyOrNone(element))));
}

/** The caller's iterable is run once, and the schema with it, before the transaction that may run more than once. */
function collect(elements: Iterable<unknown>, schema: Schema | null): Collected[] {
  const collected: Collected[] = [];
  for (const element of iterable('The elements of a set', elements))
    collected.push([elementKey(schema, element), PRESENT]);
  return collected;
}
