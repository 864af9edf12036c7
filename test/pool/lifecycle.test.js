// Pools as a whole: how they grow and shrink, and how they end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concurrent, PoolTerminatedError, SharedMap, stats, WorkerPool } from 'heddle';
import { assertAllReject, heddleError, nativeError } from '../support/errors.js';
import { untilCollected } from '../support/gc.js';
import { inTime, stateOf, until } from '../support/wait.js';
import { spawn } from '../support/workers.js';
import { end, tasks, withPool } from './support.js';

const script = tasks('cancel');
const isEnded = heddleError(PoolTerminatedError, /terminated/);

const upTo = (count) => Array.from({ length: count }, (_, n) => n);
const running = (map, key) => until(() => map.get(key) === 'running', `${key} to run`);

test('workers start as tasks wait, up to size', () =>
  withPool(script, { size: 2 }, async (pool) => {
    assert.equal(pool.stats().threads, 0);
    const map = new SharedMap();
    const all = upTo(4).map((n) => pool.run('ignoreAndAwait', [map, n]));
    await running(map, 0);
    await running(map, 1);
    const { threads, workers, activeWorkers, queuedTasks } = pool.stats();
    assert.deepEqual(
      { threads, workers, activeWorkers, queuedTasks },
      { threads: 2, workers: 2, activeWorkers: 2, queuedTasks: 2 },
    );
    map.set('stop', true);
    await Promise.all(all);
  }));

test('minSize workers are there from the beginning, and stay', () =>
  withPool(script, { size: 2, minSize: 1, idleTimeout: 1 }, async (pool) => {
    await until(() => pool.stats().threads === 1, 'one to start');
    const thread = await pool.run('thread');
    const map = new SharedMap();
    const both = [pool.run('ignoreAndAwait', [map, 'a']), pool.run('ignoreAndAwait', [map, 'b'])];
    await running(map, 'a');
    await running(map, 'b');
    map.set('stop', true);
    await Promise.all(both);
    await until(() => pool.stats().threads === 1, 'the other one to go');
    assert.equal(typeof thread, 'number');
    for (let n = 0; n < 20; n++) await pool.run('identity', [n]);
    assert.equal(pool.stats().crashes, 0);
  }));

test('idle workers end, and come back', () =>
  withPool(script, { size: 2, idleTimeout: 5 }, async (pool) => {
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(await Promise.all(upTo(20).map((n) => pool.run('identity', [n]))), upTo(20));
      await until(() => pool.stats().threads === 0, 'the workers to go');
    }
    assert.equal(pool.stats().crashes, 0);
  }));

test('an idleTimeout that is longer than a timer can be does not end workers at once', () =>
  withPool(script, { size: 1, idleTimeout: 2 ** 40 }, async (pool) => {
    const thread = await pool.run('thread');
    await pool.execute(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const before = pool.stats().threads;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual([before, pool.stats().threads, await pool.run('thread')], [1, 1, thread]);
  }));

test('maxTasksPerWorker: a worker is replaced after so many', () =>
  withPool(script, { size: 1, maxTasksPerWorker: 3 }, async (pool) => {
    const threads = [];
    for (let n = 0; n < 9; n++) threads.push(await inTime(pool.run('thread'), 'a task'));
    assert.deepEqual(
      threads.map((thread) => threads.indexOf(thread)),
      [0, 0, 0, 3, 3, 3, 6, 6, 6],
    );
    assert.deepEqual(await inTime(Promise.all(upTo(11).map((n) => pool.run('identity', [n]))), 'all'), upTo(11));
    assert.equal(pool.stats().crashes, 0);
  }));

test('maxMemoryPerWorker: a worker is replaced when its heap has grown', () =>
  withPool(script, { size: 1, maxMemoryPerWorker: 100 << 20 }, async (pool) => {
    const thread = await pool.run('thread');
    assert.equal(await pool.run('thread'), thread);
    await pool.execute(() => {
      globalThis.kept = Array.from({ length: 15 }, () => new Array(1e6).fill(0.5)); // 120 MB, and 150 are too much
    });
    // Bun knows how large its heap is when it has collected.
    let next = thread;
    const ask = async () => {
      while (next === thread) next = await pool.run('thread');
    };
    await inTime(ask(), 'the next worker');
    assert.equal(pool.stats().crashes, 0);
  }));

test('resize: up, and down once tasks have ended', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap();
    const all = upTo(3).map((n) => pool.run('ignoreAndAwait', [map, n]));
    await running(map, 0);
    assert.equal(map.size, 1);
    await pool.resize(3);
    await running(map, 1);
    await running(map, 2);
    assert.equal(pool.stats().size, 3);
    const shrunk = pool.resize(1);
    assert.equal(await stateOf(shrunk), 'pending', 'three tasks run');
    const later = pool.run('identity', ['later']);
    map.set('stop', true);
    await inTime(shrunk, 'the workers to go');
    assert.equal(pool.stats().threads, 1);
    await Promise.all(all);
    assert.equal(await later, 'later');
  }));

