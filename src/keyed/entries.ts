// What handles of keyed collections have in common: operations on entries, each in the transaction of the calling code or alone. `set`
// is not here: another call between a handle and `setNow` costs it 4 % on Node.

import { callable } from '../arguments.js';
import type { Cache } from '../cache.js';
import type { CacheKey } from '../codec/index.js';
import { isCurrent, lookup, reload, sizeNow } from '../load.js';
import { transactionSync } from '../transaction.js';
import { bodyHere } from '../txn/scope.js';
import { clearNow, deleteNow } from './alone.js';

/** What is to be written under a key that has been checked. */
export type Collected = readonly [CacheKey, unknown];

/** The value of a key, owned by the caller. `SharedMap.get` is the same written out. */
export function getEntry(cache: Cache, cacheKey: CacheKey): unknown {
  const body = bodyHere();
  if (body !== null) return body.get(cache, cacheKey);
  const entry = cache.young.get(cacheKey);
  if (entry !== undefined && isCurrent(cache, entry)) {
    return entry.copier === null ? entry.value : entry.copier(entry.value);
  }
  return (entry === undefined ? lookup(cache, cacheKey) : reload(cache, entry, cacheKey)).owned();
}

/** The read-only form of the value of a key. */
export function viewEntry(cache: Cache, cacheKey: CacheKey): unknown {
  const body = bodyHere();
  if (body !== null) return body.find(cache, cacheKey).readOnly();
  const entry = cache.young.get(cacheKey);
  if (entry !== undefined && isCurrent(cache, entry)) {
    return entry.copier === null ? entry.value : entry.readOnly();
  }
  return (entry === undefined ? lookup(cache, cacheKey) : reload(cache, entry, cacheKey)).readOnly();
}

export function hasEntry(cache: Cache, cacheKey: CacheKey): boolean {
  const body = bodyHere();
  return body === null ? lookup(cache, cacheKey).present : body.has(cache, cacheKey);
}

/** Whether there was an entry. */
export function deleteEntry(cache: Cache, cacheKey: CacheKey): boolean {
  const body = bodyHere();
  return body === null ? deleteNow(cache, cacheKey) : body.delete(cache, cacheKey);
}

export function clearEntries(cache: Cache): void {
  const body = bodyHere();
  if (body === null) clearNow(cache);
  else body.clear(cache);
}

export function countEntries(cache: Cache): number {
  const body = bodyHere();
  return body === null ? sizeNow(cache) : body.size(cache);
}

/** Sets all entries in one transaction. */
export function setEntries(cache: Cache, entries: readonly Collected[]): void {
  transactionSync(() => {
    const body = bodyHere()!;
    for (const [key, value] of entries) body.set(cache, key, value);
  });
}

/** `forEach` of a handle that iterates over its entries. */
export function forEachEntry<K, V, H extends Iterable<[K, V]>>(
  handle: H,
  fn: (value: V, key: K, handle: H) => void,
  thisArg: unknown,
): void {
  callable('forEach()', fn);
  for (const [key, value] of handle) fn.call(thisArg, value, key, handle);
}
