// Tasks that are cancelled: while they wait, while they run, and when they take no notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { assertAllReject, same } from '../support/errors.js';
import { inTime, turn, until } from '../support/wait.js';
import { tasks, withPool } from './support.js';

const script = tasks('cancel');
const NEVER = Number.POSITIVE_INFINITY;

const running = (map, key) => until(() => map.get(key) === 'running', `${key} to run`);

test('one that waits goes at once, and never runs', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap([['count', 0]]);
    const gate = pool.run('ignoreAndAwait', [map, 'gate']);
    await running(map, 'gate');
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 20 }, () => pool.run('count', [map], { signal }));
    const others = Array.from({ length: 20 }, () => pool.run('count', [map]));
    assert.equal(pool.queuedTasks, 40);
    const reason = new Error('enough');
    controller.abort(reason);
    assert.equal(pool.queuedTasks, 20);
    await assertAllReject(waiting, same(reason));
    map.set('stop', true);
    await Promise.all([gate, ...others]);
    assert.equal(map.get('count'), 20);
    const { cancelledTasks, crashes } = pool.stats();
    assert.deepEqual({ cancelledTasks, crashes }, { cancelledTasks: 20, crashes: 0 });
  }));

test('a signal that has aborted already', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const reason of [new Error('no'), 'text', null, 0]) {
      await assert.rejects(pool.run('identity', [1], { signal: AbortSignal.abort(reason) }), same(reason));
    }
    await assert.rejects(pool.run('identity', [1], { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(pool.stats().threads, 0, 'no worker was needed');
  }));

for (const task of ['spinUntilAborted', 'untilEvent']) {
  test(`${task}: a task that runs is told why`, () =>
    withPool(script, { size: 1, grace: NEVER }, async (pool) => {
      const thread = await pool.run('thread');
      const error = Object.assign(new RangeError('enough'), { code: 'E_ENOUGH' });
      let round = 0;
      for (const [reason, told = (got) => assert.deepEqual(got, reason)] of [
        ['text'],
        [{ n: [1, 2] }],
        [null],
        [
          error,
          (got) => {
            assert.ok(got instanceof RangeError);
            assert.deepEqual([got.message, got.code], ['enough', 'E_ENOUGH']);
          },
        ],
        [undefined, (got) => assert.equal(got.name, 'AbortError')],
        [() => 'what cannot be shared', (got) => assert.ok(got instanceof Error)],
      ]) {
        const map = new SharedMap();
        const key = `round ${round++}`;
        const controller = new AbortController();
        const task2 = pool.run(task, [map, key], { signal: controller.signal });
        await running(map, key);
        controller.abort(reason);
        await assert.rejects(task2, same(controller.signal.reason));
        told(map.get(key).reason);
      }
      assert.equal(await pool.run('thread'), thread, 'the worker has stayed');
      assert.equal(pool.stats().crashes, 0);
    }));
}

test('the reason may hold handles and be large', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    for (const [key, reason] of [
      ['handle', { map }],
      ['large', 'x'.repeat(1000)],
    ]) {
      const controller = new AbortController();
      const task = pool.run('spinUntilAborted', [map, key], { signal: controller.signal });
      await running(map, key);
      controller.abort(reason);
      await assert.rejects(task, same(reason));
    }
    assert.equal(map.get('handle').reason.map.has('large'), true);
    assert.equal(map.get('large').reason.length, 1000);
  }));

test('a task that has ended is not told, nor the next one in its place', () =>
  withPool(script, { size: 1, grace: 0 }, async (pool) => {
    const map = new SharedMap();
    const thread = await pool.run('thread');
    const controller = new AbortController();
    assert.equal(await pool.run('identity', [1], { signal: controller.signal }), 1);
    const next = pool.run('sees', [map, 'next']);
    await running(map, 'next');
    controller.abort();
    await turn();
    map.set('open', true);
    assert.equal(await next, false);
    assert.equal(await pool.run('thread'), thread);
  }));

for (const task of ['ignore', 'ignoreAndAwait']) {
  test(`${task}: of one that takes no notice only its worker is replaced`, () =>
    withPool(script, { size: 2, grace: 50 }, async (pool) => {
      const map = new SharedMap([['count', 0]]);
      const controller = new AbortController();
      const ignoring = pool.run(task, [map, 'ignoring'], { signal: controller.signal });
      const other = pool.run('sees', [map, 'other']);
      await running(map, 'ignoring');
      await running(map, 'other');
      const waiting = Array.from({ length: 50 }, () => pool.run('count', [map]));
      controller.abort('enough');
      await assert.rejects(inTime(ignoring, 'the one that takes no notice'), same('enough'));
      await inTime(Promise.all(waiting), 'those that waited');
      assert.equal(map.get('count'), 50, 'each has run once');
      map.set('open', true);
      assert.equal(await other, false, 'the other worker knows nothing of it');
      map.set('stop', true); // Deno ends a worker when it comes back to its event loop
      await until(() => pool.stats().threads <= 2, 'its thread to go');
      assert.equal(pool.stats().crashes, 0, 'that is none');
    }));
}

test('with several tasks in a worker each sees its own signal', () =>
  withPool(script, { size: 1, concurrency: 3, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    const controllers = [0, 1, 2].map(() => new AbortController());
    const all = controllers.map(({ signal }, n) => pool.run(n === 1 ? 'untilEvent' : 'sees', [map, n], { signal }));
    for (const n of [0, 1, 2]) await running(map, n);
    assert.equal(pool.activeWorkers, 1);
    controllers[1].abort('you');
    await assert.rejects(all[1], same('you'));
    map.set('open', true);
    assert.deepEqual(await Promise.all([all[0], all[2]]), [false, false]);
  }));

test('one signal for many tasks, those that run and those that wait', () =>
  withPool(script, { size: 2, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
    })();
    const all = Array.from({ length: 300 }, (_, n) => pool.run('untilEvent', [map, n], { signal }));
    await until(() => map.size === 2, 'two to run');
    abort('all');
    await assertAllReject(all, same('all'));
    // A worker that is told first may begin another one before that is taken off its queue.
    assert.ok(map.size < 50, `${map.size} have run`);
    await pool.drain();
    assert.equal(await pool.run('identity', [7]), 7);
  }));

test('a task that is cancelled may end in its own way in time', () =>
  withPool(script, { size: 1, grace: NEVER }, async (pool) => {
    const map = new SharedMap();
    const controller = new AbortController();
    const slow = pool.run('ignoreAndAwait', [map, 'slow'], { signal: controller.signal });
    await running(map, 'slow');
    let settled = false;
    slow.catch(() => (settled = true));
    controller.abort('why');
    for (let n = 0; n < 5; n++) await turn();
    assert.equal(settled, false, 'its promise waits for it');
    map.set('stop', true);
    await assert.rejects(slow, same('why'));
  }));
