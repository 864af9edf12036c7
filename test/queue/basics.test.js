// What each method does outside of transactions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  DestroyInTransactionError,
  QueueClosedError,
  QueueFullError,
  SharedQueue,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

/** Takes all that is left. */
function drain(queue) {
  return transactionSync(() => Array.from({ length: queue.size }, () => queue.tryDequeue()));
}

test('a queue starts empty', () => {
  const queue = new SharedQueue();
  assert.equal(queue.size, 0);
  assert.equal(queue.isEmpty, true);
  assert.equal(queue.isClosed, false);
  assert.equal(queue.peek(), undefined);
  assert.equal(queue.tryDequeue(), undefined);
  assert.equal(queue.memory, 0);
  assert.equal(queue.name, undefined);
  assert.equal(Object.prototype.toString.call(queue), '[object SharedQueue]');
});

test('items come out in the order in which they went in', async () => {
  const queue = new SharedQueue();
  assert.equal(queue.enqueue('a'), undefined);
  assert.equal(queue.push('b'), undefined);
  assert.equal(queue.enqueueMany(['c', 'd']), undefined);
  assert.equal(await queue.enqueueAsync('e'), undefined);
  assert.equal(queue.size, 5);
  assert.equal(queue.isEmpty, false);
  assert.equal(queue.peek(), 'a');
  assert.equal(queue.tryDequeue(), 'a');
  assert.equal(await queue.dequeue(), 'b');
  assert.deepEqual(await queue.dequeueMany(2), ['c', 'd']);
  assert.deepEqual(await queue.dequeueMany(2), ['e']);
  assert.equal(queue.isEmpty, true);
});

