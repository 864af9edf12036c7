// A worker that is terminated at any moment leaves the shared state whole, the engine usable and the process alive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransactionSync, SharedMap, transactionSync } from 'heddle';
// The engine's own counters: how many threads died with a body open.
import { native } from '../../dist/runtime/native.js';
import { loops, random } from '../support/random.js';
import { sleep, until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);
// Deno ends a worker when it comes back to its event loop, and not before: one that is always busy lives on.
const ENDS_BUSY_WORKERS = !('Deno' in globalThis);
const ACCOUNTS = 8;
const OPENING_BALANCE = 1000;

function openAccounts(name) {
  return new SharedMap(
    Array.from({ length: ACCOUNTS }, (_, key) => [key, { balance: OPENING_BALANCE, note: '' }]),
    { name },
  );
}

function assertWhole(map) {
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

/** Terminates `times` workers in the middle of `task` and returns how many of them had a body open. */
async function kill(task, name, times) {
  const map = openAccounts(name);
  const before = native.stats();
  for (let round = 0; round < times; round++) {
    const begun = sharedWords(2);
    const worker = spawn(tasks, task, name, ACCOUNTS, begun);
    await worker.until(() => Atomics.load(begun, 0) === 1, 'the worker to begin');
    await sleep(random() * 4);
    for (let spin = random() * 100_000; spin > 0; spin--);
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
  return native.stats().threadsDiedInBody - before.threadsDiedInBody;
}

for (const [task, times, busy] of [
  ['transferSync', 20, true],
  ['transferAsync', 20, false],
  ['spinInBody', 5, true],
  ['sleepInBody', 5, false],
]) {
  if (busy && !ENDS_BUSY_WORKERS) continue;
  test(`terminated in ${task}`, async () => {
    const died = await kill(task, `terminate:${task}`, loops(times));
    console.log(`${task}: ${died} of ${loops(times)} threads died with a body open`);
    assert.ok(died > 0);
  });
}

test('two workers, one of which is terminated while the other goes on', async () => {
  const name = 'terminate:two';
  const map = openAccounts(name);
  const words = sharedWords(2);
  const survivor = spawn(tasks, 'transferSync', name, ACCOUNTS, words);
  for (let round = 0; round < loops(8); round++) {
    const begun = sharedWords(2);
    const task = round % 2 === 0 && ENDS_BUSY_WORKERS ? 'transferSync' : 'transferAsync';
    const victim = spawn(tasks, task, name, ACCOUNTS, begun);
    await victim.until(() => Atomics.load(begun, 0) === 1, 'the worker to begin');
    await sleep(random() * 4);
    await victim.terminate();
    Atomics.store(words, 0, 0);
    await survivor.until(() => Atomics.load(words, 0) === 1, 'the survivor to commit again');
    assertWhole(map);
  }
  Atomics.store(words, 1, 1);
  await survivor.result;
  assertWhole(map);
  map.destroy();
});
