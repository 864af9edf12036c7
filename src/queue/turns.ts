// Waiting for items: a thread stands in line, and the engine hands over.

import { notOptions, unknownOption } from '../arguments.js';
import type { Cache } from '../cache.js';
import { QueueTimeoutError } from '../errors.js';
import { describe, destroyed, failure } from '../failure.js';
import { DESTROYED, EMPTY, OK } from '../runtime/frame.js';
import { waitsHere } from '../runtime/waits.js';
import { onAbort } from '../scope/abort.js';
import { linked, refused, rejectedLater } from '../scope/linked.js';
import { scopeOfCaller } from '../scope/scope.js';
import { takeManyNow } from './alone.js';
import { receive, take, takenItem } from './items.js';

/** Options of what waits for a queue. */
export interface WaitOptions {
  /** Ends the waiting, with its reason. */
  signal?: AbortSignal;
  /** Most milliseconds to wait; then `TimeoutError`. */
  timeout?: number;
}

export function checkWaitOptions(options: WaitOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) throw notOptions('waiting', options);
  const stranger = Object.keys(options).find((name) => name !== 'signal' && name !== 'timeout');
  if (stranger !== undefined) throw unknownOption('Waiting', stranger, ['signal', 'timeout']);
  const { signal, timeout } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('The option signal must be an AbortSignal.');
  }
  if (timeout !== undefined && typeof timeout !== 'number') throw new TypeError('The option timeout must be a number.');
  if (timeout !== undefined && !(timeout >= 0)) throw new RangeError('The option timeout must be at least 0.');
}

/** The next item, or a wait for it. */
export interface Turn {
  readonly item: Promise<unknown>;
  /** Gives up; an item that is on its way returns to the queue. Does nothing if the promise is settled. */
  leave(reason: unknown): void;
}

const LONGEST_TIMER = 0x7fff_ffff;
const SETTLED = (): void => {};

/** Takes the first item, or stands in line for it. O(1). One that cannot be decoded is the first item again. */
export function nextTurn(cache: Cache): Turn {
  const waits = waitsHere();
  const ticket = waits.ticket();
  let status: number;
  try {
    status = take(cache, 1, ticket);
    if (status === OK) return { item: Promise.resolve(takenItem(cache)), leave: SETTLED };
  } catch (error) {
    return { item: rejectedLater(error), leave: SETTLED };
  }
  if (status !== EMPTY) throw refusal(status, cache);
  let reject: (reason: unknown) => void;
  const item = new Promise<unknown>((resolve, rejected) => {
    reject = rejected;
    waits.expect(ticket, () => {
      const status = receive(ticket);
      if (status !== OK) return rejected(refusal(status, cache));
      try {
        resolve(takenItem(cache));
      } catch (error) {
        rejected(error);
      }
    });
  });
  return {
    item,
    leave(reason) {
      if (waits.giveUp(ticket)) reject(reason);
    },
  };
}

function refusal(status: number, cache: Cache): Error {
  return status === DESTROYED ? destroyed(cache) : failure(status, cache);
}

/** The next item, for as long as the options and the scope of the caller say. */
export function nextItem(cache: Cache, options: WaitOptions | undefined): Promise<unknown> {
  const scope = scopeOfCaller();
  if (scope?.isCancelled) return refused(scope);
  if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
  const turn = nextTurn(cache);
  if (turn.leave === SETTLED) return turn.item;
  const item =
    options === undefined
      ? turn.item
      : limited(turn.item, options, `${describe(cache.kind, cache.name)} had no item`, turn.leave);
  return scope === undefined ? item : linked(scope, item, turn.leave);
}

/** At most so many items are taken in one go. */
const MANY = 1 << 12;

/** Waits for one item, and takes what there is beside it, up to `count`. */
export function nextItems(cache: Cache, count: number, options: WaitOptions | undefined): Promise<unknown[]> {
  const scope = scopeOfCaller();
  if (scope?.isCancelled) return refused(scope);
  const items = someItems(cache, count, options);
  return scope === undefined ? items : linked(scope, items);
}

async function someItems(cache: Cache, count: number, options: WaitOptions | undefined): Promise<unknown[]> {
  if (options?.signal?.aborted) throw options.signal.reason;
  const items: unknown[] = [];
  const takeSome = () => takeManyNow(cache, Math.min(count - items.length, MANY), items);
  let more = true;
  try {
    more = takeSome();
  } catch (error) {
    return rejectedLater(error);
  }
  if (items.length === 0) more = items.push(await nextItem(cache, options)) < count;
  try {
    while (more && items.length < count) more = takeSome();
  } catch {
    // These were the last ones for now: whoever asks for the next one is told why.
  }
  return items;
}

/** Calls `leave` with the reason when the signal aborts or the time is up before `promise` is settled. */
export function limited<T>(
  promise: Promise<T>,
  { signal, timeout }: WaitOptions,
  what: string,
  leave: (reason: unknown) => void,
): Promise<T> {
  const aborted = () => leave(signal!.reason);
  const unlisten = signal === undefined ? undefined : onAbort(signal, aborted);
  const late =
    timeout === undefined || timeout === Number.POSITIVE_INFINITY
      ? undefined
      : setTimeout(() => leave(new QueueTimeoutError(what, timeout)), Math.min(timeout, LONGEST_TIMER));
  return promise.finally(() => {
    clearTimeout(late);
    unlisten?.();
  });
}
