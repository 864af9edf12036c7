// What pools and tasks are told, and what they refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentScope, PoolSaturatedError, SharedMap, TaskTimeoutError, WorkerPool } from 'heddle';
import { assertAllReject, heddleError, nativeError, same } from '../support/errors.js';
import { stateOf, until } from '../support/wait.js';
import { tasks, withPool } from './support.js';

const script = tasks('basic');
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Numbers that each option refuses, and those that it takes. */
const RANGES = {
  size: { out: [0, -1, 1.5, nan, infinity, 1e9], in: [1, 7] },
  minSize: { out: [-1, 0.5, nan, infinity], in: [0] },
  maxTasks: { out: [0, -1, 1.5, nan], in: [1, infinity] },
  idleTimeout: { out: [-1, nan], in: [0, 0.5, infinity] },
  maxTasksPerWorker: { out: [0, -1, 1.5, nan], in: [1, infinity] },
  maxMemoryPerWorker: { out: [0, 1000, nan, -infinity], in: [1 << 30, infinity] },
  concurrency: { out: [0, -1, 1.5, nan, infinity], in: [1, 10] },
  grace: { out: [-1, nan], in: [0, 0.5, infinity] },
};

for (const [option, { out, in: allowed }] of Object.entries(RANGES)) {
  test(`the option ${option}`, async () => {
    for (const wrong of [null, '1', 1n, {}, [1], true]) {
      assert.throws(() => new WorkerPool(null, { [option]: wrong }), nativeError(TypeError, new RegExp(option)));
    }
    for (const wrong of out) {
      assert.throws(() => new WorkerPool(null, { [option]: wrong }), nativeError(RangeError, new RegExp(option)));
    }
    for (const right of [undefined, ...allowed]) {
      await withPool(null, { [option]: right }, async (pool) => assert.equal(pool.stats().threads, 0));
    }
  });
}

test('options that there are not, and that do not fit together', async () => {
  assert.throws(() => new WorkerPool(null, { sise: 1 }), nativeError(TypeError, /"sise"/));
  assert.throws(() => new WorkerPool(null, 7), nativeError(TypeError));
  assert.throws(() => new WorkerPool(null, { size: 2, minSize: 3 }), nativeError(RangeError, /minSize.*size/));
  await withPool(null, undefined, async (pool) => assert.ok(pool.stats().size >= 1));
});

test('the options of a task and of map', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const run = (options) => pool.run('list', [], options);
    const map = (options) => pool.map([1], (n) => n, options);
    for (const [call, name] of [
      [run, 'signal'],
      [map, 'signal'],
      [run, 'timeout'],
      [run, 'priority'],
      [map, 'priority'],
      [map, 'chunk'],
      [map, 'settle'],
      [run, 'transfer'],
    ]) {
      for (const wrong of [null, 'x', {}, 1n, name === 'signal' || name === 'settle' ? 7 : new AbortController()]) {
        await assert.rejects(call({ [name]: wrong }), nativeError(TypeError, new RegExp(name)));
      }
      await call({ [name]: undefined });
    }
    for (const [call, options] of [
      [run, { timeout: -1 }],
      [run, { timeout: nan }],
      [run, { priority: 11 }],
      [run, { priority: -11 }],
      [map, { priority: 0.5 }],
      [map, { chunk: 0 }],
      [map, { chunk: 1.5 }],
      [map, { chunk: infinity }],
    ]) {
      await assert.rejects(call(options), nativeError(RangeError, new RegExp(Object.keys(options)[0])));
    }
    await assert.rejects(run({ transfer: [new Uint8Array(1)] }), nativeError(TypeError, /ArrayBuffers only/));
    await assert.rejects(run({ settle: true }), nativeError(TypeError, /"settle"/));
    await assert.rejects(map({ timeout: 1 }), nativeError(TypeError, /"timeout"/));
    await assert.rejects(run(7), nativeError(TypeError));
    assert.deepEqual(await run({ timeout: infinity, priority: -10, transfer: [] }), []);
  }));

test('maxTasks: more are refused until there is room', () =>
  withPool(script, { size: 1, maxTasks: 3 }, async (pool) => {
    const map = new SharedMap();
    const accepted = Array.from({ length: 3 }, () => pool.run('waitUntilOpen', [map]));
    await assertAllReject([pool.run('list'), pool.execute((n) => n, 1)], (error) => {
      assert.equal(error.maxTasks, 3);
      return heddleError(PoolSaturatedError, /ready\(\)/)(error);
    });
    const ready = pool.ready();
    assert.equal(await stateOf(ready), 'pending');
    map.set('open', true);
    await ready;
    assert.deepEqual(await pool.run('list', [1]), [1]);
    await Promise.all(accepted);
    await pool.ready();
  }));