test('resize during work loses nothing', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    const all = [];
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 100; n++) all.push(pool.run('count', [map]));
      await inTime(pool.resize(1 + (round % 2)), 'the pool to have its size');
    }
    await inTime(Promise.all(all), 'all');
    assert.equal(map.get('count'), 600);
    assert.equal(pool.stats().crashes, 0);
  }));

test('sizes that cannot be', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const wrong of [0, -1, 1.5, Number.NaN, 1e9])
      await assert.rejects(pool.resize(wrong), nativeError(RangeError));
    for (const wrong of [undefined, null, '2', {}]) await assert.rejects(pool.resize(wrong), nativeError(TypeError));
    assert.equal(await pool.run('identity', [1]), 1);
  }));

test('drain waits for what there is and what is added', () =>
  withPool(script, { size: 1 }, async (pool) => {
    await pool.drain();
    const map = new SharedMap([['count', 0]]);
    const gate = pool.run('ignoreAndAwait', [map, 'gate']);
    const drained = pool.drain();
    pool.run('count', [map]);
    assert.equal(await stateOf(drained), 'pending');
    map.set('stop', true);
    await drained;
    assert.equal(map.get('count'), 1);
    assert.deepEqual([pool.queuedTasks, pool.activeWorkers], [0, 0]);
    await gate;
    assert.equal(await pool.run('identity', [1]), 1, 'it goes on');
  }));

test('close runs what there is, and takes no more', async () => {
  const pool = new WorkerPool(script, { size: 2 });
  const map = new SharedMap([['count', 0]]);
  const all = upTo(200).map(() => pool.run('count', [map]));
  const closed = pool.close();
  await assert.rejects(pool.run('count', [map]), isEnded);
  await inTime(closed, 'the pool to close');
  await Promise.all(all);
  assert.equal(map.get('count'), 200);
  assert.equal(pool.stats().threads, 0);
  await pool.close();
  await end(pool);
});

test('close lets a map and a concurrent that are under way submit the rest', async () => {
  const pool = new WorkerPool(null, { size: 1 });
  const items = Array.from({ length: 40 }, (_, n) => n);
  const slowly = async (n) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return 2 * n;
  };
  const mapped = pool.map(items, slowly, { chunk: 1 });
  const all = concurrent(
    items.map(() => () => new Promise((resolve) => setTimeout(resolve, 1, 'done'))),
    { pool, limit: 2 },
  );
  const closed = pool.close();
  const late = heddleError(PoolTerminatedError, /has been closed or terminated, and takes no more tasks/);
  await assertAllReject(
    [pool.execute(slowly, 1), pool.map(items, slowly), concurrent([() => 1], { pool }), pool.ready()],
    late,
  );
  assert.deepEqual(
    await mapped,
    items.map((n) => 2 * n),
  );
  assert.deepEqual(await all, new Array(40).fill('done'));
  await closed;
  await assert.rejects(pool.execute(slowly, 1), late);
});

test('a source of items may wait until the pool is drained: nothing waits or runs then', async () => {
  const pool = new WorkerPool(null, { size: 1 });
  const source = async function* () {
    for (let n = 0; n < 5; n++) {
      yield n;
      await pool.drain();
    }
  };
  assert.deepEqual(
    await inTime(
      pool.map(source(), (n) => 2 * n),
      'the map',
    ),
    [0, 2, 4, 6, 8],
  );
  await pool.close();
});

test('terminate ends a map that close waits for', async () => {
  const pool = new WorkerPool(null, { size: 1 });
  const endless = function* () {
    for (let n = 0; ; n++) yield n;
  };
  const mapped = pool.map(endless(), (n) => n);
  const closed = pool.close();
  const [outcome] = await Promise.allSettled([mapped, pool.terminate()]);
  assert.equal(outcome.status, 'rejected');
  heddleError(PoolTerminatedError, /WorkerPool has been/)(/** @type {any} */ (outcome).reason);
  await closed;
});

