// What a body does to queues: it takes what is there at its snapshot, then what it has added itself, and all of that happens
// when it commits.

import type { Cache } from '../cache.js';
import { QueueClosedError } from '../errors.js';
import { describe } from '../failure.js';
import { OK } from '../runtime/frame.js';
import type { Body } from '../txn/body.js';
import type { Write } from '../txn/writes.js';
import { dropSeen, type Look, look, seenItem } from './items.js';

/** There is no item. */
export const NONE = Symbol('none');

/** How often a look waits for a commit that is under way. */
const MAX_ATTEMPTS = 16;

/** Looks at the queue at the body's snapshot, past what the body has taken; logs what it sees as read. */
function lookInside(body: Body, cache: Cache, skip: number): Look {
  body.check();
  body.touch(cache);
  for (let attempts = 1; ; attempts++) {
    const seen = look(cache, skip, body.rv, body.slot);
    if (seen.status !== OK) {
      body.renew();
    } else if (seen.old && !body.stale) {
      // As in Body: one that may write had better see the queue as it is now.
      const moved = !body.unproved && attempts <= MAX_ATTEMPTS && body.extend();
      if (!moved) body.becomeStale(cache, undefined);
    } else {
      if (seen.present) body.logChanges(cache, seen.changes);
      else logSize(body, cache, seen.size);
      return seen;
    }
  }
}

function logSize(body: Body, cache: Cache, size: number): void {
  if (cache.sizeMark === body.mark) return;
  cache.sizeMark = body.mark;
  body.reads.addSize(cache, size);
}

/** The first item, owned by the caller, or NONE. */
export function peekInside(body: Body, cache: Cache): unknown {
  body.check();
  const skip = body.writes.taken(cache);
  if (Number.isFinite(skip) && lookInside(body, cache, skip).present) return seenItem();
  const { value: own } = body.writes.items(cache).next();
  return own === undefined ? NONE : own.read();
}

/** Takes it; it stays if it cannot be decoded. */
export function takeInside(body: Body, cache: Cache): unknown {
  return takeFirst(body, cache, seenItem, (own) => own.read());
}

/** Takes it without decoding it. False if there is none. */
export function dropInside(body: Body, cache: Cache): boolean {
  return takeFirst(body, cache, dropSeen, () => {}) !== NONE;
}

function takeFirst(body: Body, cache: Cache, seen: () => unknown, added: (own: Write) => unknown): unknown {
  body.checkWrite();
  const { writes } = body;
  const skip = writes.taken(cache);
  if (Number.isFinite(skip) && lookInside(body, cache, skip).present) {
    body.checkWrite(); // a look may have found that the body is late
    const item = seen();
    writes.take(cache);
    return item;
  }
  const { value: own } = writes.items(cache).next();
  if (own === undefined) return NONE;
  body.checkWrite();
  const item = added(own);
  writes.drop(own);
  return item;
}

export function isEmptyInside(body: Body, cache: Cache): boolean {
  body.check();
  const skip = body.writes.taken(cache);
  if (Number.isFinite(skip) && lookInside(body, cache, skip).present) return false;
  return body.writes.items(cache).next().done === true;
}

/** The number of items, what the body has done included. O(writes). */
export function sizeInside(body: Body, cache: Cache): number {
  body.check();
  const taken = body.writes.taken(cache);
  let size = Number.isFinite(taken) ? body.sizeAtSnapshot(cache) - taken : 0;
  for (const _ of body.writes.items(cache)) size++;
  return size;
}

/** Whether it has as many items as it may have. Without a capacity it is no read. */
export function isFullInside(body: Body, cache: Cache): boolean {
  return cache.capacity !== Number.POSITIVE_INFINITY && sizeInside(body, cache) >= cache.capacity;
}

/** Whether the queue is closed at the snapshot, or by the body. */
export function isClosedInside(body: Body, cache: Cache): boolean {
  body.check();
  if (body.writes.closes(cache)) return true;
  body.readMembers(cache); // neither the front nor the size would tell
  return lookInside(body, cache, 0).closed;
}

export function enqueueInside(body: Body, cache: Cache, item: unknown): void {
  if (body.writes.closes(cache)) throw new QueueClosedError(describe(cache.kind, cache.name));
  body.enqueue(cache, item);
}
