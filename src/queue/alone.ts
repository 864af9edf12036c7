// What is done to queues outside of transactions: each is one commit, and none can lose.

import type { Cache } from '../cache.js';
import { encodeValue, isImmutable } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { type Staged, stageEncoded } from '../large.js';
import { APPEND, CLOSE, CLOSED, DESTROYED, EMPTY, LATEST, OK } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { commitAlone } from '../txn/commit.js';
import { Write } from '../txn/writes.js';
import { NONE } from './inside.js';
import { dropTaken, look, NO_TICKET, seenItem, take, takenItem, takenItems } from './items.js';

/** Filled, committed and emptied without any user code in between. */
const write = new Write();

export function enqueueNow(cache: Cache, item: unknown): void {
  if (typeof item === 'number' || (isImmutable(item) && typeof item !== 'symbol')) {
    write.fill(item);
    commit(APPEND, cache);
    return;
  }
  const tail = arena.tail;
  // Encoding runs user code, which may use queues as well: everything else comes after it.
  const start = encodeValue(arena, item);
  let staged: Staged | null = null;
  try {
    staged = stageEncoded(start, arena.tail - start);
    write.fillEncoded(start, arena.tail - start, staged);
    commit(APPEND, cache);
  } finally {
    staged?.end();
    arena.release(tail);
  }
}

/** The same as a write that is to be committed later; the caller ends what it has staged. */
export function encodedItem(cache: Cache, item: unknown): Write {
  const later = new Write();
  const tail = arena.tail;
  if (isImmutable(item) && typeof item !== 'symbol') {
    later.fill(item);
  } else {
    const start = encodeValue(arena, item);
    const length = arena.tail - start;
    later.fillEncoded(start, length, stageEncoded(start, length));
    later.keep();
  }
  arena.release(tail);
  later.kind = APPEND;
  later.cache = cache;
  return later;
}

export function closeNow(cache: Cache): void {
  commit(CLOSE, cache);
}

function commit(kind: number, cache: Cache): void {
  write.kind = kind;
  write.cache = cache;
  try {
    commitAlone(write);
  } finally {
    write.empty();
  }
}

/** The first item, or NONE. */
export function takeNow(cache: Cache): unknown {
  return hasTaken(cache, take(cache, 1, NO_TICKET)) ? takenItem(cache) : NONE;
}

/**
 * Adds up to `most` items to `items`; fewer than there are if they are many bytes. False if there is no more that could be taken: nothing, or
 * something that cannot be decoded. Of that the error is thrown if `items` is empty.
 */
export function takeManyNow(cache: Cache, most: number, items: unknown[]): boolean {
  return hasTaken(cache, take(cache, most, NO_TICKET)) && takenItems(cache, items);
}

/** Removes the first item; false if there is none. */
export function dropNow(cache: Cache): boolean {
  cache.wary = false;
  if (!hasTaken(cache, take(cache, 1, NO_TICKET))) return false;
  dropTaken();
  return true;
}

function hasTaken(cache: Cache, status: number): boolean {
  if (status === OK) return true;
  if (status === EMPTY || status === CLOSED) return false;
  throw status === DESTROYED ? destroyed(cache) : failure(status, cache);
}

export function isClosedNow(cache: Cache): boolean {
  return look(cache, 0, LATEST, -1).closed;
}

/** The first item, or NONE. */
export function peekNow(cache: Cache): unknown {
  return look(cache, 0, LATEST, -1).present ? seenItem() : NONE;
}
