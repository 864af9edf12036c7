import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import {
  afterAbort,
  configure,
  readTransaction,
  readTransactionSync,
  runOutside,
  SharedMap,
  SnapshotExpiredError,
  transaction,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { sleep, until } from '../support/wait.js';

const AGE = 20;

let revokedBefore;

beforeEach(() => {
  configure({ maxSnapshotAge: AGE });
  revokedBefore = native.stats().snapshotsRevoked;
});
after(() => configure({ maxSnapshotAge: 60_000 }));

/** Until a commit has revoked the snapshot that the test holds. */
async function revoked() {
  const busy = new SharedMap();
  await until(() => {
    runOutside(() => busy.set('a', 1));
    return native.stats().snapshotsRevoked > revokedBefore;
  }, 'the snapshot to be revoked');
}

test('a read-only transaction that needs what was given up', async () => {
  const map = new SharedMap([['a', 1]]);
  let aborted;
  const reading = readTransaction(async () => {
    afterAbort(({ reason }) => {
      aborted = reason;
    });
    await null;
    runOutside(() => map.set('a', 2));
    await revoked();
    assert.throws(() => map.get('a'), heddleError(SnapshotExpiredError, /configure\(\{ maxSnapshotAge \}\)/));
    assert.throws(() => map.get('b'), heddleError(SnapshotExpiredError));
    return map.get('a');
  });
  await assert.rejects(reading, heddleError(SnapshotExpiredError, /older than 20 ms/));
  assert.ok(aborted instanceof SnapshotExpiredError);
  assert.equal(map.get('a'), 2);
});

test('an error that the body catches comes back at its end', async () => {
  const map = new SharedMap([['a', 1]]);
  const reading = readTransaction(async () => {
    await null;
    runOutside(() => map.set('a', 2));
    await revoked();
    try {
      map.get('a');
    } catch {}
    return 'as if nothing had happened';
  });
  await assert.rejects(reading, heddleError(SnapshotExpiredError));
});

test('a snapshot is too old even if nobody has written since', async () => {
  const map = new SharedMap([['a', 1]]);
  const reading = readTransaction(async () => {
    await sleep(AGE * 2);
    return map.get('never read before');
  });
  await assert.rejects(reading, heddleError(SnapshotExpiredError));
});

test('a transaction whose reads still hold moves on to a fresh snapshot', async () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 1],
  ]);
  await transaction(async () => {
    map.get('a');
    await null;
    runOutside(() => map.set('b', 2));
    await revoked();
    assert.equal(map.get('b'), 2);
    map.set('c', map.get('a') + map.get('b'));
  });
  assert.equal(map.get('c'), 3);
});

test('a transaction that has lost as well is not tried again', async () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  const writing = transaction(async () => {
    runs++;
    const a = map.get('a');
    await null;
    runOutside(() => map.set('a', a + 1));
    await revoked();
    map.set('b', a);
  });
  await assert.rejects(writing, heddleError(SnapshotExpiredError));
  assert.equal(runs, 1);
  assert.equal(map.has('b'), false);
  assert.equal(native.stats().openSnapshots, 0);
});

/** An iterator over more than it has read already, however long that took. */
function begunIterator(map) {
  configure({ maxSnapshotAge: 60_000 });
  const iterator = map.entries();
  iterator.next();
  configure({ maxSnapshotAge: AGE });
  return iterator;
}

test('an iterator that needs what was given up', async () => {
  const map = new SharedMap(Array.from({ length: 3000 }, (_, i) => [i, 'x'.repeat(100)]));
  const iterator = begunIterator(map);
  map.clear();
  await revoked();
  assert.throws(() => {
    while (!iterator.next().done);
  }, heddleError(SnapshotExpiredError));
  assert.deepEqual(iterator.next(), { done: true, value: undefined });
  assert.equal(native.stats().openSnapshots, 0);
  assert.deepEqual([...map], []);
});

test('an iterator of a transaction likewise', async () => {
  const map = new SharedMap(Array.from({ length: 3000 }, (_, i) => [i, 'x'.repeat(100)]));
  const reading = readTransaction(async () => {
    const iterator = begunIterator(map);
    await null;
    runOutside(() => map.clear());
    await revoked();
    while (!iterator.next().done);
  });
  await assert.rejects(reading, heddleError(SnapshotExpiredError));
});

test('what an old snapshot held is given back', async () => {
  const map = new SharedMap([['a', 'x'.repeat(1_000_000)]]);
  const before = native.stats().memory;
  const reading = readTransaction(async () => {
    await null;
    runOutside(() => map.set('a', 'y'.repeat(1_000_000)));
    assert.ok(native.stats().memory > before + 900_000);
    await revoked();
    await until(() => {
      runOutside(() => map.set('b', 1));
      return native.stats().memory < before + 100_000;
    }, 'the old value to go');
  });
  await reading;
});

test('what is younger stays, and so does everything without a limit', async () => {
  configure({ maxSnapshotAge: Infinity });
  const map = new SharedMap([['a', 1]]);
  await readTransaction(async () => {
    await sleep(AGE * 2);
    runOutside(() => map.set('a', 2));
    assert.equal(map.get('a'), 1);
  });
  assert.equal(
    readTransactionSync(() => map.get('a')),
    2,
  );
});
