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
import { withStoppedClock } from '../support/clock.js';
import { nativeError } from '../support/errors.js';
import { until } from '../support/wait.js';

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

test('afterAbort of a run that lost runs if the call fails before the next one has got there', async () => {
  const map = new SharedMap([['a', 0]]);
  const reason = new Error('enough');
  const calls = [];
  const controller = new AbortController();
  const body = () => {
    afterAbort((event) => calls.push(event.reason));
    map.get('a');
    runOutside(() =>
      map.setMany([
        ['a', 1],
        ['c', 1],
      ]),
    );
    controller.abort(reason);
    map.get('c'); // later than the snapshot, which cannot move
  };
  assert.throws(
    () => transactionSync(body, { signal: controller.signal }),
    (error) => error === reason,
  );
  assert.deepEqual(calls, [reason]);

  let runs = 0;
  const losing = async () => {
    if (++runs > 1) return new Promise(() => {});
    afterAbort(({ reason: { name } }) => calls.push(name));
    map.get('a');
    runOutside(() => map.set('a', 2));
    await null;
    map.set('b', 1);
  };
  const outcome = withStoppedClock(() => transaction(losing, { timeout: 50 })); // there is time for a second run
  await assert.rejects(outcome, { name: 'TimeoutError' });
  assert.equal(runs, 2);
  assert.deepEqual(calls, [reason, 'TimeoutError']);
});

test('what a hook throws goes to reportError and changes nothing', async () => {
  const map = new SharedMap();
  const reported = [];
  const before = globalThis.reportError;
  globalThis.reportError = (error) => reported.push(error.message);
  try {
    transactionSync(() => {
      map.set('a', 1);
      afterCommit(() => {
        throw new Error('first');
      });
      afterCommit(async () => {
        throw new Error('second');
      });
      afterCommit(() => map.set('b', 2));
    });
    await until(() => reported.length === 2, 'both errors');
  } finally {
    globalThis.reportError = before;
  }
  assert.deepEqual(reported, ['first', 'second']);
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
});
