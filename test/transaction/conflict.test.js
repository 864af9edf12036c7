import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentTransaction,
  getTransactionId,
  runOutside,
  SharedMap,
  TransactionConflictError,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

/** Another commit to the key, as another thread would make it in the middle of a body. */
const interfere = (map, key, value) => runOutside(() => map.set(key, value));

test('a body that lost runs again on a new snapshot, under the same id', () => {
  const map = new SharedMap([['a', 1]]);
  const ids = new Set();
  const seen = [];
  transactionSync(() => {
    ids.add(getTransactionId());
    seen.push(map.get('a'));
    if (seen.length < 3) interfere(map, 'a', seen.length * 10);
    map.set('a', map.get('a') + 1);
  });
  assert.deepEqual(seen, [1, 10, 20]);
  assert.equal(ids.size, 1);
  assert.equal(map.get('a'), 21);
});

test('writes of a run that lost are gone', () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  transactionSync(() => {
    map.get('a');
    if (++runs === 1) {
      map.set('only in the first run', 1);
      interfere(map, 'a', 2);
    }
    map.set('b', runs);
  });
  assert.deepEqual(
    [...map],
    [
      ['a', 2],
      ['b', 2],
    ],
  );
});

test('what was not read does not conflict', () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  transactionSync(() => {
    runs++;
    map.set('a', 10);
    map.set('b', 10);
    interfere(map, 'a', 2);
    interfere(map, 'c', 2);
  });
  assert.equal(runs, 1);
  assert.deepEqual([...map].sort(), [
    ['a', 10],
    ['b', 10],
    ['c', 2],
  ]);
});

test('a body that reads and does not write never conflicts', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 1],
  ]);
  let runs = 0;
  const sum = transactionSync(() => {
    runs++;
    const a = map.get('a');
    runOutside(() =>
      map.setMany([
        ['a', 2],
        ['b', 2],
      ]),
    );
    return a;
  });
  assert.equal(sum, 1);
  assert.equal(runs, 1);
});

for (const [what, read, change] of [
  ['an absent key that appears', (map) => map.get('new'), (map) => map.set('new', 1)],
  ['has of a key that goes', (map) => map.has('a'), (map) => map.delete('a')],
  ['the size', (map) => map.size, (map) => map.set('new', 1)],
  ['the keys', (map) => [...map.keys()], (map) => map.set('new', 1)],
  ['the entries', (map) => [...map], (map) => map.set('a', 2)],
  ['a view', (map) => map.view('a'), (map) => map.set('a', 2)],
  ['getMany', (map) => map.getMany(['a']), (map) => map.set('a', 2)],
  ['a key of a cleared map', (map) => map.get('a'), (map) => map.clear()],
  ['the size of a cleared map', (map) => map.size, (map) => map.clear()],
  ['the result of delete', (map) => map.delete('new'), (map) => map.set('new', 1)],
]) {
  test(`a change of what was read conflicts: ${what}`, () => {
    const map = new SharedMap([['a', 1]]);
    const other = new SharedMap();
    let runs = 0;
    transactionSync(() => {
      runs++;
      read(map);
      if (runs === 1) runOutside(() => change(map));
      other.set('runs', runs);
    });
    assert.equal(runs, 2);
    assert.equal(other.get('runs'), 2);
  });
}

for (const [what, read, change] of [
  ['another key', (map) => map.get('a'), (map) => map.set('b', 2)],
  ['the keys, by a new value of one', (map) => [...map.keys()], (map) => map.set('a', 2)],
  ['the size, by a new value of one', (map) => map.size, (map) => map.set('a', 2)],
]) {
  test(`what was not changed does not conflict: ${what}`, () => {
    const map = new SharedMap([
      ['a', 1],
      ['b', 1],
    ]);
    const other = new SharedMap();
    let runs = 0;
    transactionSync(() => {
      runs++;
      read(map);
      runOutside(() => change(map));
      other.set('runs', runs);
    });
    assert.equal(runs, 1);
  });
}

test('a body never sees half of a commit, even when it has lost', () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  let runs = 0;
  transactionSync(() => {
    const a = map.get('a');
    if (runs++ === 0) {
      runOutside(() =>
        map.setMany([
          ['a', 1],
          ['b', 1],
        ]),
      );
    }
    assert.equal(map.get('b'), a);
    map.set('sum', a);
  });
  assert.equal(runs, 2);
  assert.equal(map.get('sum'), 1);
});

test('a conflict stays: a body that catches it does not commit', async () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  for (const transact of [transactionSync, transaction]) {
    let runs = 0;
    await transact(() => {
      runs++;
      try {
        const a = map.get('a');
        if (runs === 1) {
          runOutside(() =>
            map.setMany([
              ['a', 1],
              ['b', 1],
            ]),
          );
        }
        map.set('c', a);
        map.get('b');
      } catch {}
      try {
        map.set('swallowed', runs);
      } catch {}
    });
    assert.equal(runs, 2);
    assert.equal(map.get('swallowed'), 2);
    map.setMany([
      ['a', 0],
      ['b', 0],
    ]);
  }
});

