// Pools in other threads: in those of their own workers, and in others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { attach, PoolSaturatedError, SharedMap, stats, WorkerPool } from 'heddle';

import { heddleError } from '../support/errors.js';
import { loops } from '../support/random.js';
import { inTime, sleep, until } from '../support/wait.js';
import { runInWorker, spawn } from '../support/workers.js';
import { tasks, withPool } from './support.js';

const script = tasks('threads');
const hosts = tasks('hosts');

for (const size of [1, 2]) {
  test(`a task waits for its own pool of ${size}, three deep`, () =>
    withPool(script, { size }, async (pool) => {
      assert.equal(await inTime(pool.run('nest', [pool, 3]), 'the tasks'), 3);
      assert.deepEqual(
        await inTime(Promise.all([1, 2, 3, 4].map((n) => pool.run('nest', [pool, n]))), 'the tasks'),
        [1, 2, 3, 4],
      );
      assert.equal(await inTime(pool.run('fanOut', [pool, 5, 3]), 'the tasks'), 125);
      assert.deepEqual(await inTime(pool.run('mapInside', [pool]), 'the map'), [10, 20, 30]);
      assert.equal(pool.stats().crashes, 0);
    }));
}

for (const [how, result] of Object.entries({ ready: 1, map: 3, concurrent: 3 })) {
  for (const size of [1, 2]) {
    test(`a pool of ${size} that is full of tasks which wait for room in it: ${how}`, () =>
      withPool(script, { size, maxTasks: 2 }, async (pool) => {
        const all = [1, 2].map(() => pool.run('waitForRoom', [pool, how, 3]));
        assert.deepEqual(await inTime(Promise.all(all), 'the tasks'), [result, result]);
        await inTime(pool.drain(), 'the pool to be empty');
        const map = new SharedMap(); // those that have waited are counted again
        const three = [1, 2, 3].map(() => pool.run('spinUntil', [map, 'go']));
        await assert.rejects(three[2], heddleError(PoolSaturatedError));
        map.set('go', true);
        await inTime(Promise.all(three.slice(0, 2)), 'the tasks');
      }));
  }
}

test('a pool is a handle: it can be copied, and sent', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const [copy] = attach(structuredClone([pool]));
    assert.ok(copy instanceof WorkerPool);
    assert.equal(await copy.run('add', [1, 2]), 3);
    const { port1, port2 } = new MessageChannel();
    const received = new Promise((resolve) => port2.once('message', resolve));
    port1.postMessage({ pool });
    const sent = attach(await received).pool;
    port1.close();
    assert.equal(await sent.run('add', [2, 3]), 5);
    assert.equal(pool.completedTasks, 2);
    assert.equal(await pool.execute((pool) => pool.completedTasks, copy), 2);
  }));

test('a thread uses a pool that it was sent, or finds', () =>
  withPool(script, { size: 1 }, async (pool) => {
    assert.deepEqual(await runInWorker(hosts, 'useSent', pool), { isPool: true, sum: 3, by: 2 });
    assert.equal(await runInWorker(hosts, 'useWorkerData', pool), 7);
    const name = 'pool threads: stored';
    const map = new SharedMap([['its', { pool }]], { name });
    assert.equal(await runInWorker(hosts, 'useStored', name), 198);
    map.destroy();
    assert.deepEqual(await runInWorker(hosts, 'failThere', pool), {
      name: 'ThereError',
      message: 'there',
      aborted: 'no',
      signal: false,
    });
    assert.equal(pool.stats().crashes, 0);
  }));

test('a thread that is terminated with tasks outstanding', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const { threads } = stats();
    let outstanding = 0;
    const rounds = loops(5);
    for (let round = 0; round < rounds; round++) {
      const map = new SharedMap([['count', 0]]);
      const submitter = spawn(hosts, 'submitForEver', { pool, map });
      await submitter.until(() => map.get('rounds') > 1, 'it to submit');
      await sleep(round % 3);
      if (pool.stats().unfinishedTasks > 0) outstanding++;
      await submitter.terminate();
      await inTime(pool.drain(), 'what it has left');
      assert.equal(await inTime(pool.run('add', [1, 2]), 'a task'), 3);
    }
    console.log(`${outstanding} of ${rounds} threads had tasks outstanding`);
    assert.ok(outstanding > 0);
    await until(() => stats().threads <= threads + 1, 'the threads to go');
  }));

for (const cancels of [false, true]) {
  test(`what runs for a thread that has ended has grace, and then costs its worker; cancelled before: ${cancels}`, () =>
    withPool(script, { size: 1, grace: 20 }, async (pool) => {
      const map = new SharedMap();
      const submitter = spawn(hosts, 'submitWhatGoesOn', { pool, map, cancels });
      await submitter.until(() => map.get('running'), 'the task to run');
      await submitter.terminate();
      assert.equal(await inTime(pool.run('add', [1, 2]), 'a task'), 3);
      await inTime(pool.drain(), 'the pool to be empty');
      assert.equal(pool.stats().crashes, 0);
    }));
}

test('idle workers take what waits for a busy one, and the main thread does nothing', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    // Both workers are there before this thread is.
    const both = [pool.run('spinUntil', [map, 'go']), pool.run('spinUntil', [map, 'go'])];
    await until(() => pool.activeWorkers === 2, 'both to run');
    map.set('go', true);
    await Promise.all(both);
    const busy = pool.run('leavesToOthers', [pool, map, 64]);
    await Promise.resolve(); // those that are submitted in one go are told of together
    while (map.get('count') < 64); // no turn of this thread
    const self = await busy;
    for (let n = 0; n < 64; n++) assert.notEqual(map.get(`by ${n}`), self);
    const { steals, stolenTasks } = pool.stats();
    console.log(`${steals} steals, ${stolenTasks} tasks`);
    assert.ok(steals > 0 && stolenTasks > 0);
  }));

test('tasks run while the thread that has submitted them is busy', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    await Promise.all([1, 2].map(() => pool.run('wait')));
    const all = Array.from({ length: 300 }, () => pool.run('count', [map]));
    await Promise.resolve();
    while (map.get('count') < 300);
    await Promise.all(all);
  }));
