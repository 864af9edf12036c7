// SharedArray: an Array that all threads share.

import { callable } from './arguments.js';
import { appendAllNow, appendNow, setNow } from './array/alone.js';
import { byText, isIndex, relative } from './array/arguments.js';
import { elementNow } from './array/elements.js';
import {
  elementInside,
  hasElement,
  lengthInside,
  lengthSoFar,
  outOfRange,
  ownLength,
  partInside,
  pushInside,
  setInside,
  spliceInside,
} from './array/inside.js';
import { iterateElements, iterateIndexed } from './array/iterator.js';
import { Cache } from './cache.js';
import { beginningOf } from './collection/beginning.js';
import { registerHandle, registerKind } from './collection/handles.js';
import { destroyCollection, memoryOf, openCollection } from './collection/open.js';
import { type AnyOptions, ARRAY_OPTIONS, type SharedArrayOptions } from './collection/options.js';
import { type Schema, validated } from './collection/schema.js';
import { clearEntries } from './keyed/entries.js';
import { SHARED_ARRAY } from './kinds.js';
import { sizeNow } from './load.js';
import { type CollectionStats, statsOf } from './statistics.js';
import { readTransactionSync, runOutside, transactionSync } from './transaction.js';
import { bodyHere } from './txn/scope.js';
import type { ArrayChangeEvent, ChangeEvent } from './watch/events.js';
import type { WatchOptions } from './watch/options.js';
import { subscribeTo } from './watch/subscribe.js';
import { watchArray, watchPlace } from './watch/watch.js';
import type { Watcher } from './watch/watcher.js';
import { viewWhole } from './watch/whole.js';

/**
 * An array that all threads of the process share, with the methods of `Array`.
 *
 * Elements are copied in and out: `get` returns a value that the caller owns, and changing it changes nothing until `set`. It has no
 * holes: `set` takes the indexes from 0 to `length`.
 *
 * Every operation is atomic: inside a body it belongs to that transaction, outside it is a transaction of its own. Transactions conflict
 * over elements that one reads and another changes, or moves, and over the length where it matters; `push` never conflicts. All throw
 * `CollectionDestroyedError` after `destroy`, and `TransactionEndedError` in code that outlived its transaction; those that write throw
 * a `DataCloneError` for values that cannot be shared, `MemoryLimitError` past a limit and `ReadOnlyTransactionError` in a read-only
 * transaction. A change takes O(log length) for each place, wherever that is; reading an element of an array that has not changed since
 * does not leave JavaScript.
 */
export class SharedArray<T = unknown> implements Iterable<T> {
  readonly #cache: Cache;
  /** Of this handle alone. */
  readonly #schema: Schema | null;

