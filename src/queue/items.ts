// What the engine has to say about queues: items that were taken, and the one that is first.

import type { Cache } from '../cache.js';
import { decodeValue } from '../codec/index.js';
import { takeLeased } from '../large.js';
import { askPlace } from '../load.js';
import {
  CHANGES,
  COLLECTION,
  COUNT,
  frame,
  LATEST,
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
import { ITEM_HEADER, Taken } from './taken.js';

/** A ticket that no wait has: `take` does not wait then. */
export const NO_TICKET = 0;

/**
 * Takes up to `most` items; returns the engine's status. With a ticket the thread stands in line if there is none. Throws if the first item is
 * known to be one that cannot be decoded.
 */
export function take(cache: Cache, most: number, ticket: number): number {
  if (cache.wary) tryFirst(cache);
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

/** Others need not see how an item goes and comes back whenever this thread tries again. */
function tryFirst(cache: Cache): void {
  if (look(cache, 0, LATEST, -1).present) seenItem();
  cache.wary = false;
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

/** What was just taken or received; in the inbox, which is to be trimmed. */
function taken(): Taken {
  if (frame.i[UNTIDY] !== 0) tidyLater();
  return new Taken(inbox, frame.i[COUNT]);
}

/** The item that was just taken or received, owned by the caller. One that cannot be decoded goes back, and the error says why. */
export function takenItem(cache: Cache): unknown {
  if (frame.i[UNTIDY] !== 0) tidyLater();
  const word = inbox.i32[0];
  let large: Taken | undefined;
  try {
    if (word > OUTSIDE) return decodeValue(inbox, ITEM_HEADER, word);
    large = new Taken(inbox, 1);
    return large.next();
  } catch (error) {
    (large ?? new Taken(inbox, 1)).putBack(cache);
    throw error;
  } finally {
    trimInbox();
  }
}

/**
 * Adds what was just taken to `items`. False if one of it cannot be decoded: that one goes back, with all behind it. The error is thrown only if
 * there is nothing before it, else whoever asks for it next is told.
 */
export function takenItems(cache: Cache, items: unknown[]): boolean {
  const left = taken();
  try {
    while (left.count > 0) items.push(left.next());
    return true;
  } catch (error) {
    left.putBack(cache);
    if (items.length === 0) throw error;
    return false;
  } finally {
    trimInbox();
  }
}

/** Nobody wants the item that was just taken. */
export function dropTaken(): void {
  taken().drop();
  trimInbox();
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

/** Nobody wants the item that `look` has just found. */
export function dropSeen(): void {
  if (frame.i[VALUE_LENGTH] <= OUTSIDE) takeLeased();
  trimInbox();
}

/** The item that `look` has just found, owned by the caller. */
export function seenItem(): unknown {
  const length = frame.i[VALUE_LENGTH];
  const item = length > OUTSIDE ? decodeValue(inbox, 0, length) : takeLeased().owned();
  trimInbox();
  return item;
}
