// Tasks, their arguments and their results.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentScope,
  SharedArray,
  SharedMap,
  SharedQueue,
  TaskAmbiguousError,
  TaskNotFoundError,
  TaskScopeError,
  WorkerPool,
} from 'heddle';
import { heddleError, nativeError, same } from '../support/errors.js';
import { until } from '../support/wait.js';
import { tasks, withPool } from './support.js';
import { add, times } from './tasks/basic.js';

const script = tasks('basic');

function isDataCloneError(error) {
  assert.ok(error instanceof DOMException, `${error?.stack}`);
  assert.equal(error.name, 'DataCloneError');
  return true;
}

test('a function that comes with its source', () =>
  withPool(undefined, { size: 2 }, async (pool) => {
    assert.equal(await pool.execute((a, b) => a + b, 1, 2), 3);
    assert.equal(await pool.execute(async (n) => (await Promise.resolve(n)) + 1, 1), 2);
    const named = function square(n) {
      return n < 2 ? n : n * n + 0 * square(n - 1);
    };
    assert.equal(await pool.execute(named, 7), 49);
    assert.equal(await pool.execute({ method: (n) => -n }.method, 7), -7);
    assert.deepEqual(
      await Promise.all(Array.from({ length: 300 }, (_, n) => pool.execute((n) => n + 1, n))),
      Array.from({ length: 300 }, (_, n) => n + 1),
    );
  }));

test('an export of the script, as a function and by its name', () =>
  withPool(script, { size: 2 }, async (pool) => {
    assert.equal(await pool.execute(add, 1, 2), 3);
    assert.equal(await pool.execute(times, 2), 6, 'it closes over what is there');
    assert.equal(await pool.run('times', [5]), 15);
    assert.equal(await pool.run('greet', ['you']), 'hello you');
    assert.equal(await pool.run('addLater', [1, 2]), 3);
    assert.deepEqual(await pool.run('list'), []);
    assert.deepEqual(await pool.run('list', [1, 2], {}), [1, 2]);
  }));

test('what it cannot be: a captured variable, another function of that name, a name that nothing has', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const captured = Number(script.href.length); // not a constant: Bun writes those into functions
    await assert.rejects(
      pool.execute((n) => n + captured + script.length, 1),
      (error) => {
        assert.ok(heddleError(TaskScopeError, /captured.*argument.*export/s)(error));
        assert.deepEqual([...error.names].sort(), ['captured', 'script']);
        return true;
      },
    );
    const add = (a, b) => a - b;
    await assert.rejects(pool.execute(add, 1, 2), heddleError(TaskAmbiguousError, /"add"/));
    await assert.rejects(pool.run('nothing', []), heddleError(TaskNotFoundError, /"nothing".*add, addLater/));
    await assert.rejects(pool.run('rate', []), heddleError(TaskNotFoundError, /"rate"/));
    await assert.rejects(pool.execute(Math.max, 1, 2), heddleError(TaskScopeError));
    assert.equal(await pool.run('add', [1, 2]), 3, 'nothing has happened');
    assert.equal(pool.stats().crashes, 0);
  }));

test('a pool without a script has no functions by name', () =>
  withPool(null, { size: 1 }, async (pool) => {
    await assert.rejects(pool.run('add', []), heddleError(TaskNotFoundError, /no script/));
  }));

test('what is no function, name or list of arguments rejects, and nothing is submitted', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const wrong of [undefined, null, 7, 'add', {}, class {}, function* () {}]) {
      await assert.rejects(pool.execute(wrong), nativeError(TypeError));
    }
    for (const wrong of [undefined, null, 7, {}, add]) await assert.rejects(pool.run(wrong), nativeError(TypeError));
    for (const wrong of [7, 'ab', {}, new Set()]) await assert.rejects(pool.run('add', wrong), nativeError(TypeError));
    const { threads, unfinishedTasks } = pool.stats();
    assert.deepEqual({ threads, unfinishedTasks }, { threads: 0, unfinishedTasks: 0 });
  }));

for (const [what, value] of [
  ['undefined', undefined],
  ['null', null],
  ['numbers', [0, -0, Number.NaN, 2n ** 70n, 1.5]],
  ['a hole', Object.assign([1, 2], { length: 3 })],
  ['text that is not ASCII', 'ünïcödé 🧵 \ud800'],
  ['a Map, a Set, a Date and a RegExp', [new Map([[1, { a: 1 }]]), new Set([1]), new Date(5), /a+/gi]],
  ['a large string', 'x'.repeat(70_000)],
  ['a large object', Array.from({ length: 20_000 }, (_, n) => ({ n, text: `number ${n}` }))],
  ['a large buffer', new Uint8Array(3 << 20).fill(7)],
  ['an empty buffer', new ArrayBuffer(0)],
]) {
  test(`there and back: ${what}`, () =>
    withPool(script, { size: 1 }, async (pool) => {
      assert.deepEqual(await pool.run('list', [value, 1]), [value, 1]);
      assert.deepEqual(await pool.execute((value) => value, value), value);
      assert.deepEqual(await pool.map([value, value], (value) => value), [value, value]);
      // More of them at once than fit into what answers are taken in.
      const many = await Promise.all(Array.from({ length: 5 }, () => pool.execute((value) => value, value)));
      for (const each of many) assert.deepEqual(each, value);
    }));
}

