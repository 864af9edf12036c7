import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterCommit,
  getTransactionId,
  NestedTransactionError,
  readTransaction,
  readTransactionSync,
  runOutside,
  SharedMap,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';
import { deferred, sleep } from '../support/wait.js';

const rather = () => {
  throw new RangeError('rather not');
};

test('a nested transaction joins the outer one', async () => {
  const map = new SharedMap();
  await transaction(async () => {
    const id = getTransactionId();
    map.set('outer', 1);
    const result = await transaction(async () => {
      assert.equal(getTransactionId(), id);
      assert.equal(map.get('outer'), 1);
      await null;
      map.set('inner', 2);
      return 'inner result';
    });
    assert.equal(result, 'inner result');
    assert.equal(map.get('inner'), 2);
    assert.equal(
      runOutside(() => map.has('inner')),
      false,
    );
    transactionSync(() => map.set('sync', 3));
  });
  assert.deepEqual([...map.keys()], ['outer', 'inner', 'sync']);
});

test('a nested transaction that throws takes only its own writes with it', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  transactionSync(() => {
    map.set('a', 2);
    map.set('new', 2);
    assert.throws(
      () =>
        transactionSync(() => {
          map.set('a', 3);
          map.set('b', 3);
          map.delete('c');
          map.set('newer', 3);
          map.delete('new');
          rather();
        }),
      nativeError(RangeError),
    );
    assert.deepEqual(
      [...map],
      [
        ['a', 2],
        ['b', 1],
        ['c', 1],
        ['new', 2],
      ],
    );
    map.set('b', 4);
  });
  assert.deepEqual(
    [...map],
    [
      ['a', 2],
      ['b', 4],
      ['c', 1],
      ['new', 2],
    ],
  );
});

test('a rolled back clear leaves everything in its place', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 1],
  ]);
  transactionSync(() => {
    map.set('c', 1);
    map.delete('a');
    assert.throws(
      () =>
        transactionSync(() => {
          map.clear();
          map.set('b', 2);
          assert.equal(map.size, 1);
          rather();
        }),
      nativeError(RangeError),
    );
    assert.deepEqual([...map.keys()], ['b', 'c']);
  });
  assert.deepEqual(
    [...map],
    [
      ['b', 1],
      ['c', 1],
    ],
  );
});

test('savepoints nest, each its own', () => {
  const map = new SharedMap();
  transactionSync(() => {
    map.set('level', 1);
    transactionSync(() => {
      map.set('level', 2);
      assert.throws(
        () =>
          transactionSync(() => {
            map.set('level', 3);
            map.set('deep', true);
            rather();
          }),
        nativeError(RangeError),
      );
      assert.equal(map.get('level'), 2);
    });
    assert.equal(map.get('level'), 2);
  });
  assert.deepEqual([...map], [['level', 2]]);
});

test('an outer failure undoes what a nested transaction finished', async () => {
  const map = new SharedMap();
  await assert.rejects(
    transaction(async () => {
      await transaction(() => map.set('inner', 1));
      rather();
    }),
    nativeError(RangeError),
  );
  assert.equal(map.size, 0);
});

test('a rolled back savepoint keeps its reads: the outer commit depends on them', async () => {
  const map = new SharedMap([
    ['read', 1],
    ['written', 0],
  ]);
  const gate = deferred();
  const seen = [];
  const done = transaction(async () => {
    try {
      transactionSync(() => {
        seen.push(map.get('read'));
        rather();
      });
    } catch {}
    if (seen.length === 1) await gate.promise;
    map.set('written', seen.at(-1));
  });
  map.set('read', 2);
  gate.resolve();
  await done;
  assert.deepEqual(seen, [1, 2]);
  assert.equal(map.get('written'), 2);
});

test('hooks of a rolled back savepoint go with it', () => {
  const calls = [];
  transactionSync(() => {
    afterCommit(() => calls.push('before'));
    assert.throws(
      () =>
        transactionSync(() => {
          afterCommit(() => calls.push('rolled back'));
          rather();
        }),
      nativeError(RangeError),
    );
    transactionSync(() => afterCommit(() => calls.push('kept')));
  });
  assert.deepEqual(calls, ['before', 'kept']);
});

test('nested transactions that overlap are refused', async () => {
  const map = new SharedMap([['a', 1]]);
  await assert.rejects(
    transaction(() =>
      Promise.all([
        transaction(async () => {
          map.set('a', 2);
          await sleep(1);
        }),
        transaction(async () => {
          map.set('b', 2);
          await sleep(1);
        }),
      ]),
    ),
    heddleError(NestedTransactionError),
  );
  await sleep(5);
  assert.deepEqual([...map], [['a', 1]]);
});

test('nested transactions one after another are fine', async () => {
  const map = new SharedMap();
  await transaction(async () => {
    for (let i = 0; i < 3; i++) {
      await transaction(async () => {
        await null;
        map.set(i, i);
      });
    }
  });
  assert.equal(map.size, 3);
});

test('a nested read transaction is one with the outer and refuses writes', async () => {
  const map = new SharedMap([['a', 1]]);
  await transaction(async () => {
    map.set('a', 2);
    assert.equal(await readTransaction(async () => map.get('a')), 2);
  });
  assert.equal(map.get('a'), 2);
});

test('a transaction outside one, on purpose, is its own', async () => {
  const map = new SharedMap();
  await assert.rejects(
    transaction(async () => {
      map.set('inner', 1);
      await runOutside(() => transaction(() => map.set('outer', 1)));
      rather();
    }),
    nativeError(RangeError),
  );
  assert.deepEqual([...map.keys()], ['outer']);
});

test('a nested sync transaction that returns a thenable is refused and undone', () => {
  const map = new SharedMap();
  transactionSync(() => {
    assert.throws(
      () =>
        transactionSync(() => {
          map.set('a', 1);
          return Promise.resolve();
        }),
      nativeError(TypeError),
    );
    assert.equal(map.size, 0);
  });
  assert.equal(map.size, 0);
});

test('a write is refused when encoding its value has opened a nested transaction', async () => {
  const map = new SharedMap();
  let nested;
  await assert.rejects(
    transaction(() => {
      map.set('o', {
        get a() {
          nested = transaction(async () => {
            await null;
            throw new Error('rolled back');
          });
          nested.catch(() => {});
          return 1;
        },
      });
    }),
    heddleError(NestedTransactionError),
  );
  await assert.rejects(nested);
  assert.equal(map.size, 0);
});

test('what a nested read-only transaction has iterated over counts for the outer one', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);
  const total = new SharedMap();
  let runs = 0;
  transactionSync(() => {
    const sum = readTransactionSync(() => [...map.values()].reduce((a, b) => a + b, 0));
    if (++runs === 1) runOutside(() => map.set('a', 10));
    total.set('sum', sum);
  });
  assert.equal(runs, 2);
  assert.equal(total.get('sum'), 12);
});

test('a write is refused when reading its key has opened a nested transaction', async () => {
  for (const use of ['set', 'delete', 'has']) {
    const map = new SharedMap([['k', 0]]);
    let nested;
    const key = [];
    Object.defineProperty(key, 0, {
      enumerable: true,
      get() {
        nested = transaction(async () => {
          await null;
          throw new Error('rolled back');
        });
        nested.catch(() => {});
        return 'k';
      },
    });
    await assert.rejects(
      transaction(() => map[use](key, 1)),
      heddleError(NestedTransactionError),
    );
    await assert.rejects(nested);
    assert.deepEqual([...map], [['k', 0]]);
  }
});
