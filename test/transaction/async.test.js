import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentTransaction,
  getTransactionId,
  isInTransaction,
  ReadOnlyTransactionError,
  readTransaction,
  runOutside,
  SharedMap,
  TransactionEndedError,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';
import { deferred, sleep } from '../support/wait.js';

test('a transaction resolves with the result of its body, sync or async', async () => {
  const map = new SharedMap();
  const sync = transaction(() => {
    map.set('a', 1);
    return 'sync';
  });
  assert.ok(sync instanceof Promise);
  assert.equal(await sync, 'sync');
  const result = await transaction(async () => {
    map.set('b', 2);
    await sleep(1);
    map.set('c', 3);
    return 'async';
  });
  assert.equal(result, 'async');
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
  );
});

test('the first run starts before the call returns', async () => {
  let started = false;
  const done = transaction(() => {
    started = true;
  });
  assert.equal(started, true);
  await done;
});

test('an error of the body, thrown or rejected, undoes everything and comes out as it is', async () => {
  const map = new SharedMap([['a', 1]]);
  const error = new RangeError('mine');
  let runs = 0;
  for (const body of [
    () => {
      runs++;
      map.set('a', 2);
      throw error;
    },
    async () => {
      runs++;
      map.set('a', 2);
      await null;
      map.set('b', 2);
      throw error;
    },
  ]) {
    await assert.rejects(transaction(body), (thrown) => thrown === error);
  }
  assert.equal(runs, 2);
  assert.deepEqual([...map], [['a', 1]]);
});

test('a wrong argument rejects, it does not throw', async () => {
  for (const wrong of [undefined, 5, {}]) {
    await assert.rejects(transaction(wrong), nativeError(TypeError));
    await assert.rejects(readTransaction(wrong), nativeError(TypeError));
  }
});

test('the transaction follows its body over awaits, and other code stays outside', async () => {
  const map = new SharedMap([['a', 1]]);
  const gate = deferred();
  const done = transaction(async () => {
    const id = getTransactionId();
    map.set('a', 2);
    await gate.promise;
    assert.equal(getTransactionId(), id);
    await sleep(1);
    assert.equal(isInTransaction(), true);
    assert.equal(getTransactionId(), id);
    assert.equal(currentTransaction().id, id);
    assert.equal(map.get('a'), 2);
    await Promise.all([sleep(1), Promise.resolve().then(() => map.set('b', getTransactionId() === id))]);
  });
  assert.equal(isInTransaction(), false);
  assert.equal(map.get('a'), 1);
  await sleep(1);
  assert.equal(map.get('a'), 1);
  gate.resolve();
  await done;
  assert.deepEqual(
    [...map],
    [
      ['a', 2],
      ['b', true],
    ],
  );
});

test('async transactions of one thread interleave, each with a snapshot of its own', async () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  let runs = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      transaction(async () => {
        runs++;
        const a = map.get('a');
        await (index % 2 ? sleep(0) : null);
        assert.equal(map.get('b'), a);
        map.set('a', a + 1);
        await null;
        map.set('b', a + 1);
      }),
    ),
  );
  assert.deepEqual([map.get('a'), map.get('b')], [20, 20]);
  assert.ok(runs > 20, 'they were in conflict');
});

test('a sync transaction of other code commits in the middle of an async one', async () => {
  const map = new SharedMap([['a', 0]]);
  const gate = deferred();
  let runs = 0;
  const done = transaction(async () => {
    runs++;
    const a = map.get('a');
    if (runs === 1) await gate.promise;
    map.set('a', a + 1);
  });
  transactionSync(() => map.set('a', map.get('a') + 10));
  assert.equal(map.get('a'), 10);
  gate.resolve();
  await done;
  assert.equal(map.get('a'), 11);
  assert.equal(runs, 2);
});

test('readTransaction reads one snapshot, however long, and never reruns', async () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  const gate = deferred();
  let runs = 0;
  const done = readTransaction(async () => {
    runs++;
    const a = map.get('a');
    await gate.promise;
    return [a, map.get('a'), map.get('b'), [...map.values()]];
  });
  for (let i = 1; i <= 100; i++) {
    transactionSync(() => {
      map.set('a', i);
      map.set('b', i);
    });
  }
  map.clear();
  gate.resolve();
  assert.deepEqual(await done, [0, 0, 0, [0, 0]]);
  assert.equal(runs, 1);
});

