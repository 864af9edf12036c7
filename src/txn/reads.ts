// What a run has read: records with the stamps under which it saw them, and predicates.

import type { Cache } from '../cache.js';
import { type CacheKey, encodeCacheKey, type Key, keyOf } from '../codec/index.js';
import type { Entry } from '../entry.js';
import type { Conflict } from '../errors.js';
import {
  ABSENT,
  CHANGED,
  ELEMENT,
  frame,
  LISTS,
  PREDICATE_WORDS,
  PREDICATES,
  READ_WORDS,
  READS,
  SIZE,
} from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';

const NOT_CACHED = Symbol('not cached');

/** An entry that was read by a scan. */
export class Scanned {
  readonly cacheKey = NOT_CACHED;

  constructor(
    readonly cache: Cache,
    readonly key: Key,
  ) {}
}

/** What the read of a record was of. */
export type Source = Entry | Scanned;

interface Predicate {
  readonly kind: number;
  readonly cache: Cache;
  readonly cacheKey: CacheKey;
  readonly expected: number;
}

/** Logs longer than this are not kept for the next run. */
const KEPT = 1 << 12;

export class Reads {
  count = 0;
  #records: number[] = [];
  #stamps: number[] = [];
  #sources: Source[] = [];
  /** The collections that were read from, and their own stamps. */
  #caches: Cache[] = [];
  #cacheStamps: number[] = [];
  #cacheCount = 0;
  #predicates: Predicate[] = [];
  /** The keys in `#predicates` that were absent. */
  #absences: Map<Cache, Set<CacheKey>> | null = null;
  /** Where `entryInTurn` looks. */
  #next = 0;

  /** Logs a read. An odd stamp must never come here: it would never validate. */
  add(record: number, stamp: number, source: Source): void {
    const n = this.count++;
    this.#records[n] = record;
    this.#stamps[n] = stamp;
    this.#sources[n] = source;
  }

  /** Whether there is anything that could change. */
  get any(): boolean {
    return this.count + this.#cacheCount + this.#predicates.length > 0;
  }

  /** Logs that a collection was read from. */
  addCollection(cache: Cache, stamp: number): void {
    const n = this.#cacheCount++;
    this.#caches[n] = cache;
    this.#cacheStamps[n] = stamp;
  }

  /** Logs that a key has no entry. */
  addAbsence(cache: Cache, cacheKey: CacheKey): void {
    this.#absences ??= new Map();
    let keys = this.#absences.get(cache);
    if (keys === undefined) this.#absences.set(cache, (keys = new Set()));
    if (keys.has(cacheKey)) return;
    keys.add(cacheKey);
    this.#predicates.push({ kind: ABSENT, cache, cacheKey, expected: 0 });
  }

  /** Whether it is logged that the key has no entry. */
  knowsAbsence(cache: Cache, cacheKey: CacheKey): boolean {
    return this.#absences !== null && this.#absences.get(cache)?.has(cacheKey) === true;
  }

  /** Logs the number of entries of a collection. */
  addSize(cache: Cache, expected: number): void {
    this.#predicates.push({ kind: SIZE, cache, cacheKey: undefined, expected });
  }

  /** Logs which item is the first one of a queue, or all of an array: how often that has changed. */
  addChanges(cache: Cache, changes: number): void {
    this.#predicates.push({ kind: CHANGED, cache, cacheKey: undefined, expected: changes });
  }

  /** Logs the element of an array that has this index: its serial number. */
  addElement(cache: Cache, index: number, serial: number): void {
    this.#predicates.push({ kind: ELEMENT, cache, cacheKey: index, expected: serial });
  }

  /**
   * The entry of a key if the read that comes after the last one found here was of it: a body tends to write what it has read,
   * in the order in which it read it.
   */
  entryInTurn(cache: Cache, cacheKey: CacheKey): Entry | null {
    const n = this.#next;
    if (n >= this.count) return null;
    const source = this.#sources[n];
    if (source.cacheKey !== cacheKey || source.cache !== cache) return null;
    this.#next = n + 1;
    return source as Entry; // what a scan has read has no such key
  }

  /** A collection that was read from and has been destroyed since. */
  destroyedCache(): Cache | undefined {
    for (let n = 0; n < this.#cacheCount; n++) if (this.#caches[n].isDestroyed()) return this.#caches[n];
    return undefined;
  }

  /** Words that `fill` needs. */
  get words(): number {
    return (this.count + this.#cacheCount) * READ_WORDS + this.#predicates.length * PREDICATE_WORDS;
  }

  /** Writes both lists to the frame, keys to the arena; returns the word after them. Runs no user code. */
  fill(): number {
    const { i } = frame;
    const count = this.count;
    const records = this.#records;
    const stamps = this.#stamps;
    let at = LISTS;
    for (let n = 0; n < count; n++, at += READ_WORDS) {
      i[at] = records[n];
      i[at + 1] = stamps[n];
    }
    const cacheCount = this.#cacheCount;
    for (let n = 0; n < cacheCount; n++, at += READ_WORDS) {
      i[at] = this.#caches[n].collectionStamp;
      i[at + 1] = this.#cacheStamps[n];
    }
    i[READS] = count + cacheCount;
    i[PREDICATES] = this.#predicates.length;
    return this.#predicates.length === 0 ? at : this.#fillPredicates(at);
  }

  #fillPredicates(start: number): number {
    const { i, f } = frame;
    let at = start;
    for (const { kind, cache, cacheKey, expected } of this.#predicates) {
      const key = kind === ABSENT ? encodeCacheKey(arena, cacheKey) : 0;
      i[at] = kind;
      i[at + 1] = cache.id;
      if (kind === ELEMENT) {
        f[(at + 2) >> 1] = cacheKey as number;
      } else {
        i[at + 2] = key;
        i[at + 3] = kind === ABSENT ? arena.tail - key : 0;
      }
      f[(at + 4) >> 1] = expected;
      at += PREDICATE_WORDS;
    }
    return at;
  }

  /** What the engine means by a position in the lists. */
  conflictAt(position: number): Conflict | undefined {
    if (position < this.count) {
      const { cache, key } = this.#sources[position];
      return { collection: cache.name, key };
    }
    const collections = this.#cacheCount;
    if (position < this.count + collections) {
      return { collection: this.#caches[position - this.count].name, key: undefined };
    }
    const predicate = this.#predicates[position - this.count - collections];
    return predicate && { collection: predicate.cache.name, key: keyOf(predicate.cacheKey) };
  }

  /** The collection that such a position is about. */
  cacheAt(position: number): Cache | undefined {
    if (position < this.count) return this.#sources[position].cache;
    const rest = position - this.count;
    return rest < this.#cacheCount ? this.#caches[rest] : this.#predicates[rest - this.#cacheCount]?.cache;
  }

  /** Lets go of what former runs have left in the logs. */
  forget(): void {
    this.#records = [];
    this.#stamps = [];
    this.#sources = [];
    this.#caches = [];
  }

  reset(): void {
    if (this.count > KEPT) this.forget();
    this.count = 0;
    this.#next = 0;
    this.#cacheCount = 0;
    if (this.#predicates.length > 0) {
      this.#predicates = [];
      this.#absences = null;
    }
  }
}
