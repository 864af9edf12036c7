import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentTransaction,
  runOutside,
  SharedMap,
  TransactionEndedError,
  TransactionTimeoutError,
  transaction,
  transactionSync,
} from 'heddle';
import { withStoppedClock } from '../support/clock.js';
import { heddleError } from '../support/errors.js';
import { deferred, inTime, sleep } from '../support/wait.js';

test('a timeout rejects, undoes, and leaves its loser outside', async () => {
  const map = new SharedMap([['a', 1]]);
  const late = deferred();
  const gate = deferred();
  const body = async () => {
    map.set('a', 2);
    const { signal } = currentTransaction();
    await gate.promise;
    try {
      assert.equal(signal.aborted, true);
      assert.throws(() => map.set('a', 3), heddleError(TransactionEndedError));
      late.resolve();
    } catch (error) {
      late.reject(error);
    }
  };
  // A time-out before the first run would leave no loser.
  const outcome = withStoppedClock(() => transaction(body, { timeout: 5 }));
  await assert.rejects(outcome, (error) => {
    assert.equal(error.constructor, TransactionTimeoutError);
    assert.equal(error.name, 'TimeoutError');
    assert.match(error.code, /^ERR_HEDDLE_/);
    return true;
  });
  gate.resolve();
  await inTime(late.promise, 'the loser');
  await sleep(1);
  assert.equal(map.get('a'), 1);
});

test('a timeout ends the reruns of a sync body', () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  const outcome = (clock) =>
    transactionSync(
      () => {
        map.get('a');
        runOutside(() => map.set('a', ++runs));
        map.set('b', 1);
        if (runs === 20) clock.pass(21);
      },
      { timeout: 20 },
    );
  assert.throws(() => withStoppedClock(outcome), {
    constructor: TransactionTimeoutError,
    name: 'TimeoutError',
    runs: 20,
  });
  assert.equal(runs, 20);
  assert.equal(map.has('b'), false);
});

test('a timeout that passes before the first run rejects without a run', async () => {
  const map = new SharedMap();
  const body = () => map.set('a', 1);
  const hasty = { timeout: 5 };
  const expected = { constructor: TransactionTimeoutError, name: 'TimeoutError', runs: 0 };
  assert.throws(() => withStoppedClock(() => transactionSync(body, hasty), { step: 6 }), expected);
  await assert.rejects(
    withStoppedClock(() => transaction(body, hasty), { step: 6 }),
    expected,
  );
  assert.equal(map.size, 0);
});

test('a transaction that ends before its timeout is not bothered', async () => {
  const map = new SharedMap();
  await transaction(async () => map.set('a', 1), { timeout: 60_000 });
  assert.equal(map.get('a'), 1);
});

test('a signal that is aborted before the start rejects with its reason, without a run', async () => {
  const reason = new RangeError('mine');
  let runs = 0;
  const body = () => {
    runs++;
  };
  const options = { signal: AbortSignal.abort(reason) };
  await assert.rejects(transaction(body, options), (error) => error === reason);
  assert.throws(
    () => transactionSync(body, options),
    (error) => error === reason,
  );
  assert.equal(runs, 0);
});

test('a signal that aborts in the middle rejects with its reason and undoes', async () => {
  const map = new SharedMap([['a', 1]]);
  const controller = new AbortController();
  const reason = new RangeError('mine');
  const seen = deferred();
  const outcome = transaction(
    async () => {
      map.set('a', 2);
      const { signal } = currentTransaction();
      signal.addEventListener('abort', () => seen.resolve(signal.reason));
      await new Promise(() => {});
    },
    { signal: controller.signal },
  );
  controller.abort(reason);
  await assert.rejects(outcome, (error) => error === reason);
  assert.equal(await seen.promise, reason);
  assert.equal(map.get('a'), 1);
});

test('a signal that aborts after the end changes nothing', async () => {
  const map = new SharedMap();
  const controller = new AbortController();
  await transaction(async () => map.set('a', 1), { signal: controller.signal });
  controller.abort();
  await sleep(1);
  assert.equal(map.get('a'), 1);
});

test('the options of a nested transaction are ignored but for its signal', async () => {
  const map = new SharedMap();
  const reason = new RangeError('mine');
  await transaction(async () => {
    await transaction(() => sleep(10), { timeout: 1, maxRetries: 0 });
    await assert.rejects(
      transaction(() => map.set('never', 1), { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    map.set('a', 1);
  });
  assert.deepEqual([...map.keys()], ['a']);
});
