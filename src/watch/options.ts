// Options of watches.

import { notOptions, unknownOption } from '../arguments.js';

/** What becomes of events that nobody takes: see `WatchOptions`. */
export type Overflow = 'coalesce' | 'resync' | 'error';

/** Options of everything that watches. */
export interface WatchOptions {
  /** Ends the watch. */
  signal?: AbortSignal | undefined;
  /** Events that wait for a slow watcher, at most; 1024 unless stated. Writers never wait. */
  buffer?: number | undefined;
  /**
   * What becomes of them when there are more. `'coalesce'`: those of one key become one, from the first to the last, with the number that
   * were `skipped`; a watch of more keys than it has room for gets a `resync`. `'resync'`: a watch of a whole collection gets one event
   * of that type in place of all. `'error'`: the watch ends with a `WatchOverflowError`. One key or place coalesces unless it is
   * `'error'`; a whole collection resyncs unless it is stated; arrays cannot coalesce. Coalescing has room for half as many keys as `buffer`, which
   * is 16384 at most then.
   */
  overflow?: Overflow | undefined;
  /** Begins with what is there, as events; and after a `resync` again. */
  initial?: boolean | undefined;
}

const BUFFER = 1024;
const MOST = 1 << 20;
const OVERFLOWS: readonly unknown[] = ['coalesce', 'resync', 'error'];

export interface CheckedOptions {
  readonly signal: AbortSignal | undefined;
  readonly buffer: number;
  readonly overflow: Overflow | undefined;
  readonly initial: boolean;
}

const NONE: CheckedOptions = { signal: undefined, buffer: BUFFER, overflow: undefined, initial: false };

/** Throws a `TypeError` for what are no options, a `RangeError` for a buffer out of range. */
export function checkWatchOptions(options: WatchOptions | undefined, allowed?: readonly string[]): CheckedOptions {
  if (options === undefined) return NONE;
  if (typeof options !== 'object' || options === null) {
    const hint =
      ': changes come from what it returns, for await (const change of map.watch(key)); subscribe() takes a function';
    throw notOptions('a watch', options, typeof options === 'function' ? hint : '');
  }
  for (const name of Object.keys(options)) {
    if (!(name in NONE) || (allowed !== undefined && !allowed.includes(name)))
      throw unknownOption('This watch', name, allowed ?? Object.keys(NONE));
  }
  const { signal, buffer = BUFFER, overflow, initial = false } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('The option signal must be an AbortSignal.');
  }
  if (typeof buffer !== 'number') throw new TypeError('The option buffer must be a number.');
  if (!Number.isInteger(buffer) || buffer < 1 || buffer > MOST) {
    throw new RangeError(`The option buffer must be a whole number from 1 to ${MOST}.`);
  }
  if (overflow !== undefined && !OVERFLOWS.includes(overflow)) {
    throw new TypeError("The option overflow must be 'coalesce', 'resync' or 'error'.");
  }
  if (typeof initial !== 'boolean') throw new TypeError('The option initial must be a boolean.');
  return { signal, buffer, overflow, initial };
}

/** The error for a watch of one key that was not told which; `undefined` is a key. */
export function watchesNothing(call: string): TypeError {
  return new TypeError(`${call} needs to be told what to watch: watchAll() tells of all changes.`);
}
