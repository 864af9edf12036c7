// Queues in bodies: what is done to them takes effect with the commit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  QueueClosedError,
  QueueFullError,
  ReadOnlyTransactionError,
  RetryUnavailableError,
  readTransaction,
  readTransactionSync,
  runOutside,
  SharedMap,
  SharedQueue,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';
import { turn } from '../support/wait.js';

const queueOf = (...items) => {
  const queue = new SharedQueue();
  queue.enqueueMany(items);
  return queue;
};

/** All items, which stay. */
function itemsOf(queue) {
  const items = [];
  assert.throws(
    () =>
      transactionSync(() => {
        while (!queue.isEmpty) items.push(queue.tryDequeue());
        throw new RangeError('back');
      }),
    RangeError,
  );
  return items;
}

/** Runs `fn` in a transaction of its own, or nested in another one, and undoes it. */
function undone(fn) {
  assert.throws(
    () =>
      transactionSync(() => {
        fn();
        throw new RangeError('undone');
      }),
    RangeError,
  );
}

test('nobody sees what a body does before it commits', () => {
  const queue = queueOf(1, 2);
  transactionSync(() => {
    assert.equal(queue.tryDequeue(), 1);
    queue.enqueue(3);
    queue.enqueueMany([4, 5]);
    assert.equal(queue.size, 4);
    runOutside(() => {
      assert.equal(queue.size, 2);
      assert.equal(queue.peek(), 1);
    });
  });
  assert.deepEqual(itemsOf(queue), [2, 3, 4, 5]);
});

test('a body takes what was there before, then what it has added', () => {
  const queue = queueOf('a', 'b');
  transactionSync(() => {
    queue.enqueue('c');
    queue.enqueue({ text: 'd' });
    assert.equal(queue.peek(), 'a');
    assert.equal(queue.tryDequeue(), 'a');
    assert.equal(queue.peek(), 'b');
    assert.equal(queue.tryDequeue(), 'b');
    assert.equal(queue.peek(), 'c');
    assert.equal(queue.isEmpty, false);
    assert.equal(queue.tryDequeue(), 'c');
    assert.deepEqual(queue.peek(), { text: 'd' });
    assert.deepEqual(queue.tryDequeue(), { text: 'd' });
    assert.equal(queue.peek(), undefined);
    assert.equal(queue.tryDequeue(), undefined);
    assert.equal(queue.isEmpty, true);
    assert.equal(queue.size, 0);
    queue.enqueue('e');
    assert.equal(queue.size, 1);
  });
  assert.deepEqual(itemsOf(queue), ['e']);
});

test('what a body has taken returns if it fails', async () => {
  const queue = queueOf(1, 2, 3);
  undone(() => {
    assert.equal(queue.tryDequeue(), 1);
    assert.equal(queue.tryDequeue(), 2);
    queue.enqueue(4);
  });
  assert.deepEqual(itemsOf(queue), [1, 2, 3]);
  await assert.rejects(
    transaction(async () => {
      assert.equal(await queue.dequeue(), 1);
      await turn();
      assert.deepEqual(await queue.dequeueMany(5), [2, 3]);
      throw new RangeError('undone');
    }),
    RangeError,
  );
  assert.deepEqual(itemsOf(queue), [1, 2, 3]);
});

test('a nested transaction that fails undoes its own takes and enqueues', async () => {
  const queue = queueOf(1, 2, 3, 4);
  transactionSync(() => {
    assert.equal(queue.tryDequeue(), 1);
    queue.enqueue(5);
    undone(() => {
      assert.equal(queue.tryDequeue(), 2);
      queue.enqueue(6);
      undone(() => {
        for (const item of [3, 4, 5, 6, undefined]) assert.equal(queue.tryDequeue(), item);
      });
      assert.equal(queue.size, 4);
      assert.equal(queue.peek(), 3);
    });
    assert.equal(queue.size, 4);
    assert.equal(queue.tryDequeue(), 2);
    transactionSync(() => assert.equal(queue.tryDequeue(), 3));
  });
  assert.deepEqual(itemsOf(queue), [4, 5]);
  await transaction(async () => {
    await assert.rejects(
      transaction(async () => {
        assert.equal(await queue.dequeue(), 4);
        throw new RangeError('undone');
      }),
      RangeError,
    );
    assert.equal(await queue.dequeue(), 4);
  });
  assert.deepEqual(itemsOf(queue), [5]);
});

