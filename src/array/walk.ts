// Reads a range of an array, a chunk at a time, all on one snapshot.

import type { Cache } from '../cache.js';
import { Bytes, decodeValue, NUMBER_HEADER } from '../codec/index.js';
import { destroyed, failure } from '../failure.js';
import { leaseScanned } from '../large.js';
import { refuseInRead } from '../runtime/context.js';
import {
  ALIKE,
  CHANGES,
  COLLECTION,
  COUNT,
  CURSOR,
  DESTROYED,
  END,
  EXPIRED,
  FLAGS,
  frame,
  GAP,
  LATEST,
  OK,
  OPEN,
  OUTSIDE,
  REGISTERED,
  SIZE_NOW,
  SLOT,
  SNAPSHOT,
  STATUS,
  TOO_LARGE,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { type Snapshot, SnapshotSlot } from '../runtime/snapshot.js';
import { growInbox, inbox, trimInbox } from '../runtime/thread.js';
import type { Body } from '../txn/body.js';

const ITEM_HEADER = 8;
/** Elements of a chunk, at most: what a cache holds. */
const CHUNK = 1 << 10;

export class Walk {
  /** The present chunk, until the next one is read: numbers alone, or values owned by the caller. */
  elements: ArrayLike<unknown> = [];
  /** The end of the range that is left to read; Infinity until the length is known. */
  end: number;
  #next: number;
  #snapshot = LATEST;
  /** Where chunks of numbers are put. */
  #numbers: Float64Array | null = null;
  readonly #slot = new SnapshotSlot(this);

  /** Reads the first chunk of [from, to). In a body the snapshot is the body's, else `at`, which it takes over, or one of its own. */
  constructor(
    readonly cache: Cache,
    readonly body: Body | null,
    from: number,
    to: number,
    at?: Snapshot,
  ) {
    if (at !== undefined) {
      this.#snapshot = at.number;
      this.#slot.hold(at.slot);
    }
    this.#next = from;
    this.end = to;
    try {
      this.next();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get done(): boolean {
    return this.#next >= this.end;
  }

  /** Replaces `elements` by the next chunk; it may be empty at the end. */
  next(): void {
    refuseInRead(); // an iterator that was there before
    const { i, f } = frame;
    const { body, cache } = this;
    const first = body === null && this.#snapshot === LATEST;
    for (;;) {
      i[COLLECTION] = cache.id;
      f[SNAPSHOT] = body === null ? this.#snapshot : body.snapshot;
      f[CURSOR] = this.#next;
      f[END] = Math.min(this.end, this.#next + CHUNK);
      const opens = first && this.#snapshot === LATEST;
      i[FLAGS] = opens ? OPEN : REGISTERED;
      i[SLOT] = body === null ? this.#slot.number : body.slot;
      native.walk();
      const status = i[STATUS];
      if (opens) {
        this.#slot.hold(i[SLOT]);
        this.#snapshot = f[SNAPSHOT];
      }
      if (status === OK) break;
      if (status !== TOO_LARGE) {
        this.#refuse(status, first);
        return;
      }
      growInbox();
    }
    body?.logChanges(cache, f[CHANGES]);
    this.end = Math.min(this.end, f[SIZE_NOW]);
    this.#next += i[COUNT];
    this.elements = (i[FLAGS] & ALIKE) === 0 ? different(i[COUNT]) : this.#alike(i[COUNT]);
    trimInbox();
    if (this.done) this.close();
  }

  #alike(count: number): ArrayLike<unknown> {
    if (inbox.u32[0] !== NUMBER_HEADER || inbox.u32[1] !== 0) return alike(count);
    this.#numbers ??= new Float64Array(Math.min(CHUNK, this.end));
    const numbers = this.#numbers.length === count ? this.#numbers : this.#numbers.subarray(0, count);
    for (let n = 0; n < count; n++) numbers[n] = inbox.f64[n + 1];
    return numbers;
  }

  #refuse(status: number, first: boolean): void {
    const { body, cache } = this;
    this.close();
    this.elements = [];
    this.end = 0;
    if (status === DESTROYED && body === null && !first) return; // an iterator that is under way ends
    if ((status === EXPIRED || status === GAP) && body !== null) body.doom();
    throw status === DESTROYED ? destroyed(cache) : failure(status, cache);
  }

  /** Gives the snapshot back. */
  close(): void {
    this.#slot.close();
  }
}

function alike(count: number): unknown[] {
  const values: unknown[] = [];
  const one = new Bytes(new ArrayBuffer(16));
  one.f64[0] = inbox.f64[0];
  const rest = inbox.f64.slice(1, count + 1);
  const head = inbox.u32.slice(0, 2);
  for (let n = 0; n < count; n++) {
    one.u32.set(head);
    one.f64[1] = rest[n];
    values.push(decodeValue(one, 0, 16));
  }
  return values;
}

/** Decoding may run user code that reads as well: from a copy. */
function different(count: number): unknown[] {
  const places: [at: number, length: number][] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const length = inbox.i32[at >> 2];
    places.push([at + ITEM_HEADER, length]);
    at += ITEM_HEADER + (length > OUTSIDE ? (length + 7) & ~7 : 8);
  }
  const leased = places.map(([at, length]) => (length > OUTSIDE ? null : leaseScanned(length, inbox.u32[at >> 2])));
  const copy = new Bytes(inbox.buffer.slice(0, at));
  return places.map(([at, length], n) => leased[n]?.owned() ?? decodeValue(copy, at, length));
}
