// Transactions that wait for queues: an empty one is a retry.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  orElse,
  QueueClosedError,
  runOutside,
  SharedMap,
  SharedQueue,
  TransactionTimeoutError,
  transaction,
} from 'heddle';
import { heddleError, same } from '../support/errors.js';
import { stateOf, turn } from '../support/wait.js';

test('a transaction waits for an item, for room, and for what it has read beside', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  const map = new SharedMap([['open', false]]);
  let runs = 0;
  const taking = transaction(async () => {
    runs++;
    const item = await queue.dequeue();
    map.set('taken', item);
    if (!map.get('open')) await queue.dequeue();
    return item;
  });
  queue.enqueue('a');
  assert.equal(await stateOf(taking), 'pending');
  assert.deepEqual([queue.peek(), map.has('taken')], ['a', false], 'it has taken nothing yet');
  map.set('open', true);
  assert.equal(await taking, 'a');
  assert.deepEqual([map.get('taken'), queue.size], ['a', 0]);
  assert.ok(runs >= 2);
  queue.enqueue('b');
  const adding = transaction(() => queue.enqueueAsync('c'));
  assert.equal(await stateOf(adding), 'pending');
  assert.equal(queue.tryDequeue(), 'b');
  await adding;
  assert.equal(queue.tryDequeue(), 'c');
});

test('orElse takes from the first of two queues that has something', async () => {
  const [urgent, usual] = [new SharedQueue(), new SharedQueue()];
  const next = () =>
    transaction(() =>
      orElse(
        () => urgent.dequeue(),
        () => usual.dequeue(),
      ),
    );
  usual.enqueue('usual');
  urgent.enqueue('urgent');
  assert.deepEqual([await next(), await next()], ['urgent', 'usual']);
  for (const queue of [usual, urgent, usual]) {
    const waiting = next();
    assert.equal(await stateOf(waiting), 'pending');
    queue.enqueue(queue === usual ? 'usual' : 'urgent');
    assert.equal(await waiting, queue === usual ? 'usual' : 'urgent');
  }
  urgent.close();
  await assert.rejects(next(), heddleError(QueueClosedError), 'which is no retry');
});

test('what a branch has taken before it retries returns', async () => {
  const [pairs, singles] = [new SharedQueue(), new SharedQueue()];
  const pair = async () => [await pairs.dequeue(), await pairs.dequeue()];
  const next = () => transaction(() => orElse(pair, () => singles.dequeue()));
  pairs.enqueue(1);
  singles.enqueue('single');
  assert.equal(await next(), 'single');
  assert.equal(pairs.size, 1);
  const waiting = next();
  assert.equal(await stateOf(waiting), 'pending');
  pairs.enqueue(2);
  assert.deepEqual(await waiting, [1, 2]);
});

test('the options of a transaction end its waiting, those of its dequeue do not count', async () => {
  const queue = new SharedQueue();
  const take = () => queue.dequeue({ timeout: 0 });
  await assert.rejects(transaction(take, { timeout: 5 }), heddleError(TransactionTimeoutError));
  const controller = new AbortController();
  const reason = new RangeError('mine');
  const waiting = transaction(take, { signal: controller.signal });
  assert.equal(await stateOf(waiting), 'pending');
  controller.abort(reason);
  await assert.rejects(waiting, same(reason));
});

test('transactions and others wait beside each other', async () => {
  const queue = new SharedQueue();
  const alone = queue.dequeue();
  const inside = transaction(() => queue.dequeue());
  await turn();
  queue.enqueueMany([1, 2]);
  assert.deepEqual(await Promise.all([alone, inside]), [1, 2], 'who stands in line comes first');
  const outside = transaction(async () => {
    const item = runOutside(() => queue.dequeue());
    runOutside(() => queue.enqueue(3));
    return await item;
  });
  assert.equal(await outside, 3);
});