  /** Opens or creates the array of `options.name`; `elements` go into a new one only. `SharedArrayConstructor` has what the compiler knows of it. */
  constructor(first?: Iterable<T> | SharedArrayOptions<T> | null, second?: SharedArrayOptions<T>) {
    if (first instanceof Cache) {
      this.#schema = null;
      this.#cache = first;
    } else {
      const { contents, options } = beginningOf('SharedArray', 'elements', first, second, ARRAY_OPTIONS);
      this.#schema = options.schema ?? null;
      this.#cache = openArray(contents, options);
    }
    registerHandle(this, this.#cache);
  }

  /** The name that threads share it by; undefined for an array without one. */
  get name(): string | undefined {
    return this.#cache.name;
  }

  get length(): number {
    const body = bodyHere();
    return body === null ? sizeNow(this.#cache) : lengthInside(body, this.#cache);
  }

  // ---------------------------------------------------------------- single elements

  /** The element at an index, owned by the caller; undefined if there is none. */
  get(index: number): T | undefined {
    if (!isIndex(index)) return undefined;
    const body = bodyHere();
    return (body === null ? elementNow(this.#cache, index) : elementInside(body, this.#cache, index)) as T | undefined;
  }

  /** The same, from the end for a negative index. */
  at(index: number): T | undefined {
    const whole = Math.trunc(index) || 0;
    if (whole >= 0) return this.get(whole);
    return atomically(() => this.get(this.length + whole));
  }

  /**
   * Encodes `value` at once: what is done to it afterwards changes nothing here. At `length` it appends. Throws a `RangeError` for what
   * is no index, or a further one, and a `ValidationError` if the handle's schema refuses the value.
   */
  set(index: number, value: T): void {
    if (!isIndex(index)) throw outOfRange(index, this.length);
    const checked = this.#checked(value, index);
    const body = bodyHere();
    if (body === null) setNow(this.#cache, index, checked);
    else setInside(body, this.#cache, index, checked);
  }

  /**
   * Changes an element in one transaction: `fn` gets its value, which it may change in place, or it returns another one. Returns the new
   * value. `fn` may run again after a conflict. At `length` it appends: `fn` gets undefined.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its draft in place returns nothing
  update(index: number, fn: (value: T | undefined) => T | undefined | void): T {
    callable('update()', fn);
    return transactionSync(() => {
      const value = this.get(index);
      const result = fn(value);
      this.set(index, (result === undefined ? value : result) as T);
      return this.get(index) as T;
    });
  }

  #checked(value: T, index: number): unknown {
    return this.#schema === null ? value : validated(this.#schema, value, index);
  }

  #all(values: readonly T[], from: number): unknown[] {
    return values.map((value, n) => this.#checked(value, from + n));
  }

  // ---------------------------------------------------------------- the ends

  /** Appends, and returns the new length; in a transaction as it is if nobody else appends before the commit. */
  push(...items: T[]): number {
    const body = bodyHere();
    if (body !== null) return pushInside(body, this.#cache, this.#schema === null ? items : this.#all(items, 0));
    if (items.length === 1) return appendNow(this.#cache, this.#checked(items[0], 0));
    return appendAllNow(this.#cache, this.#schema === null ? items : this.#all(items, 0));
  }

  /** Removes the last element and returns it; undefined if there is none. */
  pop(): T | undefined {
    return inTransaction(() => {
      const { length } = this;
      return length === 0 ? undefined : this.#splice(length - 1, 1, [])[0];
    });
  }

  /** Removes the first element and returns it; undefined if there is none. O(log length). */
  shift(): T | undefined {
    return inTransaction(() => (this.#isEmpty ? undefined : this.#splice(0, 1, [])[0]));
  }

  /** Inserts at the front, and returns the new length; in a transaction as `push` does. O(log length), and O(items). */
  unshift(...items: T[]): number {
    const body = bodyHere();
    if (body === null) {
      return transactionSync(() => {
        this.#splice(0, 0, items);
        return this.length;
      });
    }
    this.#splice(0, 0, items);
    return lengthSoFar(body, this.#cache);
  }

  /** Asks for no more than it must know. */
  get #isEmpty(): boolean {
    const body = bodyHere()!;
    return !hasElement(body, this.#cache, 0);
  }

  // ---------------------------------------------------------------- parts

  /** A copy of a part, from one snapshot, as `Array.prototype.slice`. */
  slice(start?: number, end?: number): T[] {
    const body = bodyHere();
    if (body === null) return readTransactionSync(() => this.slice(start, end));
    const from = isIndex(start ?? 0) ? (start ?? 0) : relative(start!, this.length);
    const known = end !== undefined && isIndex(end) && hasElement(body, this.#cache, end - 1);
    const to = known ? end : relative(end ?? Number.POSITIVE_INFINITY, this.length);
    return from < to ? (partInside(body, this.#cache, from, to) as T[]) : [];
  }

  /** Removes elements and inserts others in their place, as `Array.prototype.splice`; returns those that were removed. */
  splice(start: number, ...rest: [deleteCount?: number, ...items: T[]]): T[] {
    const [deleteCount = 0, ...items] = rest as [number?, ...T[]];
    // biome-ignore lint/complexity/noArguments: undefined is a start
    if (arguments.length === 0) return [];
    return inTransaction(() => {
      const body = bodyHere()!;
      const wanted = rest.length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.trunc(deleteCount) || 0);
      const last = start + wanted - 1;
      // What is there need not be counted.
      if (isIndex(start) && (wanted === 0 ? hasElement(body, this.#cache, start) : hasElement(body, this.#cache, last)))
        return this.#splice(start, wanted, items);
      const { length } = this;
      const from = relative(start, length);
      return this.#splice(from, Math.min(wanted, length - from), items);
    });
  }

  #splice(start: number, count: number, items: readonly T[]): T[] {
    const body = bodyHere()!;
    const own = items.length === 0 ? null : ownLength(body, this.#cache);
    const values = this.#schema === null ? items : this.#all(items, start);
    return spliceInside(body, this.#cache, start, count, values, own) as T[];
  }

  /** Sets all elements of a part to one value, as `Array.prototype.fill`. */
  fill(value: T, start?: number, end?: number): this {
    transactionSync(() => {
      const { length } = this;
      const to = relative(end ?? length, length);
      for (let index = relative(start ?? 0, length); index < to; index++) this.set(index, value);
    });
    return this;
  }

  /** Sorts it, as `Array.prototype.sort`; writes those elements that move. Reads all of it. */
  sort(compare?: (a: T, b: T) => number): this {
    if (compare !== undefined && typeof compare !== 'function') throw new TypeError('sort() takes a function.');
    transactionSync(() => {
      const all = this.slice().map((value, index) => ({ value, index }));
      const defined = all.filter(({ value }) => value !== undefined);
      defined.sort((a, b) => (compare === undefined ? byText(a.value, b.value) : compare(a.value, b.value)));
      const sorted = [...defined, ...all.filter(({ value }) => value === undefined)];
      sorted.forEach(({ value, index }, place) => {
        if (index !== place) this.set(place, value);
      });
    });
    return this;
  }

  /** Removes all elements. O(1). */
  clear(): void {
    clearEntries(this.#cache);
  }

  // ---------------------------------------------------------------- reading all of it

  /** Iterates over one snapshot. Inside a body its own writes at the moment of the call are on top. */
  values(): IterableIterator<T> {
    return iterateElements(this.#cache);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return iterateElements(this.#cache);
  }

  entries(): IterableIterator<[number, T]> {
    return iterateIndexed(this.#cache);
  }

  keys(): IterableIterator<number> {
    return Array.from({ length: this.length }, (_, index) => index).values();
  }

  /** An array of all elements, from one snapshot, owned by the caller. */
  toArray(): T[] {
    return this.slice();
  }

  /** What `JSON.stringify` shows: an array of all elements. O(n). */
  toJSON(): T[] {
    return this.toArray();
  }

  forEach(fn: (value: T, index: number, array: this) => void, thisArg?: unknown): void {
    callable('forEach()', fn);
    for (const [index, value] of this.entries()) fn.call(thisArg, value, index, this);
  }

  map<U>(fn: (value: T, index: number, array: this) => U, thisArg?: unknown): U[] {
    callable('map()', fn);
    return this.slice().map((value, index) => fn.call(thisArg, value, index, this));
  }

  filter(fn: (value: T, index: number, array: this) => unknown, thisArg?: unknown): T[] {
    callable('filter()', fn);
    return this.slice().filter((value, index) => fn.call(thisArg, value, index, this));
  }

  reduce(fn: (previous: T, value: T, index: number, array: this) => T): T;
  reduce<U>(fn: (previous: U, value: T, index: number, array: this) => U, initial: U): U;
  reduce(fn: (previous: never, value: T, index: number, array: this) => unknown, ...initial: unknown[]): unknown {
    callable('reduce()', fn);
    const elements = this.slice() as unknown[];
    const step = (previous: unknown, value: unknown, index: number) => fn(previous as never, value as T, index, this);
    return initial.length > 0 ? elements.reduce(step, initial[0]) : elements.reduce(step);
  }

  find(fn: (value: T, index: number, array: this) => unknown, thisArg?: unknown): T | undefined {
    callable('find()', fn);
    for (const [index, value] of this.entries()) if (fn.call(thisArg, value, index, this)) return value;
    return undefined;
  }

  findIndex(fn: (value: T, index: number, array: this) => unknown, thisArg?: unknown): number {
    callable('findIndex()', fn);
    for (const [index, value] of this.entries()) if (fn.call(thisArg, value, index, this)) return index;
    return -1;
  }

  some(fn: (value: T, index: number, array: this) => unknown, thisArg?: unknown): boolean {
    return this.findIndex(fn, thisArg) >= 0;
  }

  every(fn: (value: T, index: number, array: this) => unknown, thisArg?: unknown): boolean {
    callable('every()', fn);
    return this.findIndex((value, index) => !fn.call(thisArg, value, index, this)) < 0;
  }

  /** By `===`: elements that are objects are copies, and equal to nothing else. */
  indexOf(value: T, fromIndex = 0): number {
    return this.slice().indexOf(value, fromIndex);
  }

  /** Likewise, and NaN equals NaN. */
  includes(value: T, fromIndex = 0): boolean {
    return this.slice().includes(value, fromIndex);
  }

  join(separator?: string): string {
    return this.slice().join(separator);
  }

  // ---------------------------------------------------------------- changes

  /** What happens to the array from now on, in the order of the commits: enough to do the same to a copy. */
  watch(options?: WatchOptions): Watcher<ArrayChangeEvent<T>> {
    return watchArray(this.#cache, options);
  }

  /** What is at `index`: an event for each commit that put another element there, or none. Costs each commit O(log length). */
  watchIndex(index: number, options?: WatchOptions): Watcher<ChangeEvent<T>> {
    return watchPlace(this.#cache, index, options);
  }

  /**
   * Calls `listener` after changes, once for a burst, outside of transactions; returns what ends it. Together with `view` that is what
   * useSyncExternalStore of React and the stores of other UI frameworks ask for. Does not keep the process alive.
   */
  subscribe(listener: () => void, options?: { signal?: AbortSignal | undefined }): () => void {
    return subscribeTo(this.#cache, listener, options);
  }

  /** A read-only form of the whole array: the same object until it changes. O(length) after that, else O(1). */
  view(): readonly Readonly<T>[] {
    return viewWhole(this.#cache, () => this.toArray());
  }

  // ---------------------------------------------------------------- the array as a whole

  /** Bytes that the elements take, as of the last commit. */
  get memory(): number {
    return memoryOf(this.#cache);
  }

  /** What has happened to the array so far, in all threads. */
  stats(): CollectionStats {
    return statsOf(this.#cache);
  }

  /**
   * Ends the array for all threads and frees its memory and name; later use throws `CollectionDestroyedError`, and so do open
   * transactions that used it. Throws `DestroyInTransactionError` inside a transaction.
   */
  destroy(): void {
    destroyCollection(this.#cache);
  }

  get [Symbol.toStringTag](): string {
    return 'SharedArray';
  }
}

function openArray(elements: Iterable<unknown> | null, options: AnyOptions): Cache {
  const { schema } = options;
  const checked =
    elements &&
    Array.from(elements, (value, index) => (schema === undefined ? value : validated(schema, value, index)));
  return openCollection(
    SHARED_ARRAY,
    options,
    // Not part of the transaction that the caller may be in: the array is not either.
    checked && ((cache) => runOutside(() => appendAllNow(cache, checked))),
  );
}

registerKind<SharedArray<unknown>>(
  SHARED_ARRAY,
  SharedArray,
  (cache) => new SharedArray(cache as never),
  (array, most) => ({ size: array.length, content: array.slice(0, most) }),
);

function inTransaction<R>(fn: () => R): R {
  return bodyHere() === null ? transactionSync(fn) : fn();
}

/** On one snapshot. */
function atomically<R>(fn: () => R): R {
  return bodyHere() === null ? readTransactionSync(fn) : fn();
}
