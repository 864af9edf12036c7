// The rows of the table of `concurrent`.

import assert from 'node:assert/strict';
import { concurrent, SharedMap, StragglerError, suppressedErrors, transaction } from 'heddle';
import { heddleError, same } from '../../support/errors.js';
import { deferred, inTime, sleep, turn, until } from '../../support/wait.js';
import { disposable, heard, untilAborted } from '../support.js';
import { boom, deaf, testRows } from './rows.js';

testRows('concurrent', {
  async 'all tasks succeed'() {
    const slow = deferred();
    const results = concurrent([() => slow.promise, () => 2, async () => 3, () => Promise.resolve(4)]);
    await turn();
    slow.resolve(1);
    assert.deepEqual(await results, [1, 2, 3, 4]);
    const settled = concurrent([() => 1, async () => 2], { settle: true });
    assert.deepEqual(
      (await settled).map(({ value }) => value),
      [1, 2],
    );
  },

  async 'there are no tasks'() {
    assert.deepEqual(await concurrent([]), []);
    assert.deepEqual(await concurrent([], { settle: true }), []);
  },

  async 'a task fails'() {
    const error = boom();
    const log = [];
    const outcome = concurrent([
      (scope) => untilAborted(scope, () => sleep(5).then(() => log.push(scope.signal.reason))),
      async () => {
        await turn();
        throw error;
      },
      (scope) => untilAborted(scope, () => log.push('cleaned')),
    ]);
    await assert.rejects(outcome, same(error));
    assert.deepEqual(log, ['cleaned', error]);
    assert.deepEqual(suppressedErrors(error), []);
  },

  async 'a task throws at once'() {
    const error = boom();
    const begun = [];
    const outcome = concurrent([
      (scope) => {
        begun.push(0);
        return untilAborted(scope, () => begun.push('cleaned'));
      },
      () => {
        throw error;
      },
      () => begun.push(2),
    ]);
    await assert.rejects(outcome, same(error));
    assert.deepEqual(begun, [0, 'cleaned']);
  },

  async 'several tasks fail'() {
    const [first, second, third] = [boom(), boom(), boom()];
    const outcome = concurrent([
      (scope) => untilAborted(scope, () => Promise.reject(third)),
      async () => {
        await turn();
        throw first;
      },
      async ({ signal }) => {
        await turn().then(turn);
        assert.ok(signal.aborted);
        throw second;
      },
    ]);
    await assert.rejects(outcome, same(first));
    assert.deepEqual(new Set(suppressedErrors(first)), new Set([second, third]));
    suppressedErrors(first).push('nobody');
    assert.equal(suppressedErrors(first).length, 2);
  },

  async 'a task succeeds after another has failed'() {
    for (const how of [Symbol.asyncDispose, Symbol.dispose]) {
      const resource = disposable(how);
      const error = boom();
      const outcome = concurrent([
        (scope) => untilAborted(scope).catch(() => resource),
        async () => {
          throw error;
        },
      ]);
      await assert.rejects(outcome, same(error));
      assert.equal(resource.disposed, 1);
    }
  },

  async 'a task fails, with a `limit`'() {
    const error = boom();
    const begun = [];
    const tasks = Array.from({ length: 10 }, (_, n) => async () => {
      begun.push(n);
      await turn();
      if (n === 3) throw error;
    });
    await assert.rejects(concurrent(tasks, { limit: 2 }), same(error));
    assert.deepEqual(begun.slice(0, 4), [0, 1, 2, 3]);
    assert.ok(begun.length <= 5, `${begun}`);
  },

  async 'a task fails, with `settle`'() {
    const error = boom();
    const gate = deferred();
    const results = concurrent(
      [
        () => {
          throw error;
        },
        async ({ signal }) => {
          await gate.promise;
          return signal.aborted;
        },
      ],
      { settle: true },
    );
    await turn();
    gate.resolve();
    assert.deepEqual(await results, [
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: false },
    ]);
  },

  async 'the signal aborts'() {
    for (const settle of [false, true]) {
      const controller = new AbortController();
      let cleaned = 0;
      const tasks = Array.from({ length: 3 }, () => (scope) => untilAborted(scope, () => cleaned++));
      const outcome = concurrent(tasks, { signal: controller.signal, settle });
      const reason = boom();
      controller.abort(reason);
      await assert.rejects(outcome, same(reason));
      assert.equal(cleaned, 3);
    }
  },

  async 'the signal has aborted before'() {
    let begun = 0;
    const reason = boom();
    await assert.rejects(concurrent([() => begun++], { signal: AbortSignal.abort(reason) }), same(reason));
    await assert.rejects(concurrent([], { signal: AbortSignal.abort(reason) }), same(reason));
    const undefinedReason = concurrent([() => begun++], { signal: AbortSignal.abort(undefined) });
    await assert.rejects(undefinedReason, { name: 'AbortError' });
    assert.equal(begun, 0);
  },

  async 'the scope around it is cancelled'() {
    const error = boom();
    const log = [];
    const inner = [(scope) => untilAborted(scope, () => sleep(2).then(() => log.push('cleaned'))), () => 1];
    const outcome = concurrent([
      async () => {
        await assert.rejects(concurrent(inner), same(error));
        log.push('inner has ended');
      },
      async () => {
        await turn();
        throw error;
      },
    ]);
    await assert.rejects(outcome, same(error));
    assert.deepEqual(log, ['cleaned', 'inner has ended']);
  },

  async 'a task ignores that it is cancelled'() {
    const gate = deferred();
    const error = boom();
    const messages = await heard('heddle:straggler', async () => {
      const tasks = [
        deaf(gate),
        () => {
          throw error;
        },
      ];
      await assert.rejects(inTime(concurrent(tasks, { grace: 5 }), 'what nobody can end'), same(error));
    });
    assert.deepEqual(messages, [{ operation: 'concurrent', running: 1, grace: 5 }]);
    const [straggler] = suppressedErrors(error);
    assert.ok(heddleError(StragglerError)(straggler));
    const late = boom();
    gate.reject(late);
    await until(() => suppressedErrors(error).length === 2, 'the late error');
    assert.equal(suppressedErrors(error)[1], late);
  },

  async 'a task leaves something open'() {
    const map = new SharedMap();
    const log = [];
    const results = await concurrent([
      () => {
        void concurrent([(scope) => untilAborted(scope, () => sleep(2).then(() => log.push('nested')))]);
        return 'a';
      },
      async () => {
        void transaction(async () => {
          map.set('never', 'seen');
          await sleep(2);
          log.push('body');
        });
        return 'b';
      },
    ]);
    assert.deepEqual(results, ['a', 'b']);
    assert.deepEqual(log.sort(), ['body', 'nested']);
    assert.equal(map.size, 0);
  },
});
