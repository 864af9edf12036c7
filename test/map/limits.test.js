import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLimitError, SharedMap, transaction, transactionSync } from 'heddle';
import { heddleError } from '../support/errors.js';

test('a write past maxEntries is refused and undoes its transaction', async () => {
  const map = new SharedMap([['a', 1]], { maxEntries: 2 });
  const other = new SharedMap();
  map.set('b', 2);
  assert.throws(() => map.set('c', 3), heddleError(MemoryLimitError));
  assert.throws(
    () =>
      map.setMany([
        ['a', 9],
        ['d', 4],
      ]),
    heddleError(MemoryLimitError),
  );
  const tooMany = () => {
    other.set('x', 1);
    map.set('c', 3);
  };
  assert.throws(() => transactionSync(tooMany), heddleError(MemoryLimitError));
  await assert.rejects(transaction(tooMany), heddleError(MemoryLimitError));
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  assert.equal(other.size, 0);
  map.set('a', 5);
  map.delete('b');
  map.set('c', 3);
  assert.deepEqual(
    [...map],
    [
      ['a', 5],
      ['c', 3],
    ],
  );
});

test('a write past maxMemory is refused, and there is room again when something goes', () => {
  const map = new SharedMap({ maxMemory: 100_000 });
  map.set('a', 'x'.repeat(60_000));
  assert.throws(() => map.set('b', 'x'.repeat(60_000)), heddleError(MemoryLimitError));
  assert.deepEqual([...map.keys()], ['a']);
  assert.ok(map.memory <= 100_000);
  map.set('a', 'x');
  map.set('b', 'x'.repeat(60_000));
  assert.equal(map.get('b').length, 60_000);
});

test('the error names the collection whose limit it is', () => {
  const roomy = new SharedMap({ name: 'limits: roomy' });
  const full = new SharedMap({ name: 'limits: full', maxEntries: 1 });
  assert.throws(
    () =>
      transactionSync(() => {
        roomy.set('a', 1);
        full.set('a', 1);
        full.set('b', 1);
      }),
    heddleError(MemoryLimitError, /^SharedMap "limits: full" would pass its maxEntries/),
  );
  roomy.destroy();
  full.destroy();
});
