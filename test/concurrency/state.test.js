// What a scope cancels of shared state: open transactions, and what waits for queues and changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  concurrent,
  currentScope,
  currentTransaction,
  pipeline,
  race,
  readTransaction,
  retry,
  runDetached,
  SharedMap,
  SharedQueue,
  TimeoutError,
  TransactionTimeoutError,
  timeout,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';
import { heddleError, same } from '../support/errors.js';
import { deferred, inTime, sleep, turn, until } from '../support/wait.js';
import { untilAborted } from './support.js';

/** Calls `fn` in a scope that is cancelled with what this returns, when `fn` has called its second argument. */
async function cancelledWhile(fn) {
  const reason = new Error('cancelled');
  const begun = deferred();
  const outcome = concurrent([
    () => fn(begun.resolve),
    async () => {
      await begun.promise;
      throw reason;
    },
  ]);
  await assert.rejects(inTime(outcome, 'a cancelled scope'), same(reason));
  return reason;
}

test('an open transaction is aborted, and its body is waited for', async () => {
  const map = new SharedMap([['a', 1]]);
  const log = [];
  const reason = await cancelledWhile(async (begun) => {
    const outcome = transaction(async () => {
      map.set('a', 2);
      map.set('b', 2);
      const { signal } = currentTransaction();
      begun();
      await turn().then(turn).then(turn);
      log.push(signal.aborted);
      assert.throws(() => map.set('a', 3));
      log.push('body has ended');
    });
    await assert.rejects(outcome, (error) => log.push(error));
    throw await outcome.catch((error) => error);
  });
  assert.ok(log.includes('body has ended'), 'the scope has waited for the body');
  assert.ok(log.includes(reason));
  assert.deepEqual([...map], [['a', 1]]);
});

test('a transaction that waits for a change is aborted', async () => {
  const map = new SharedMap();
  await cancelledWhile(async (begun) => {
    await transaction(() => {
      begun();
      if (!map.has('go')) retry();
      map.set('gone', true);
    });
  });
  map.set('go', true);
  await turn();
  assert.equal(map.has('gone'), false);
});

test('in a cancelled scope an asynchronous transaction is refused, a synchronous one cleans up', async () => {
  const map = new SharedMap();
  const reason = await cancelledWhile(async (begun) => {
    begun();
    try {
      await turn().then(turn);
    } finally {
      transactionSync(() => map.set('cleaned', true));
      map.set('too', true);
      await assert.rejects(
        transaction(() => map.set('never', true)),
        (error) => map.set('refused', error),
      );
      await assert.rejects(readTransaction(() => map.get('cleaned')));
    }
  });
  assert.equal(map.get('refused').message, reason.message);
  assert.deepEqual([...map.keys()].sort(), ['cleaned', 'refused', 'too']);
});

test('what goes on past its grace cannot commit any more', async () => {
  const map = new SharedMap();
  const gate = deferred();
  const late = deferred();
  const straggler = async () => {
    await gate.promise;
    await transaction(() => map.set('late', true)).then(late.resolve, late.reject);
  };
  await assert.rejects(timeout(straggler, 1, { grace: 1 }), heddleError(TimeoutError));
  gate.resolve();
  await assert.rejects(late.promise, heddleError(TimeoutError));
  assert.equal(map.size, 0);
});

test('a scope inside a transaction takes back what a nested transaction in it has written, and no more', async () => {
  const map = new SharedMap();
  await transaction(async () => {
    map.set('outer', 1);
    const nested = timeout(
      (scope) =>
        transaction(async () => {
          map.set('nested', 1);
          await untilAborted(scope).catch(() => {});
          assert.throws(() => map.set('nested', 2));
        }),
      1,
    );
    await assert.rejects(nested, heddleError(TimeoutError));
    map.set('after', 1);
  });
  assert.deepEqual([...map.keys()].sort(), ['after', 'outer']);
});

test('scopes of different transactions do not disturb each other', async () => {
  const map = new SharedMap([['n', 0]]);
  await concurrent(
    Array.from({ length: 10 }, () => async () => {
      await transaction(async () => {
        const n = map.get('n');
        await turn();
        map.set('n', n + 1);
      });
    }),
  );
  assert.equal(map.get('n'), 10);
});

test('who waits for an item leaves the line, and takes none', async () => {
  const queue = new SharedQueue();
  const reason = await cancelledWhile(async (begun) => {
    const item = queue.dequeue();
    const many = queue.dequeueMany(5, { timeout: 60_000 });
    const iterated = (async () => {
      for await (const _ of queue);
    })();
    begun();
    const outcomes = await Promise.allSettled([item, many, iterated]);
    throw new Set(outcomes.map(({ reason }) => reason)).size === 1 ? outcomes[0].reason : new Error('several');
  });
  assert.ok(reason);
  queue.enqueueMany([1, 2, 3]);
  await turn();
  assert.equal(queue.size, 3);
  await assert.rejects(
    timeout(async ({ signal }) => {
      await untilAborted({ signal }).catch(() => {});
      await queue.dequeue(); // there are items, but it might as well have to wait
    }, 1),
    heddleError(TimeoutError),
  );
  assert.equal(queue.size, 3);
});

