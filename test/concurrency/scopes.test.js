// Scopes: what they are told, how they nest, what is left of them.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { concurrent, currentScope, pipeline, race, suppressedErrors, TimeoutError, timeout } from 'heddle';
import { heddleError, nativeError, same } from '../support/errors.js';
import { untilCollected } from '../support/gc.js';
import { loops } from '../support/random.js';
import { deferred, turn } from '../support/wait.js';
import { drained, untilAborted } from './support.js';

test('outside of any there is one that is never cancelled', async () => {
  const { signal, deadline } = currentScope();
  assert.equal(signal.aborted, false);
  assert.equal(deadline, Number.POSITIVE_INFINITY);
  await timeout(() => {}, 1000);
  assert.equal(currentScope().signal, signal);
});

test('a function gets the scope that it runs in, and what it calls finds the same', async () => {
  const helper = async () => {
    await turn();
    return currentScope();
  };
  const isIts = async (scope) => {
    assert.equal((await helper()).signal, scope.signal);
    assert.equal(currentScope().deadline, scope.deadline);
    assert.ok(scope.signal instanceof AbortSignal);
    return true;
  };
  assert.deepEqual(await concurrent([isIts, isIts]), [true, true]);
  assert.equal(await race([isIts]), true);
  assert.equal(await timeout(isIts, 60_000), true);
  assert.deepEqual(await drained(pipeline([1], [(_, scope) => isIts(scope)])), [true]);
});

test('scopes nest: each is cancelled with those around it, not with those inside', async () => {
  const signals = [];
  const note = ({ signal }) => signals.push(signal);
  await concurrent([
    (outer) => {
      note(outer);
      return timeout((middle) => {
        note(middle);
        const inner = (scope) => {
          note(scope);
          throw new Error('inside');
        };
        return concurrent([inner]).catch(() => {});
      }, 60_000);
    },
  ]);
  const [outer, middle, inner] = signals.map(({ aborted }) => aborted);
  assert.deepEqual([outer, middle, inner], [false, false, true]);
});

test('a deadline is the earliest of those around', async () => {
  const before = Date.now();
  const deadlines = await timeout(
    ({ deadline }) =>
      concurrent([
        () => deadline,
        (scope) => scope.deadline,
        () => timeout((scope) => scope.deadline, 30_000),
        () => timeout((scope) => scope.deadline, 90_000),
      ]),
    60_000,
  );
  const [outer, inside, earlier, later] = deadlines;
  assert.ok(outer >= before + 60_000 && outer <= Date.now() + 60_000);
  assert.equal(inside, outer);
  assert.ok(earlier < outer - 20_000);
  assert.equal(later, outer);
});

test('what a scope leaves behind is in the one around it', async () => {
  const gate = deferred();
  let later;
  await timeout(() => {
    later = gate.promise.then(() => currentScope());
  }, 60_000);
  gate.resolve();
  assert.equal((await later).deadline, Number.POSITIVE_INFINITY);
});

test('the signal of a winner does not abort, whatever it leaves open', async () => {
  let signal;
  let cleaned = false;
  const slowly = (scope) => untilAborted(scope, () => turn().then(turn)).finally(() => (cleaned = true));
  await race([
    async (scope) => {
      signal = scope.signal;
      void concurrent([slowly]);
    },
    (scope) => untilAborted(scope),
  ]);
  assert.equal(cleaned, true);
  assert.equal(signal.aborted, false);
});

test('a signal is one for all who can be cancelled by it', async () => {
  const aborted = timeout(({ signal }) => delay(60_000, null, { signal }), 1);
  await assert.rejects(aborted, (error) => {
    assert.deepEqual(suppressedErrors(error), []); // that a timer has heard of it is no news
    return heddleError(TimeoutError)(error);
  });
  const piped = timeout(({ signal }) => {
    const stream = new ReadableStream({ pull: () => new Promise(() => {}) });
    return stream.pipeTo(new WritableStream(), { signal });
  }, 5);
  await assert.rejects(piped, heddleError(TimeoutError));
});

