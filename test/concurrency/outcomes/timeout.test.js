// The rows of the table of `timeout`.

import assert from 'node:assert/strict';
import { concurrent, currentScope, StragglerError, suppressedErrors, TimeoutError, timeout } from 'heddle';
import { heddleError, same } from '../../support/errors.js';
import { deferred, inTime, sleep, turn } from '../../support/wait.js';
import { disposable, untilAborted } from '../support.js';
import { boom, deaf, testRows } from './rows.js';

testRows('timeout', {
  async 'it ends in time'() {
    assert.equal(await timeout(() => 1, 60_000), 1);
    assert.equal(await timeout(async () => 2, Number.POSITIVE_INFINITY), 2);
    assert.equal(await timeout(() => turn().then(() => 3), 2 ** 40), 3);
  },

  async 'it fails in time'() {
    const error = boom();
    await assert.rejects(
      timeout(() => Promise.reject(error), 60_000),
      same(error),
    );
    const thrower = () => {
      throw error;
    };
    await assert.rejects(timeout(thrower, 60_000), same(error));
  },

  async 'the time passes'() {
    const log = [];
    const outcome = timeout((scope) => untilAborted(scope, () => sleep(5).then(() => log.push('cleaned'))), 1);
    await assert.rejects(outcome, (error) => {
      assert.equal(error.constructor, TimeoutError);
      assert.equal(error.timeout, 1);
      assert.equal(error.code, 'ERR_HEDDLE_TIMEOUT');
      return heddleError(TimeoutError)(error);
    });
    assert.deepEqual(log, ['cleaned']);
  },

  async 'the time passes, and it ignores that'() {
    const gate = deferred();
    await assert.rejects(inTime(timeout(deaf(gate), 1, { grace: 5 }), 'a deaf function'), (error) => {
      const [straggler] = suppressedErrors(error);
      return heddleError(TimeoutError)(error) && heddleError(StragglerError)(straggler);
    });
    gate.resolve();
  },

  async 'the time passes, and it fails in its cleanup'() {
    const late = boom();
    const outcome = timeout((scope) => untilAborted(scope, () => Promise.reject(late)), 1);
    await assert.rejects(outcome, (error) => {
      assert.deepEqual(suppressedErrors(error), [late]);
      return heddleError(TimeoutError)(error);
    });
  },

  async 'the time passes, and it returns a value'() {
    const resource = disposable();
    await assert.rejects(
      timeout((scope) => untilAborted(scope).catch(() => resource), 1),
      heddleError(TimeoutError),
    );
    assert.equal(resource.disposed, 1);
  },

  async 'it awaits nothing and looks at its signal'() {
    let looks = 0;
    const looking = ({ signal }) => {
      while (!signal.aborted) looks++;
      assert.ok(signal.reason instanceof TimeoutError);
      return 'not what its caller gets';
    };
    await assert.rejects(timeout(looking, 5), heddleError(TimeoutError));
    assert.ok(looks > 0);
    const nested = () => concurrent([looking]);
    await assert.rejects(timeout(nested, 5), heddleError(TimeoutError));
  },

  async 'it awaits nothing and does not look'() {
    const busy = () => {
      for (const end = performance.now() + 5; performance.now() < end; );
      return 'done';
    };
    assert.equal(await timeout(busy, 1), 'done');
  },

  async 'it has no time'() {
    let cleaned = 0;
    await assert.rejects(
      timeout((scope) => untilAborted(scope, () => cleaned++), 0),
      heddleError(TimeoutError),
    );
    assert.equal(cleaned, 1);
    assert.equal(await timeout(() => 'at once', 0), 'at once');
    await assert.rejects(
      timeout(() => 1, -1),
      RangeError,
    );
  },

  async 'the scope around it has less time'() {
    const deadlines = [];
    const inner = (scope) => {
      deadlines.push(scope.deadline, currentScope().deadline);
      return untilAborted(scope);
    };
    const outer = (scope) => {
      deadlines.push(scope.deadline);
      return timeout(inner, 60_000);
    };
    await assert.rejects(timeout(outer, 1), (error) => heddleError(TimeoutError)(error) && error.timeout === 1);
    assert.equal(new Set(deadlines).size, 1);
    assert.ok(Math.abs(deadlines[0] - Date.now()) < 60_000);
  },

  async 'the signal aborts'() {
    const controller = new AbortController();
    const reason = boom();
    let cleaned = 0;
    const outcome = timeout((scope) => untilAborted(scope, () => cleaned++), 60_000, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(outcome, same(reason));
    assert.equal(cleaned, 1);
  },
});
