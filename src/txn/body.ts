// One run of a body: what it has read and written, and how that stays consistent with its snapshot.
//
// Invariants
//  B1. Everything a run reads is the truth at `rv`. `rv` moves only by `extend`, which proves that all reads so far are the
//      truth at the new one as well.
//  B2. A run that is `stale` has read something of which it knows that it is no longer true: it can end only as a reader.
//  B3. A `doomed` run does nothing but end; so that its reads need not ask, `rv` is -1 then, which no cached version is below.
//  B4. Runs start without a snapshot slot. They take one (`registered`) when they suspend, when they iterate, when they are
//      read-only, and when an earlier run lost its snapshot: a hot key cannot starve them then.

import type { Cache } from '../cache.js';
import { type CacheKey, type Draft, encodeValue, isImmutable, type Key, keyOf } from '../codec/index.js';
import { ABSENT_ENTRY, type Entry, NEVER } from '../entry.js';
import { TransactionEndedError } from '../errors.js';
import { destroyed } from '../failure.js';
import { type LargeValue, type Staged, stageDraft, stageEncoded } from '../large.js';
import { loadRecord, takeAnswer } from '../load.js';
import { countMiss } from '../runtime/counters.js';
import { APPEND, DELETE, frame, OK, RECORD, SET, STAMP } from '../runtime/frame.js';
import { arena, markUsed } from '../runtime/thread.js';
import { commit, LOST } from './commit.js';
import { Scanned } from './reads.js';
import { Run } from './run.js';
import { bodyHere } from './scope.js';
import type { Write } from './writes.js';

/** How often a read waits for a commit that is under way; it never blocks. */
const MAX_ATTEMPTS = 16;

const UNAWAITED =
  'The body has not awaited what dequeue() or another asynchronous method of a queue returned, so nothing was written: await it, or use ' +
  'tryDequeue() or enqueue().';

export class Body extends Run {
  // ---------------------------------------------------------------- reading

  /** The value of a key, owned by the caller. */
  get(cache: Cache, cacheKey: CacheKey): unknown {
    if (this.writes.count !== 0) {
      const write = this.writes.find(cache, cacheKey);
      if (write !== undefined) return write.read();
    }
    const entry = this.#read(cache, cacheKey);
    return entry.copier === null ? entry.value : entry.copier(entry.value);
  }

  has(cache: Cache, cacheKey: CacheKey): boolean {
    const write = this.writes.find(cache, cacheKey);
    return write === undefined ? this.#read(cache, cacheKey).present : write.kind === SET;
  }

  /** The write that decides about a key, or else its entry in the snapshot. */
  find(cache: Cache, cacheKey: CacheKey): Write | Entry {
    return this.writes.find(cache, cacheKey) ?? this.#read(cache, cacheKey);
  }

