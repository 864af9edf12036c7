// Watches of the collections.

import { Walk } from '../array/walk.js';
import type { Cache } from '../cache.js';
import type { CacheKey } from '../codec/index.js';
import { Scan } from '../keyed/scan.js';
import type { Snapshot } from '../runtime/snapshot.js';
import { EVERYTHING, KEY, PLACE, QUEUE } from './feed.js';
import { type CheckedOptions, checkWatchOptions, type WatchOptions } from './options.js';
import { type EventMaker, elementEvent, keyEvent, placeEvent, spliceEvent, type When } from './told.js';
import { type State, Watcher } from './watcher.js';

/** What is there, told as a change from nothing. */
const toldNow = ({ number: version }: Snapshot): When => ({ version, timestamp: Date.now(), skipped: 0 });

function* stateOfKeyed(cache: Cache, snapshot: Snapshot, event: EventMaker): Generator<object> {
  const when = toldNow(snapshot);
  const scan = new Scan(cache, false, null, snapshot);
  try {
    for (;;) {
      const { keys, values } = scan;
      for (let n = 0; n < keys.length; n++) yield event(when, true, false, keys[n], 0, false, undefined, values[n])!;
      if (scan.done) return;
      scan.next();
    }
  } finally {
    scan.close();
  }
}

function* stateOfArray(cache: Cache, snapshot: Snapshot): Generator<object> {
  const when = toldNow(snapshot);
  const walk = new Walk(cache, null, 0, Number.MAX_SAFE_INTEGER, snapshot);
  let index = 0;
  try {
    for (;;) {
      const added = Array.from(walk.elements);
      if (added.length > 0) yield spliceEvent(when, index, [], added);
      index += added.length;
      if (walk.done) return;
      walk.next();
    }
  } finally {
    walk.close();
  }
}

/** A generator that was never begun would not give its snapshot back. */
function begun(state: Generator<object>): Iterator<object> {
  let first: IteratorResult<object> | null = state.next();
  return {
    next() {
      const result = first ?? state.next();
      first = null;
      return result;
    },
    return: () => state.return(undefined),
  };
}

/** Commits go through all of it, now and then. */
const MOST_COALESCING = 1 << 14;

interface What {
  readonly kind: number;
  readonly event: EventMaker;
  readonly key?: CacheKey;
  readonly index?: number;
}

/** One key or place: too slow a watcher sees fewer events, or is told so. */
function watchOne<E>(cache: Cache, what: What, checked: CheckedOptions): Watcher<E> {
  const { buffer, overflow, initial } = checked;
  return new Watcher<E>(cache, { ...what, buffer, initial, coalesces: overflow !== 'error', snapshot: false }, checked);
}

function watchEverything<E>(cache: Cache, event: EventMaker, checked: CheckedOptions, state: State): Watcher<E> {
  const { buffer, overflow, initial } = checked;
  const coalesces = overflow === 'coalesce';
  if (coalesces && buffer > MOST_COALESCING) {
    throw new RangeError(`The option buffer must be at most ${MOST_COALESCING} with overflow: 'coalesce'.`);
  }
  const feed = { kind: EVERYTHING, event, buffer, coalesces, initial: false, snapshot: initial };
  return new Watcher<E>(cache, feed, checked, state);
}

function watchKeyed<E>(cache: Cache, event: EventMaker, options: WatchOptions | undefined): Watcher<E> {
  const state = (snapshot: Snapshot) => begun(stateOfKeyed(cache, snapshot, event));
  return watchEverything(cache, event, checkWatchOptions(options), state);
}

/** A key of a map or record. */
export function watchKey<E>(cache: Cache, key: CacheKey, options: WatchOptions | undefined): Watcher<E> {
  return watchOne(cache, { kind: KEY, key, event: keyEvent }, checkWatchOptions(options));
}

/** All keys of a map or record. */
export function watchKeys<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  return watchKeyed(cache, keyEvent, options);
}

/** An element of a set. */
export function watchElement<E>(cache: Cache, element: CacheKey, options: WatchOptions | undefined): Watcher<E> {
  return watchOne(cache, { kind: KEY, key: element, event: elementEvent }, checkWatchOptions(options));
}

/** A whole set. */
export function watchElements<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  return watchKeyed(cache, elementEvent, options);
}

/** A whole array. */
export function watchArray<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  const checked = checkWatchOptions(options);
  if (checked.overflow === 'coalesce') {
    throw new TypeError("The changes to an array cannot coalesce: use overflow: 'resync' or 'error'.");
  }
  return watchEverything(cache, placeEvent, checked, (snapshot) => begun(stateOfArray(cache, snapshot)));
}

/** What is at an index of an array. */
export function watchPlace<E>(cache: Cache, index: number, options: WatchOptions | undefined): Watcher<E> {
  if (typeof index !== 'number') throw new TypeError('The index must be a number.');
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('The index must be a whole number from 0.');
  return watchOne(cache, { kind: PLACE, index, event: placeEvent }, checkWatchOptions(options));
}

/** How many items a queue has. */
export function watchQueue<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  const checked = checkWatchOptions(options, ['signal', 'initial']);
  return watchOne(cache, { kind: QUEUE, event: placeEvent }, checked);
}
