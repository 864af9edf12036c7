import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import {
  currentTransaction,
  getTransactionId,
  isInTransaction,
  ReadOnlyTransactionError,
  readTransactionSync,
  SharedMap,
  TransactionEndedError,
  transaction,
  transactionSync,
} from 'heddle';
// The engine's functions, to count calls.
import { native } from '../../dist/runtime/native.js';
import { heddleError, nativeError } from '../support/errors.js';

test('a transaction returns what its body returns, and its writes are there', () => {
  const map = new SharedMap([['a', 1]]);
  const result = transactionSync(() => {
    map.set('a', map.get('a') + 1);
    map.set('b', 5);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual(
    [...map],
    [
      ['a', 2],
      ['b', 5],
    ],
  );
});

test("a body's own error undoes everything and comes out as it is", () => {
  const [first, second] = [new SharedMap([['a', 1]]), new SharedMap()];
  const error = new RangeError('mine');
  let runs = 0;
  assert.throws(
    () =>
      transactionSync(() => {
        runs++;
        first.set('a', 2);
        first.delete('a');
        first.set('c', 3);
        second.clear();
        second.set('x', 1);
        throw error;
      }),
    (thrown) => thrown === error,
  );
  assert.equal(runs, 1);
  assert.deepEqual([...first], [['a', 1]]);
  assert.deepEqual([...second], []);
});

test('a body sees its own writes', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);
  transactionSync(() => {
    map.set('a', 10);
    assert.equal(map.get('a'), 10);
    assert.equal(map.delete('b'), true);
    assert.equal(map.delete('b'), false);
    assert.equal(map.has('b'), false);
    assert.equal(map.size, 1);
    map.set('c', 3);
    assert.equal(map.size, 2);
    map.clear();
    assert.equal(map.size, 0);
    assert.equal(map.get('c'), undefined);
    map.set('c', 4);
    assert.equal(map.get('c'), 4);
    assert.equal(map.size, 1);
  });
  assert.deepEqual([...map], [['c', 4]]);
});

test('a body knows that it is one', () => {
  assert.equal(isInTransaction(), false);
  assert.equal(getTransactionId(), null);
  transactionSync(
    () => {
      assert.equal(isInTransaction(), true);
      assert.equal(typeof getTransactionId(), 'string');
      const current = currentTransaction();
      assert.equal(current.id, getTransactionId());
      assert.ok(Number.isSafeInteger(current.version));
      assert.ok(current.signal instanceof AbortSignal);
      assert.equal(current.signal.aborted, false);
    },
    { label: 'self-knowledge' },
  );
  readTransactionSync(() => assert.equal(isInTransaction(), true));
  assert.equal(isInTransaction(), false);
});

test('ids differ between calls', () => {
  assert.notEqual(transactionSync(getTransactionId), transactionSync(getTransactionId));
});

test('a read transaction reads and refuses to write', () => {
  const map = new SharedMap([['a', 1]]);
  assert.equal(
    readTransactionSync(() => map.get('a')),
    1,
  );
  for (const write of [
    () => map.set('a', 2),
    () => map.delete('a'),
    () => map.clear(),
    () => map.setMany([['a', 2]]),
    () => map.update('a', (value) => value + 1),
    () => map.getOrInsert('b', 1),
    () => transactionSync(() => map.set('a', 2)),
  ]) {
    assert.throws(() => readTransactionSync(write), heddleError(ReadOnlyTransactionError));
  }
  assert.deepEqual([...map], [['a', 1]]);
});

test('a read transaction in a transaction is part of it', () => {
  const map = new SharedMap([['a', 1]]);
  transactionSync(() => {
    map.set('a', 2);
    assert.equal(
      readTransactionSync(() => map.get('a')),
      2,
    );
    assert.throws(() => readTransactionSync(() => map.set('a', 3)), heddleError(ReadOnlyTransactionError));
    assert.equal(map.get('a'), 2);
  });
  assert.equal(map.get('a'), 2);
});

