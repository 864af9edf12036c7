// Writes outside any transaction: each is one blind commit of its own.

import type { Cache } from '../cache.js';
import { type CacheKey, encodeValue, isImmutable } from '../codec/index.js';
import { type Staged, stageEncoded } from '../large.js';
import { CLEAR, DELETE, SET } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { commitAlone } from '../txn/commit.js';
import { Write } from '../txn/writes.js';

/** Filled, committed and emptied without any user code in between. */
const write = new Write();

export function setNow(cache: Cache, cacheKey: CacheKey, value: unknown): void {
  if (typeof value === 'number' || (isImmutable(value) && typeof value !== 'symbol')) {
    write.fill(value);
    commitKey(SET, cache, cacheKey);
    return;
  }
  const tail = arena.tail;
  // Encoding runs user code, which may write as well: everything else comes after it.
  const start = encodeValue(arena, value);
  let staged: Staged | null = null;
  try {
    staged = stageEncoded(start, arena.tail - start);
    write.fillEncoded(start, arena.tail - start, staged);
    commitKey(SET, cache, cacheKey);
  } finally {
    staged?.end();
    arena.release(tail);
  }
}

/** Whether the key had a value. */
export function deleteNow(cache: Cache, cacheKey: CacheKey): boolean {
  return commitKey(DELETE, cache, cacheKey);
}

export function clearNow(cache: Cache): void {
  write.kind = CLEAR;
  write.cache = cache;
  try {
    commitAlone(write);
  } finally {
    write.empty();
  }
}

function commitKey(kind: number, cache: Cache, cacheKey: CacheKey): boolean {
  write.kind = kind;
  write.cache = cache;
  write.cacheKey = cacheKey;
  write.entry = cache.find(cacheKey) ?? null;
  try {
    return commitAlone(write);
  } finally {
    write.empty();
  }
}
