// Tasks that are cancelled, or will not be.

import { threadId } from 'node:worker_threads';
import { currentScope } from 'heddle';
import { sleep } from '../../support/wait.js';

export const thread = () => threadId;
export const identity = (value) => value;

/** Looks at its signal and awaits nothing. */
export function spinUntilAborted(map, key) {
  map.set(key, 'running');
  const { signal } = currentScope();
  while (!signal.aborted);
  map.set(key, { reason: signal.reason });
  return 'not what its caller gets';
}

/** Hears of it as of an event. */
export async function untilEvent(map, key) {
  const { signal } = currentScope();
  const heard = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  map.set(key, 'running');
  await heard;
  map.set(key, { reason: signal.reason });
  signal.throwIfAborted();
}

/** Never looks at its signal: for ever if nobody says `stop`. Turns the event loop or does not. */
export function ignore(map, key) {
  map.set(key, 'running');
  while (map.get('stop') !== true);
}

export async function ignoreAndAwait(map, key) {
  map.set(key, 'running');
  while (map.get('stop') !== true) await sleep(1);
}

/** Says whether it was cancelled when `open` was set. */
export async function sees(map, key) {
  map.set(key, 'running');
  while (map.get('open') !== true) await sleep(1);
  return currentScope().signal.aborted;
}

export function count(map) {
  map.update('count', (n) => n + 1);
}
