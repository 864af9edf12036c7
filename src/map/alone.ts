// Writes outside any transaction: each is one blind commit of its own.

import { type Cache, ownKey } from '../cache.js';
import { cacheKey, encodeValue, isImmutable, type Key } from '../codec/index.js';
import { CLEAR, DELETE, SET } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { commitAlone } from '../txn/commit.js';
import { Write } from '../txn/writes.js';

/** Filled, committed and emptied without any user code in between. */
const write = new Write();

export function setNow(cache: Cache, key: Key, value: unknown): void {
  const tail = arena.tail;
  const mapKey = typeof key === 'string' ? key : cacheKey(key);
  write.immutable = isImmutable(value) && typeof value !== 'symbol';
  if (write.immutable) {
    write.value = value;
    commitKey(SET, cache, mapKey, key);
    return;
  }
  const start = encodeValue(arena, value);
  write.immutable = false; // encoding runs user code, which may have written as well
  write.offset = start;
  write.length = arena.tail - start;
  try {
    commitKey(SET, cache, mapKey, key);
  } finally {
    arena.release(tail);
  }
}

/** Whether the key had a value. */
export function deleteNow(cache: Cache, key: Key): boolean {
  commitKey(DELETE, cache, cacheKey(key), key);
  return write.existed;
}

export function clearNow(cache: Cache): void {
  write.kind = CLEAR;
  write.cache = cache;
  write.entry = null;
  commitAlone(write);
}

function commitKey(kind: number, cache: Cache, mapKey: unknown, key: Key): void {
  write.kind = kind;
  write.cache = cache;
  write.cacheKey = mapKey;
  write.key = ownKey(key);
  write.entry = cache.find(mapKey) ?? null;
  try {
    commitAlone(write);
  } finally {
    write.value = undefined;
    write.entry = null;
  }
}
