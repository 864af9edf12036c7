// Hands a run to the engine in one call, and takes its answer over into the caches.

import type { Edits } from '../array/edits.js';
import type { Cache } from '../cache.js';
import { encodeCacheKey, encodeValue, NUMBER_HEADER_F64 } from '../codec/index.js';
import { NEVER } from '../entry.js';
import { destroyed, failure } from '../failure.js';
import {
  APPEND,
  CHANGED_ID,
  CLEAR,
  COLLECTION_SHIFT,
  CONFLICT,
  DELETE,
  DESTROYED,
  EXISTED,
  FAILED,
  FLAGS,
  frame,
  INLINE,
  INSERT,
  KEYED,
  LINKED,
  LISTS,
  OK,
  OUT_OF_RANGE,
  PREDICATES,
  READDED,
  READS,
  REGISTERED,
  REMOVE,
  SET,
  SLOT,
  SNAPSHOT,
  STAGED,
  STALE_ID,
  STATUS,
  TAKE,
  UNTIDY,
  VERSION,
  WRITE_WORDS,
  WRITES,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { arena, pushBytes } from '../runtime/thread.js';
import { tidyLater } from '../runtime/tidy.js';
import type { Reads } from './reads.js';
import type { Run } from './run.js';
import { EDITS, REPLACED, type Write, type Writes } from './writes.js';

/** A commit of more writes than this is a bulk load: caching what it added would only push out what is in use. */
const BULK = 1 << 10;

/** What `commit` returns instead of a commit number. */
export const LOST = -1;

/**
 * Commits a run that has written something. Returns the number of the commit, or LOST if something that it read has changed.
 * Throws if the engine refuses the writes.
 */
export function commit(run: Run): number {
  const { reads, writes } = run;
  const tail = arena.tail;
  try {
    return commitLog(run, reads, writes);
  } finally {
    arena.release(tail);
    frame.trim();
  }
}

function commitLog(run: Run, reads: Reads, writes: Writes): number {
  frame.reserve(LISTS + reads.words + sentAtMost(writes) * WRITE_WORDS);
  for (let sendKeys = false; ; sendKeys = true) {
    const at = reads.fill();
    fillWrites(at, writes.list, writes.count, sendKeys);
    native.commit();
    const { i } = frame;
    const status = i[STATUS];
    if (status === OK) return settle(at, writes.list, writes.count);
    if (status === CONFLICT) {
      noteConflict(run, i[FAILED]);
      return LOST;
    }
    if (status === DESTROYED) {
      const gone = writtenCaches(writes).find((cache) => cache.isDestroyed());
      // If it is not one that was written, the body finds out when it reads from it again.
      if (gone === undefined) return LOST;
      throw destroyed(gone);
    }
    // An element that the body has set is no more, or its place: it runs again, and finds out.
    if (status === OUT_OF_RANGE) {
      const cache = sentCache(writes, i[FAILED]);
      run.conflict = cache && { collection: cache.name, key: undefined };
      return LOST;
    }
    // STALE_ID: a record that the cache knew is another key's by now.
    if (status !== STALE_ID || sendKeys) throw failure(status, sentCache(writes, i[FAILED]));
  }
}

const alone: Write[] = [];

/** Commits one blind write. It cannot lose. Returns whether the key had a value. */
export function commitAlone(write: Write): boolean {
  alone[0] = write;
  commitBlind(alone);
  return (frame.i[LISTS + 5] & EXISTED) !== 0;
}

/** The same for several writes to one collection, which are one commit. */
export function commitBlind(writes: Write[]): void {
  const tail = arena.tail;
  const count = writes.length;
  frame.reserve(LISTS + count * WRITE_WORDS);
  try {
    for (let sendKeys = false; ; sendKeys = true) {
      fillWrites(LISTS, writes, count, sendKeys);
      const { i } = frame;
      i[READS] = 0;
      i[PREDICATES] = 0;
      native.commit();
      const status = i[STATUS];
      if (status === OK) break;
      if (status === DESTROYED) throw destroyed(writes[0].cache);
      if (status !== STALE_ID || sendKeys) throw failure(status, writes[0].cache);
    }
    settle(LISTS, writes, count);
  } finally {
    arena.release(tail);
  }
}

/** Writes the list of writes. No user code runs here: what can run some was encoded when it was written. */
function fillWrites(start: number, list: Write[], count: number, sendKeys: boolean): void {
  let at = start;
  for (let n = 0; n < count; n++) {
    const write = list[n];
    if (write.kind > REPLACED) {
      fillWrite(at, write.kind, write.cache, write, sendKeys);
      at += WRITE_WORDS;
    } else if (write.kind === EDITS) {
      at = fillEdits(at, write);
    }
  }
  frame.i[WRITES] = (at - start) / WRITE_WORDS;
}

function fillWrite(at: number, kind: number, cache: Cache, write: Write, sendKeys: boolean): void {
  const { i, f } = frame;
  const { entry } = write;
  let word = kind | (cache.id << COLLECTION_SHIFT);
  if (entry !== null && entry.record >= 0 && !sendKeys) {
    i[at + 1] = entry.record;
    f[(at + 2) >> 1] = entry.incarnation;
  } else {
    i[at + 1] = -1;
    if (kind < CLEAR) {
      const key = encodeCacheKey(arena, write.cacheKey);
      i[at + 8] = key;
      i[at + 9] = arena.tail - key;
      word |= KEYED;
    }
  }
  if (kind === TAKE) f[(at + 4) >> 1] = write.length;
  else if (write.hasValue) word |= fillValue(at, write);
  if (write.readded) word |= READDED;
  i[at] = word;
}

/** Returns the bits that say what it is. */
function fillValue(at: number, write: Write): number {
  const { f } = frame;
  const { value } = write;
  if (write.immutable && typeof value === 'number') {
    f[(at + 4) >> 1] = NUMBER_HEADER_F64;
    f[(at + 6) >> 1] = value;
    return INLINE;
  }
  fillEncoded(at, write);
  return (write.links !== null ? LINKED : 0) | (write.staged !== null ? STAGED : 0);
}

/** All that happens to an array; returns the word after it. */
function fillEdits(start: number, { cache, value }: Write): number {
  const { i, f } = frame;
  let at = start;
  const put = (kind: number, index: number, element: Write | null, count = 0) => {
    let word = kind | (cache.id << COLLECTION_SHIFT);
    i[at + 1] = -1;
    f[(at + 2) >> 1] = index;
    if (element !== null) word |= fillValue(at, element);
    else f[(at + 4) >> 1] = count;
    i[at] = word;
    at += WRITE_WORDS;
  };
  (value as Edits).visit({
    set: (index, element) => put(SET, index, element),
    remove: (index, count) => put(REMOVE, index, null, count),
    insert: (index, element) => put(INSERT, index, element),
    append: (element) => put(APPEND, 0, element),
  });
  return at;
}

function fillEncoded(at: number, write: Write): void {
  const { i } = frame;
  const { staged } = write;
  if (staged !== null) {
    i[at + 4] = staged.number;
    i[at + 5] = staged.length;
  } else if (write.immutable) {
    const start = encodeValue(arena, write.value);
    i[at + 4] = start;
    i[at + 5] = arena.tail - start;
  } else {
    i[at + 4] = write.bytes === null ? write.offset : pushBytes(write.bytes);
    i[at + 5] = write.length;
  }
}

/** After a commit: what is known of the keys now. Values that others could still change are decoded when they are read. */
function settle(start: number, list: Write[], count: number): number {
  const { i, f } = frame;
  const version = f[VERSION];
  let at = start;
  for (let n = 0; n < count; n++) {
    const write = list[n];
    const { kind, entry } = write;
    if (kind <= REPLACED) {
      if (kind === EDITS) at += sentBy(write) * WRITE_WORDS;
      continue;
    }
    const stamp = i[at + 4];
    if (kind >= CLEAR) {
      if (kind === CLEAR) i[UNTIDY] = 1;
    } else if (kind === DELETE || write.immutable) {
      const value = kind === DELETE ? undefined : write.value;
      if (entry !== null && (stamp & 1) === 0 && (i[at + 5] & CHANGED_ID) === 0 && typeof value !== 'string') {
        entry.update(stamp, version, kind === SET, value);
      } else if (i[at + 1] >= 0 && (entry !== null || count <= BULK)) {
        write.cache.committed(entry, write.cacheKey, i[at + 1], f[(at + 2) >> 1], stamp, version, kind === SET, value);
      }
    } else if (
      i[at + 1] >= 0 &&
      (entry === null ? count <= BULK && (i[at + 5] & EXISTED) !== 0 : (i[at + 5] & CHANGED_ID) !== 0)
    ) {
      // Who replaces a value does so again: where it is spares the engine the search for the key.
      write.cache.committed(entry, write.cacheKey, i[at + 1], f[(at + 2) >> 1], NEVER, version, true, undefined);
    }
    at += WRITE_WORDS;
  }
  if (i[UNTIDY] !== 0) tidyLater();
  return version;
}

/** Moves the snapshot of a run to the last commit, if all its reads are true there; with OPEN it takes a slot. */
export function extendSnapshot(run: Run, flags: number): boolean {
  const { reads } = run;
  frame.reserve(LISTS + reads.words);
  const { i, f } = frame;
  const tail = arena.tail;
  reads.fill();
  f[SNAPSHOT] = run.snapshot;
  i[FLAGS] = run.registered ? flags | REGISTERED : flags;
  i[SLOT] = run.slot;
  native.extend();
  arena.release(tail);
  const status = i[STATUS];
  if (status === OK) {
    run.rv = run.snapshot = f[SNAPSHOT];
    run.slot = i[SLOT];
    return true;
  }
  if (status !== CONFLICT && status !== DESTROYED) throw failure(status);
  noteConflict(run, i[FAILED]);
  return false;
}

function noteConflict(run: Run, position: number): void {
  const { reads } = run;
  const cache = reads.cacheAt(position);
  run.conflict = reads.conflictAt(position);
  if (cache !== undefined) native.noteConflict(cache.id);
}

function writtenCaches({ list, count }: Writes): Cache[] {
  const caches = new Set<Cache>();
  for (let n = 0; n < count; n++) caches.add(list[n].cache);
  return [...caches];
}

/** How many writes it takes to say what a write is. */
function sentBy({ kind, value }: Write): number {
  if (kind !== EDITS) return kind === REPLACED ? 0 : 1;
  let count = 0;
  const each = () => {
    count++;
  };
  (value as Edits).visit({ set: each, remove: each, insert: each, append: each });
  return count;
}

function sentAtMost({ list, count }: Writes): number {
  let most = count;
  for (let n = 0; n < count; n++) if (list[n].kind === EDITS) most += (list[n].value as Edits).size;
  return most;
}

/** The collection of the write at a position in the list that was sent. */
function sentCache({ list, count }: Writes, position: number): Cache | undefined {
  let left = position;
  for (let n = 0; n < count; n++) {
    left -= sentBy(list[n]);
    if (left < 0) return list[n].cache;
  }
  return undefined;
}
