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
  [accounts, 'transferAsync', 6, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'nestAsync', 4, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'iterateAsync', 4, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'readAsync', 3, anyMoment, ['inBody']],
  [accounts, 'sleepInBody', 3, anyMoment, ['inBody']],
  [accounts, 'sleepInNestedBody', 3, anyMoment, ['inBody']],
  [caches, 'cacheAsync', 6, insideOrAnywhere, ['inBody', 'evictions', 'events', INSIDE]],
  [stores, 'fillAsync', 6, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [rooms, 'roomsAsync', 6, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [rooms, 'sendRoom', 3, whenSent, ['events']],
]) {
  test(`terminated in ${task}`, async () => {
    report(task, await kill({ scene, task, name: `terminate:${task}`, times: loops(times), moment }), happened);
  });
}

/** How long a worker takes to start: the second one, the first finds nothing in any cache. */
async function measureStart() {
  let took;
  for (let i = 0; i < 2; i++) {
    const words = sharedWords(3);
    const begun = performance.now();
    const worker = spawn(accountTasks, 'rest', '', words);
    await worker.until(() => Atomics.load(words, 0) === 1, 'a worker to start');
    took = performance.now() - begun;
    await worker.terminate();
  }
  return took;
}

test('terminated while it starts', async () => {
  const moment = whileStarting(await measureStart());
  const caught = await kill({ scene: accounts, task: 'rest', name: 'terminate:start', times: loops(12), moment });
  report('start', caught, ['half started', 'before it had the engine']);
});

test('two workers, one of which is terminated while the other goes on', async () => {
  const name = 'terminate:two';
  const { maps, assertWhole } = accounts(name);
  const words = sharedWords(3);
  const survivor = spawn(accountTasks, 'transferSync', name, words);
  let killed = 0;
  for (let round = 0; round < loops(4); round++) {
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