test('an argument is a copy', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const bytes = new Uint8Array([1, 2, 3]);
    assert.equal(await pool.run('sumOf', [bytes]), 6);
    assert.deepEqual([...bytes], [1, 2, 3]);
    const shared = { n: 1 };
    const [a, b] = await pool.run('list', [shared, shared]);
    assert.equal(a, b, 'of one value that is there twice there is one copy');
    assert.notEqual(a, shared);
  }));

test('arguments that cannot be shared reject, and nothing else happens', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const wrong of [() => {}, Symbol('s'), new WeakMap(), Promise.resolve(), { deep: [() => {}] }]) {
      await assert.rejects(pool.run('list', [wrong]), isDataCloneError);
      await assert.rejects(pool.execute(add, 1, wrong), isDataCloneError);
      await assert.rejects(pool.map([1, wrong], add), isDataCloneError);
    }
    await assert.rejects(pool.run('list', [{ user: { save() {} } }]), /user\.save/);
    const reason = new Error('thrown by a getter');
    const thrower = {
      get it() {
        throw reason;
      },
    };
    await assert.rejects(pool.run('list', [thrower]), same(reason));
    await pool.drain();
    assert.deepEqual(await pool.run('list', [1]), [1]);
  }));

test('results that cannot be shared reject, and the worker goes on', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const thread = await pool.run('thread');
    await assert.rejects(pool.run('notShared'), isDataCloneError);
    await assert.rejects(
      pool.execute(() => ({ a: [Symbol('s')] })),
      isDataCloneError,
    );
    assert.equal(await pool.run('thread'), thread);
    assert.equal(pool.stats().failedTasks, 2);
  }));

test('handles are arguments and results', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const { map, list } = await pool.run('makeHandles');
    assert.equal(map.get('a'), 1);
    assert.deepEqual(list[0].toArray?.() ?? [...list[0]], [1, 2]);
    assert.equal(await pool.run('isMap', [map]), true);
    const queue = new SharedQueue();
    await pool.execute((queue, map, array) => queue.enqueue({ map, array }), queue, map, new SharedArray([3]));
    const sent = queue.tryDequeue();
    assert.equal(sent.map.get('a'), 1);
    assert.equal(sent.array.get(0), 3);
  }));

test('tasks share what they write, in transactions as well', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const map = new SharedMap([['n', 0]]);
    await Promise.all(Array.from({ length: 50 }, () => pool.run('byTransaction', [map, 'n'])));
    assert.equal(map.get('n'), 100);
  }));

test('a task hears of changes', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap();
    const heard = pool.run('firstChange', [map, 'a']);
    await until(() => map.get('ready'), 'the task to watch');
    map.set('a', 'now');
    assert.equal(await heard, 'now');
  }));

test('outside of tasks there is a scope that nobody cancels', async () => {
  const { signal, deadline } = currentScope();
  assert.deepEqual([signal.aborted, deadline], [false, Number.POSITIVE_INFINITY]);
  await withPool(script, { size: 1 }, async (pool) => {
    assert.deepEqual(await pool.run('scope'), { aborted: false, deadline: Number.POSITIVE_INFINITY });
  });
});

test('counts', () =>
  withPool(script, { size: 2 }, async (pool) => {
    assert.deepEqual([pool.activeWorkers, pool.queuedTasks, pool.completedTasks], [0, 0, 0]);
    const map = new SharedMap();
    const running = pool.run('waitUntilOpen', [map]);
    await until(() => map.get('waiting'), 'the task to run');
    assert.deepEqual([pool.activeWorkers, pool.queuedTasks, pool.completedTasks], [1, 0, 0]);
    map.set('open', true);
    await running;
    await pool.drain();
    await assert.rejects(
      pool.execute(() => {
        throw new Error('no');
      }),
      /^Error: no$/,
    );
    await pool.drain();
    const { completedTasks, failedTasks, waitTime, runTime, size } = pool.stats();
    assert.deepEqual({ completedTasks, failedTasks, size }, { completedTasks: 2, failedTasks: 1, size: 2 });
    assert.deepEqual([waitTime.count, runTime.count], [2, 2]);
    assert.equal(Object.prototype.toString.call(pool), '[object WorkerPool]');
    assert.ok(pool instanceof WorkerPool);
  }));
