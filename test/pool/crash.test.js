// Tasks that bring their workers down: every promise settles, the pool heals, and what has not begun runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, WorkerCrashedError } from 'heddle';
import { heddleError } from '../support/errors.js';
import { inTime, until } from '../support/wait.js';
import { tasks, withPool } from './support.js';

const script = tasks('crash');

/** Matches the error of a task whose worker has ended; `matches` looks at what brought it down. */
const crashed = (message, matches) => (error) => {
  assert.ok(heddleError(WorkerCrashedError, message)(error));
  matches?.(error.cause);
  return true;
};

function isTimerError(cause) {
  assert.ok(cause instanceof Error);
  assert.match(cause.message, /in a timer/);
}

for (const [task, isCrash] of [
  ['exits', crashed(/"exits".*exit code is 5/)],
  ['exitsLater', crashed(/"exitsLater".*exit code is 0/)],
  ['throwsInTimer', crashed(/in a timer/, isTimerError)],
  ['rejectsUnhandled', crashed(/unhandled/, (cause) => assert.match(cause.message, /unhandled/))],
]) {
  test(`${task}: its task rejects, the next one has another worker`, () =>
    withPool(script, { size: 1 }, async (pool) => {
      for (let round = 1; round <= 3; round++) {
        const thread = await pool.run('thread');
        await assert.rejects(inTime(pool.run(task), 'the task'), isCrash);
        assert.notEqual(await inTime(pool.run('thread'), 'the next task'), thread);
        assert.equal(pool.stats().crashes, round);
      }
    }));

  test(`${task} while 100 wait: each of them runs`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const map = new SharedMap();
      const crashes = [pool.run(task), pool.run(task)];
      const others = Array.from({ length: 100 }, (_, n) => pool.run('ran', [map, n]));
      await Promise.all(crashes.map((each) => assert.rejects(inTime(each, 'the task'), isCrash)));
      await inTime(Promise.all(others), 'those that waited');
      for (let n = 0; n < 100; n++) assert.equal(map.get(n), 1);
      assert.equal(pool.stats().crashes, 2);
    }));
}

test('what throws when its task has returned brings down its worker only, and no promise waits for ever', () =>
  withPool(script, { size: 2 }, async (pool) => {
    await pool.run('throwsAfterwards');
    await until(() => pool.stats().crashes === 1, 'the worker to end');
    assert.equal(await pool.run('identity', [1]), 1);
  }));

test('a stack that overflows is an error of its task', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const thread = await pool.run('thread');
    await assert.rejects(pool.run('overflows'), RangeError);
    assert.equal(await pool.run('thread'), thread);
  }));

test('tasks that a worker had submitted run when it has gone, or are cancelled with it', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap();
    await assert.rejects(inTime(pool.run('spawnsAndExits', [pool, map, 50]), 'the task'), crashed(/exit code is 1/));
    await inTime(pool.drain(), 'the pool to be empty');
    for (const [key, times] of map) assert.equal(times === true ? 1 : times, 1, `${key} has run ${times} times`);
    assert.equal(await pool.run('identity', [2]), 2);
  }));

test('in a worker with several tasks all of them are told', () =>
  withPool(script, { size: 1, concurrency: 3 }, async (pool) => {
    const map = new SharedMap();
    const all = [0, 1, 2].map(() => pool.run('exitsWhenTold', [map]));
    const waiting = pool.run('identity', ['waited']);
    await until(() => map.get('begun'), 'one to begin');
    map.set('exit', true);
    const outcomes = await inTime(Promise.allSettled(all), 'all');
    for (const { reason } of outcomes) assert.ok(heddleError(WorkerCrashedError)(reason));
    assert.equal(await inTime(waiting, 'the one that waited'), 'waited');
  }));

test('a map ends with the worker of one of its items', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const items = (function* () {
      for (let n = 0; ; n++) yield n;
    })();
    await assert.rejects(
      inTime(
        pool.map(items, (n) => {
          if (n === 50) process.exit(9);
          return n;
        }),
        'the map',
      ),
      heddleError(WorkerCrashedError),
    );
    assert.deepEqual(await pool.map([1, 2], (n) => n), [1, 2]);
  }));

test('with settle a worker that has ended is a failure of what it had, and of nothing else', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const end = (n) => (n === 2 ? process.exit(9) : n);
    const results = await inTime(pool.map([1, 2, 3], end, { settle: true, chunk: 1 }), 'the map');
    assert.deepEqual([results[0].value, results[1].status, results[2].value], [1, 'rejected', 3]);
    assert.ok(heddleError(WorkerCrashedError)(results[1].reason));
  }));

test('one worker after the other: more crashes than there are workers', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const outcomes = await inTime(
      Promise.allSettled(
        Array.from({ length: 40 }, (_, n) => (n % 4 === 0 ? pool.run('exits') : pool.run('identity', [n]))),
      ),
      'all',
    );
    for (const [n, { status, value }] of outcomes.entries()) {
      if (n % 4 === 0) assert.equal(status, 'rejected');
      else assert.equal(value, n);
    }
    assert.equal(pool.stats().crashes, 10);
  }));
