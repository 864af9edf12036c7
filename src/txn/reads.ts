// What a run has read: records with the stamps under which it saw them, and predicates.

import { Cache, Entry } from '../cache.js';
import { type CacheKey, encodeCacheKey, type Key, keyOf } from '../codec/index.js';
import type { Conflict } from '../errors.js';
import { ABSENT, frame, LISTS, PREDICATE_WORDS, PREDICATES, READ_WORDS, READS, SIZE } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';

/** An entry that was read by a scan. */
export class Scanned {
  constructor(
    readonly cache: Cache,
    readonly key: Key,
  ) {}
}

/** What a read was of: an entry, or a collection as a whole. */
export type Source = Entry | Scanned | Cache;

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
  #predicates: Predicate[] = [];
  /** The keys in `#predicates` that were absent. */
  #absences: Map<Cache, Set<CacheKey>> | null = null;
  /** Where `written` looks first. */
  #next = 0;

  /** Logs a read. An odd stamp must never come here: it would never validate. */
  add(record: number, stamp: number, source: Source): void {
    const n = this.count++;
    this.#records[n] = record;
    this.#stamps[n] = stamp;
    this.#sources[n] = source;
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

  /**
   * The entry of a key if the read that comes after the last one found here was of it: a body tends to write what it has read,
   * in the order in which it read it.
   */
  entryInTurn(cache: Cache, cacheKey: CacheKey): Entry | null {
    const n = this.#next;
    if (n >= this.count) return null;
    const source = this.#sources[n];
    if (!(source instanceof Entry)) {
      this.#next = n + 1;
      return this.entryInTurn(cache, cacheKey);
    }
    if (source.cacheKey !== cacheKey || source.cache !== cache) return null;
    this.#next = n + 1;
    return source;
  }

  /** A collection that was read from and has been destroyed since. */
  destroyedCache(): Cache | undefined {
    for (let n = 0; n < this.count; n++) {
      const source = this.#sources[n];
      if (source instanceof Cache && source.isDestroyed()) return source;
    }
    return undefined;
  }

  /** Words that `fill` needs. */
  get words(): number {
    return this.count * READ_WORDS + this.#predicates.length * PREDICATE_WORDS;
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
    i[READS] = count;
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
      i[at + 2] = key;
      i[at + 3] = kind === ABSENT ? arena.tail - key : 0;
      f[(at + 4) >> 1] = expected;
      at += PREDICATE_WORDS;
    }
    return at;
  }

  /** What the engine means by a position in the lists. */
  conflictAt(position: number): Conflict | undefined {
    if (position >= this.count) {
      const predicate = this.#predicates[position - this.count];
      return predicate && { collection: predicate.cache.name, key: keyOf(predicate.cacheKey) };
    }
    const source = this.#sources[position];
    if (source === undefined) return undefined;
    return 'cache' in source
      ? { collection: source.cache.name, key: source.key }
      : { collection: source.name, key: undefined };
  }

  reset(): void {
    this.count = 0;
    this.#next = 0;
    if (this.#sources.length > KEPT) {
      this.#records = [];
      this.#stamps = [];
      this.#sources = [];
    }
    if (this.#predicates.length > 0) {
      this.#predicates = [];
      this.#absences = null;
    }
  }
}