test('own items that were taken back come back as well', () => {
  const queue = new SharedQueue();
  transactionSync(() => {
    queue.enqueue('a');
    undone(() => assert.equal(queue.tryDequeue(), 'a'));
    assert.equal(queue.size, 1);
    undone(() => queue.clear());
    queue.enqueue('b');
    transactionSync(() => assert.equal(queue.tryDequeue(), 'a'));
  });
  assert.deepEqual(itemsOf(queue), ['b']);
});

test('clear in a body removes all that was there and all that it has added', () => {
  const queue = queueOf(1, 2, 3);
  transactionSync(() => {
    queue.tryDequeue();
    queue.enqueue(4);
    queue.clear();
    assert.equal(queue.size, 0);
    assert.equal(queue.isEmpty, true);
    assert.equal(queue.peek(), undefined);
    assert.equal(queue.tryDequeue(), undefined);
    queue.enqueue(5);
    queue.enqueue(6);
    assert.equal(queue.tryDequeue(), 5);
    undone(() => queue.clear());
    undone(() => {
      queue.clear();
      queue.enqueue(7);
      assert.equal(queue.peek(), 7);
    });
    assert.equal(queue.size, 1);
  });
  assert.deepEqual(itemsOf(queue), [6]);
});

test('close in a body holds from the commit on, and for the body itself at once', async () => {
  const queue = queueOf(1);
  undone(() => {
    queue.close();
    assert.equal(queue.isClosed, true);
  });
  assert.equal(queue.isClosed, false);
  await transaction(async () => {
    queue.enqueue(2);
    queue.close();
    assert.throws(() => queue.enqueue(3), heddleError(QueueClosedError));
    await assert.rejects(queue.enqueueAsync(3), heddleError(QueueClosedError));
    assert.deepEqual(await queue.dequeueMany(3), [1, 2]);
    await assert.rejects(queue.dequeue(), heddleError(QueueClosedError));
    runOutside(() => assert.equal(queue.isClosed, false));
  });
  assert.equal(queue.isClosed, true);
  assert.equal(queue.size, 0);
  await assert.rejects(
    transaction(() => queue.dequeue()),
    heddleError(QueueClosedError),
  );
});

test('a queue that is closed and cleared in one body is both, in either order', () => {
  for (const body of [(queue) => queue.close() ?? queue.clear(), (queue) => queue.clear() ?? queue.close()]) {
    const queue = queueOf(1, 2);
    transactionSync(() => {
      body(queue);
      assert.equal(queue.isClosed, true);
    });
    assert.deepEqual([queue.isClosed, queue.size], [true, 0]);
  }
});

test('what a body adds past the capacity is refused when it commits', () => {
  const queue = new SharedQueue({ capacity: 2 });
  const map = new SharedMap();
  assert.throws(
    () =>
      transactionSync(() => {
        map.set('a', 1);
        for (const item of [1, 2, 3]) queue.enqueue(item);
        assert.equal(queue.size, 3);
      }),
    heddleError(QueueFullError),
  );
  assert.deepEqual([queue.size, map.size], [0, 0]);
  transactionSync(() => {
    for (const item of [1, 2, 3]) queue.enqueue(item);
    assert.equal(queue.tryDequeue(), 1);
  });
  transactionSync(() => {
    queue.enqueue(4);
    queue.clear();
    queue.enqueueMany([5, 6]);
  });
  assert.deepEqual(itemsOf(queue), [5, 6]);
});

test('one transaction spans queues and maps', () => {
  const [from, to] = [queueOf(1, 2), queueOf()];
  const map = new SharedMap([['moved', 0]]);
  const move = () => {
    to.enqueue(from.tryDequeue());
    map.update('moved', (n) => n + 1);
  };
  transactionSync(move);
  undone(move);
  assert.deepEqual([itemsOf(from), itemsOf(to), map.get('moved')], [[2], [1], 1]);
});

