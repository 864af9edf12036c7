// Terminates workers in the middle of what they do, and looks at what they leave behind.

import assert from 'node:assert/strict';
import { readTransactionSync, SharedMap, transactionSync } from 'heddle';
// The engine's own counters: how many threads are inside it, and how many died with a body open.
import { native } from '../../dist/runtime/native.js';
import { random } from '../support/random.js';
import { sleep, until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';

export const tasks = new URL('./tasks.js', import.meta.url);
export const ACCOUNTS = 8;
const OPENING_BALANCE = 1000;
/** How often a thread is looked at to catch it inside a native call before it gets the processor. */
const LOOKS = 50_000;

export function openAccounts(name) {
  return new SharedMap(
    Array.from({ length: ACCOUNTS }, (_, key) => [key, { balance: OPENING_BALANCE, note: '' }]),
    { name },
  );
}

export function assertWhole(map) {
  readTransactionSync(() => {
    const entries = [...map];
    assert.equal(entries.length, ACCOUNTS);
    assert.equal(map.size, ACCOUNTS);
    assert.equal(
      entries.reduce((sum, [, { balance }]) => sum + balance, 0),
      ACCOUNTS * OPENING_BALANCE,
    );
    for (const [key, value] of entries) assert.deepEqual(map.get(key), value);
  });
}

/** Waits for a moment at which some thread is in a call of the engine. */
export function catchInside() {
  return until(() => {
    for (let look = 0; look < LOOKS; look++) if (native.stats().threadsInside > 0) return true;
    return false;
  }, 'a thread to be inside the engine');
}

/**
 * Terminates `times` workers in the middle of `task`, every other one of a task that calls the engine while it is inside.
 *
 * @returns {Promise<{ inBody: number, inside: number }>} how many of them had a body open, and how many were caught inside
 */
export async function kill(task, name, times, callsTheEngine) {
  const map = openAccounts(name);
  const before = native.stats();
  let inside = 0;
  for (let round = 0; round < times; round++) {
    const begun = sharedWords(2);
    const worker = spawn(tasks, task, name, ACCOUNTS, begun);
    await worker.until(() => Atomics.load(begun, 0) === 1, 'the worker to begin');
    await sleep(random() * 4);
    if (callsTheEngine && round % 2 === 0) {
      await catchInside();
      inside++;
    } else for (let spin = random() * 100_000; spin > 0; spin--);
    await worker.terminate();
    assertWhole(map);
    // The engine takes writes to the very keys that the thread was at.
    transactionSync(() => {
      for (const [key, value] of map) map.set(key, { ...value, note: `round ${round}` });
    });
    assertWhole(map);
  }
  await until(() => native.stats().threads === before.threads, 'the engine to forget the threads');
  assert.equal(native.stats().openSnapshots, before.openSnapshots);
  map.destroy();
  return { inBody: native.stats().threadsDiedInBody - before.threadsDiedInBody, inside };
}
