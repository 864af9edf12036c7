import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterAbort,
  afterCommit,
  currentTransaction,
  isInTransaction,
  readTransactionSync,
  runOutside,
  SharedMap,
  transaction,
  transactionSync,
} from 'heddle';
import { nativeError } from '../support/errors.js';

test('afterCommit runs once, after the commit, in order, outside the transaction', async () => {
  const map = new SharedMap();
  for (const transact of [transactionSync, transaction]) {
    const calls = [];
    let versionBefore;
    await transact(() => {
      versionBefore = currentTransaction().version;
      map.set('a', calls.length);
      afterCommit(({ version }) => {
        assert.equal(isInTransaction(), false);
        assert.equal(map.get('a'), 0);
        calls.push(['first', version]);
      });
      afterCommit(({ version }) => calls.push(['second', version]));
      afterAbort(() => calls.push('aborted'));
      assert.deepEqual(calls, []);
    });
    assert.deepEqual(
      calls.map(([name]) => name),
      ['first', 'second'],
    );
    assert.equal(calls[0][1], calls[1][1]);
    assert.ok(calls[0][1] > versionBefore);
  }
});

test('commit numbers rise', () => {
  const map = new SharedMap();
  const versions = [];
  for (let i = 0; i < 5; i++) {
    transactionSync(() => {
      map.set('a', i);
      afterCommit(({ version }) => versions.push(version));
    });
  }
  assert.equal(new Set(versions).size, 5);
  assert.deepEqual(
    [...versions].sort((a, b) => a - b),
    versions,
  );
});

test('hooks of runs that lost do not run', () => {
  const map = new SharedMap([['a', 0]]);
  const calls = [];
  let runs = 0;
  transactionSync(() => {
    const run = ++runs;
    afterCommit(() => calls.push(`commit of ${run}`));
    afterAbort(() => calls.push(`abort of ${run}`));
    map.get('a');
    if (run === 1) runOutside(() => map.set('a', 1));
    map.set('b', run);
  });
  assert.deepEqual(calls, ['commit of 2']);
});

test('afterAbort runs once, when the whole call has failed', async () => {
  const map = new SharedMap();
  for (const transact of [async (body) => transactionSync(body), transaction]) {
    const calls = [];
    await assert.rejects(
      transact(() => {
        map.set('a', 1);
        afterCommit(() => calls.push('committed'));
        afterAbort(() => {
          assert.equal(isInTransaction(), false);
          assert.equal(map.has('a'), false);
          calls.push('first');
        });
        afterAbort(() => calls.push('second'));
        throw new RangeError('mine');
      }),
      nativeError(RangeError),
    );
    assert.deepEqual(calls, ['first', 'second']);
  }
});

test('afterAbort of runs that lost runs once if the call fails in the end', () => {
  const map = new SharedMap([['a', 0]]);
  const calls = [];
  let runs = 0;
  assert.throws(() =>
    transactionSync(
      () => {
        afterAbort(() => calls.push('aborted'));
        map.get('a');
        runOutside(() => map.set('a', ++runs));
        map.set('b', 1);
      },
      { maxRetries: 2 },
    ),
  );
  assert.equal(runs, 3);
  assert.deepEqual(calls, ['aborted']);
});

test('a hook may use shared data and start transactions', () => {
  const map = new SharedMap();
  transactionSync(() => {
    map.set('a', 1);
    afterCommit(() => transactionSync(() => map.set('b', map.get('a') + 1)));
  });
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
});

test('afterCommit works in a read transaction', () => {
  const calls = [];
  readTransactionSync(() => afterCommit(() => calls.push('done')));
  assert.deepEqual(calls, ['done']);
});

test('outside a transaction, or with no function, hooks are a TypeError', () => {
  for (const hook of [afterCommit, afterAbort]) {
    assert.throws(() => hook(() => {}), nativeError(TypeError));
    transactionSync(() => assert.throws(() => hook(5), nativeError(TypeError)));
  }
});
