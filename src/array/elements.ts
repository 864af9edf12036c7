// Single elements as the engine has them.

import type { Cache } from '../cache.js';
import { destroyed, failure } from '../failure.js';
import { isCurrent, noteLinks, takeAnswer } from '../load.js';
import {
  COLLECTION,
  CURSOR,
  DESTROYED,
  EXPIRED,
  FLAGS,
  frame,
  LATEST,
  NEWER,
  OK,
  REGISTERED,
  SLOT,
  SNAPSHOT,
  STATUS,
  TOO_LARGE,
  VALUE_LENGTH,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { growInbox } from '../runtime/thread.js';

const ABSENT = -1;

/** Asks the engine for an element as of a snapshot. The answer is in the frame and the inbox; returns OK, GAP, NEWER or EXPIRED. */
export function askElement(cache: Cache, index: number, snapshot: number, slot: number): number {
  const { i, f } = frame;
  for (;;) {
    i[COLLECTION] = cache.id;
    i[FLAGS] = slot < 0 ? 0 : REGISTERED;
    i[SLOT] = slot;
    f[SNAPSHOT] = snapshot;
    f[CURSOR] = index;
    native.peek();
    const status = i[STATUS];
    if (status === TOO_LARGE) {
      growInbox();
      continue;
    }
    if (status === DESTROYED) throw destroyed(cache);
    if (status > NEWER && status !== EXPIRED) throw failure(status, cache);
    if (status === OK) noteLinks();
    return status;
  }
}

/**
 * The element at an index now, outside any transaction; undefined if there is none. Cached like an entry of a map, but for as long as
 * nothing of the array has changed.
 */
export function elementNow(cache: Cache, index: number): unknown {
  const known = cache.young.get(index) ?? cache.find(index);
  if (known !== undefined && isCurrent(cache, known)) return known.owned();
  const status = askElement(cache, index, LATEST, -1);
  if (status !== OK) throw failure(status, cache);
  return frame.i[VALUE_LENGTH] === ABSENT ? undefined : takeAnswer(cache, known, index).owned();
}