test('the context of the caller is that of its functions', async () => {
  const storage = new AsyncLocalStorage();
  const seen = await storage.run('caller', () =>
    concurrent(
      [
        () => storage.getStore(),
        () => turn().then(() => storage.getStore()),
        () => race([() => storage.getStore()]),
        () => timeout(() => turn().then(() => storage.getStore()), 60_000),
        async () => (await drained(pipeline([1], [() => turn().then(() => storage.getStore())])))[0],
      ],
      { limit: 1 },
    ),
  );
  assert.deepEqual(seen, new Array(5).fill('caller'));
});

test('at most `limit` tasks run at a time, begun in their order', async () => {
  for (const limit of [1, 2, 7, 100, Number.POSITIVE_INFINITY]) {
    let running = 0;
    let most = 0;
    const begun = [];
    const tasks = Array.from({ length: 50 }, (_, n) => async () => {
      begun.push(n);
      most = Math.max(most, ++running);
      if (n % 3 !== 0) await turn();
      running--;
      return n;
    });
    const results = await concurrent(tasks, { limit });
    assert.deepEqual(
      results,
      Array.from({ length: 50 }, (_, n) => n),
    );
    assert.deepEqual(begun, results);
    assert.ok(most <= limit, `${most} of ${limit}`);
    if (limit <= 7) assert.equal(most, limit);
  }
});

test('tasks come from any iterable; thenables are waited for', async () => {
  function* tasks() {
    yield () => 1;
    yield () => ({
      // biome-ignore lint/suspicious/noThenProperty: it is one
      then(resolve) {
        resolve(2);
      },
    });
  }
  assert.deepEqual(await concurrent(tasks()), [1, 2]);
  assert.deepEqual(await concurrent(new Set([() => 3])), [3]);
  assert.equal(await race(new Set([() => 4])), 4);
});

test('arguments of the wrong kind are refused before anything begins', async () => {
  let begun = 0;
  const task = () => begun++;
  const refused = [
    [TypeError, () => concurrent()],
    [TypeError, () => concurrent(5)],
    [TypeError, () => concurrent('ab')],
    [TypeError, () => concurrent([task, Promise.resolve(1)])],
    [TypeError, () => concurrent([task, null])],
    [TypeError, () => concurrent([task], { concurrency: 5 })],
    [TypeError, () => concurrent([task], 5)],
    [TypeError, () => concurrent([task], { limit: '2' })],
    [RangeError, () => concurrent([task], { limit: 0 })],
    [RangeError, () => concurrent([task], { limit: 1.5 })],
    [TypeError, () => concurrent([task], { signal: {} })],
    [TypeError, () => concurrent([task], { settle: 1 })],
    [TypeError, () => concurrent([task], { pool: {} })],
    [RangeError, () => concurrent([task], { grace: -1 })],
    [RangeError, () => concurrent([task], { grace: Number.NaN })],
    [TypeError, () => race([task, 5])],
    [TypeError, () => race([task], { until: 'first' })],
    [TypeError, () => race([task], { limit: 2 })],
    [TypeError, () => timeout(5, task)],
    [TypeError, () => timeout(task)],
    [TypeError, () => timeout(task, '5')],
    [RangeError, () => timeout(task, Number.NaN)],
    [RangeError, () => timeout(task, -1)],
    [TypeError, () => timeout(task, 5, { until: 'success' })],
  ];
  for (const [type, call] of refused) await assert.rejects(call(), nativeError(type));
  const thrown = [
    [TypeError, () => pipeline()],
    [TypeError, () => pipeline(5, [task])],
    [TypeError, () => pipeline('text', [task])],
    [TypeError, () => pipeline([], task)],
    [TypeError, () => pipeline([], [5])],
    [TypeError, () => pipeline([], [null])],
    [TypeError, () => pipeline([], [{ parallelism: 2 }])],
    [TypeError, () => pipeline([], [{ fn: task, limit: 2 }])],
    [RangeError, () => pipeline([], [{ fn: task, parallelism: 0 }])],
    [TypeError, () => pipeline([], [task], { maxInFlight: '3' })],
    [RangeError, () => pipeline([], [task], { maxInFlight: 0 })],
    [TypeError, () => pipeline([], [task], { ordered: 'yes' })],
    [TypeError, () => pipeline([], [task], { onProgress: 5 })],
  ];
  for (const [type, call] of thrown) assert.throws(call, nativeError(type));
  assert.equal(begun, 0);
});

