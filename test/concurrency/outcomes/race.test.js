// The rows of the table of `race`.

import assert from 'node:assert/strict';
import { currentScope, race, SharedMap, transaction } from 'heddle';
import { same } from '../../support/errors.js';
import { deferred, inTime, sleep, turn, until } from '../../support/wait.js';
import { disposable, heard, untilAborted } from '../support.js';
import { boom, deaf, testRows } from './rows.js';

testRows('race', {
  async 'the first task to end succeeds'() {
    const log = [];
    const winner = await race([
      (scope) => untilAborted(scope, () => sleep(5).then(() => log.push('cleaned'))),
      async () => {
        await turn();
        return 'first';
      },
    ]);
    assert.equal(winner, 'first');
    assert.deepEqual(log, ['cleaned']);
  },

  async 'the first task to end fails'() {
    const error = boom();
    const log = [];
    const outcome = race([
      (scope) => untilAborted(scope, () => sleep(5).then(() => log.push('cleaned'))),
      async () => {
        await turn();
        throw error;
      },
    ]);
    await assert.rejects(outcome, same(error));
    assert.deepEqual(log, ['cleaned']);
  },

  async 'the first task to end fails, until success'() {
    const tasks = [
      () => {
        throw boom();
      },
      () => Promise.reject(boom()),
      async ({ signal }) => {
        await turn();
        return signal.aborted;
      },
    ];
    assert.equal(await race(tasks, { until: 'success' }), false);
  },

  async 'all tasks fail, until success'() {
    const [first, second] = [boom(), boom()];
    const tasks = [
      async () => {
        await sleep(2);
        throw first;
      },
      () => {
        throw second;
      },
    ];
    await assert.rejects(race(tasks, { until: 'success' }), (error) => {
      assert.ok(error instanceof AggregateError);
      assert.deepEqual(error.errors, [first, second]);
      return true;
    });
  },

  async 'there are no tasks'() {
    await assert.rejects(race([]), RangeError);
    await assert.rejects(race(new Set(), { until: 'success' }), RangeError);
  },

  async 'a task succeeds at once'() {
    const begun = [];
    assert.equal(await race([() => 'at once', () => begun.push(1)]), 'at once');
    assert.deepEqual(begun, []);
  },

  async 'a loser succeeds all the same'() {
    const resource = disposable();
    const plain = { value: 1 };
    const winner = await race([
      (scope) => untilAborted(scope).catch(() => resource),
      (scope) => untilAborted(scope).catch(() => plain),
      async () => 'first',
    ]);
    assert.equal(winner, 'first');
    assert.equal(resource.disposed, 1);
  },

  async 'a loser fails in its cleanup'() {
    const error = boom();
    const messages = await heard('heddle:suppressed', async () => {
      const tasks = [(scope) => untilAborted(scope, () => Promise.reject(error)), async () => 'first'];
      assert.equal(await race(tasks), 'first');
    });
    assert.deepEqual(messages, [{ operation: 'race', error }]);
  },

  async 'a loser ignores that it is cancelled'() {
    const gate = deferred();
    const resource = disposable();
    const messages = await heard('heddle:straggler', async () => {
      assert.equal(await inTime(race([deaf(gate), async () => 'first'], { grace: 5 }), 'a deaf loser'), 'first');
    });
    assert.deepEqual(messages, [{ operation: 'race', running: 1, grace: 5 }]);
    gate.resolve(resource);
    await until(() => resource.disposed === 1, 'the late value to be disposed of');
  },

  async 'the winner leaves something behind'() {
    const later = deferred();
    const map = new SharedMap();
    await race([
      async () => {
        later.promise.then(async () => {
          await transaction(() => map.set('listener', currentScope().signal.aborted));
        });
      },
      (scope) => untilAborted(scope),
    ]);
    later.resolve();
    await until(() => map.has('listener'), 'the listener');
    assert.equal(map.get('listener'), false);
  },

  async 'the signal aborts'() {
    const controller = new AbortController();
    const reason = boom();
    let cleaned = 0;
    const tasks = [(scope) => untilAborted(scope, () => cleaned++), (scope) => untilAborted(scope, () => cleaned++)];
    const outcome = race(tasks, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(outcome, same(reason));
    assert.equal(cleaned, 2);
  },
});