  /** What a key was at the snapshot, logged as read. */
  #read(cache: Cache, cacheKey: CacheKey): Entry {
    const entry = cache.young.get(cacheKey);
    if (
      entry !== undefined &&
      cache.mark === this.mark &&
      entry.segment[entry.slot] === entry.stamp &&
      entry.version <= this.rv
    ) {
      return this.#log(entry);
    }
    return this.#readSlowly(cache, cacheKey);
  }

  #readSlowly(cache: Cache, cacheKey: CacheKey): Entry {
    this.check();
    this.touch(cache);
    const entry = cache.find(cacheKey);
    if (entry !== undefined) return this.holds(entry) ? this.#log(entry) : this.#load(cache, entry, cacheKey);
    return this.reads.knowsAbsence(cache, cacheKey) ? ABSENT_ENTRY : this.#load(cache, entry, cacheKey);
  }

  holds(entry: Entry): boolean {
    return entry.segment[entry.slot] === entry.stamp && entry.version <= this.rv;
  }

  #log(entry: Entry): Entry {
    if (entry.mark !== this.mark) {
      this.reads.add(entry.record, entry.stamp, entry);
      entry.mark = this.mark;
      if (entry.cache.evicts) markUsed(entry.record);
    }
    return entry;
  }

  /** Logs the collection's own stamp, once, and drops what the cache holds under another one. */
  touch(cache: Cache): void {
    if (cache.mark === this.mark) return;
    const stamp = cache.segment[cache.slot];
    if (cache.hold(stamp)) {
      this.reads.addCollection(cache, stamp);
    } else {
      // Odd: destroyed, which the engine refuses, or being cleared. What it answers holds at rv even so, but nothing proves
      // that it lasts.
      loadRecord(cache, cache.members, undefined, this.rv, this.slot);
      if (!this.stale) this.becomeStale(cache, undefined);
    }
    cache.mark = this.mark;
  }

  /** Asks the engine, and moves the snapshot if that is what it takes. */
  #load(cache: Cache, entry: Entry | undefined, cacheKey: CacheKey): Entry {
    for (let attempts = 1; ; attempts++) {
      const status = loadRecord(cache, entry, cacheKey, this.rv, this.slot);
      if (status !== OK) {
        this.renew();
        continue;
      }
      if (frame.i[RECORD] === -1) {
        this.reads.addAbsence(cache, cacheKey);
        return ABSENT_ENTRY;
      }
      const old = (frame.i[STAMP] & 1) !== 0;
      if (old && !this.stale) {
        // The key has changed since, or is just being written: a body that may write had better see that.
        const moved = !this.unproved && attempts <= MAX_ATTEMPTS && this.extend();
        if (!moved) this.becomeStale(cache, keyOf(cacheKey));
        continue; // either way the answer is gone
      }
      const taken = takeAnswer(cache, entry, cacheKey);
      if (old) return taken;
      countMiss(); // it is logged
      return this.#log(taken);
    }
  }

  /** Goes on with what is no longer true; `key` is undefined for a collection as a whole. */
  becomeStale(cache: Cache, key: Key): void {
    this.conflict = { collection: cache.name, key };
    if (this.writes.count > 0) this.doom();
    this.stale = true;
  }

  // ---------------------------------------------------------------- the whole collection

  /** The number of entries, own writes included. O(own writes). */
  size(cache: Cache): number {
    this.check();
    const added = this.writes.added(cache, (write) => this.#existed(write));
    return this.writes.clears(cache) ? added : added + this.sizeAtSnapshot(cache);
  }

  /** Whether the snapshot has the key of a write, which makes it a read. */
  #existed(write: Write): boolean {
    return (write.inSnapshot ??= this.#read(write.cache, write.cacheKey).present);
  }

  /** The number of entries at the snapshot, without logging it: of arrays and queues not everybody who asks depends on it. */
  snapshotSize(cache: Cache): number {
    this.touch(cache);
    let members = this.#members(cache);
    // As in #load: a body that creates a collection and asks for its size would run for ever.
    if (members.stamp === NEVER && !this.unproved && this.extend()) members = this.#members(cache);
    return members.value as number;
  }

  /** Logs which element of an array an entry is. */
  logElement(entry: Entry, index: number): Entry {
    if (entry.mark !== this.mark) {
      entry.mark = this.mark;
      this.reads.addElement(entry.cache, index, entry.incarnation);
    }
    return entry;
  }

  /** Logs an array, or the front of a queue: it has been read as a whole. */
  logChanges(cache: Cache, changes: number): void {
    if (cache.changesMark === this.mark) return;
    cache.changesMark = this.mark;
    this.reads.addChanges(cache, changes);
  }

  sizeAtSnapshot(cache: Cache): number {
    const size = this.snapshotSize(cache);
    if (cache.sizeMark !== this.mark) {
      cache.sizeMark = this.mark;
      this.reads.addSize(cache, size);
    }
    return size;
  }

  /** The record that stands for the set of keys, at the snapshot. Not logged: how it matters differs. */
  #members(cache: Cache): Entry {
    const { members } = cache;
    if (cache.hold(cache.segment[cache.slot]) && this.holds(members)) return members;
    while (loadRecord(cache, members, undefined, this.rv, this.slot) !== OK) this.renew();
    return takeAnswer(cache, members, members.cacheKey);
  }

  /**
   * Prepares to read a collection as a whole: the set of its keys is logged as read. Takes a snapshot slot, so that the
   * engine keeps what has not been read yet.
   */
  openScan(cache: Cache): void {
    this.check();
    if (!this.registered && !this.register()) this.doom();
    this.readMembers(cache);
  }

  /** Logs that all depends on which entries, or items, there are. */
  readMembers(cache: Cache): void {
    this.touch(cache);
    let members = this.#members(cache);
    // As in #load: a body that may write had better see the keys as they are now.
    for (let attempts = 1; members.stamp === NEVER && !this.stale; attempts++) {
      if (this.unproved || attempts > MAX_ATTEMPTS || !this.extend()) this.becomeStale(cache, undefined);
      else members = this.#members(cache);
    }
    if (members.stamp !== NEVER) this.#log(members);
  }

  /** Logs an entry that was read by a scan. */
  logScanned(cache: Cache, key: Key, record: number, stamp: number): void {
    if (this.unproved) return;
    if ((stamp & 1) === 0) this.reads.add(record, stamp, new Scanned(cache, key));
    else if (!this.stale) this.becomeStale(cache, key);
  }

  // ---------------------------------------------------------------- writing

  set(cache: Cache, cacheKey: CacheKey, value: unknown): void {
    this.#write(SET, cache, cacheKey, value);
  }

  /** Adds an item to a queue. */
  enqueue(cache: Cache, item: unknown): void {
    this.#write(APPEND, cache, undefined, item);
  }

  #write(kind: number, cache: Cache, cacheKey: CacheKey, value: unknown): void {
    if (this.doomed || this.readOnly || this.stale) this.checkWrite();
    if (typeof value === 'number' || (isImmutable(value) && typeof value !== 'symbol')) {
      this.#open(kind, cache, cacheKey).fill(value);
      return;
    }
    // Encoding runs user code, which may use this very transaction: everything else comes after it.
    const tail = arena.tail;
    const start = encodeValue(arena, value);
    const length = arena.tail - start;
    const staged = stageEncoded(start, length);
    try {
      this.#fill(kind, cache, cacheKey, start, length, staged);
    } finally {
      if (staged !== null || this.suspended) arena.release(tail);
    }
  }

  /** Writes what a draft has changed; returns what the key is now, read-only. */
  patch(cache: Cache, cacheKey: CacheKey, large: LargeValue, draft: Draft): unknown {
    const staged = stageDraft(large, draft);
    if (staged === null) this.set(cache, cacheKey, draft.value);
    else this.#fill(SET, cache, cacheKey, 0, staged.length, staged);
    if (staged?.sparse) this.set(cache, cacheKey, staged.large.owned());
    return this.find(cache, cacheKey).readOnly();
  }

  #fill(kind: number, cache: Cache, cacheKey: CacheKey, start: number, length: number, staged: Staged | null): void {
    try {
      if (bodyHere() !== this) throw new TransactionEndedError();
      this.checkWrite();
      const write = this.#open(kind, cache, cacheKey);
      write.fillEncoded(start, length, staged);
      if (staged !== null) this.writes.own(staged);
      else if (this.suspended) write.keep();
    } catch (error) {
      staged?.end();
      throw error;
    }
  }

  /** Whether the key had a value. */
  delete(cache: Cache, cacheKey: CacheKey): boolean {
    this.checkWrite();
    if (!this.has(cache, cacheKey)) return false;
    this.checkWrite();
    this.#open(DELETE, cache, cacheKey);
    return true;
  }

  clear(cache: Cache): void {
    this.checkWrite();
    this.writes.clear(cache);
  }

  #open(kind: number, cache: Cache, cacheKey: CacheKey): Write {
    if (kind === APPEND) return this.writes.enqueue(cache);
    const entry = this.reads.entryInTurn(cache, cacheKey) ?? cache.find(cacheKey) ?? null;
    return this.writes.open(kind, cache, cacheKey, entry);
  }

  // ---------------------------------------------------------------- the end

  /**
   * Commits what was written, in one native call; without writes there is nothing to prove. Returns the commit's number, without
   * writes the snapshot's, or LOST.
   */
  commit(): number {
    if (this.doomed) return LOST;
    if (this.promised.length > 0 && this.promised.some((each) => each !== null)) throw new TypeError(UNAWAITED);
    if (this.writes.count !== 0) return commit(this);
    // The snapshot has outlived a destroyed collection, the transaction must not.
    const gone = this.reads.destroyedCache();
    if (gone !== undefined) throw destroyed(gone);
    return this.snapshot;
  }
}
