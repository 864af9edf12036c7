// Tasks that bring their workers down.

import { threadId } from 'node:worker_threads';
import { sleep } from '../../support/wait.js';

export const thread = () => threadId;
export const identity = (value) => value;

/** So that the caller knows that it has begun. */
const begin = (map) => map?.set('begun', true);
const forEver = () => new Promise(() => setInterval(() => {}, 1000));

export function exits(map) {
  begin(map);
  process.exit(5);
}

export async function exitsLater(map) {
  begin(map);
  await sleep(1);
  process.exit(0);
}

export function throwsInTimer(map) {
  begin(map);
  setTimeout(() => {
    throw Object.assign(new TypeError('in a timer'), { code: 'E_TIMER' });
  }, 1);
  return forEver();
}

export function rejectsUnhandled(map) {
  begin(map);
  Promise.reject(new RangeError('unhandled'));
  return forEver();
}

/** Its promise fails, which is no crash. */
export function overflows() {
  const deeper = (n) => deeper(n + 1) + 1;
  return deeper(0);
}

/** Ends its worker when `map` says `exit`. */
export async function exitsWhenTold(map) {
  begin(map);
  while (map.get('exit') !== true) await sleep(1);
  process.exit(1);
}

/** Submits tasks to its own pool and brings its worker down when they wait for theirs. */
export async function spawnsAndExits(pool, map, count) {
  for (let n = 0; n < count; n++) pool.run('ran', [map, n]).catch(() => {});
  begin(map);
  await sleep(1);
  process.exit(1);
}

export function ran(map, n) {
  map.set(n, (map.get(n) ?? 0) + 1);
}

/** Leaves something behind that throws when it has returned. */
export function throwsAfterwards() {
  setTimeout(() => {
    throw new Error('afterwards');
  }, 1);
}
