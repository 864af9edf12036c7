// Who waits for room.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollectionDestroyedError, QueueClosedError, QueueTimeoutError, SharedQueue, transaction } from 'heddle';
import { assertAllReject, heddleError, same } from '../support/errors.js';
import { stateOf, turn } from '../support/wait.js';

test('enqueueAsync waits for room, in the order of the calls', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue(0);
  const added = [];
  const adding = [1, 2, 3, 4].map((item) => queue.enqueueAsync({ item }).then(() => added.push(item)));
  assert.equal(await stateOf(adding[0]), 'pending');
  assert.equal(queue.size, 1);
  assert.equal(await queue.dequeue(), 0);
  for (let item = 1; item <= 4; item++) assert.deepEqual(await queue.dequeue(), { item });
  await Promise.all(adding);
  assert.deepEqual(added, [1, 2, 3, 4]);
});

test('who gives up waiting for room does not come in, and holds nobody up', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue(0);
  const controller = new AbortController();
  const reason = new RangeError('mine');
  const adding = [
    queue.enqueueAsync(1, { signal: controller.signal }),
    queue.enqueueAsync(2, { timeout: 5 }),
    queue.enqueueAsync(3),
    queue.enqueueAsync(4, { signal: controller.signal }),
    queue.enqueueAsync(5),
  ];
  await assert.rejects(adding[1], heddleError(QueueTimeoutError, /^This SharedQueue had no room within 5 ms/));
  controller.abort(reason);
  await assertAllReject([adding[0], adding[3]], same(reason));
  assert.deepEqual([await queue.dequeue(), await queue.dequeue(), await queue.dequeue()], [0, 3, 5]);
  await Promise.all([adding[2], adding[4]]);
  assert.equal(queue.size, 0);
});

test('closing ends the waiting for room', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue(0);
  const adding = [queue.enqueueAsync(1), queue.enqueueAsync(2), transaction(() => queue.enqueueAsync(3))];
  await turn();
  queue.close();
  await assertAllReject(adding, heddleError(QueueClosedError));
  assert.deepEqual(await queue.dequeueMany(5), [0]);
});

test('a clear makes room', async () => {
  const queue = new SharedQueue({ capacity: 2 });
  queue.enqueueMany([1, 2]);
  const adding = queue.enqueueAsync(3);
  queue.clear();
  await adding;
  assert.equal(queue.tryDequeue(), 3);
});

test('destroying ends it as well', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue(0);
  const adding = [queue.enqueueAsync(1), queue.enqueueAsync(2), transaction(() => queue.enqueueAsync(3))];
  await turn();
  queue.destroy();
  await assertAllReject(adding, heddleError(CollectionDestroyedError));
});

test('an item is encoded once, and its getters may add others', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue('first');
  let calls = 0;
  let inner;
  const outer = queue.enqueueAsync({
    get n() {
      inner ??= queue.enqueueAsync('inner');
      return ++calls;
    },
    large: 'x'.repeat(100_000),
  });
  assert.equal(calls, 1);
  assert.equal(queue.tryDequeue(), 'first');
  await inner;
  assert.equal(queue.tryDequeue(), 'inner', 'the call that came first');
  await outer;
  assert.equal(queue.tryDequeue().n, 1);
  await assert.rejects(
    queue.enqueueAsync({
      get n() {
        throw new RangeError('mine');
      },
    }),
    RangeError,
  );
  queue.destroy();
});