for (const [name, transact] of [
  ['transactionSync', transactionSync],
  ['readTransactionSync', readTransactionSync],
]) {
  test(`${name} refuses a body that returns a thenable, and writes nothing`, () => {
    const map = new SharedMap([['a', 1]]);
    let failed;
    assert.throws(
      () =>
        transact(async () => {
          try {
            if (name === 'transactionSync') map.set('a', 2);
            await null;
          } catch (error) {
            failed = error;
          }
        }),
      nativeError(TypeError, /promise/),
    );
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    assert.throws(() => transact(() => ({ then: () => {} })), nativeError(TypeError));
    assert.equal(failed, undefined);
    assert.equal(map.get('a'), 1);
  });

  test(`${name} takes a function`, () => {
    for (const wrong of [undefined, null, 5, {}]) assert.throws(() => transact(wrong), nativeError(TypeError));
  });
}

test('an empty transaction, and one that only reads, are fine', () => {
  const map = new SharedMap([['a', 1]]);
  assert.equal(
    transactionSync(() => {}),
    undefined,
  );
  assert.equal(
    transactionSync(() => map.get('a')),
    1,
  );
});

test('a large transaction commits whole', () => {
  const map = new SharedMap();
  transactionSync(() => {
    for (let i = 0; i < 20_000; i++) map.set(`key ${i}`, { i, text: `value ${i}` });
  });
  assert.equal(map.size, 20_000);
  transactionSync(() => {
    for (let i = 0; i < 20_000; i++) map.set(`key ${i}`, map.get(`key ${i}`).i + 1);
  });
  assert.equal(map.get('key 19999'), 20_000);
});

const LATER = {
  'a promise': (then) => Promise.resolve().then(then),
  'a microtask': (then) => queueMicrotask(then),
  'a timer': (then) => setTimeout(then, 1),
  'an immediate': (then) => setImmediate(then),
};

for (const run of [transactionSync, readTransactionSync]) {
  for (const [what, later] of Object.entries(LATER)) {
    test(`${run.name}: ${what} that the body leaves behind is outside for good`, async () => {
      const map = new SharedMap([['a', 1]]);
      const storage = new AsyncLocalStorage();
      const left = await storage.run('mine', () => {
        const result = new Promise((resolve) => {
          const use = (fn) => {
            try {
              return fn();
            } catch (error) {
              return error;
            }
          };
          run(() => {
            map.get('a');
            later(() => resolve([use(() => map.get('a')), use(() => map.set('a', 2)), storage.getStore()]));
          });
        });
        map.set('b', 1); // while what follows the transaction is free
        return result;
      });
      for (const error of left.slice(0, 2)) assert.ok(error instanceof TransactionEndedError, String(error));
      assert.equal(left[2], 'mine', 'the contexts of others are what they were');
      assert.deepEqual(
        [...map],
        [
          ['a', 1],
          ['b', 1],
        ],
      );
    });
  }
}

test('what a nested sync body leaves behind does not write into the outer body', async () => {
  const map = new SharedMap([['a', 1]]);
  let failure;
  await transaction(async () => {
    let left;
    transactionSync(() => {
      left = Promise.resolve()
        .then(() => map.set('a', 2))
        .catch((error) => {
          failure = error;
        });
    });
    await left;
  });
  assert.ok(failure instanceof TransactionEndedError);
  assert.equal(map.get('a'), 1);
});

test('a thenable from a synchronous body is refused without calling it', () => {
  for (const then of [
    () => {
      throw new Error('called');
    },
    () => assert.fail('called'),
  ]) {
    assert.throws(() => transactionSync(() => ({ then })), nativeError(TypeError, /returns a promise/));
  }
});

test('what a body knows of absent keys and of the size is asked once', () => {
  const map = new SharedMap();
  const KEYS = 2000;
  const { load } = native;
  let loads = 0;
  native.load = () => {
    loads++;
    load();
  };
  try {
    transactionSync(() => {
      for (let i = 0; i < KEYS; i++) {
        map.set(i, i);
        assert.equal(map.size, i + 1);
        assert.equal(map.has('nobody'), false);
      }
    });
  } finally {
    native.load = load;
  }
  assert.equal(map.size, KEYS);
  // Each new key, the absent one and the size, and not again for each call.
  assert.ok(loads >= KEYS && loads < KEYS + 10, `the engine was asked ${loads} times`);
});
