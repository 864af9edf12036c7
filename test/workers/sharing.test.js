import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollectionDestroyedError, SharedMap } from 'heddle';
// The engine's own counters: how often a commit met a conflict.
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { loops } from '../support/random.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);
const MOST_ROUNDS = 50;

test('one name is one map in all threads, in one order', async () => {
  const map = new SharedMap([['a', { from: 'main' }]], { name: 'workers:one' });
  const entries = [
    ['b', { from: 'worker', list: [1, 2n, null, undefined] }],
    [['c', 1], new Map([['d', new Set([1])]])],
    ['e', new Date(0)],
  ];
  const seen = await runInWorker(tasks, 'writeAll', 'workers:one', entries);
  assert.deepEqual(seen, [['a', { from: 'main' }], ...entries]);
  assert.deepEqual([...map], seen);
  map.delete('a');
  map.set('f', 'main again');
  assert.deepEqual(await runInWorker(tasks, 'readAll', 'workers:one'), [...map]);
  map.destroy();
});

test('what a worker wrote stays when it is gone', async () => {
  await runInWorker(tasks, 'writeAll', 'workers:stays', [['a', 1]]);
  const map = new SharedMap({ name: 'workers:stays' });
  assert.deepEqual([...map], [['a', 1]]);
  map.destroy();
});

for (const how of ['sync', 'update', 'async']) {
  test(`no increment of two threads is lost: ${how}`, async () => {
    const map = new SharedMap([['count', 0]], { name: `workers:count:${how}` });
    const times = loops(how === 'async' ? 2000 : 20_000);
    const { conflicts } = native.stats();
    let met = 0;
    let rounds = 0;
    // Two threads on one processor may meet rarely.
    for (; met === 0 && rounds < MOST_ROUNDS; rounds++) {
      const gate = sharedWords(1);
      const args = [`workers:count:${how}`, 'count', times, how, gate];
      await Promise.all([1, 2].map(() => runInWorker(tasks, 'count', ...args)));
      met = native.stats().conflicts - conflicts;
    }
    assert.equal(map.get('count'), rounds * 2 * times);
    console.log(`${how}: ${rounds * 2 * times} increments met ${met} conflicts`);
    assert.ok(met > 0);
    map.destroy();
  });
}

test('of two threads that insert a key, one wins and both know which', async () => {
  const map = new SharedMap({ name: 'workers:claim' });
  const keys = loops(5000);
  let won = [0, 0];
  for (let round = 0; won.includes(0) && round < MOST_ROUNDS; round++) {
    map.clear();
    const gate = sharedWords(1);
    const [first, second] = await Promise.all(
      ['first', 'second'].map((owner) => runInWorker(tasks, 'claim', 'workers:claim', owner, keys, gate)),
    );
    assert.equal(first.length + second.length, keys);
    assert.equal(map.size, keys);
    for (const key of first) assert.equal(map.get(key), 'first');
    for (const key of second) assert.equal(map.get(key), 'second');
    won = [first.length, second.length];
  }
  console.log(`one thread won ${won[0]} keys, the other ${won[1]}`);
  assert.ok(!won.includes(0));
  map.destroy();
});

test('of two threads that create a map with entries, one does, whole', async () => {
  for (let round = 0; round < 5; round++) {
    const name = `workers:created:${round}`;
    const gate = sharedWords(1);
    const seen = await Promise.all(
      ['first', 'second'].map((owner) => runInWorker(tasks, 'openWith', name, owner, 2000, gate)),
    );
    assert.equal(seen[0].length, 2000);
    assert.equal(new Set(seen.flat()).size, 1);
    assert.deepEqual(seen[0], seen[1]);
    new SharedMap({ name }).destroy();
  }
});

test('a thread that spins on a cached read sees the write of another', async () => {
  const map = new SharedMap([['flag', 0]], { name: 'workers:spin' });
  const ready = sharedWords(1);
  const spinning = spawn(tasks, 'awaitValue', 'workers:spin', 'flag', 1, ready);
  await spinning.until(() => Atomics.load(ready, 0) === 1, 'the worker to spin');
  map.set('flag', 1);
  assert.equal(await spinning.result, true);
  map.destroy();
});

test('a thread that uses a map that another destroyed gets the error', async () => {
  const map = new SharedMap([['flag', 0]], { name: 'workers:destroyed' });
  const ready = sharedWords(1);
  const spinning = spawn(tasks, 'awaitValue', 'workers:destroyed', 'flag', 1, ready);
  await spinning.until(() => Atomics.load(ready, 0) === 1, 'the worker to spin');
  map.destroy();
  await assert.rejects(spinning.result, /CollectionDestroyedError.*workers:destroyed/);
  assert.throws(() => map.get('flag'), heddleError(CollectionDestroyedError));
});
