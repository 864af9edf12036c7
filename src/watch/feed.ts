// A watch of the engine: what it has to tell, as events.

import type { Cache } from '../cache.js';
import { type CacheKey, decodeKey, encodeCacheKey, type Key } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { refuseInRead } from '../runtime/context.js';
import {
  COALESCE,
  COLLECTION,
  COUNT,
  CURSOR,
  DESTROYED,
  ENDED,
  FLAGS,
  frame,
  INITIAL,
  KEY_LENGTH,
  KEY_OFFSET,
  LOST,
  MORE,
  OK,
  OPEN,
  SLOT,
  SNAPSHOT,
  STATUS,
  TICKET,
  TOO_LARGE,
  UNTIDY,
  VALUE_LENGTH,
  VERSION,
  WAIT,
  WATCH_KIND_SHIFT,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import type { Snapshot } from '../runtime/snapshot.js';
import { arena, growInbox, inbox, trimInbox } from '../runtime/thread.js';
import { tidyLater } from '../runtime/tidy.js';
import { waitsHere } from '../runtime/waits.js';
import { Answer } from './value.js';

/** What is watched. */
export const KEY = 0;
export const PLACE = 1;
export const EVERYTHING = 2;
export const QUEUE = 3;
export const SIGNAL = 4;

/** Kinds of changes. */
export const SET_CHANGE = 0;
export const DELETE_CHANGE = 1;
export const CLEAR_CHANGE = 2;
export const SPLICE_CHANGE = 3;
const KINDS = 7;
const EVICTED = 8;

/** A change as the engine tells it. Values may be `Pending`. */
export interface RawChange {
  readonly kind: number;
  readonly evicted: boolean;
  readonly version: number;
  readonly timestamp: number;
  readonly index: number;
  readonly skipped: number;
  /** Of a collection with keys. */
  readonly key: Key;
  readonly before: unknown[];
  readonly after: unknown[];
}

/** What has happened to a queue since it was asked last. */
export interface RawTotals {
  readonly version: number;
  readonly commits: number;
  readonly timestamp: number;
  readonly added: number;
  readonly removed: number;
  readonly size: number;
  readonly closed: boolean;
}

export interface FeedOptions {
  readonly kind: number;
  readonly key?: CacheKey;
  readonly index?: number;
  readonly buffer: number;
  readonly coalesces: boolean;
  /** One key, one place, or a queue: begins with what is there. */
  readonly initial: boolean;
  /** A snapshot is wanted where the feed begins. */
  readonly snapshot: boolean;
}

/** The last resort for watches that were neither ended nor finished. */
const abandoned = new FinalizationRegistry<number>((ticket) => native.unwatch(ticket));

export class Feed {
  readonly #ticket: number;
  #ended = false;
  /** After `take`: the watch was too slow, and what it would have told is gone. */
  lost = false;
  /** After `take`: the collection has been destroyed, and this was all. */
  finished = false;
  /** After `take`, of a queue. */
  totals: RawTotals | null = null;
  /** Where the feed begins, at first or after it was lost; with a snapshot if one is wanted. */
  start: Snapshot;

  constructor(
    readonly cache: Cache,
    readonly options: FeedOptions,
  ) {
    refuseInRead();
    const { i, f } = frame;
    this.#ticket = waitsHere().ticket();
    const tail = arena.tail;
    let start = 0;
    let length = 0;
    if (options.kind === KEY) {
      start = encodeCacheKey(arena, options.key); // which may be undefined
      length = arena.tail - start;
    }
    i[COLLECTION] = cache.id;
    i[TICKET] = this.#ticket;
    i[COUNT] = options.buffer;
    f[CURSOR] = options.index ?? 0;
    i[KEY_OFFSET] = start;
    i[KEY_LENGTH] = length;
    i[FLAGS] =
      (options.kind << WATCH_KIND_SHIFT) |
      (options.coalesces ? COALESCE : 0) |
      (options.initial ? INITIAL : 0) |
      (options.snapshot ? OPEN : 0);
    native.watch();
    arena.release(tail);
    if (i[STATUS] !== OK) throw i[STATUS] === DESTROYED ? destroyed(cache) : failure(i[STATUS], cache);
    this.start = { number: f[SNAPSHOT], slot: i[SLOT] };
    abandoned.register(this, this.#ticket, this);
  }

  /** What there is, in the order of the commits. If that is nothing and `wait`, `wake` is called as soon as there is something. */
  take(wait: boolean): RawChange[] {
    refuseInRead(); // an iterator that was there before
    const { i, f } = frame;
    for (;;) {
      i[TICKET] = this.#ticket;
      i[FLAGS] = (wait ? WAIT : 0) | (this.options.snapshot ? OPEN : 0);
      native.tidings();
      if (i[STATUS] === OK) break;
      if (i[STATUS] !== TOO_LARGE) throw failure(i[STATUS], this.cache);
      growInbox();
    }
    if (i[UNTIDY] !== 0) tidyLater();
    this.lost = (i[FLAGS] & LOST) !== 0;
    if (this.lost) this.start = { number: f[SNAPSHOT], slot: i[SLOT] };
    this.finished = (i[FLAGS] & (ENDED | MORE)) === ENDED;
    this.totals = f[VERSION] < 0 ? null : totals(f[VERSION]);
    const changes = i[COUNT] === 0 ? [] : decode(i[COUNT], i[VALUE_LENGTH]);
    trimInbox();
    return changes;
  }

  /** `ended` is called when there is something to take; the process stays alive until then. */
  expect(ended: () => void): void {
    waitsHere().expect(this.#ticket, ended);
  }

  /** The same as often as that is, and the process does not stay alive for it. */
  listen(heard: () => void): void {
    waitsHere().listen(this.#ticket, heard);
  }

  /** Changes that have not been taken. */
  get lag(): number {
    return this.#ended ? 0 : native.lag(this.#ticket);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    abandoned.unregister(this);
    waitsHere().forget(this.#ticket);
    native.unwatch(this.#ticket);
  }
}

function totals(version: number): RawTotals {
  const { f64 } = inbox;
  return {
    version,
    commits: f64[0],
    timestamp: f64[1],
    added: f64[2],
    removed: f64[3],
    size: f64[4],
    closed: f64[5] !== 0,
  };
}

function decode(count: number, length: number): RawChange[] {
  const answer = new Answer(inbox, (length + 7) & ~7);
  const changes: RawChange[] = [];
  for (let n = 0; n < count; n++) {
    const flags = answer.word();
    const keyLength = answer.word();
    const version = answer.number();
    const timestamp = answer.number();
    const index = answer.number();
    const skipped = answer.number();
    const before = answer.word();
    const after = answer.word();
    const key = keyLength === 0 ? undefined : decodeKey(inbox, answer.skip(keyLength), keyLength);
    changes.push({
      kind: flags & KINDS,
      evicted: (flags & EVICTED) !== 0,
      version,
      timestamp,
      index,
      skipped,
      key,
      before: answer.values(before),
      after: answer.values(after),
    });
  }
  return changes;
}