test("an error that a lost run throws is not the caller's", () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  let runs = 0;
  transactionSync(() => {
    runs++;
    const a = map.get('a');
    map.set('c', a);
    if (runs === 1)
      runOutside(() =>
        map.setMany([
          ['a', 1],
          ['b', 1],
        ]),
      );
    try {
      map.get('b');
    } catch (error) {
      throw new Error('wrapped', { cause: error });
    }
  });
  assert.equal(runs, 2);
});

for (const [what, transact] of [
  ['sync', async (body, options) => transactionSync(body, options)],
  ['async', (body, options) => transaction(async () => body(), options)],
]) {
  test(`maxRetries bounds the reruns of a ${what} body, and the error tells what happened`, async () => {
    const map = new SharedMap([['hot', 0]], { name: `conflict:${what}` });
    let runs = 0;
    const losing = () => {
      const value = map.get('hot');
      interfere(map, 'hot', ++runs);
      map.set('hot', value);
    };
    await assert.rejects(transact(losing, { maxRetries: 3, label: 'losing' }), (error) => {
      heddleError(TransactionConflictError, /hot/)(error);
      assert.match(error.message, new RegExp(`conflict:${what}`));
      assert.equal(error.runs, 4);
      assert.deepEqual(error.conflicts, [{ collection: `conflict:${what}`, key: 'hot' }]);
      return true;
    });
    assert.equal(runs, 4);
    assert.equal(map.get('hot'), 4);
    await assert.rejects(transact(losing, { maxRetries: 0 }), heddleError(TransactionConflictError));
    assert.equal(runs, 5);
    map.destroy();
  });
}

test('an async body runs 101 times at most unless told otherwise', async () => {
  const map = new SharedMap([['hot', 0]]);
  let runs = 0;
  const losing = async () => {
    const value = map.get('hot');
    interfere(map, 'hot', ++runs);
    map.set('hot', value);
  };
  await assert.rejects(transaction(losing), heddleError(TransactionConflictError));
  assert.equal(runs, 101);
});

test('both backoffs end', () => {
  for (const backoff of ['linear', 'exponential']) {
    const map = new SharedMap([['a', 0]]);
    let runs = 0;
    transactionSync(
      () => {
        map.get('a');
        if (++runs < 5) interfere(map, 'a', runs);
        map.set('a', 'done');
      },
      { backoff },
    );
    assert.equal(runs, 5);
    assert.equal(map.get('a'), 'done');
  }
});

test('the signal of a run that has lost is aborted', async () => {
  const map = new SharedMap([
    ['a', 0],
    ['b', 0],
  ]);
  const signals = [];
  await transaction(async () => {
    const { signal } = currentTransaction();
    signals.push(signal);
    const a = map.get('a');
    map.set('c', a);
    if (signals.length === 1) {
      runOutside(() =>
        map.setMany([
          ['a', 1],
          ['b', 1],
        ]),
      );
      assert.throws(() => map.get('b'));
      assert.equal(signal.aborted, true);
    }
  });
  assert.equal(signals.length, 2);
  assert.equal(signals[1].aborted, false);
});

for (const [what, options, type] of [
  ['maxRetries that is no number', { maxRetries: '3' }, TypeError],
  ['negative maxRetries', { maxRetries: -1 }, RangeError],
  ['maxRetries that is NaN', { maxRetries: Number.NaN }, RangeError],
  ['a timeout that is no number', { timeout: '3' }, TypeError],
  ['a negative timeout', { timeout: -1 }, RangeError],
  ['an unknown backoff', { backoff: 'quadratic' }, TypeError],
  ['a signal that is none', { signal: {} }, TypeError],
  ['a label that is no string', { label: 5 }, TypeError],
  ['options that are no object', 5, TypeError],
]) {
  test(`${what} is a ${type.name}, and the body does not run`, async () => {
    let runs = 0;
    const body = () => {
      runs++;
    };
    assert.throws(() => transactionSync(body, options), nativeError(type));
    await assert.rejects(transaction(body, options), nativeError(type));
    assert.equal(runs, 0);
  });
}

test('a body may use what it creates, however it reads it', () => {
  const map = new SharedMap([['a', 1]]);
  for (const [what, read] of Object.entries({
    size: (made) => made.size,
    get: (made) => made.get('n'),
    keys: (made) => [...made.keys()].length,
    values: (made) => [...made.values()][0],
  })) {
    let runs = 0;
    const sum = transactionSync(
      () => {
        runs++;
        let n = 0;
        for (const value of map.values()) n += value; // its snapshot is older than what it creates then
        n += read(new SharedMap([['n', 1]]));
        map.set('b', 0);
        return n;
      },
      { maxRetries: 3 },
    );
    assert.deepEqual([sum, runs], [2, 1], what);
  }
});
