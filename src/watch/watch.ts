// Watches of the collections.

import { Walk } from '../array/walk.js';
import type { Cache } from '../cache.js';
import type { CacheKey, Key } from '../codec/index.js';
import { Scan } from '../keyed/scan.js';
import type { Snapshot } from '../runtime/snapshot.js';
import { EVERYTHING, KEY, PLACE, QUEUE, type RawChange, SET_CHANGE, SPLICE_CHANGE } from './feed.js';
import { type CheckedOptions, checkWatchOptions, type WatchOptions } from './options.js';
import { arrayEvent, elementEvent, keyEvent } from './told.js';
import { type Source, Watcher } from './watcher.js';

/** What is there, as a change from nothing. */
function present(snapshot: Snapshot, timestamp: number, kind: number, what: Partial<RawChange>): RawChange {
  const { number: version } = snapshot;
  return {
    kind,
    version,
    timestamp,
    evicted: false,
    index: 0,
    skipped: 0,
    key: undefined,
    before: [],
    after: [],
    ...what,
  };
}

function* stateOfKeyed(cache: Cache, snapshot: Snapshot, event: Source['event']): Generator<object> {
  const now = Date.now();
  const scan = new Scan(cache, false, null, snapshot);
  try {
    for (;;) {
      const { keys, values } = scan;
      for (let n = 0; n < keys.length; n++) {
        yield event(present(snapshot, now, SET_CHANGE, { key: keys[n] as Key, after: [values[n]] }))!;
      }
      if (scan.done) return;
      scan.next();
    }
  } finally {
    scan.close();
  }
}

function* stateOfArray(cache: Cache, snapshot: Snapshot, event: Source['event']): Generator<object> {
  const now = Date.now();
  const walk = new Walk(cache, null, 0, Number.MAX_SAFE_INTEGER, snapshot);
  let index = 0;
  try {
    for (;;) {
      const after = Array.from(walk.elements);
      if (after.length > 0) yield event(present(snapshot, now, SPLICE_CHANGE, { index, after }))!;
      index += after.length;
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

function keyedSource(cache: Cache, event: Source['event']): Source {
  return { event, state: (snapshot) => begun(stateOfKeyed(cache, snapshot, event)) };
}

/** Of one key or place. */
const ONE = { coalesces: true, snapshot: false };

/** Too slow a watcher of one key sees fewer events, or is told so. */
function watchOne<E>(
  cache: Cache,
  what: { kind: number; key?: CacheKey; index?: number },
  checked: CheckedOptions,
  event: Source['event'],
): Watcher<E> {
  const { buffer, overflow, initial } = checked;
  return new Watcher<E>(cache, { ...ONE, ...what, buffer, initial, coalesces: overflow !== 'error' }, checked, {
    event,
  });
}

function watchEverything<E>(cache: Cache, checked: CheckedOptions, source: Source): Watcher<E> {
  const { buffer, overflow, initial } = checked;
  const feed = { kind: EVERYTHING, buffer, coalesces: overflow === 'coalesce', initial: false, snapshot: initial };
  return new Watcher<E>(cache, feed, checked, source);
}

/** A key of a map or record. */
export function watchKey<E>(cache: Cache, key: CacheKey, options: WatchOptions | undefined): Watcher<E> {
  return watchOne(cache, { kind: KEY, key }, checkWatchOptions(options), keyEvent);
}

/** All keys of a map or record. */
export function watchKeys<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  return watchEverything(cache, checkWatchOptions(options), keyedSource(cache, keyEvent));
}

/** An element of a set. */
export function watchElement<E>(cache: Cache, element: CacheKey, options: WatchOptions | undefined): Watcher<E> {
  return watchOne(cache, { kind: KEY, key: element }, checkWatchOptions(options), elementEvent);
}

/** A whole set. */
export function watchElements<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  return watchEverything(cache, checkWatchOptions(options), keyedSource(cache, elementEvent));
}

/** A whole array. */
export function watchArray<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  const checked = checkWatchOptions(options);
  if (checked.overflow === 'coalesce') {
    throw new TypeError("The changes to an array cannot coalesce: use overflow: 'resync' or 'error'.");
  }
  const event = arrayEvent;
  return watchEverything(cache, checked, { event, state: (snapshot) => begun(stateOfArray(cache, snapshot, event)) });
}

/** What is at an index of an array. */
export function watchPlace<E>(cache: Cache, index: number, options: WatchOptions | undefined): Watcher<E> {
  if (typeof index !== 'number') throw new TypeError('The index must be a number.');
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('The index must be a whole number from 0.');
  return watchOne(cache, { kind: PLACE, index }, checkWatchOptions(options), arrayEvent);
}

/** How many items a queue has. */
export function watchQueue<E>(cache: Cache, options: WatchOptions | undefined): Watcher<E> {
  const checked = checkWatchOptions(options, ['signal', 'initial']);
  return watchOne(cache, { kind: QUEUE }, checked, arrayEvent);
}
