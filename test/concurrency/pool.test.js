// Scopes and pools: functions that are called in workers, and tasks that belong to the scope of who submits them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  concurrent,
  PoolTerminatedError,
  pipeline,
  race,
  SharedMap,
  TaskScopeError,
  TimeoutError,
  timeout,
  WorkerCrashedError,
} from 'heddle';
import { withPool } from '../pool/support.js';
import { heddleError, same } from '../support/errors.js';
import { turn, until } from '../support/wait.js';
import { drained, untilAborted } from './support.js';
import {
  busy,
  cleanUpSlowly,
  count,
  deadlineInside,
  describeItem,
  describeScope,
  double,
  holdOpen,
  leaveOpen,
  Refusal,
  refuse,
  spinInside,
} from './tasks/scopes.js';

const script = new URL('./tasks/scopes.js', import.meta.url);
const NEVER = Number.POSITIVE_INFINITY;

const running = (map, key) => until(() => map.get(key) === 'running', `${key} to run`);

/** Fails when something of `map` runs. */
const failWhenRunning = (map, key, error) => async () => {
  await running(map, key);
  throw error;
};

test('functions are called in the workers, with the scope', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const before = Date.now();
    const alone = await concurrent([describeScope, () => 5, async () => 'text'], { pool });
    assert.deepEqual(alone, [{ aborted: false, deadline: NEVER, isAmbient: true }, 5, 'text']);
    const { deadline, ...rest } = await timeout(describeScope, 60_000, { pool });
    assert.deepEqual(rest, { aborted: false, isAmbient: true });
    assert.ok(deadline >= before + 60_000 && deadline <= Date.now() + 60_000);
    assert.equal(await race([() => 'first'], { pool }), 'first');
    const [item] = await drained(
      pipeline(
        [7],
        [
          { fn: double, pool },
          { fn: describeItem, pool },
        ],
      ),
    );
    assert.deepEqual(item, { item: 14, aborted: false, deadline: NEVER, isAmbient: true });
    assert.equal(pool.stats().threads > 0, true);
  }));

test('a deadline reaches tasks, and what they call', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const seen = await timeout(
      ({ deadline }) =>
        concurrent([() => deadline, () => pool.run('deadlineInside'), () => pool.execute(deadlineInside)]),
      600_000,
    );
    assert.equal(new Set(seen).size, 1);
  }));

test('errors keep their class; the others are cancelled in their workers and waited for', () =>
  withPool(script, { size: 2, grace: NEVER }, async (pool) => {
    await assert.rejects(concurrent([() => 1, refuse], { pool }), (error) => {
      assert.ok(error instanceof Refusal);
      assert.equal(error.code, 'E_NOT_THAT');
      return true;
    });
    const map = new SharedMap();
    const error = new Error('enough');
    const outcome = concurrent([() => pool.execute(cleanUpSlowly, map, 'slow'), failWhenRunning(map, 'slow', error)], {
      grace: NEVER,
    });
    await assert.rejects(outcome, same(error));
    assert.equal(map.get('slow'), 'cleaned');
  }));

test('a task hears of it in a loop that awaits nothing, scopes further in', () =>
  withPool(script, { size: 2, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    const error = new RangeError('enough');
    const outcome = concurrent(
      [
        () => pool.execute(spinInside, map, 'spin'),
        () => pool.run('spinInside', [map, 'run']),
        async () => {
          await running(map, 'spin');
          await running(map, 'run');
          throw error;
        },
      ],
      { grace: NEVER },
    );
    await assert.rejects(outcome, same(error));
    for (const key of ['spin', 'run']) assert.equal(map.get(key).reason.message, 'enough');
  }));

test('a transaction that is open in a worker is aborted', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    const error = new Error('enough');
    const outcome = concurrent([() => pool.execute(holdOpen, map, 'open'), failWhenRunning(map, 'open', error)], {
      grace: NEVER,
    });
    await assert.rejects(outcome, same(error));
    assert.deepEqual(map.get('open'), { failed: 'enough' });
    assert.equal(map.has('uncommitted'), false);
  }));

test('tasks that wait are cancelled at once, and never run', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    const error = new Error('enough');
    const many = Array.from({ length: 20 }, () => () => pool.execute(count, map));
    const outcome = concurrent(
      [() => pool.execute(cleanUpSlowly, map, 'slow'), ...many, failWhenRunning(map, 'slow', error)],
      { grace: NEVER },
    );
    await assert.rejects(outcome, same(error));
    assert.equal(map.get('count'), 0);
    const { cancelledTasks, failedTasks, completedTasks } = pool.stats();
    assert.deepEqual([cancelledTasks, completedTasks], [20, 1], `${failedTasks}`);
  }));

