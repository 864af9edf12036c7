// Tasks that use pools themselves.

import { threadId } from 'node:worker_threads';
import { concurrent } from 'heddle';
import { sleep } from '../../support/wait.js';

export const thread = () => threadId;
export const add = (a, b) => a + b;

export class ThereError extends Error {}

export function fail(where) {
  throw new ThereError(where);
}

export function count(map) {
  map.update('count', (n) => n + 1);
}

export const wait = () => sleep(1);

/** Waits for a task of its own pool, which does so too, so many times; then counts how many there have been. */
export async function nest(pool, depth) {
  if (depth === 0) return 0;
  return 1 + (await pool.run('nest', [pool, depth - 1]));
}

/** Fans out into its own pool. */
export async function fanOut(pool, count, depth) {
  if (depth === 0) return 1;
  const counts = await Promise.all(Array.from({ length: count }, () => pool.run('fanOut', [pool, count, depth - 1])));
  return counts.reduce((a, b) => a + b, 0);
}

export async function mapInside(pool) {
  return pool.map([1, 2, 3], (n) => 10 * n);
}

/** Submits tasks to its own pool and stays busy; awaits nothing until others have run them: `count` is a multiple of 32. */
export async function leavesToOthers(pool, map, count) {
  const all = Array.from({ length: count }, (_, n) => pool.run('note', [map, n]));
  map.set('left', true);
  while (map.get('count') < count);
  await Promise.all(all);
  return threadId;
}

export function note(map, n) {
  map.set(`by ${n}`, threadId);
  map.update('count', (count) => count + 1);
}

/** Spins until `map.get(key)` is true. */
export function spinUntil(map, key) {
  map.set('spinning', true);
  while (map.get(key) !== true);
}

/** Never looks at its signal. */
export async function goesOn(map) {
  map.set('begun', true);
  for (;;) await sleep(1);
}

/** Each waits for one more that its own pool has no room for, by each of the ways to wait for room. */
export const waitsForRoom = {
  ready: async (pool, depth) => {
    await pool.ready();
    return pool.run('waitForRoom', [pool, 'ready', depth]);
  },
  map: async (pool, depth) => depth + (await pool.map([1], (n) => n))[0],
  concurrent: async (pool, depth) => depth + (await concurrent([() => 1], { pool }))[0],
};

export const waitForRoom = async (pool, how, depth) => (depth === 0 ? 1 : waitsForRoom[how](pool, depth - 1));