test('a read-only transaction looks and takes nothing', async () => {
  const queue = queueOf(1, 2);
  readTransactionSync(() => {
    runOutside(() => assert.equal(queue.tryDequeue(), 1));
    runOutside(() => queue.enqueueMany([3, 4]));
    assert.deepEqual([queue.peek(), queue.size, queue.isEmpty, queue.isClosed], [1, 2, false, false]);
    runOutside(() => queue.clear());
    runOutside(() => queue.close());
    assert.deepEqual([queue.peek(), queue.size, queue.isEmpty, queue.isClosed], [1, 2, false, false]);
  });
  const other = queueOf(1);
  const refused = heddleError(ReadOnlyTransactionError);
  for (const write of [
    () => other.enqueue(2),
    () => other.enqueue({}),
    () => other.enqueueMany([2]),
    () => other.tryDequeue(),
    () => other.clear(),
    () => other.close(),
  ]) {
    assert.throws(() => readTransactionSync(write), refused);
  }
  for (const write of [() => other.dequeue(), () => other.dequeueMany(2), () => other.enqueueAsync(2)]) {
    await assert.rejects(readTransaction(write), refused);
  }
  assert.deepEqual(itemsOf(other), [1]);
});

test('an empty queue cannot be waited for in a synchronous body', async () => {
  const queue = new SharedQueue();
  const refusal = transactionSync(() => ({ of: queue.dequeue().catch((error) => error) }));
  heddleError(RetryUnavailableError)(await refusal.of);
});

test('a body that does not await what it dequeues is refused, whatever becomes of it', async () => {
  const queue = queueOf(1, 2, 3);
  const map = new SharedMap();
  const unawaited = nativeError(TypeError, /not awaited/);
  for (const start of [
    () => queue.dequeue(),
    () => queue.dequeueMany(2),
    () => queue.dequeueMany(-1),
    () => queue.dequeue({ timeout: 'long' }),
    () => queue.enqueueAsync(() => {}),
  ]) {
    const body = () => {
      map.set('written', 1);
      start();
    };
    await assert.rejects(transaction(body), unawaited);
    assert.throws(() => transactionSync(body), unawaited);
    await assert.rejects(
      transaction(async () => {
        body();
        await turn();
      }),
      unawaited,
    );
    await assert.rejects(
      transaction(async () => await transaction(async () => body())),
      unawaited,
    );
  }
  await assert.rejects(
    readTransaction(() => {
      queue.dequeue();
    }),
    unawaited,
  );
  assert.deepEqual([itemsOf(queue), map.size], [[1, 2, 3], 0]);
});

test('what was not awaited in a part that is undone does not matter', async () => {
  const queue = queueOf(1, 2, 3);
  let lost;
  await transaction(async () => {
    const before = queue.dequeue();
    undone(() => {
      lost = queue.dequeue();
    });
    assert.equal(await queue.dequeue(), 2);
    assert.equal(await before, 1);
  });
  assert.equal(await lost, 2);
  assert.deepEqual(itemsOf(queue), [3]);
});

test('all ways to await count', async () => {
  const queue = queueOf(1, 2, 3, 4, 5, 6, 7);
  const seen = await transaction(async () => {
    const both = await Promise.all([queue.dequeue(), queue.dequeue()]);
    const then = await new Promise((resolve, reject) => queue.dequeue().then(resolve, reject));
    const settled = await Promise.allSettled([queue.dequeue(), queue.dequeueMany(0)]);
    await queue.dequeue().finally(() => {});
    return [both, then, settled[0].value, await queue.dequeueMany(2)];
  });
  assert.deepEqual(seen, [[1, 2], 3, 4, [6, 7]]);
  queue.enqueue(8);
  assert.equal(await transaction(() => queue.dequeue()), 8);
});

test('for await in a body takes items in its transaction', async () => {
  const queue = queueOf(1, 2, 3);
  const take = async (most) => {
    const items = [];
    for await (const item of queue) if (items.push(item) === most) break;
    return items;
  };
  await assert.rejects(
    transaction(async () => {
      assert.deepEqual(await take(2), [1, 2]);
      throw new RangeError('undone');
    }),
    RangeError,
  );
  assert.deepEqual(await transaction(() => take(2)), [1, 2]);
  queue.close();
  assert.deepEqual(await transaction(() => take(2)), [3]);
});
