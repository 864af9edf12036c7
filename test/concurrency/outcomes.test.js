// Each row of the tables of docs/concurrency.md is a test here: who fails, who is cancelled, who waits, what is thrown.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  concurrent,
  currentScope,
  pipeline,
  race,
  SharedMap,
  StragglerError,
  suppressedErrors,
  TimeoutError,
  timeout,
  transaction,
} from 'heddle';
import { heddleError, same } from '../support/errors.js';
import { deferred, inTime, sleep, turn, until } from '../support/wait.js';
import { counting, disposable, drained, heard, untilAborted } from './support.js';

const boom = () => new Error('boom');
/** Takes no notice of anything until the test lets it go. */
const deaf = (gate) => () => gate.promise;

/** A stage that lets `n` items pass and waits with those after them until it is cancelled; `begun` resolves when two do. */
function busyFrom(n) {
  const log = [];
  const begun = deferred();
  let waiting = 0;
  const stage = (item, scope) => {
    if (item < n) return item;
    if (++waiting === 2) begun.resolve();
    return untilAborted(scope, () => sleep(2).then(() => log.push('cleaned')));
  };
  return { stage, begun: begun.promise, log };
}

const ROWS = {
  concurrent: {
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
  },

  race: {
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
  },

  timeout: {
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
  },

  pipeline: {
    async 'the source ends'() {
      const source = counting(5);
      assert.deepEqual(await drained(pipeline(source, [(n) => n * 2, async (n) => n + 1])), [1, 3, 5, 7, 9]);
      assert.equal(source.closed, 1);
      assert.deepEqual(await drained(pipeline([], [(n) => n])), []);
      assert.deepEqual(await drained(pipeline([1, 2], [])), [1, 2]);
    },

    async 'a stage fails'() {
      const source = counting();
      const error = boom();
      const log = [];
      const results = pipeline(
        source,
        [
          async (n, scope) => {
            if (n < 3) return n;
            if (n > 3) return untilAborted(scope, () => sleep(2).then(() => log.push('cleaned')));
            await turn();
            throw error;
          },
        ],
        { parallelism: 3, maxInFlight: 3 },
      );
      await assert.rejects(drained(results), same(error));
      assert.ok(log.length > 0);
      assert.equal(source.closed, 1);
      assert.deepEqual(await results.next(), { done: true, value: undefined });
    },

    async 'the source fails'() {
      const error = boom();
      const log = [];
      async function* failing() {
        yield 1;
        await turn();
        throw error;
      }
      const stage = (_, scope) => untilAborted(scope, () => sleep(2).then(() => log.push('cleaned')));
      const results = pipeline(failing(), [stage]);
      await assert.rejects(results.next(), same(error));
      assert.deepEqual(log, ['cleaned']);
      assert.equal((await results.next()).done, true);
      const throwing = {
        [Symbol.iterator]() {
          throw error;
        },
      };
      await assert.rejects(drained(pipeline(throwing, [])), same(error));
    },

    async 'the consumer stops'() {
      const source = counting();
      const { stage, begun, log } = busyFrom(2);
      for await (const n of pipeline(source, [stage], { parallelism: 2 })) {
        if (n < 1) continue;
        await begun;
        break;
      }
      assert.deepEqual(log, ['cleaned', 'cleaned']);
      assert.equal(source.closed, 1);
    },

    async 'the consumer stops before it has begun'() {
      const source = counting();
      const opened = source[Symbol.asyncIterator]();
      await opened.next();
      const results = pipeline(opened, [(n) => n]);
      await results.return();
      assert.equal(source.closed, 1);
      assert.equal((await results.next()).done, true);
    },

    async 'the source fails when it is closed'() {
      const closing = boom();
      const failing = () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: 1 }),
          return: () => Promise.reject(closing),
        }),
      });
      const stop = async () => {
        for await (const _ of pipeline(failing(), [])) break;
      };
      await assert.rejects(stop(), same(closing));
      const error = boom();
      const stage = () => {
        throw error;
      };
      await assert.rejects(drained(pipeline(failing(), [stage])), same(error));
      assert.deepEqual(suppressedErrors(error), [closing]);
    },

    async 'the signal aborts'() {
      const source = counting();
      const controller = new AbortController();
      const reason = boom();
      const log = [];
      const stage = (_, scope) => untilAborted(scope, () => sleep(2).then(() => log.push('cleaned')));
      const first = pipeline(source, [stage], { signal: controller.signal }).next();
      await turn();
      controller.abort(reason);
      await assert.rejects(first, same(reason));
      assert.deepEqual(log, ['cleaned']);
      assert.equal(source.closed, 1);
      const never = counting();
      await assert.rejects(drained(pipeline(never, [], { signal: controller.signal })), same(reason));
      assert.equal(never.read, 0);
    },

    async 'the scope around it ends'() {
      const source = counting();
      const { stage, begun, log } = busyFrom(2);
      let results;
      await concurrent([
        async () => {
          results = pipeline(source, [stage], { parallelism: 2 });
          await results.next();
          await results.next();
          await begun;
        },
      ]);
      assert.deepEqual(log, ['cleaned', 'cleaned']);
      assert.equal(source.closed, 1);
      await assert.rejects(results.next(), { name: 'AbortError' });
    },

    async 'a stage ignores that it is cancelled'() {
      const gate = deferred();
      const source = counting();
      const messages = await heard('heddle:straggler', async () => {
        const begun = deferred();
        const stage = (n) => {
          if (n === 0) return n;
          begun.resolve();
          return gate.promise;
        };
        const stop = async () => {
          for await (const _ of pipeline(source, [stage], { grace: 5 })) {
            await begun.promise;
            break;
          }
        };
        await inTime(stop(), 'a deaf stage');
      });
      assert.deepEqual(messages, [{ operation: 'pipeline', running: 1, grace: 5 }]);
      gate.resolve();
    },

    async 'the progress callback throws'() {
      const source = counting();
      const error = boom();
      const onProgress = ({ done }) => {
        if (done === 3) throw error;
      };
      await assert.rejects(drained(pipeline(source, [(n) => n], { onProgress })), same(error));
      assert.equal(source.closed, 1);
    },

    async 'nobody asks any more'() {
      const source = counting();
      const results = pipeline(source, [async (n) => n, (n) => n], { maxInFlight: 4 });
      assert.deepEqual(await results.next(), { done: false, value: 0 });
      await sleep(5);
      assert.equal(source.read, 5);
      await results.return();
    },
  },
};

const page = readFileSync(new URL('../../docs/concurrency.md', import.meta.url), 'utf8');

/** The first cells of the table under a heading. */
function rowsUnder(heading) {
  const section = page.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
  const cells = [...section.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell);
  return cells.filter((cell) => cell !== 'what happens');
}

for (const [operation, rows] of Object.entries(ROWS)) {
  test(`${operation}: every row of the table is a test`, () => {
    assert.deepEqual(rowsUnder(operation), Object.keys(rows));
  });
  for (const [title, check] of Object.entries(rows)) test(`${operation}: ${title}`, check);
}
