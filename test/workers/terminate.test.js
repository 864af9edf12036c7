// A worker that is terminated while it waits leaves the shared state whole, the engine usable and the process alive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops, random } from '../support/random.js';
import { sleep } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';
import { ACCOUNTS, assertWhole, kill, openAccounts, tasks } from './kill.js';

for (const [task, times, callsTheEngine] of [
  ['transferAsync', 20, true],
  ['iterateAsync', 10, true],
  ['readAsync', 10, false],
  ['sleepInBody', 5, false],
  ['sleepInNestedBody', 5, false],
]) {
  test(`terminated in ${task}`, async () => {
    const { inBody, inside } = await kill(task, `terminate:${task}`, loops(times), callsTheEngine);
    console.log(`${task}: of ${loops(times)} threads ${inBody} died with a body open, ${inside} inside the engine`);
    assert.ok(inBody > 0);
    if (callsTheEngine) assert.ok(inside > 0);
  });
}

test('two workers, one of which is terminated while the other goes on', async () => {
  const name = 'terminate:two';
  const map = openAccounts(name);
  const words = sharedWords(2);
  const survivor = spawn(tasks, 'transferSync', name, ACCOUNTS, words);
  let killed = 0;
  for (let round = 0; round < loops(8); round++) {
    const begun = sharedWords(2);
    const victim = spawn(tasks, 'transferAsync', name, ACCOUNTS, begun);
    await victim.until(() => Atomics.load(begun, 0) === 1, 'the worker to begin');
    await sleep(random() * 4);
    await victim.terminate();
    Atomics.store(words, 0, 0);
    await survivor.until(() => Atomics.load(words, 0) === 1, 'the survivor to commit again');
    assertWhole(map);
    killed++;
  }
  console.log(`the survivor went on after each of ${killed} terminations`);
  assert.ok(killed > 0);
  Atomics.store(words, 1, 1);
  await survivor.result;
  assertWhole(map);
  map.destroy();
});
