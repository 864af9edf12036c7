// Listeners that are told that something has changed, and not what: the contract of UI frameworks' external stores.

import { AsyncLocalStorage } from 'node:async_hooks';
import { callable, notOptions, unknownOption } from '../arguments.js';
import type { Cache } from '../cache.js';
import { type CacheKey, NO_KEY } from '../codec/index.js';
import { leave } from '../runtime/context.js';
import { onAbort } from '../scope/abort.js';
import { Feed, KEY_SIGNAL, NO_EVENT, SIGNAL } from './feed.js';

/** Options of `subscribe`. */
export interface SubscribeOptions<K> {
  /** Only changes to this key. */
  key?: K;
  /** Ends the subscription. */
  signal?: AbortSignal | undefined;
}

/**
 * Calls `listener` after changes, once for a burst, in the asynchronous context of this call and outside of transactions. Returns what
 * ends it. It does not keep the process alive.
 */
export function subscribeTo<K>(
  cache: Cache,
  listener: () => void,
  options: SubscribeOptions<K> = {},
  keyOf?: (key: K) => CacheKey,
): () => void {
  callable('subscribe(listener, { key })', listener);
  checkNames(options, keyOf !== undefined);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('The option signal must be an AbortSignal.');
  }
  const key = keyOf !== undefined && 'key' in options ? keyOf(options.key as K) : NO_KEY;
  if (signal?.aborted) return () => {};
  const what = key === NO_KEY ? { kind: SIGNAL } : { kind: KEY_SIGNAL, key };
  const feed = new Feed(cache, {
    ...what,
    event: NO_EVENT,
    buffer: 1,
    coalesces: true,
    initial: false,
    snapshot: false,
  });
  const inContext = leave(() => AsyncLocalStorage.snapshot());
  const end = () => {
    unlisten?.();
    feed.end();
  };
  /** Takes what there is, and listens for more. */
  const settle = () => {
    feed.take(true);
    if (feed.finished) end();
  };
  feed.listen(() => {
    settle();
    if (!feed.finished) inContext(listener); // what has been destroyed cannot be read
  });
  const unlisten = signal === undefined ? undefined : onAbort(signal, end);
  settle();
  return end;
}

function checkNames(options: object, hasKeys: boolean): void {
  if (typeof options !== 'object' || options === null) throw notOptions('a subscription', options);
  for (const name of Object.keys(options)) {
    if (name !== 'signal' && !(hasKeys && name === 'key'))
      throw unknownOption('This subscription', name, hasKeys ? ['signal', 'key'] : ['signal']);
  }
}