test('failures that are no objects come out as they are', async () => {
  for (const value of [undefined, null, 0, 'text', Symbol.for('a')]) {
    const fail = () => Promise.reject(value);
    await assert.rejects(concurrent([fail, (scope) => untilAborted(scope)]), same(value));
    await assert.rejects(race([fail, (scope) => untilAborted(scope)]), same(value));
    await assert.rejects(timeout(fail, 60_000), same(value));
    await assert.rejects(drained(pipeline([1], [fail])), same(value));
    assert.deepEqual(suppressedErrors(value), []);
  }
});

test('a task that aborts its own call is cancelled by it', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const begun = [];
  const outcome = concurrent(
    [
      ({ signal }) => {
        begun.push(0);
        controller.abort(reason);
        assert.ok(signal.aborted);
        return 1;
      },
      () => begun.push(1),
    ],
    { signal: controller.signal },
  );
  await assert.rejects(outcome, same(reason));
  assert.deepEqual(begun, [0]);
});

test('an error and an abort at once: the first counts', async () => {
  const controller = new AbortController();
  const error = new Error('first');
  const failing = deferred();
  const outcome = concurrent([() => failing.promise, (scope) => untilAborted(scope)], { signal: controller.signal });
  failing.reject(error);
  failing.promise.catch(() => controller.abort(new Error('second')));
  await assert.rejects(outcome, same(error));
});

test('a signal that many scopes have shared has nobody who listens, and nobody was warned', async () => {
  const warnings = [];
  const warned = ({ name }) => warnings.push(name);
  process.on('warning', warned);
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [method, change] of [
    ['addEventListener', 1],
    ['removeEventListener', -1],
  ]) {
    const original = signal[method];
    signal[method] = function (...args) {
      listeners += change;
      return original.apply(this, args);
    };
  }
  const gate = deferred();
  const many = Array.from({ length: 20 }, () => [
    concurrent([() => gate.promise], { signal }),
    race([() => gate.promise], { signal }),
    timeout(() => gate.promise, 60_000, { signal }),
    drained(pipeline([1], [() => gate.promise], { signal })),
  ]).flat();
  assert.equal(listeners, 1);
  gate.resolve();
  await Promise.all(many);
  await assert.rejects(concurrent([() => Promise.reject(new Error())], { signal }));
  await turn();
  process.off('warning', warned);
  assert.equal(listeners, 0);
  assert.deepEqual(warnings, []);
});

test('a scope that goes on for long keeps nothing of those that have ended in it', async () => {
  const count = loops(3000);
  let gone = 0;
  const registry = new FinalizationRegistry(() => gone++);
  const watched = async (scope) => registry.register(scope.signal, null);
  await timeout(async () => {
    for (let n = 0; n < count; n++) {
      await concurrent([watched]);
      if (n % 3 === 0) await race([watched, watched]).catch(() => {});
      if (n % 3 === 1) await timeout(watched, 60_000);
      if (n % 3 === 2) await drained(pipeline([1], [(_, scope) => watched(scope)]));
    }
    await untilCollected(() => gone > count, 'the scopes that have ended');
  }, 600_000);
  console.log(`${gone} signals of ${count * 2} scopes were collected while the scope around them went on`);
});