test('many items, in segments that come and go', () => {
  const queue = new SharedQueue();
  let next = 0;
  let expected = 0;
  for (let round = 0; round < 40; round++) {
    for (let n = 0; n < 300; n++) queue.enqueue(next++);
    for (let n = 0; n < (round < 20 ? 150 : 450); n++) assert.equal(queue.tryDequeue(), expected++);
    assert.equal(queue.size, next - expected);
  }
  assert.equal(queue.size, 0);
  queue.enqueueMany(Array.from({ length: 10_000 }, (_, i) => i));
  assert.equal(queue.size, 10_000);
  assert.deepEqual(
    drain(queue),
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});

test('undefined is an item', async () => {
  const queue = new SharedQueue();
  queue.enqueueMany([undefined, null, undefined, undefined]);
  assert.equal(queue.size, 4);
  assert.equal(queue.peek(), undefined);
  assert.equal(queue.tryDequeue(), undefined);
  assert.equal(queue.size, 3);
  assert.equal(await queue.dequeue(), null);
  assert.deepEqual(await queue.dequeueMany(5), [undefined, undefined]);
});

test('items are copied on their way in, and on their way out', () => {
  const queue = new SharedQueue();
  const item = { list: [1] };
  queue.enqueue(item);
  item.list.push(2);
  queue.peek().list.push(3);
  assert.deepEqual(queue.tryDequeue(), { list: [1] });
});

test('dequeueMany takes what there is, at most as many as it was told', async () => {
  const queue = new SharedQueue();
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  queue.enqueueMany(items);
  assert.deepEqual(await queue.dequeueMany(0), []);
  assert.deepEqual(await queue.dequeueMany(5000), items.slice(0, 5000));
  assert.deepEqual(await queue.dequeueMany(Number.POSITIVE_INFINITY), items.slice(5000));
  assert.equal(queue.size, 0);
  assert.deepEqual(await queue.dequeueMany(0), [], 'it need not wait for none');
  for (const count of [-1, 1.5, Number.NaN]) await assert.rejects(queue.dequeueMany(count), nativeError(RangeError));
  await assert.rejects(queue.dequeueMany('1'), nativeError(TypeError));
  await assert.rejects(queue.dequeueMany(), nativeError(TypeError));
});

test('clear removes all items, and the queue goes on', () => {
  const queue = new SharedQueue();
  queue.enqueueMany(Array.from({ length: 1000 }, (_, i) => i));
  assert.equal(queue.clear(), undefined);
  assert.equal(queue.size, 0);
  assert.equal(queue.memory, 0);
  assert.equal(queue.tryDequeue(), undefined);
  queue.enqueue('after');
  assert.equal(queue.tryDequeue(), 'after');
});

test('a closed queue takes no more, and gives what it has', async () => {
  const name = 'queue basics: closed';
  const queue = new SharedQueue({ name });
  queue.enqueueMany([1, 2, 3, 4]);
  assert.equal(queue.close(), undefined);
  queue.close();
  assert.equal(queue.isClosed, true);
  assert.equal(new SharedQueue({ name }).isClosed, true);
  const closed = heddleError(QueueClosedError, /^SharedQueue "queue basics: closed" is closed/);
  for (const add of [() => queue.enqueue(5), () => queue.push(5), () => queue.enqueueMany([5])]) {
    assert.throws(add, closed);
    assert.throws(() => transactionSync(add), closed);
  }
  await assert.rejects(queue.enqueueAsync(5), closed);
  assert.equal(queue.peek(), 1);
  assert.equal(queue.tryDequeue(), 1);
  assert.equal(await queue.dequeue(), 2);
  assert.deepEqual(await queue.dequeueMany(5), [3, 4]);
  await assert.rejects(queue.dequeue(), closed);
  await assert.rejects(queue.dequeueMany(1), closed);
  assert.equal(queue.tryDequeue(), undefined);
  queue.clear();
  assert.equal(queue.isClosed, true);
  queue.destroy();
});

test('a full queue refuses, and takes again when it has room', async () => {
  const name = 'queue basics: full';
  const queue = new SharedQueue({ name, capacity: 2 });
  queue.enqueueMany([1, 2]);
  const full = heddleError(QueueFullError, /^SharedQueue "queue basics: full" is full/);
  for (const add of [() => queue.enqueue(3), () => queue.enqueueMany([3]), () => queue.push({ n: 3 })]) {
    assert.throws(add, full);
    assert.throws(() => transactionSync(add), full);
  }
  assert.equal(queue.tryDequeue(), 1);
  assert.throws(() => queue.enqueueMany([3, 4]), full);
  assert.equal(queue.size, 1);
  await queue.enqueueAsync(3);
  transactionSync(() => {
    assert.equal(queue.tryDequeue(), 2);
    queue.enqueue(4);
  });
  assert.deepEqual(drain(queue), [3, 4]);
  queue.destroy();
});

test('one name is one queue, a queue without a name is its own', () => {
  const [first, second] = Array.from({ length: 2 }, () => new SharedQueue({ name: 'queue basics: one' }));
  first.enqueue(1);
  second.enqueue(2);
  assert.equal(second.tryDequeue(), 1);
  assert.equal(first.tryDequeue(), 2);
  assert.equal(first.name, 'queue basics: one');
  first.destroy();
  const [mine, yours] = [new SharedQueue(null), new SharedQueue({})];
  mine.enqueue(1);
  assert.equal(yours.size, 0);
});

test('a destroyed queue can be used no longer, and its name is free at once', async () => {
  const name = 'queue basics: destroyed';
  const queue = new SharedQueue({ name });
  queue.enqueue(1);
  assert.throws(() => transactionSync(() => queue.destroy()), heddleError(DestroyInTransactionError));
  queue.destroy();
  queue.destroy();
  const destroyed = heddleError(CollectionDestroyedError, /^SharedQueue "queue basics: destroyed"/);
  for (const use of [
    () => queue.enqueue(1),
    () => queue.enqueue({}),
    () => queue.enqueueMany([1]),
    () => queue.tryDequeue(),
    () => queue.peek(),
    () => queue.clear(),
    () => queue.close(),
    () => queue.isClosed,
    () => queue.isEmpty,
    () => queue.size,
    () => queue.memory,
    () => queue.stats(),
  ]) {
    assert.throws(use, destroyed);
    assert.throws(() => transactionSync(use), destroyed);
  }
  for (const use of [
    () => queue.dequeue(),
    () => queue.dequeueMany(2),
    () => queue.enqueueAsync(1),
    () => queue.dequeue({ timeout: 1 }),
  ]) {
    await assert.rejects(use(), destroyed);
  }
  const next = new SharedQueue({ name });
  assert.equal(next.size, 0);
  next.destroy();
});
