// The rows of the table of `pipeline`.

import assert from 'node:assert/strict';
import { concurrent, pipeline, suppressedErrors } from 'heddle';
import { same } from '../../support/errors.js';
import { deferred, inTime, sleep, turn } from '../../support/wait.js';
import { counting, drained, heard, untilAborted } from '../support.js';
import { boom, testRows } from './rows.js';

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

testRows('pipeline', {
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
});
