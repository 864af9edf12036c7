// Hands a run to the engine in one call, and takes its answer over into the caches.

import type { Cache } from '../cache.js';
import { encodeKey, encodeValue, NUMBER_HEADER } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { load } from '../runtime/clock.js';
import {
  CLEAR,
  CONFLICT,
  DELETE,
  DESTROYED,
  FAILED,
  FLAGS,
  frame,
  INLINE,
  LATEST,
  LISTS,
  OK,
  PREDICATES,
  READDED,
  READS,
  REGISTERED,
  SET,
  SLOT,
  SNAPSHOT,
  STALE_ID,
  STATUS,
  VERSION,
  WRITE_WORDS,
  WRITES,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { arena, pushBytes } from '../runtime/thread.js';
import type { Body } from './body.js';
import type { Reads } from './reads.js';
import { REPLACED, type Write, type Writes } from './writes.js';

/** A commit of more writes than this is a bulk load: caching what it added would only push out what is in use. */
const BULK = 1 << 10;

/** What `commit` returns instead of a commit number. */
export const LOST = -1;

/**
 * Commits a run. Returns the number of the commit, for a run without writes that of its snapshot, or LOST if something that it
 * read has changed. Throws if the engine refuses the writes.
 */
export function commit(body: Body): number {
  const { reads, writes } = body;
  if (writes.count === 0) return body.snapshot;
  const tail = arena.tail;
  try {
    return commitLog(body, reads, writes);
  } finally {
    arena.release(tail);
  }
}

function commitLog(body: Body, reads: Reads, writes: Writes): number {
  frame.reserve(LISTS + reads.words + writes.count * WRITE_WORDS);
  for (let sendKeys = false; ; sendKeys = true) {
    const at = reads.fill();
    fillWrites(at, writes.list, writes.count, sendKeys);
    frame.f[SNAPSHOT] = body.snapshot;
    frame.i[FLAGS] = body.registered ? REGISTERED : 0;
    frame.i[SLOT] = body.slot;
    native.commit();
    const status = frame.i[STATUS];
    if (status === OK) return settle(at, writes.list, writes.count);
    if (status === CONFLICT) {
      body.conflict = reads.conflictAt(frame.i[FAILED]);
      return LOST;
    }
    if (status === DESTROYED) {
      const gone = writtenCaches(writes).find((cache) => (load(cache.segment, cache.slot) & 1) !== 0);
      // If it is not one that was written, the body finds out when it reads from it again.
      if (gone === undefined) return LOST;
      throw destroyed(gone);
    }
    // STALE_ID: a record that the cache knew is another key's by now.
    if (status !== STALE_ID || sendKeys) throw failure(status, writtenCaches(writes));
  }
}

const alone: Write[] = [];

/** Commits one blind write. It cannot lose. */
export function commitAlone(write: Write): void {
  const tail = arena.tail;
  alone[0] = write;
  try {
    for (let sendKeys = false; ; sendKeys = true) {
      const { i, f } = frame;
      i[READS] = 0;
      i[PREDICATES] = 0;
      fillWrites(LISTS, alone, 1, sendKeys);
      f[SNAPSHOT] = LATEST;
      i[FLAGS] = 0;
      native.commit();
      const status = i[STATUS];
      if (status === OK) break;
      if (status === DESTROYED) throw destroyed(write.cache);
      if (status !== STALE_ID || sendKeys) throw failure(status, [write.cache]);
    }
    settle(LISTS, alone, 1);
  } finally {
    arena.release(tail);
  }
}

/** Writes the list of writes. No user code runs here: what can run some was encoded when it was written. */
function fillWrites(start: number, list: Write[], count: number, sendKeys: boolean): void {
  const { i, f } = frame;
  let at = start;
  for (let n = 0; n < count; n++) {
    const write = list[n];
    const { kind, entry } = write;
    if (kind === REPLACED) continue;
    i[at] = kind;
    i[at + 1] = write.cache.id;
    i[at + 6] = 0;
    i[at + 7] = 0;
    if (kind === CLEAR || entry === null || entry.record < 0 || sendKeys) {
      i[at + 2] = -1;
      f[(at + 4) >> 1] = -1;
      if (kind !== CLEAR) {
        const key = encodeKey(arena, write.key);
        i[at + 6] = key;
        i[at + 7] = arena.tail - key;
      }
    } else {
      i[at + 2] = entry.record;
      f[(at + 4) >> 1] = entry.incarnation;
    }
    if (kind === SET) {
      fillValue(at, write);
    } else {
      i[at + 8] = 0;
      i[at + 9] = 0;
    }
    at += WRITE_WORDS;
  }
  i[WRITES] = (at - start) / WRITE_WORDS;
}

function fillValue(at: number, write: Write): void {
  const { i, f } = frame;
  const { value, bytes } = write;
  const kind = write.readded ? SET | READDED : SET;
  i[at] = kind;
  if (!write.immutable) {
    i[at + 8] = bytes === null ? write.offset : pushBytes(bytes);
    i[at + 9] = write.length;
  } else if (typeof value === 'number') {
    i[at] = kind | INLINE;
    i[at + 8] = NUMBER_HEADER;
    i[at + 9] = 0;
    f[(at + 10) >> 1] = value;
  } else {
    const start = encodeValue(arena, value);
    i[at + 8] = start;
    i[at + 9] = arena.tail - start;
  }
}

/** After a commit: what is known of the keys now. Values that others could still change are decoded when they are read. */
function settle(start: number, list: Write[], count: number): number {
  const { i, f } = frame;
  const version = f[VERSION];
  let at = start;
  for (let n = 0; n < count; n++) {
    const write = list[n];
    const { kind } = write;
    if (kind === REPLACED) continue;
    const record = i[at + 2];
    write.existed = i[at + 8] === 1;
    const worthCaching = write.entry !== null || count <= BULK;
    if (record >= 0 && worthCaching && (kind === DELETE || (kind === SET && write.immutable))) {
      write.cache.committed(
        write.entry,
        write.cacheKey,
        write.key,
        record,
        f[(at + 4) >> 1],
        i[at + 3],
        version,
        kind === SET,
        kind === SET ? write.value : undefined,
      );
    }
    at += WRITE_WORDS;
  }
  return version;
}

/** Moves the snapshot of a run to the last commit, if all its reads are true there; with OPEN it takes a slot. */
export function extendSnapshot(body: Body, flags: number): boolean {
  const { reads } = body;
  frame.reserve(LISTS + reads.words);
  const { i, f } = frame;
  const tail = arena.tail;
  reads.fill();
  f[SNAPSHOT] = body.snapshot;
  i[FLAGS] = body.registered ? flags | REGISTERED : flags;
  i[SLOT] = body.slot;
  native.extend();
  arena.release(tail);
  const status = i[STATUS];
  if (status === OK) {
    body.rv = body.snapshot = f[SNAPSHOT];
    body.slot = i[SLOT];
    return true;
  }
  if (status !== CONFLICT && status !== DESTROYED) throw failure(status);
  body.conflict = reads.conflictAt(i[FAILED]);
  return false;
}

function writtenCaches({ list, count }: Writes): Cache[] {
  const caches = new Set<Cache>();
  for (let n = 0; n < count; n++) caches.add(list[n].cache);
  return [...caches];
}
