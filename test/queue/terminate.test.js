// Workers that are terminated: what was on its way to them returns, what they had taken in a transaction is there, and nobody waits
// for them. See test/workers/terminate.test.js.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, SharedQueue } from 'heddle';
import { loops, random } from '../support/random.js';
import { sleep, until } from '../support/wait.js';
import { anyMoment, insideOrAnywhere, kill, report } from '../workers/kill.js';
import { ball, itemsOf, tickets, victimAt } from './scenes.js';

const INSIDE = 'inside the engine';

test('who stood in line is missed by nobody', async () => {
  const name = 'queue terminate: line';
  const queue = new SharedQueue({ name });
  const times = loops(6);
  for (let round = 0; round < times; round++) {
    const terminate = await victimAt('standInLine', name);
    const behind = [queue.dequeue(), queue.dequeueMany(3)];
    await terminate();
    queue.enqueueMany([1, 2, 3]);
    assert.deepEqual(await Promise.all(behind), [1, [2, 3]]);
    assert.equal(queue.size, 0);
  }
  console.log(`${times} terminated in line`);
  queue.destroy();
});

test('an item that comes while its thread goes is taken or returns', async () => {
  const name = 'queue terminate: race';
  const [queue, got] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: got` })];
  const outcomes = { returned: 0, received: 0 };
  for (let round = 0; round < loops(12); round++) {
    got.clear();
    const terminate = await victimAt('takeAndTell', name);
    if (round % 4 > 0) await sleep(random() * 3);
    const gone = round % 4 === 1 ? terminate() : undefined; // which goes on while the items come
    queue.enqueueMany([1, 2, 3]);
    if (round % 4 === 3) await until(() => got.size > 0, 'an item to arrive');
    else if (round % 4 === 2) for (let spin = random() * 1e6; spin > 0; spin--);
    await (gone ?? terminate());
    const received = [...got.keys()];
    assert.deepEqual([...received, ...itemsOf(queue)], [1, 2, 3]);
    outcomes.received += received.length;
    outcomes.returned += queue.size;
    queue.clear();
  }
  console.log(outcomes);
  assert.ok(outcomes.received > 0);
  // Deno often lets a thread take what is there before it ends.
  assert.ok(outcomes.returned > 0 || globalThis.Deno !== undefined);
  queue.destroy();
  got.destroy();
});

test('what was taken in a transaction that had not committed is there', async () => {
  const name = 'queue terminate: in mid-transaction';
  const queue = new SharedQueue({ name });
  queue.enqueueMany([1, 2, 3]);
  const times = loops(6);
  for (let round = 0; round < times; round++) {
    const terminate = await victimAt('takeAndSleep', name);
    assert.equal(queue.peek(), 1, 'nobody sees it');
    await terminate();
    assert.deepEqual(itemsOf(queue), [1, 2, 3]);
  }
  console.log(`${times} terminated after a take`);
  queue.destroy();
});

for (const [scene, task, times, moment, happened] of [
  [tickets, 'moveAsync', 9, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [ball, 'throwRound', 16, anyMoment, ['events']],
]) {
  test(`terminated in ${task}`, async () => {
    let opened;
    const open = (name) => (opened = scene(name));
    const caught = await kill({ scene: open, task, name: `queue terminate: ${task}`, times: loops(times), moment });
    report(task, caught, happened);
    if (opened.outcomes !== undefined) {
      console.log(opened.outcomes);
      assert.ok(opened.outcomes.returned > 0);
    }
  });
}
