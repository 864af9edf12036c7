// What snapshots still see of a queue, and what that costs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransaction, readTransactionSync, runOutside, SharedMap, SharedQueue, transactionSync } from 'heddle';
import { assertCounted } from '../support/counted.js';
import { loops, random } from '../support/random.js';
import { turn } from '../support/wait.js';

test('an item that is taken behind the back of a snapshot goes when that ends', () => {
  const queue = new SharedQueue();
  queue.enqueueMany([1, 2, 3]);
  readTransactionSync(() => {
    assert.equal(queue.size, 3);
    runOutside(() => assert.equal(queue.tryDequeue(), 1));
    assert.equal(queue.peek(), 1);
  });
  assert.equal(queue.tryDequeue(), 2);
  assert.equal(queue.tryDequeue(), 3);
});

test('snapshots of many moments each see their items', async () => {
  const queue = new SharedQueue({ name: 'queue snapshots: moments' });
  let last = 0;
  let first = 0;
  const seen = [];
  for (let n = 0; n < loops(60); n++) {
    for (let i = random() * 300; i > 0; i--) queue.enqueue(last++);
    for (let i = random() * 300; i > 0 && first < last; i--) assert.equal(queue.tryDequeue(), first++);
    const size = last - first;
    const expected = size === 0 ? undefined : first;
    seen.push(
      readTransaction(async () => {
        assert.equal(queue.size, size);
        for (let turns = random() * 10; turns > 0; turns--) await turn();
        assert.deepEqual([queue.size, queue.peek()], [size, expected]);
      }),
    );
    if (n % 4 === 0) await turn();
    if (n % 20 === 19) {
      runOutside(() => queue.clear());
      first = last;
    }
    assertCounted(queue);
  }
  await Promise.all(seen);
  console.log(`${seen.length} snapshots over ${last} items`);
  queue.clear();
  assertCounted(queue);
  queue.destroy();
});

test('memory is exact, whatever is done, and whoever still sees what was there', () => {
  const queue = new SharedQueue({ name: 'queue snapshots: memory' });
  const sizes = [10, 300, 5000, 70_000];
  const item = () => {
    const text = 'x'.repeat(sizes[Math.floor(random() * sizes.length)]);
    return random() < 0.5 ? text : { text, map: random() < 0.2 ? new SharedMap() : null };
  };
  const act = () => {
    const dice = random();
    if (dice < 0.4) queue.enqueue(item());
    else if (dice < 0.7) queue.tryDequeue();
    else if (dice < 0.8) queue.enqueueMany([item(), item()]);
    else if (dice < 0.97) transactionSync(() => queue.enqueue(queue.tryDequeue()));
    else queue.clear();
  };
  let largest = 0;
  for (let round = 0; round < loops(40); round++) {
    readTransactionSync(() => {
      const size = queue.size;
      const first = queue.peek();
      for (let n = 0; n < 20; n++) {
        runOutside(act);
        largest = Math.max(largest, queue.memory);
      }
      assert.equal(queue.size, size);
      assert.deepEqual(queue.peek(), first);
      assertCounted(queue);
    });
    assertCounted(queue);
  }
  console.log(`at most ${largest} bytes`);
  assert.ok(largest > 100_000);
  queue.clear();
  assert.equal(queue.memory, 0);
  queue.destroy();
  assertCounted();
});
