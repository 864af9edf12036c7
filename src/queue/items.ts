// What the engine has to say about queues: items that were taken, and the one that is first.

import type { Cache } from '../cache.js';
import { Bytes, decodeValue } from '../codec/index.js';
import { leaseScanned, takeLeased } from '../large.js';
import { askPlace } from '../load.js';
import {
  CHANGES,
  COLLECTION,
  COUNT,
  frame,
  OK,
  OUTSIDE,
  SIZE_NOW,
  STAMP,
  STATUS,
  TICKET,
  TOO_LARGE,
  UNTIDY,
  VALUE_LENGTH,
} from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { growInbox, inbox, trimInbox } from '../runtime/thread.js';
import { tidyLater } from '../runtime/tidy.js';

/** An item in a list of them: its length, and from here on the value. */
const ITEM_HEADER = 8;

/** A ticket that no wait has: `take` does not wait then. */
export const NO_TICKET = 0;

/** Takes up to `most` items; returns the engine's status. With a ticket the thread stands in line if there is none. */
export function take(cache: Cache, most: number, ticket: number): number {
  const { i } = frame;
  for (;;) {
    i[COLLECTION] = cache.id;
    i[COUNT] = most;
    i[TICKET] = ticket;
    native.take();
    const status = i[STATUS];
    if (status !== TOO_LARGE) return status;
    growInbox();
  }
}

/** Receives what was waited for, likewise. */
export function receive(ticket: number): number {
  const { i } = frame;
  for (;;) {
    i[TICKET] = ticket;
    native.receive();
    const status = i[STATUS];
    if (status !== TOO_LARGE) return status;
    growInbox();
  }
}

/** The item that was just taken or received, if it was one; owned by the caller. */
export function takenItem(): unknown {
  if (frame.i[UNTIDY] !== 0) tidyLater();
  const length = inbox.i32[0];
  const item =
    length > OUTSIDE
      ? decodeValue(inbox, ITEM_HEADER, length)
      : leaseScanned(length, inbox.u32[ITEM_HEADER >> 2]).owned();
  trimInbox();
  return item;
}

/** All that were just taken, in their order. Decoding may run user code that uses queues itself. */
export function takenItems(): unknown[] {
  const count = frame.i[COUNT];
  if (count === 1) return [takenItem()];
  if (frame.i[UNTIDY] !== 0) tidyLater();
  const ends: number[] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const length = inbox.i32[at >> 2];
    at += ITEM_HEADER + (length > OUTSIDE ? (length + 7) & ~7 : 8);
    ends.push(at);
  }
  const copy = new Bytes(inbox.buffer.slice(0, at));
  trimInbox();
  let start = 0;
  return ends.map((end) => {
    const length = copy.i32[start >> 2];
    const value = start + ITEM_HEADER;
    start = end;
    return length > OUTSIDE ? decodeValue(copy, value, length) : leaseScanned(length, copy.u32[value >> 2]).owned();
  });
}

/** What `look` has found. */
export interface Look {
  /** Of the engine: GAP, NEWER and EXPIRED are the caller's business. */
  status: number;
  /** Not the latest state. */
  old: boolean;
  size: number;
  /** How often the first item has become another one. */
  changes: number;
  closed: boolean;
  present: boolean;
}

const found: Look = { status: OK, old: false, size: 0, changes: 0, closed: false, present: false };

/** Looks at a queue as of a snapshot, past `skip` items. The next call overwrites the answer; `seenItem` is the item. */
export function look(cache: Cache, skip: number, snapshot: number, slot: number): Look {
  const { i, f } = frame;
  found.status = askPlace(cache, skip, snapshot, slot);
  found.old = (i[STAMP] & 1) !== 0;
  found.size = f[SIZE_NOW];
  found.changes = f[CHANGES];
  found.closed = i[COUNT] !== 0;
  found.present = i[VALUE_LENGTH] !== -1;
  return found;
}

/** The item that `look` has just found, owned by the caller. */
export function seenItem(): unknown {
  const length = frame.i[VALUE_LENGTH];
  const item = length > OUTSIDE ? decodeValue(inbox, 0, length) : takeLeased().owned();
  trimInbox();
  return item;
}
