// Tasks that look at the scope that they get.

import { concurrent, currentScope, runOutside, SharedMap, timeout, transaction } from 'heddle';
import { sleep } from '../../support/wait.js';

export const double = (n) => n * 2;

export function busy(n) {
  let hash = n;
  for (let i = 0; i < 100_000; i++) hash = Math.imul(hash ^ i, 0x9e37_79b1);
  return hash;
}

export function describeScope({ signal, deadline }) {
  const own = currentScope();
  return { aborted: signal.aborted, deadline, isAmbient: own.signal === signal && own.deadline === deadline };
}

export const describeItem = (item, scope) => ({ item, ...describeScope(scope) });

export const deadlineInside = () => timeout(({ deadline }) => deadline, 900_000);

class Refusal extends TypeError {}

export { Refusal };

export function refuse() {
  throw Object.assign(new Refusal('not that'), { code: 'E_NOT_THAT' });
}

/** Spins until it is cancelled, two scopes further in, and says why. */
export const spinInside = (map, key) =>
  concurrent([
    () =>
      timeout(({ signal }) => {
        map.set(key, 'running');
        while (!signal.aborted);
        map.set(key, { reason: signal.reason });
      }, 600_000),
  ]);

/** Waits until it is cancelled, and then for a while longer. */
export async function cleanUpSlowly(map, key) {
  const { signal } = currentScope();
  map.set(key, 'running');
  while (!signal.aborted) await sleep(1);
  await sleep(5);
  map.set(key, 'cleaned');
}

/** Has a transaction open until it is cancelled, and says what became of it. */
export async function holdOpen(map, key) {
  const { signal } = currentScope();
  try {
    await transaction(async () => {
      map.set('uncommitted', true);
      runOutside(() => map.set(key, 'running'));
      while (!signal.aborted) await sleep(1);
    });
  } catch (error) {
    map.set(key, { failed: error.message });
    throw error;
  }
}

/** Does not wait for what it starts. */
export function leaveOpen() {
  const map = new SharedMap({ name: 'left open in a worker' });
  void transaction(async () => {
    map.set('uncommitted', true);
    await sleep(5);
    runOutside(() => map.set('body', 'has ended'));
  });
}

export function count(map) {
  map.update('count', (n) => n + 1);
}