test('maxTasks: who has an answer has room', () =>
  withPool(script, { size: 1, maxTasks: 1 }, async (pool) => {
    for (let n = 0; n < 500; n++) assert.equal(await pool.execute((n) => n, n), n);
    for (let n = 0; n < 100; n++) await assert.rejects(pool.run('notShared'), DOMException);
  }));

test('maxTasks: what is refused for its arguments takes no room', () =>
  withPool(script, { size: 1, maxTasks: 1 }, async (pool) => {
    await assertAllReject(
      [1, 2, 3].map(() => pool.run('list', [() => {}])),
      (error) => error.name === 'DataCloneError',
    );
    assert.deepEqual(await pool.run('list', [1]), [1]);
  }));

test('higher priorities are begun first, and equal ones in their order', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap([['log', []]]);
    const gate = pool.run('waitUntilOpen', [map]);
    await until(() => map.get('waiting'), 'the worker to be busy');
    const given = [0, 5, -10, 10, 5, 0, -3];
    const logged = given.map((priority, n) => pool.run('log', [map, `${priority} as ${n}`], { priority }));
    logged.push(pool.map(['1 as map'], (entry) => entry, { priority: 1 }).then(() => {}));
    map.set('open', true);
    await Promise.all([gate, ...logged]);
    assert.deepEqual(map.get('log'), ['10 as 3', '5 as 1', '5 as 4', '0 as 0', '0 as 5', '-3 as 6', '-10 as 2']);
  }));

test('what is transferred is given up once the task is accepted', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const large = new Uint8Array(1 << 20).fill(1);
    const sums = [bytes, large].map((each) => pool.run('sumOf', [each], { transfer: [each.buffer] }));
    assert.deepEqual([bytes.buffer.byteLength, large.buffer.byteLength], [0, 0]);
    assert.deepEqual(await Promise.all(sums), [6, 1 << 20]);
  }));

test('what is refused keeps what it would have transferred', () =>
  withPool(script, { size: 1, maxTasks: 1 }, async (pool) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const transfer = [bytes.buffer];
    await assert.rejects(pool.run('list', [bytes, () => {}], { transfer }), { name: 'DataCloneError' });
    await assert.rejects(pool.run('list', [bytes], { transfer, signal: AbortSignal.abort(1) }), same(1));
    const map = new SharedMap();
    const first = pool.run('waitUntilOpen', [map]);
    await assert.rejects(pool.run('list', [bytes], { transfer }), heddleError(PoolSaturatedError));
    assert.deepEqual([...bytes], [1, 2, 3]);
    map.set('open', true);
    await first;
  }));

test('what cannot be transferred is refused, and no task has run', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap([['log', []]]);
    const { buffer } = new Uint8Array(8);
    const gone = new ArrayBuffer(8);
    structuredClone(gone, { transfer: [gone] });
    for (const transfer of [[buffer, buffer], [gone]]) {
      await assert.rejects(pool.run('log', [map, 'ran'], { transfer }), { name: 'DataCloneError' });
    }
    assert.equal(buffer.byteLength, 8);
    await pool.drain();
    assert.deepEqual(map.get('log'), []);
  }));

test('a timeout: the task is told, and its promise rejects', () =>
  withPool(script, { size: 1, grace: 100 }, async (pool) => {
    const map = new SharedMap();
    const isLate = (error) => {
      assert.ok(heddleError(TaskTimeoutError)(error));
      assert.equal(error.name, 'TimeoutError');
      return true;
    };
    for (let timeout = 20; map.get('running') === undefined; timeout *= 2) {
      await assert.rejects(pool.run('untilAborted', [map], { timeout }), (error) => {
        assert.equal(error.timeout, timeout);
        return isLate(error);
      });
    }
    assert.equal(map.get('reason').name, 'TimeoutError');
    assert.match(map.get('reason').message, /"untilAborted" did not finish within/);
    assert.deepEqual(await pool.run('list', [2], { timeout: 3e9 }), [2], 'longer than a timer can be');
    await pool.run('list', [3], { timeout: 60_000 });
    const spins = pool.run('spinForEver', [map], { timeout: 20 });
    await assert.rejects(spins, isLate);
    map.set('stop', true); // Deno cannot end a worker that spins
  }));

test('a timeout that is over before the task has begun', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap([['log', []]]);
    const gate = pool.run('waitUntilOpen', [map]);
    await until(() => map.get('waiting'), 'the worker to be busy');
    await assert.rejects(pool.run('log', [map, 'late'], { timeout: 5 }), heddleError(TaskTimeoutError));
    assert.equal(pool.queuedTasks, 0);
    map.set('open', true);
    await gate;
    await pool.drain();
    assert.deepEqual(map.get('log'), []);
  }));

test('the scope of a task has its deadline', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const before = Date.now();
    const { aborted, deadline } = await pool.run('scope', [], { timeout: 50_000 });
    assert.equal(aborted, false);
    assert.ok(deadline >= before + 50_000 && deadline <= Date.now() + 50_000);
    assert.equal(currentScope().deadline, infinity);
  }));
