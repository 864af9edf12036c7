// Tasks that are caught in whatever happens to their pool.

import { currentScope } from 'heddle';
import { sleep, turn } from '../../support/wait.js';

/** `ran` counts how often each was begun, `ended` how often it got to its end. */
export async function work(ran, ended, n, kind) {
  ran.update(n, (times) => (times ?? 0) + 1);
  if (kind === 'turn') await turn();
  if (kind === 'sleep') await sleep(n % 4);
  if (kind === 'spin') for (let left = 20_000; left > 0 && !currentScope().signal.aborted; left--);
  if (kind === 'exit') process.exit(n % 2);
  if (kind === 'uncaught') {
    setTimeout(() => {
      throw new Error('uncaught');
    }, 0);
    await sleep(60_000);
  }
  if (kind === 'throw') throw new Error(`thrown ${n}`);
  ended.update(n, (times) => (times ?? 0) + 1);
  return n;
}

export const identity = (value) => value;

export async function untilEnded(map) {
  map.set('running', true);
  const { signal } = currentScope();
  while (!signal.aborted) await sleep(1);
}

/** Lets its event loop have no turn until it is told. */
export function untilTold(map) {
  map.set('running', true);
  while (map.get('told') !== true);
}
