// Tasks that need more memory than their worker may have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, WorkerCrashedError } from 'heddle';
import { assertAllReject, heddleError } from '../support/errors.js';
import { inTime, until } from '../support/wait.js';
import { tasks, withPool } from './support.js';

const script = tasks('memory');
const options = { size: 1, maxMemoryPerWorker: 16 << 20, grace: 100 };

function isOutOfMemory(error) {
  assert.ok(heddleError(WorkerCrashedError)(error));
  assert.equal(error.cause.code, 'ERR_WORKER_OUT_OF_MEMORY');
  return true;
}

test('a worker that runs out of memory is one that has crashed, and the pool heals', () =>
  withPool(undefined, options, async (pool) => {
    const grows = pool.execute(() => {
      const all = [];
      for (;;) all.push({ n: all.length, list: [all.length] });
    });
    const waits = pool.execute((n) => n, 1);
    await assert.rejects(inTime(grows, 'the task'), isOutOfMemory);
    assert.equal(await inTime(waits, 'the one that waited'), 1);
    assert.equal(pool.stats().crashes, 1);
  }));

for (const task of [
  'atOnce',
  'inMicrotask',
  'inTick',
  'inImmediate',
  'inTimer',
  'inEvent',
  'whateverItCatches',
  'inTransaction',
  'bitByBit',
]) {
  test(`wherever its code is: ${task}`, () =>
    withPool(script, options, async (pool) => {
      const map = new SharedMap();
      await assert.rejects(inTime(pool.run(task, [map]), 'the task'), isOutOfMemory);
      assert.equal(await inTime(pool.run('identity', [1]), 'the next task'), 1);
      assert.equal(map.get('left behind'), undefined);
      assert.equal(pool.stats().crashes, 1);
    }));
}

test('what else the worker had under way is told as well, and has no result', () =>
  withPool(script, { ...options, concurrency: 2 }, async (pool) => {
    const map = new SharedMap();
    await Promise.all(
      ['besides', 'growsBesides'].map((task) => assert.rejects(inTime(pool.run(task, [map]), task), isOutOfMemory)),
    );
    assert.equal(map.get('written beside'), undefined);
  }));

test('what it had not begun is begun by another one', () =>
  withPool(script, { ...options, concurrency: 2 }, async (pool) => {
    const map = new SharedMap();
    const grows = pool.run('growsWhenOthersWait', [map]);
    await until(() => map.get('begun'), 'the task to begin');
    map.set('go', true);
    const others = Promise.all(Array.from({ length: 50 }, (_, n) => pool.run('identity', [n])));
    await assert.rejects(inTime(grows, 'the task'), isOutOfMemory);
    assert.equal((await inTime(others, 'the others')).length, 50);
  }));

test('a script that runs out of memory rejects all that waits', () =>
  withPool(tasks('scripts/grows'), options, async (pool) => {
    await assertAllReject(
      Array.from({ length: 5 }, () => pool.run('anything')),
      isOutOfMemory,
    );
  }));

test('a worker that blocks is not taken for one that has stopped', () =>
  withPool(script, options, async (pool) => {
    assert.equal(await inTime(pool.run('blocks'), 'the task'), 'timed-out');
    assert.equal(pool.stats().crashes, 0);
  }));

test('with less than a worker needs to start the process goes on', () =>
  withPool(script, { ...options, maxMemoryPerWorker: 1 << 20 }, async (pool) => {
    const [{ status, value, reason }] = await inTime(Promise.allSettled([pool.run('identity', [1])]), 'the task');
    if (status === 'fulfilled') assert.equal(value, 1);
    else assert.ok(heddleError(WorkerCrashedError)(reason));
  }));