test('asyncDispose closes', async () => {
  const pool = new WorkerPool(script, { size: 1 });
  const result = pool.run('identity', [1]);
  await inTime(pool[Symbol.asyncDispose](), 'the pool to close');
  assert.equal(await result, 1);
  await assert.rejects(pool.run('identity', [1]), isEnded);
});

test('terminate rejects what is not finished; everything is refused then', async () => {
  const pool = new WorkerPool(script, { size: 1, grace: 50 });
  const map = new SharedMap();
  const all = [pool.run('untilEvent', [map, 'task']), ...upTo(20).map((n) => pool.run('identity', [n]))];
  await running(map, 'task');
  const rejected = assertAllReject(all, isEnded);
  await end(pool);
  await inTime(rejected, 'all to be rejected');
  const refused = [
    pool.run('identity', [1]),
    pool.execute((n) => n, 1),
    pool.map([1], (n) => n),
    pool.mapStream([1], (n) => n).next(),
    pool.ready(),
  ];
  await assertAllReject(refused, isEnded);
  await inTime(
    Promise.all([pool.resize(2), pool.drain(), pool.terminate(), pool.close()]),
    'what is done with an ended pool',
  );
  assert.equal(pool.stats().threads, 0);
});

test('terminate tells the tasks that run', async () => {
  const pool = new WorkerPool(script, { size: 1, grace: Number.POSITIVE_INFINITY });
  const map = new SharedMap();
  const task = pool.run('spinUntilAborted', [map, 'task']);
  await running(map, 'task');
  const rejected = assert.rejects(task, isEnded);
  await end(pool);
  await rejected;
  assert.equal(map.get('task').reason.name, 'AbortError');
});

test('terminate with tasks that ignore everything', async () => {
  const pool = new WorkerPool(script, { size: 2, grace: 20 });
  const map = new SharedMap();
  const all = [pool.run('ignore', [map, 'spins']), pool.run('ignoreAndAwait', [map, 'awaits'])];
  await running(map, 'spins');
  await running(map, 'awaits');
  const rejected = assertAllReject(all, isEnded);
  const terminated = [pool.terminate(), pool.terminate()];
  await inTime(rejected, 'the tasks to be rejected');
  // Deno ends a worker when it comes back to its event loop, and not before.
  if (globalThis.Deno !== undefined) map.set('stop', true);
  await inTime(Promise.all(terminated), 'the threads to go');
  await end(pool);
});

test('terminate while workers start, and before any has', async () => {
  for (let round = 0; round < 6; round++) {
    const pool = new WorkerPool(script, { size: 2, minSize: round % 3 });
    const all = upTo(round).map((n) => pool.run('identity', [n]));
    const settled = Promise.allSettled(all);
    for (let turns = round; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([end(pool), pool.terminate()]);
    for (const { status, reason } of await inTime(settled, 'all')) assert.ok(status === 'fulfilled' || isEnded(reason));
  }
});

test('a pool whose handles are all gone ends its workers', async () => {
  const { threads } = stats();
  const apart = (fn) => fn();
  await apart(async () => {
    const pool = new WorkerPool(script, { size: 2, minSize: 2 });
    assert.equal(await pool.run('identity', [1]), 1);
    await until(() => pool.stats().threads === 2, 'both to start');
  });
  await untilCollected(() => stats().threads <= threads, 'the workers to go');
});

test('tasks keep their pool though nothing else does', async () => {
  const { threads } = stats();
  const map = new SharedMap();
  const apart = (fn) => fn();
  const task = apart(() => new WorkerPool(script, { size: 1 }).run('sees', [map, 'task']));
  await running(map, 'task');
  let rounds = 0;
  await untilCollected(() => ++rounds > 5, 'some collections');
  map.set('open', true);
  assert.equal(await inTime(task, 'the task'), false);
  await untilCollected(() => stats().threads <= threads, 'the workers to go');
});

test('the thread that has made a pool ends it', async () => {
  const { threads } = stats();
  const map = new SharedMap({ name: 'pool lifecycle: of a thread' });
  for (let round = 0; round < 3; round++) {
    const host = spawn(tasks('hosts'), 'leavePool', 'pool lifecycle: of a thread');
    await inTime(host.result, 'the thread to have a pool');
    await host.terminate();
    const pool = map.get('pool');
    await until(() => pool.stats().threads === 0 && stats().threads <= threads, 'the workers to go');
    await assert.rejects(pool.run('identity', [1]), isEnded);
    await inTime(pool.terminate(), 'nothing');
  }
  map.destroy();
});
