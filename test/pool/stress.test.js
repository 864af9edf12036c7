// Whatever happens to a pool, each task is settled once, and nothing of it is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolTerminatedError, SharedMap, stats, WorkerCrashedError, WorkerPool } from 'heddle';
import { loops, random, seed } from '../support/random.js';
import { inTime, sleep, turn, until } from '../support/wait.js';
import { end, tasks } from './support.js';

const script = tasks('stress');
const CEILING = 'a pool that was let alone to be done with its tasks';

/** What tasks do, more of the ordinary first. */
const KINDS = ['none', 'none', 'none', 'none', 'turn', 'turn', 'sleep', 'sleep', 'spin', 'throw'];
const FATAL = ['exit', 'uncaught'];

const pick = (list) => list[Math.floor(random() * list.length)];

/** Counts what came of promises; one that is never settled stays in `pending`. */
class Detector {
  pending = new Set();
  counts = { fulfilled: 0, thrown: 0, aborted: 0, crashed: 0, terminated: 0 };
  outcomes = new Map();

  watch(n, promise) {
    this.pending.add(n);
    const settle = (outcome) => {
      assert.ok(this.pending.delete(n), `${n} is settled again`);
      this.counts[outcome]++;
      this.outcomes.set(n, outcome);
    };
    promise.then(
      (value) => {
        assert.equal(value, n);
        settle('fulfilled');
      },
      (error) => {
        if (error === 'abort') settle('aborted');
        else if (error instanceof WorkerCrashedError) settle('crashed');
        else if (error instanceof PoolTerminatedError) settle('terminated');
        else if (error.message === `thrown ${n}`) settle('thrown');
        else throw error; // nobody catches that: the test fails
      },
    );
  }
}

for (const concurrency of [1, 3]) {
  test(`each task is settled once: ${concurrency} at once in a worker`, async () => {
    const { threads } = stats();
    const detector = new Detector();
    const [ran, ended] = [new SharedMap(), new SharedMap()];
    const pool = new WorkerPool(script, { size: 2, concurrency, grace: 5, maxTasksPerWorker: 60, idleTimeout: 20 });
    const total = loops(600);
    let resizes = 0;
    for (let n = 0; n < total; n++) {
      const kind = random() < 0.01 ? pick(FATAL) : pick(KINDS);
      const controller = new AbortController();
      const { signal } = controller;
      detector.watch(n, pool.run('work', [ran, ended, n, kind], { signal, priority: Math.floor(random() * 3) }));
      if (random() < 0.1) {
        if (random() < 0.3) controller.abort('abort');
        else setTimeout(() => controller.abort('abort'), random() * 10);
      }
      if (random() < 0.02) resizes += await pool.resize(1 + Math.floor(random() * 2)).then(() => 1);
      if (random() < 0.05) await turn();
      if (detector.pending.size > 100) await until(() => detector.pending.size < 50, CEILING);
    }
    await inTime(pool.drain(), CEILING);
    await until(() => detector.pending.size === 0, CEILING);
    const { crashes, cancelledTasks, completedTasks, unfinishedTasks } = pool.stats();
    const { counts } = detector;
    console.log(`seed ${seed}: ${total} tasks`, counts, { crashes, resizes, cancelledTasks });
    for (const [n, outcome] of detector.outcomes) {
      const times = ran.get(n) ?? 0;
      assert.ok(times <= 1, `${n} has run ${times} times`);
      if (outcome === 'fulfilled') assert.deepEqual([times, ended.get(n)], [1, 1]);
      if (outcome === 'thrown') assert.deepEqual([times, ended.get(n)], [1, undefined]);
      // It may have ended, and not been asked yet; or another one has ended their worker before its function was found.
      if (outcome === 'crashed' && concurrency === 1) assert.equal(times, 1);
    }
    assert.equal(unfinishedTasks, 0);
    assert.ok(completedTasks >= counts.fulfilled + counts.thrown);
    assert.equal(detector.outcomes.size, total);
    for (const happened of ['fulfilled', 'thrown', 'aborted', 'crashed']) assert.ok(counts[happened] > 0, happened);
    assert.ok(crashes > 0 && resizes > 0 && cancelledTasks > 0);
    await end(pool);
    await until(() => stats().threads <= threads, 'the threads to go');
  });
}

test('workers that are replaced after each task leave nothing behind', async () => {
  const { threads } = stats();
  const cycles = loops(8);
  const pool = new WorkerPool(script, { size: 2, maxTasksPerWorker: 1 });
  const results = await inTime(
    Promise.all(Array.from({ length: cycles }, (_, n) => pool.run('identity', [n]))),
    'all cycles',
  );
  assert.deepEqual(
    results,
    Array.from({ length: cycles }, (_, n) => n),
  );
  assert.equal(pool.stats().crashes, 0);
  await until(() => pool.stats().threads === 0, 'the last worker to go');
  await end(pool);
  await until(() => stats().threads <= threads, 'the threads to go');
  console.log(`${cycles} workers were replaced`);
});

test('pools that are terminated at any moment leave nothing behind', async () => {
  const { threads } = stats();
  const times = loops(8);
  const seen = { starting: 0, running: 0, fulfilled: 0, terminated: 0 };
  for (let round = 0; round < times; round++) {
    const pool = new WorkerPool(script, { size: 2, grace: 20 });
    const map = new SharedMap();
    const [ran, ended] = [new SharedMap(), new SharedMap()];
    const all = Array.from({ length: 20 }, (_, n) => pool.run('work', [ran, ended, n, pick(KINDS.slice(0, -1))]));
    all.push(pool.run('untilEnded', [map]));
    const settled = Promise.allSettled(all);
    if (round % 2 === 0) await until(() => map.get('running') === true, 'the last task to run');
    else await sleep(random() * 40);
    if (pool.activeWorkers > 0) seen.running++;
    else seen.starting++;
    await end(pool);
    for (const { status, reason } of await inTime(settled, 'all tasks')) {
      if (status === 'rejected') assert.ok(reason instanceof PoolTerminatedError, `${reason?.stack}`);
      seen[status === 'fulfilled' ? 'fulfilled' : 'terminated']++;
    }
    assert.ok([...ran].every(([, count]) => count === 1));
  }
  await until(() => stats().threads <= threads, 'the threads to go');
  console.log(`seed ${seed}: ${times} pools`, seen);
  assert.ok(seen.running > 0 && seen.terminated > 0);
});

test('threads that end themselves while they are ended by force do so', async () => {
  const { threads } = stats();
  const times = loops(2);
  let forced = 0;
  for (let round = 0; round < times; round++) {
    const pool = new WorkerPool(script, { size: 1, grace: 0 });
    const map = new SharedMap();
    const task = assert.rejects(pool.run('untilTold', [map]), PoolTerminatedError);
    await until(() => map.get('running') === true, 'the task to run');
    await end(pool); // does not wait for a thread that is in the middle of a task
    if (stats().threads > threads) forced++;
    map.set('told', true);
    await inTime(task, 'the task to be given up');
    await until(() => stats().threads <= threads, 'the thread to go');
  }
  console.log(`${times} pools, threads that went on after the end of their pool: ${forced}`);
  if ('Deno' in globalThis) assert.equal(forced, times); // the others stop code in the middle
});
