// A worker that is terminated while it waits leaves the shared state whole, the engine usable and the process alive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops, random } from '../support/random.js';
import { sleep } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';
import { anyMoment, insideOrAnywhere, kill, report, whenSent, whileStarting } from './kill.js';
import { accounts, accountTasks, caches, rooms, stores } from './scenes.js';

const INSIDE = 'inside the engine';

for (const [scene, task, times, moment, happened] of [
  [accounts, 'transferAsync', 25, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'nestAsync', 16, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'iterateAsync', 16, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'readAsync', 8, anyMoment, ['inBody']],
  [accounts, 'sleepInBody', 5, anyMoment, ['inBody']],
  [accounts, 'sleepInNestedBody', 5, anyMoment, ['inBody']],
  [caches, 'cacheAsync', 25, insideOrAnywhere, ['inBody', 'evictions', 'events', INSIDE]],
  [stores, 'fillAsync', 20, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [rooms, 'roomsAsync', 25, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [rooms, 'sendRoom', 5, whenSent, ['events']],
]) {
  test(`terminated in ${task}`, async () => {
    report(task, await kill({ scene, task, name: `terminate:${task}`, times: loops(times), moment }), happened);
  });
}

test('terminated while it starts', async () => {
  const words = sharedWords(3);
  const started = performance.now();
  const first = spawn(accountTasks, 'rest', '', words);
  await first.until(() => Atomics.load(words, 0) === 1, 'a worker to start');
  const moment = whileStarting(performance.now() - started);
  await first.terminate();
  const caught = await kill({ scene: accounts, task: 'rest', name: 'terminate:start', times: loops(40), moment });
  report('start', caught, ['half started', 'before it had the engine']);
});

test('two workers, one of which is terminated while the other goes on', async () => {
  const name = 'terminate:two';
  const { maps, assertWhole } = accounts(name);
  const words = sharedWords(3);
  const survivor = spawn(accountTasks, 'transferSync', name, words);
  let killed = 0;
  for (let round = 0; round < loops(10); round++) {
    const begun = sharedWords(3);
    const victim = spawn(accountTasks, 'transferAsync', name, begun);
    await victim.until(() => Atomics.load(begun, 0) === 1, 'the worker to begin');
    await sleep(random() * 4);
    await victim.terminate();
    Atomics.store(words, 0, 0);
    await survivor.until(() => Atomics.load(words, 0) === 1, 'the survivor to commit again');
    assertWhole();
    killed++;
  }
  console.log(`the survivor went on after each of ${killed} terminations`);
  assert.ok(killed > 0);
  Atomics.store(words, 2, 1);
  await survivor.result;
  assertWhole();
  for (const map of maps) map.destroy();
});
