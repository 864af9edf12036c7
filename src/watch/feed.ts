// A watch of the engine: what it has to tell, as events.

import type { Cache } from '../cache.js';
import { type CacheKey, decodeKey, encodeCacheKey } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { refuseInRead } from '../runtime/context.js';
import {
  CHANGES,
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
import { clearEvent, type EventMaker, queueEvent, spliceEvent } from './told.js';
import { Values } from './value.js';

/** What is watched. */
export const KEY = 0;
export const PLACE = 1;
export const EVERYTHING = 2;
export const QUEUE = 3;
export const SIGNAL = 4;
export const KEY_SIGNAL = 5;

// Of a change in the inbox: what its first word says, and how long it is without key and values.
const SET_CHANGE = 0;
const CLEAR_CHANGE = 2;
const SPLICE_CHANGE = 3;
const KINDS = 7;
const EVICTED = 8;
const HEADER_BYTES = 48;

/** For who wants to know that there is something, and not what. */
export const NO_EVENT: EventMaker = () => null;

export interface FeedOptions {
  readonly kind: number;
  readonly event: EventMaker;
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
const abandoned = new FinalizationRegistry<number>(unwatch);

export class Feed {
  readonly #ticket: number;
  #ended = false;
  /** What was taken last was not all that the engine had taken off the feed. */
  #more = false;
  /** Nothing has come since it was taken from: there is nothing to take. */
  quiet = false;
  #heard: (() => void) | null = null;
  /** After `take`: the watch was too slow, and what it would have told is gone. */
  lost = false;
  /** After `take`: changes that were told of in one with others, or not at all. */
  skipped = 0;
  /** After `take`: the engine had something to say, be it no event. */
  heard = false;
  /** After `take`: the collection has been destroyed, and this was all. */
  finished = false;
  /** After `take`, of a queue or a signal: something has happened. */
  stirred = false;
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
    if (options.kind === KEY || options.kind === KEY_SIGNAL) {
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
    const here = new WeakRef(this); // whoever forgets the watch ends it
    waitsHere().listen(this.#ticket, () => {
      const feed = here.deref();
      if (feed !== undefined) feed.#ring();
    });
    abandoned.register(this, this.#ticket, this);
  }

  /** What there is, as events in the order of the commits. With `wait` who expects or hears something is told when there is more. */
  take(wait: boolean): object[] {
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
    // The rest of a batch says nothing of what has come since that was taken off the feed, be it that this has rung already.
    const isRest = this.#more;
    this.#more = (i[FLAGS] & MORE) !== 0;
    this.quiet = wait && !this.#more && !isRest;
    this.lost = (i[FLAGS] & LOST) !== 0;
    this.skipped = this.lost ? f[CHANGES] : 0;
    if (this.lost) this.start = { number: f[SNAPSHOT], slot: i[SLOT] };
    this.finished = (i[FLAGS] & (ENDED | MORE)) === ENDED;
    this.stirred = f[VERSION] >= 0;
    this.heard = this.stirred || i[COUNT] > 0;
    if (this.stirred) return this.options.kind === QUEUE ? [totals(f[VERSION])] : [];
    const events = i[COUNT] === 0 ? [] : this.#decode(i[COUNT], i[VALUE_LENGTH]);
    trimInbox();
    return events;
  }

  /** `ended` is called when there is something to take; the process stays alive until then. */
  expect(ended: () => void): void {
    waitsHere().expect(this.#ticket, ended);
  }

  unexpect(): void {
    waitsHere().unexpect(this.#ticket);
  }

  /** The same as often as that is, and the process does not stay alive for it. */
  listen(heard: () => void): void {
    this.#heard = heard;
    waitsHere().listen(this.#ticket, () => this.#ring()); // who listens for ever is not forgotten
  }

  #ring(): void {
    this.quiet = false;
    this.#heard?.();
  }

  /** Changes that have not been taken. */
  get lag(): number {
    return this.#ended ? 0 : native.lag(this.#ticket);
  }

  #decode(count: number, length: number): object[] {
    const { event } = this.options;
    const events: object[] = [];
    const values = new Values(length);
    const when = { version: 0, timestamp: 0, skipped: 0 };
    for (let n = 0; n < count; n++) {
      const { f64, i32 } = inbox;
      const { at } = values;
      const flags = i32[at >> 2];
      const keyLength = i32[(at >> 2) + 1];
      when.version = f64[(at >> 3) + 1];
      when.timestamp = f64[(at >> 3) + 2];
      const index = f64[(at >> 3) + 3];
      when.skipped = f64[(at >> 3) + 4];
      const before = i32[(at >> 2) + 10];
      const after = i32[(at >> 2) + 11];
      values.at = at + HEADER_BYTES + ((keyLength + 7) & ~7);
      this.skipped += when.skipped;
      const kind = flags & KINDS;
      if (kind === CLEAR_CHANGE) {
        events.push(clearEvent(when));
      } else if (kind === SPLICE_CHANGE) {
        events.push(spliceEvent(when, index, values.take(before), values.take(after)));
      } else {
        const key = keyLength === 0 ? undefined : decodeKey(inbox, at + HEADER_BYTES, keyLength);
        const oldValue = before > 0 ? values.next() : undefined;
        const newValue = after > 0 ? values.next() : undefined;
        const evicted = (flags & EVICTED) !== 0;
        const made = event(when, kind === SET_CHANGE, evicted, key, index, before > 0, oldValue, newValue);
        if (made !== null) events.push(made);
      }
    }
    return events;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    abandoned.unregister(this);
    unwatch(this.#ticket);
  }
}

function totals(version: number): object {
  const [commits, timestamp, added, removed, size, closed] = inbox.f64;
  return queueEvent({ version, timestamp, skipped: commits - 1 }, size, added, removed, closed !== 0);
}

function unwatch(ticket: number): void {
  waitsHere().forget(ticket);
  native.unwatch(ticket);
}