test('a read transaction takes its snapshot when it starts', async () => {
  const map = new SharedMap([['a', 0]]);
  const gate = deferred();
  const done = readTransaction(async () => {
    await gate.promise;
    return map.get('a');
  });
  map.set('a', 1);
  gate.resolve();
  assert.equal(await done, 0);
});

test('readTransaction refuses writes after an await too', async () => {
  const map = new SharedMap([['a', 0]]);
  await assert.rejects(
    readTransaction(async () => {
      await null;
      map.set('a', 1);
    }),
    heddleError(ReadOnlyTransactionError),
  );
  assert.equal(map.get('a'), 0);
});

test('runOutside steps outside, and back', async () => {
  const map = new SharedMap([['a', 1]]);
  const log = new SharedMap();
  await assert.rejects(
    transaction(async () => {
      map.set('a', 2);
      runOutside(() => {
        assert.equal(isInTransaction(), false);
        assert.equal(map.get('a'), 1);
        log.set('tried', true);
      });
      assert.equal(map.get('a'), 2);
      await runOutside(async () => {
        await null;
        assert.equal(isInTransaction(), false);
        log.set('tried later', true);
      });
      assert.equal(isInTransaction(), true);
      assert.equal(
        runOutside(() => 'result'),
        'result',
      );
      throw new RangeError('mine');
    }),
    nativeError(RangeError),
  );
  assert.equal(map.get('a'), 1);
  assert.deepEqual([...log.keys()], ['tried', 'tried later']);
  assert.throws(() => runOutside(5), nativeError(TypeError));
});

test('code that outlives its transaction may touch nothing shared', async () => {
  const map = new SharedMap([['a', 1]]);
  const gate = deferred();
  let straggler;
  await transaction(async () => {
    straggler = (async () => {
      await gate.promise;
      const errors = [];
      for (const use of [
        () => map.set('a', 2),
        () => map.get('a'),
        () => map.view('a'),
        () => map.has('a'),
        () => map.size,
        () => [...map],
        () => map.delete('a'),
        () => transactionSync(() => map.set('a', 3)),
      ]) {
        assert.throws(use, heddleError(TransactionEndedError));
        errors.push(use);
      }
      await assert.rejects(
        transaction(() => map.set('a', 3)),
        heddleError(TransactionEndedError),
      );
      runOutside(() => map.set('b', 'on purpose'));
      return errors.length;
    })();
  });
  gate.resolve();
  assert.equal(await straggler, 8);
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 'on purpose'],
    ],
  );
});

test('code that outlives a sync body of transaction() may touch nothing shared', async () => {
  const map = new SharedMap([['a', 1]]);
  let straggler;
  await transaction(() => {
    straggler = (async () => {
      await sleep(1);
      map.set('a', 2);
    })();
    straggler.catch(() => {});
  });
  await assert.rejects(straggler, heddleError(TransactionEndedError));
  assert.equal(map.get('a'), 1);
});

test("a body's signal aborts while it waits, when it has lost", async () => {
  const map = new SharedMap([['a', 0]]);
  const reasons = [];
  let runs = 0;
  const result = await transaction(async () => {
    const { signal, run } = currentTransaction();
    const value = map.get('a');
    map.set('b', value);
    if (++runs === 1) {
      runOutside(() => map.set('a', 1));
      await new Promise((resolve) => signal.addEventListener('abort', resolve)); // nothing else ends this wait
      reasons.push(signal.reason.name);
    }
    return run;
  });
  assert.equal(result, 2);
  assert.equal(reasons.length, 1);
  assert.equal(map.get('b'), 1);
});

test('a signal of a body that only reads does not abort: it loses nothing', async () => {
  const map = new SharedMap([['a', 0]]);
  const seen = await transaction(async () => {
    const { signal } = currentTransaction();
    const before = map.get('a');
    await null;
    runOutside(() => map.set('a', 1));
    await sleep(100);
    return [signal.aborted, before, map.get('a')];
  });
  assert.deepEqual(seen, [false, 0, 0]);
});
