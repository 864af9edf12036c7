// Tasks, and what goes on beside them.

import { sleep } from '../../support/wait.js';

/** Counts turns of the event loop of this worker, from now on. */
export function startTicking(map, key) {
  map.set(key, 0);
  setInterval(() => map.update(key, (n) => n + 1), 1);
}

export async function waitFor(map, key, count) {
  while (map.get(key) < count) await sleep(1);
}

export const identity = (value) => value;

/** Waits for something, and notes that it has been there. */
export async function long(map) {
  map.set('long', 'running');
  while (map.get('open') !== true) await sleep(1);
  map.update('order', (order) => [...order, 'long']);
}

/** The same, awaiting nothing. */
export function longSpin(map) {
  map.set('long', 'running');
  while (map.get('open') !== true);
  map.update('order', (order) => [...order, 'long']);
}

export function short(map, n) {
  map.update('order', (order) => [...order, n]);
}
