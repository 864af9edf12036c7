// The whole of a collection as one read-only object: what UI frameworks ask a store for, beside `subscribe`.

import type { Cache } from '../cache.js';
import { toView } from '../codec/index.js';
import { destroyed } from '../failure.js';
import { bodyHere } from '../txn/scope.js';
import { Feed, NO_EVENT, SIGNAL } from './feed.js';

interface Whole {
  /** Says whether anything has changed since it was asked last. */
  readonly feed: Feed;
  view: unknown;
}

const wholes = new WeakMap<Cache, Whole>();

/** A read-only form of what `read` returns: outside of transactions the same object until the collection changes. O(1) then. */
export function viewWhole<T>(cache: Cache, read: () => T): T {
  if (bodyHere() !== null) return toView(read()) as T;
  let whole = wholes.get(cache);
  const known = whole !== undefined;
  if (whole === undefined) {
    const feed = new Feed(cache, {
      kind: SIGNAL,
      event: NO_EVENT,
      buffer: 1,
      coalesces: true,
      initial: false,
      snapshot: false,
    });
    whole = { feed, view: undefined };
    wholes.set(cache, whole);
  }
  // Asked before it is read: what is committed in between is seen, and read once more the next time.
  whole.feed.take(false);
  if (whole.feed.finished) throw destroyed(cache);
  if (!known || whole.feed.stirred) {
    wholes.delete(cache); // until it has been read
    whole.view = toView(read());
    wholes.set(cache, whole);
  }
  return whole.view as T;
}
