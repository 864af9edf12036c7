// Reading one record: from the cache, else from the engine.

import type { Cache } from './cache.js';
import { type CacheKey, encodeCacheKey, forEachLink } from './codec/index.js';
import { noteHeld } from './collection/handles.js';
import { ABSENT_ENTRY, type Entry } from './entry.js';
import { destroyed, failure } from './failure.js';
import { leaseAnswer } from './large.js';
import { look } from './runtime/clock.js';
import { countMiss, countReads } from './runtime/counters.js';
import {
  COLLECTION,
  CURSOR,
  DESTROYED,
  EXPIRED,
  FLAGS,
  frame,
  INCARNATION,
  KEY_LENGTH,
  KEY_OFFSET,
  LATEST,
  NEWER,
  OK,
  RECORD,
  REGISTERED,
  SLOT,
  SNAPSHOT,
  STALE_ID,
  STATUS,
  TOO_LARGE,
  VALUE_LENGTH,
} from './runtime/frame.js';
import { native } from './runtime/native.js';
import { arena, growInbox, inbox, markUsed, trimInbox } from './runtime/thread.js';

const NO_SLOT = -1;

/**
 * Asks the engine for the record of `entry`, or of `cacheKey` if there is none, as of `snapshot`. The answer is in the frame and the
 * inbox; returns its status: OK, GAP or NEWER; with the slot of a registered snapshot OK or EXPIRED.
 */
export function loadRecord(
  cache: Cache,
  entry: Entry | undefined,
  cacheKey: CacheKey,
  snapshot: number,
  slot: number,
): number {
  const { i, f } = frame;
  const tail = arena.tail;
  let record = entry === undefined ? -1 : entry.record;
  for (;;) {
    let start = 0;
    let length = 0;
    if (record < 0) {
      start = encodeCacheKey(arena, cacheKey);
      length = arena.tail - start;
    }
    i[COLLECTION] = cache.id;
    i[RECORD] = record;
    f[INCARNATION] = record < 0 ? -1 : entry!.incarnation;
    f[SNAPSHOT] = snapshot;
    i[FLAGS] = slot === NO_SLOT ? 0 : REGISTERED;
    i[SLOT] = slot;
    i[KEY_OFFSET] = start;
    i[KEY_LENGTH] = length;
    native.load();
    arena.release(tail);
    const status = i[STATUS];
    if (status === TOO_LARGE) growInbox();
    else if (status === STALE_ID) record = -1;
    else if (status === DESTROYED) throw destroyed(cache);
    else if (status > STALE_ID && status !== EXPIRED) throw failure(status, cache);
    else {
      if (status === OK) noteLinks();
      return status;
    }
  }
}

/**
 * Asks the engine for what an array or a queue has at an index as of a snapshot. The answer is in the frame and the inbox; returns OK,
 * GAP, NEWER or EXPIRED.
 */
export function askPlace(cache: Cache, index: number, snapshot: number, slot: number): number {
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

function noteLinks(): void {
  const large = leaseAnswer();
  if (large === null) forEachLink(inbox, 0, frame.i[VALUE_LENGTH], noteHeld);
  else forEachLink(large.bytes, 0, large.length, (id) => large.keeps.push(noteHeld(id)));
}

/** What a key is now, outside any transaction. The cached case is inlined where it matters; this is the whole story. */
export function lookup(cache: Cache, cacheKey: CacheKey): Entry {
  const entry = cache.find(cacheKey);
  return entry !== undefined && isCurrent(cache, entry) ? entry : reload(cache, entry, cacheKey);
}

/** The number of entries now, outside any transaction. */
export function sizeNow(cache: Cache): number {
  const { members } = cache;
  return (isCurrent(cache, members) ? members : reload(cache, members, members.cacheKey)).value as number;
}

/** Whether an entry is the truth as of now (C1 of cache.ts). */
export function isCurrent(cache: Cache, entry: Entry): boolean {
  look();
  if (entry.segment[entry.slot] !== entry.stamp || cache.segment[cache.slot] !== cache.stamp) return false;
  if (cache.evicts) markUsed(entry.record);
  return true;
}

/** Asks the engine for what `entry`, which is not current, or a key without one is now. */
export function reload(cache: Cache, entry: Entry | undefined, cacheKey: CacheKey): Entry {
  countReads(0);
  if (entry !== undefined) countMiss(); // it was looked at
  const status = loadRecord(cache, entry, cacheKey, LATEST, NO_SLOT);
  if (status !== OK) throw failure(status, cache);
  return takeAnswer(cache, entry, cacheKey);
}

/** Turns the engine's answer into an entry. */
export function takeAnswer(cache: Cache, entry: Entry | undefined, cacheKey: CacheKey): Entry {
  if (frame.i[RECORD] === -1) return ABSENT_ENTRY;
  const taken = cache.take(entry, cacheKey);
  trimInbox();
  return taken;
}
