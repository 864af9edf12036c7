// The same for a worker that never comes back to its event loop: it can be terminated at any instruction.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedQueue } from 'heddle';
import { loops } from '../support/random.js';
import { insideOrAnywhere, kill, report } from '../workers/kill.js';
import { ball, tickets, victimAt } from './scenes.js';

const INSIDE = 'inside the engine';

test('what was on its way to a thread that does not hear of it returns to the front, in its order', async () => {
  const name = 'queue terminate: on its way';
  const queue = new SharedQueue({ name });
  const ends = { 'by itself': 0, terminated: 0 };
  for (let round = 0; round < loops(6); round++) {
    const items = Array.from({ length: 1 + (round % 3) }, (_, n) => `item ${n}`);
    const terminate = await victimAt('standInLineBusily', name, items.length);
    queue.enqueueMany([...items, 'behind']);
    assert.equal(queue.size, 1, 'the others are on their way');
    const byItself = round % 2 === 0;
    await terminate(byItself);
    assert.deepEqual(await queue.dequeueMany(9), [...items, 'behind']);
    ends[byItself ? 'by itself' : 'terminated']++;
  }
  console.log('ends', ends);
  queue.destroy();
});

test('what was on its way goes to who waits', async () => {
  const name = 'queue terminate: handed on';
  const queue = new SharedQueue({ name });
  const times = loops(4);
  for (let round = 0; round < times; round++) {
    const terminate = await victimAt('standInLineBusily', name, 2);
    const behind = [queue.dequeue(), queue.dequeue(), queue.dequeue(), queue.dequeue()];
    queue.enqueueMany([1, 2, 3]);
    assert.equal(await behind[0], 3);
    await terminate(round % 2 === 0);
    queue.enqueue(4);
    assert.deepEqual(await Promise.all(behind.slice(1)), [1, 2, 4]);
  }
  console.log(`${times} times two items handed on`);
  queue.destroy();
});

for (const [scene, task, times, happened] of [
  [tickets, 'moveSync', 7, ['inBody', 'events', INSIDE]],
  [ball, 'juggle', 7, ['events', INSIDE]],
]) {
  test(`terminated in ${task}`, async () => {
    const name = `queue terminate-busy: ${task}`;
    report(task, await kill({ scene, task, name, times: loops(times), moment: insideOrAnywhere }), happened);
  });
}
