// Queues between threads: nothing is lost, nothing comes twice, and what one thread adds stays in its order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, SharedQueue } from 'heddle';
import { loops, random } from '../support/random.js';
import { until } from '../support/wait.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';
import { ADD, TAKE } from './worker-tasks.js';

const tasks = new URL('./worker-tasks.js', import.meta.url);

/** Checks that `count` items of each of two threads have come, once each, and to each loop in their order. */
function assertComplete(got, count) {
  const all = [0, 1].map(() => new Set());
  for (const items of got) {
    const last = [-1, -1];
    for (const { from, n } of items) {
      assert.ok(n > last[from], `${n} of ${from} after ${last[from]}`);
      last[from] = n;
      all[from].add(n);
    }
  }
  assert.equal(got.flat().length, 2 * count);
  for (const seen of all) assert.equal(seen.size, count);
}

for (const [what, adding, taking, options] of [
  ['enqueue, loops', ['alone'], ['loop']],
  ['enqueue, dequeueMany', ['alone'], ['many', 'alone']],
  ['enqueueAsync with little room, loops', ['room'], ['loop', 'alone'], { capacity: 3 }],
  ['transactions', ['sync'], ['transaction']],
  ['transactions with little room', ['transaction'], ['transaction'], { capacity: 2 }],
  ['everything', Object.keys(ADD), Object.keys(TAKE)],
]) {
  test(`two threads add, both and the main one take: ${what}`, async () => {
    const name = `queue workers: ${what}`;
    const queue = new SharedQueue({ name, ...options });
    const words = sharedWords(1);
    const count = loops(1500);
    const workers = [0, 1].map((me) => runInWorker(tasks, 'produceAndConsume', name, me, count, adding, taking, words));
    const mine = taking.map(() => []);
    const taken = taking.map((way, n) => TAKE[way](queue, mine[n]));
    await Promise.race([Promise.all(workers), until(() => Atomics.load(words, 0) === 2, 'all to be added')]);
    queue.close();
    const got = [...(await Promise.all(workers)).flat(), ...mine];
    await Promise.all(taken);
    assertComplete(got, count);
    console.log(`${what}: ${got.map((items) => items.length).join(', ')} items, ${queue.stats().conflicts} conflicts`);
    assert.equal(queue.size, 0);
    queue.destroy();
  });
}

test('a producer that waits for room never misses it', async () => {
  const name = 'queue workers: room';
  const queue = new SharedQueue({ name, capacity: 1 });
  const count = loops(8000);
  const producer = runInWorker(tasks, 'produceAndConsume', name, 0, count, ['room'], [], sharedWords(1));
  for (let n = 0; n < count; n++) assert.equal((await queue.dequeue({ timeout: 60_000 })).n, n);
  await producer;
  console.log(`${count} items, one after the other`);
  queue.destroy();
});

test('threads that enqueue in transactions never conflict', async () => {
  const name = 'queue workers: enqueue';
  const [queue, map] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: map` })];
  const gate = sharedWords(1);
  const count = loops(8000);
  const runs = await Promise.all(
    [0, 1].map((me) => runInWorker(tasks, 'enqueueInTransactions', name, me, count, gate)),
  );
  assert.deepEqual(runs, [count, count]);
  assert.equal(queue.stats().conflicts, 0);
  const items = await queue.dequeueMany(Number.POSITIVE_INFINITY);
  assertComplete([items], count);
  const changes = items.filter(({ from }, n) => n > 0 && from !== items[n - 1].from).length;
  console.log(`${items.length} items of two threads, which took turns ${changes} times`);
  assert.ok(changes > 0);
  queue.destroy();
  map.destroy();
});

test('threads that take in transactions conflict, and each item goes to one of them', async () => {
  const name = 'queue workers: take';
  const [queue, map] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: taken` })];
  const count = loops(5000);
  queue.enqueueMany(Array.from({ length: count }, (_, n) => n));
  const gate = sharedWords(1);
  const runs = await Promise.all([0, 1].map((me) => runInWorker(tasks, 'takeInTransactions', name, me, gate)));
  const { conflicts } = queue.stats();
  const shares = [0, 1].map((me) => [...map.values()].filter((who) => who === me).length);
  console.log(`${shares.join(' and ')} items, ${conflicts} conflicts`);
  assert.equal(map.size, count);
  assert.equal(shares[0] + shares[1], count, 'none twice');
  assert.ok(conflicts > 0);
  assert.ok(runs[0] + runs[1] > count + 2, 'and ran again');
  queue.destroy();
  map.destroy();
});

test('items move through a chain of queues, all or none of a step', async () => {
  const names = ['first', 'second', 'third'].map((name) => `queue workers: ${name}`);
  const queues = names.map((name) => new SharedQueue({ name, capacity: 5 }));
  const counts = [0, 1].map((n) => new SharedMap([['moved', 0]], { name: `${names[n]}: counts` }));
  const count = loops(1000);
  const movers = [0, 1].map((n) => runInWorker(tasks, 'move', names[n], names[n + 1]));
  const adding = (async () => {
    for (let n = 0; n < count; n++) await queues[0].enqueueAsync(n);
  })();
  for (let n = 0; n < count; n++) assert.equal(await queues[2].dequeue(), n);
  await adding;
  for (const queue of queues) queue.close();
  assert.deepEqual(await Promise.all(movers), [count, count]);
  assert.deepEqual(
    counts.map((map) => map.get('moved')),
    [count, count],
  );
  for (const collection of [...queues, ...counts]) collection.destroy();
});

test('threads get items in the order in which they began to wait', async () => {
  const name = 'queue workers: line';
  const [queue, got] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: got` })];
  const words = sharedWords(2);
  Atomics.store(words, 0, -1);
  const workers = [0, 1].map((me) => spawn(tasks, 'standInLine', name, me, words));
  const rounds = loops(30);
  for (let round = 0; round < rounds; round++) {
    got.clear();
    const order = [0, 1, 2].sort(() => random() - 0.5);
    for (const who of order) {
      if (who === 2) {
        queue.dequeue().then((item) => got.set(2, item));
        continue;
      }
      Atomics.store(words, 0, who);
      await workers[who].until(() => Atomics.load(words, 0) === -1, 'a worker to stand in line');
    }
    assert.equal(queue.size, 0);
    if (round % 2 === 0) queue.enqueueMany(['first', 'second', 'third']);
    else for (const item of ['first', 'second', 'third']) queue.enqueue(item);
    await until(() => got.size === 3, 'all to be served');
    assert.deepEqual(
      order.map((who) => got.get(who)),
      ['first', 'second', 'third'],
    );
  }
  Atomics.store(words, 1, 1);
  await Promise.all(workers.map((worker) => worker.result));
  console.log(`${rounds} lines of three threads`);
  queue.destroy();
  got.destroy();
});