test('who waits for room adds nothing', async () => {
  const queue = new SharedQueue({ capacity: 1 });
  queue.enqueue('first');
  await cancelledWhile(async (begun) => {
    const added = queue.enqueueAsync('second');
    begun();
    await added;
  });
  assert.equal(await queue.dequeue(), 'first');
  await turn();
  assert.equal(queue.size, 0);
});

test('who waits for changes is told; a watch that was begun in the scope ends with it, another one goes on', async () => {
  const map = new SharedMap();
  const outer = map.watchAll();
  let inner;
  await cancelledWhile(async (begun) => {
    inner = map.watchAll();
    map.set('a', 1);
    const waiting = outer.next().then(() => outer.next());
    await inner.next();
    begun();
    const outcomes = await Promise.allSettled([waiting, inner.next()]);
    assert.equal(outcomes[0].reason, outcomes[1].reason);
    throw outcomes[0].reason;
  });
  map.set('a', 2);
  assert.equal((await outer.next()).value.newValue, 2);
  assert.equal((await inner.next()).done, true);
  await outer.return();
});

test('what is outside of scopes is left alone', async () => {
  const queue = new SharedQueue();
  const map = new SharedMap();
  const item = queue.dequeue();
  const open = transaction(async () => {
    map.set('a', 1);
    await turn().then(turn).then(turn);
  });
  await assert.rejects(concurrent([() => Promise.reject(new Error())]));
  await open;
  queue.enqueue(5);
  assert.equal(await item, 5);
  assert.equal(map.get('a'), 1);
  await until(() => queue.size === 0, 'the item to be taken');
});

test('a promise that nobody awaits does not count as unhandled when its scope is cancelled', async () => {
  // Runtimes end a test with an unhandled rejection as failed.
  const full = new SharedQueue({ capacity: 1 });
  full.enqueue(1);
  const empty = new SharedQueue();
  const map = new SharedMap();
  const watcher = map.watchAll();
  const pool = new WorkerPool(null, { size: 1, maxTasks: 1, grace: 5 });
  const items = empty[Symbol.asyncIterator]();
  const forgotten = [
    () => concurrent([(scope) => untilAborted(scope)]),
    () => race([(scope) => untilAborted(scope)]),
    () => timeout((scope) => untilAborted(scope), 60_000),
    () => pipeline([1], [(_, scope) => untilAborted(scope)]).next(),
    () => transaction(() => untilAborted(currentScope())),
    () => readTransaction(() => untilAborted(currentScope())),
    () => transaction(() => map.has('go') || retry()),
    () => transaction(() => transaction(() => untilAborted(currentScope()))),
    () => empty.dequeue(),
    () => empty.dequeue({ timeout: 60_000 }),
    () => empty.dequeueMany(5),
    () => items.next(),
    () => full.enqueueAsync(2),
    () => full.enqueueAsync(3, { timeout: 60_000 }),
    () => watcher.next(),
    () => pool.execute(() => new Promise(() => {})),
    () => pool.ready(),
    () => pool.map([1, 2], (n) => n),
    () => pool.mapStream([1, 2], (n) => n).next(),
    () => concurrent([() => 1], { pool }),
  ];
  let called = 0;
  const forget = () => {
    for (const fn of forgotten) {
      void fn();
      called++;
    }
  };
  for (const fn of [
    async () => forget(), // left open
    (scope) => {
      forget(); // open when it is cancelled
      return untilAborted(scope);
    },
    (scope) => untilAborted(scope, forget), // begun when it is cancelled
  ]) {
    await assert.rejects(
      concurrent([fn, () => turn().then(() => Promise.reject(new Error('cancelled')))]),
      /cancelled/,
    );
    await turn();
  }
  assert.equal(called, 3 * forgotten.length);
  await turn();
  assert.deepEqual([full.size, empty.size, map.size], [1, 0, 0]);
  await watcher.return();
  await pool.terminate();
});

test('who tries again and again in a cancelled scope leaves others their turn', async () => {
  const queue = new SharedQueue();
  let tries = 0;
  let over = false;
  const stubborn = async () => {
    while (!over) {
      try {
        tries++;
        await queue.dequeue();
      } catch {
        // again
      }
    }
  };
  await assert.rejects(timeout(stubborn, 1, { grace: 5 }), heddleError(TimeoutError));
  assert.ok(tries > 1);
  over = true;
});

test('a transaction that has lost its time goes on, and its scope waits for it', async () => {
  const log = [];
  await concurrent([
    async () => {
      const body = async () => {
        await turn().then(turn).then(turn);
        await sleep(5);
        log.push('body has ended');
      };
      await assert.rejects(transaction(body, { timeout: 1 }), heddleError(TransactionTimeoutError));
      log.push('transaction has failed');
    },
  ]);
  assert.deepEqual(log, ['transaction has failed', 'body has ended']);
});

test('what is detached goes on', async () => {
  const map = new SharedMap();
  const gate = deferred();
  let background;
  const reason = await cancelledWhile(async (begun) => {
    background = runDetached(async () => {
      assert.equal(currentScope().deadline, Number.POSITIVE_INFINITY);
      begun();
      await gate.promise;
      assert.equal(currentScope().signal.aborted, false);
      await transaction(() => map.set('detached', true));
      return 'done';
    });
    await untilAborted(currentScope());
  });
  assert.ok(reason);
  gate.resolve();
  assert.equal(await background, 'done');
  assert.equal(map.get('detached'), true);
  assert.throws(() => runDetached(5), TypeError);
});
