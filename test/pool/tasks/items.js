// What map calls for items.

import { currentScope } from 'heddle';
import { sleep } from '../../support/wait.js';

export class NotFoundError extends RangeError {
  status = 404;
  code = 'E_TOO_MUCH';
}

export function onlySmall(n) {
  if (n >= 100) throw new NotFoundError(`${n} is too much`);
  return n;
}

/** The first ones take longest. */
export async function slowly(n) {
  if (n < 4) await sleep(20);
  return n;
}

/** Until it is cancelled; awaits nothing. */
export function spin(map) {
  map.update('begun', (n) => n + 1);
  const { signal } = currentScope();
  while (!signal.aborted);
}

/** Likewise, and it does await. */
export async function waitsAt(map) {
  map.set('begun', true);
  const { signal } = currentScope();
  while (!signal.aborted) await sleep(1);
}

/** Counts those that have begun, and waits until it is cancelled. */
export async function countsAndWaits(map) {
  map.update('begun', (n) => n + 1);
  const { signal } = currentScope();
  while (!signal.aborted) await sleep(1);
}

/** The first of `count` ends when all others have. */
export async function firstIsLast({ map, n, count }) {
  if (n > 0) map.update('ended', (ended) => ended + 1);
  else while (map.get('ended') < count - 1) await sleep(1);
  return n;
}