test('a worker that is told does not begin what waits behind', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    const error = new Error('enough');
    const many = Array.from({ length: 2000 }, () => () => pool.execute(count, map));
    const outcome = concurrent(
      [() => pool.execute(spinInside, map, 'spin'), ...many, failWhenRunning(map, 'spin', error)],
      { grace: NEVER },
    );
    await assert.rejects(outcome, same(error));
    assert.equal(map.get('count'), 0);
  }));

test('a task that nobody awaits ends with its scope', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    await concurrent(
      [
        async () => {
          void pool.execute(cleanUpSlowly, map, 'left');
          await running(map, 'left');
        },
      ],
      { grace: NEVER },
    );
    assert.equal(map.get('left'), 'cleaned');
  }));

test('a map in a scope ends with it', () =>
  withPool(script, { size: 1, grace: 5 }, async (pool) => {
    const map = new SharedMap();
    const error = new Error('enough');
    const args = Array.from({ length: 10 }, () => map);
    const outcome = concurrent(
      [
        () => pool.map(args, (map) => new Promise(() => map.set('map', 'running')), { chunk: 1 }),
        failWhenRunning(map, 'map', error),
      ],
      { grace: NEVER },
    );
    await assert.rejects(outcome, same(error));
    await assert.rejects(
      timeout((scope) => untilAborted(scope).catch(() => pool.map([1], double)), 1),
      heddleError(TimeoutError),
    );
  }));

test('a pool that is full is waited for', () =>
  withPool(script, { size: 2, maxTasks: 3 }, async (pool) => {
    const tasks = Array.from({ length: 40 }, () => () => 1);
    assert.equal((await concurrent(tasks, { pool })).length, 40);
    const items = Array.from({ length: 40 }, (_, n) => n);
    const results = await drained(pipeline(items, [{ fn: double, pool, parallelism: 10 }]));
    assert.deepEqual(results, items.map(double));
  }));

test('a function that cannot be sent fails its scope', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const captured = [5];
    await assert.rejects(concurrent([() => 1, () => captured], { pool }), heddleError(TaskScopeError, /captured/));
    await assert.rejects(drained(pipeline([1], [{ fn: (n) => n + captured[0], pool }])), heddleError(TaskScopeError));
  }));

test('a worker that crashes and a pool that ends fail their scopes', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const crash = () => pool.execute(() => process.exit(3));
    if (globalThis.Deno === undefined) {
      await assert.rejects(concurrent([crash, (scope) => untilAborted(scope)]), heddleError(WorkerCrashedError));
    }
    const map = new SharedMap();
    const outcome = assert.rejects(
      concurrent([() => pool.execute(cleanUpSlowly, map, 'a'), (scope) => untilAborted(scope)]),
      heddleError(PoolTerminatedError),
    );
    await running(map, 'a');
    await pool.terminate();
    await outcome;
    await assert.rejects(concurrent([() => 1], { pool }), heddleError(PoolTerminatedError));
  }));

test('a task that nobody is there to cancel sees that its time is up', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    await pool.run('double', [1]);
    const outcome = timeout(() => pool.run('spinInside', [map, 'spin']), 200);
    await running(map, 'spin');
    while (map.get('spin') === 'running'); // this thread does not come to its timers
    assert.equal(map.get('spin').reason.name, 'TimeoutError');
    await assert.rejects(outcome, (error) => heddleError(TimeoutError)(error) && error.timeout === 200);
  }));

test('what a function leaves open in its worker ends with it', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap({ name: 'left open in a worker' });
    await concurrent([leaveOpen], { pool });
    assert.deepEqual(map.get('body'), 'has ended');
    assert.equal(map.has('uncommitted'), false);
    map.destroy();
  }));

test('many who wait for room in a pool are not called for each place', () =>
  withPool(script, { size: 1, maxTasks: 2 }, async (pool) => {
    const results = await concurrent(
      Array.from({ length: 3000 }, () => () => 1),
      { pool },
    );
    assert.equal(results.length, 3000);
    const stopped = new Error('enough');
    const waiting = Array.from(
      { length: 50 },
      () => () => concurrent([() => new Promise(() => {})], { pool, grace: 0 }),
    );
    const stop = async () => {
      await turn();
      throw stopped;
    };
    await assert.rejects(concurrent([...waiting, stop], { grace: 50 }), same(stopped));
    assert.equal(await pool.run('double', [4]), 8);
  }));

test('stages in a pool keep the order of the items', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const items = Array.from({ length: 100 }, (_, n) => n);
    const results = await drained(pipeline(items, [{ fn: busy, pool, parallelism: 4 }, (n) => n + 1]));
    assert.deepEqual(
      results,
      items.map((n) => busy(n) + 1),
    );
  }));
