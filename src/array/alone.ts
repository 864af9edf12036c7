// Changes of arrays outside of transactions that are one commit each and cannot lose.

import type { Cache } from '../cache.js';
import { encodeValue, isImmutable } from '../codec/index.js';
import { Entry } from '../entry.js';
import { type Staged, stageEncoded } from '../large.js';
import { sizeNow } from '../load.js';
import { APPEND, frame, LISTS, OUT_OF_RANGE, SET, STATUS, WRITE_WORDS } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';
import { commitAlone } from '../txn/commit.js';
import { EDITS, Write } from '../txn/writes.js';
import { Edits } from './edits.js';
import { encodedElement, outOfRange } from './inside.js';

/** Filled, committed and emptied without any user code in between. */
const write = new Write();
/** What an entry is to a key an index is to an element: it says where. */
const place = new Entry(write.cache, undefined);
place.record = 0;

function commitElement(kind: number, cache: Cache, value: unknown): void {
  if (typeof value === 'number' || (isImmutable(value) && typeof value !== 'symbol')) {
    write.fill(value);
    commit(kind, cache);
    return;
  }
  const tail = arena.tail;
  // Encoding runs user code, which may use arrays as well: everything else comes after it.
  const index = place.incarnation;
  const start = encodeValue(arena, value);
  let staged: Staged | null = null;
  try {
    staged = stageEncoded(start, arena.tail - start);
    write.fillEncoded(start, arena.tail - start, staged);
    place.incarnation = index;
    commit(kind, cache);
  } finally {
    staged?.end();
    arena.release(tail);
  }
}

function commit(kind: number, cache: Cache): void {
  write.kind = kind;
  write.cache = cache;
  write.entry = kind === SET ? place : null;
  try {
    commitAlone(write);
  } finally {
    write.empty();
  }
}

/** Returns the new length. */
export function appendNow(cache: Cache, value: unknown): number {
  commitElement(APPEND, cache, value);
  return frame.f[(LISTS + 2) >> 1];
}

/** The same for several in one commit. */
export function appendAllNow(cache: Cache, values: readonly unknown[]): number {
  if (values.length === 0) return sizeNow(cache);
  const edits = new Edits(0, true);
  const staged: Staged[] = [];
  try {
    for (const value of values) {
      const element = encodedElement(cache, value);
      if (element.staged !== null) staged.push(element.staged);
      edits.push(element);
    }
    const all = new Write();
    all.kind = EDITS;
    all.cache = cache;
    all.value = edits;
    frame.reserve(LISTS + values.length * WRITE_WORDS);
    commitAlone(all);
    return frame.f[(LISTS + (values.length - 1) * WRITE_WORDS + 2) >> 1];
  } finally {
    for (const each of staged) each.end();
    frame.trim();
  }
}

/** Sets an element that is there, or the one after the last. */
export function setNow(cache: Cache, index: number, value: unknown): void {
  place.incarnation = index;
  try {
    commitElement(SET, cache, value);
  } catch (error) {
    throw frame.i[STATUS] === OUT_OF_RANGE ? outOfRange(index, sizeNow(cache)) : error;
  }
}
