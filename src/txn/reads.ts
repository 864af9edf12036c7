// What a run has read: records with the stamps under which it saw them, and predicates.

import type { Cache, Entry } from '../cache.js';
import { encodeKey, type Key } from '../codec/index.js';
import type { Conflict } from '../errors.js';
import { ABSENT, frame, LISTS, PREDICATE_WORDS, PREDICATES, READ_WORDS, READS, SIZE } from '../runtime/frame.js';
import { arena } from '../runtime/thread.js';

/** What a read was of: an entry, or a collection as a whole. */
export type Source = Entry | Cache;

interface Predicate {
  readonly kind: number;
  readonly cache: Cache;
  readonly key: Key;
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

  /** Logs a read. An odd stamp must never come here: it would never validate. */
  add(record: number, stamp: number, source: Source): void {
    const n = this.count++;
    this.#records[n] = record;
    this.#stamps[n] = stamp;
    this.#sources[n] = source;
  }

  /** Logs that a key has no entry. */
  addAbsence(cache: Cache, key: Key): void {
    this.#predicates.push({ kind: ABSENT, cache, key, expected: 0 });
  }

  /** Logs the number of entries of a collection. */
  addSize(cache: Cache, expected: number): void {
    this.#predicates.push({ kind: SIZE, cache, key: undefined, expected });
  }

  /** Words that `fill` needs. */
  get words(): number {
    return this.count * READ_WORDS + this.#predicates.length * PREDICATE_WORDS;
  }

  /** Writes both lists to the frame, keys to the arena; returns the word after them. */
  fill(): number {
    const { i, f } = frame;
    let at = LISTS;
    for (let n = 0; n < this.count; n++, at += READ_WORDS) {
      i[at] = this.#records[n];
      i[at + 1] = this.#stamps[n];
    }
    for (const { kind, cache, key, expected } of this.#predicates) {
      const start = kind === ABSENT ? encodeKey(arena, key) : 0;
      i[at] = kind;
      i[at + 1] = cache.id;
      i[at + 2] = start;
      i[at + 3] = kind === ABSENT ? arena.tail - start : 0;
      f[(at + 4) >> 1] = expected;
      at += PREDICATE_WORDS;
    }
    i[READS] = this.count;
    i[PREDICATES] = this.#predicates.length;
    return at;
  }

  /** What the engine means by a position in the lists. */
  conflictAt(position: number): Conflict | undefined {
    const source = position < this.count ? this.#sources[position] : this.#predicates[position - this.count];
    if (source === undefined) return undefined;
    return 'cache' in source
      ? { collection: source.cache.name, key: source.key }
      : { collection: source.name, key: undefined };
  }

  reset(): void {
    this.count = 0;
    if (this.#sources.length > KEPT) {
      this.#records = [];
      this.#stamps = [];
      this.#sources = [];
    }
    if (this.#predicates.length > 0) this.#predicates = [];
  }
}
