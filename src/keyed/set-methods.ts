// The methods that ES2025 gives to sets, as its specification has them: which set is gone through and which is asked, what of the other set is
// called and in which order. They differ in one point: elements are the same if they are the same key, so arrays are compared by
// what they hold.
//
// Called inside a body, whose snapshot is all that they see.

import { types } from 'node:util';
import type { Cache } from '../cache.js';
import { type CacheKey, cacheKeyOrNone, type Key, NO_KEY } from '../codec/index.js';
import { countEntries, hasEntry } from './entries.js';
import { iterateKeys } from './iterator.js';

/** What the methods of sets take: a `Set`, a `SharedSet`, the keys of a `Map` or a `SharedMap`, or anything alike. */
export interface SetLike<T = unknown> {
  readonly size: number;
  has(value: T): boolean;
  keys(): Iterator<T>;
}

/** Whether a set has an element; what cannot be one is not in it. */
export function hasElement(cache: Cache, element: unknown): boolean {
  const key = cacheKeyOrNone(element);
  return key !== NO_KEY && hasEntry(cache, key);
}

/** A plain set in which arrays are the same if they are the same key. */
class Elements {
  readonly set = new Set<unknown>();
  /** The first of the arrays of each key. */
  readonly #arrays = new Map<CacheKey, unknown>();

  constructor(elements: Iterable<unknown>) {
    for (const element of elements) this.add(element);
  }

  /** What stands for an element. */
  #one(element: unknown): unknown {
    if (!Array.isArray(element)) return element;
    const key = cacheKeyOrNone(element);
    if (key === NO_KEY) return element;
    if (!this.#arrays.has(key)) this.#arrays.set(key, element);
    return this.#arrays.get(key);
  }

  has(element: unknown): boolean {
    return this.set.has(this.#one(element));
  }

  add(element: unknown): void {
    this.set.add(this.#one(element));
  }

  delete(element: unknown): void {
    this.set.delete(this.#one(element));
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The specification's GetSetRecord: the other set, checked, each of its properties read once. */
class Other {
  readonly size: number;
  readonly #set: object;
  readonly #has: (element: unknown) => unknown;
  readonly #keys: () => Iterator<unknown>;
  #arrays: Elements | null = null;

  constructor(other: unknown) {
    if (!isObject(other)) throw new TypeError('The other set must be an object with size, has() and keys().');
    const set = other as SetLike;
    const size = +set.size; // of a bigint or a symbol this is a TypeError, as it is to be
    if (Number.isNaN(size)) throw new TypeError('The size of the other set must be a number.');
    if (Math.trunc(size) < 0) throw new RangeError('The size of the other set must not be negative.');
    const { has } = set;
    if (typeof has !== 'function') throw new TypeError('The other set must have a function has().');
    const { keys } = set;
    if (typeof keys !== 'function') throw new TypeError('The other set must have a function keys().');
    this.size = Math.trunc(size);
    this.#set = other;
    this.#has = has;
    this.#keys = keys;
  }

  has(element: Key): boolean {
    if (Reflect.apply(this.#has, this.#set, [element])) return true;
    return Array.isArray(element) && this.#hasArray(element);
  }

  /** Those of the language find only the very same array. */
  #hasArray(array: readonly Key[]): boolean {
    if (!types.isSet(this.#set) && !types.isMap(this.#set)) return false;
    this.#arrays ??= new Elements([...this.keys()].filter(Array.isArray));
    return this.#arrays.has(array);
  }

  /** Calls `keys()`. The iterator that it gives need not be iterable. */
  keys(): Iterable<unknown> {
    const iterator = Reflect.apply(this.#keys, this.#set, []);
    return { [Symbol.iterator]: () => iterator };
  }
}

export function union(cache: Cache, set: unknown): Set<unknown> {
  const keys = new Other(set).keys();
  const result = new Elements(iterateKeys(cache));
  for (const element of keys) result.add(element);
  return result.set;
}

export function intersection(cache: Cache, set: unknown): Set<unknown> {
  const other = new Other(set);
  const result = new Elements([]);
  if (countEntries(cache) <= other.size) {
    for (const element of iterateKeys<Key>(cache)) if (other.has(element)) result.add(element);
  } else {
    for (const element of other.keys()) if (hasElement(cache, element)) result.add(element);
  }
  return result.set;
}

export function difference(cache: Cache, set: unknown): Set<unknown> {
  const other = new Other(set);
  if (countEntries(cache) <= other.size) {
    const result = new Set<unknown>();
    for (const element of iterateKeys<Key>(cache)) if (!other.has(element)) result.add(element);
    return result;
  }
  const result = new Elements(iterateKeys(cache));
  for (const element of other.keys()) result.delete(element);
  return result.set;
}

export function symmetricDifference(cache: Cache, set: unknown): Set<unknown> {
  const keys = new Other(set).keys();
  const mine = [...iterateKeys<Key>(cache)];
  const known = new Elements(mine);
  const result = new Elements(mine);
  for (const element of keys) {
    if (known.has(element)) result.delete(element);
    else result.add(element);
  }
  return result.set;
}

export function isSubsetOf(cache: Cache, set: unknown): boolean {
  const other = new Other(set);
  if (countEntries(cache) > other.size) return false;
  for (const element of iterateKeys<Key>(cache)) if (!other.has(element)) return false;
  return true;
}

export function isSupersetOf(cache: Cache, set: unknown): boolean {
  const other = new Other(set);
  if (countEntries(cache) < other.size) return false;
  for (const element of other.keys()) if (!hasElement(cache, element)) return false;
  return true;
}

export function isDisjointFrom(cache: Cache, set: unknown): boolean {
  const other = new Other(set);
  if (countEntries(cache) <= other.size) {
    for (const element of iterateKeys<Key>(cache)) if (other.has(element)) return false;
  } else {
    for (const element of other.keys()) if (hasElement(cache, element)) return false;
  }
  return true;
}
