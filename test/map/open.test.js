import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  CollectionOptionsError,
  DestroyInTransactionError,
  SharedMap,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';
import { deferred } from '../support/wait.js';

test('one name is one map', () => {
  const first = new SharedMap({ name: 'open:one' });
  first.set('a', 1);
  const second = new SharedMap({ name: 'open:one' });
  assert.equal(second.get('a'), 1);
  second.set('a', 2);
  assert.equal(first.get('a'), 2);
  assert.equal(first.name, 'open:one');
  first.destroy();
});

test('maps without a name are their own', () => {
  const [first, second] = [new SharedMap(), new SharedMap()];
  first.set('a', 1);
  assert.equal(second.has('a'), false);
});

test('initial entries are applied by the creator only', () => {
  const first = new SharedMap([['a', 1]], { name: 'open:entries' });
  const second = new SharedMap([['b', 2]], { name: 'open:entries' });
  assert.deepEqual([...second], [['a', 1]]);
  first.destroy();
});

test('initial entries that fail leave no map behind', () => {
  assert.throws(
    () =>
      new SharedMap(
        [
          ['a', 1],
          ['b', Symbol('s')],
        ],
        { name: 'open:failed' },
      ),
    { name: 'DataCloneError' },
  );
  const map = new SharedMap({ name: 'open:failed' });
  assert.equal(map.size, 0);
  map.destroy();
});

test('options that disagree with the creator are refused, none agree', () => {
  const map = new SharedMap({ name: 'open:options', maxEntries: 10 });
  assert.throws(
    () => new SharedMap({ name: 'open:options', maxEntries: 11 }),
    heddleError(CollectionOptionsError, /maxEntries/),
  );
  new SharedMap({ name: 'open:options' }).set('a', 1);
  new SharedMap({ name: 'open:options', maxEntries: 10 }).set('b', 2);
  assert.equal(map.size, 2);
  map.destroy();
});

for (const [what, options, type] of [
  ['a name that is no string', { name: 5 }, TypeError],
  ['an empty name', { name: '' }, TypeError],
  ['options that are no object', 5, TypeError],
  ['a limit that is no number', { maxEntries: '10' }, TypeError],
  ['a limit that is negative', { maxMemory: -1 }, RangeError],
  ['a limit that is no integer', { maxEntries: 1.5 }, RangeError],
]) {
  test(`${what} is a ${type.name}`, () => {
    assert.throws(() => new SharedMap(options), nativeError(type));
    assert.throws(() => new SharedMap([], options), nativeError(type));
  });
}

test('a destroyed map can be used no longer, and its name is free at once', () => {
  const map = new SharedMap([['a', 1]], { name: 'open:destroyed' });
  const other = new SharedMap({ name: 'open:destroyed' });
  map.get('a');
  map.destroy();
  for (const handle of [map, other]) {
    for (const use of [
      () => handle.get('a'),
      () => handle.get('b'),
      () => handle.view('a'),
      () => handle.has('a'),
      () => handle.set('a', 2),
      () => handle.delete('a'),
      () => handle.clear(),
      () => handle.size,
      () => handle.memory,
      () => handle.keys(),
      () => [...handle],
      () => handle.forEach(() => {}),
      () => handle.setMany([['a', 1]]),
      () => handle.getMany(['a']),
      () => handle.update('a', () => 1),
      () => handle.getOrInsert('a', 1),
      () => transactionSync(() => handle.get('a')),
      () => transactionSync(() => handle.set('a', 1)),
    ]) {
      assert.throws(use, heddleError(CollectionDestroyedError, /open:destroyed/));
    }
  }
  const fresh = new SharedMap({ name: 'open:destroyed' });
  assert.equal(fresh.size, 0);
  fresh.set('a', 3);
  assert.equal(fresh.get('a'), 3);
  fresh.destroy();
});

test('destroying twice is destroying once', () => {
  const map = new SharedMap({ name: 'open:twice' });
  map.destroy();
  const fresh = new SharedMap([['a', 1]], { name: 'open:twice' });
  map.destroy();
  assert.equal(fresh.get('a'), 1);
  fresh.destroy();
});

test('destroy is refused inside a transaction', () => {
  const map = new SharedMap([['a', 1]], { name: 'open:inside' });
  assert.throws(() => transactionSync(() => map.destroy()), heddleError(DestroyInTransactionError, /open:inside/));
  assert.equal(map.get('a'), 1);
  map.destroy();
});

test('an open transaction that used a destroyed map fails', async () => {
  const map = new SharedMap([['a', 1]], { name: 'open:used' });
  const other = new SharedMap([['b', 1]]);
  const gate = deferred();
  const outcome = transaction(async () => {
    map.get('a');
    await gate.promise;
    other.set('b', 2);
  });
  map.destroy();
  gate.resolve();
  await assert.rejects(outcome, heddleError(CollectionDestroyedError));
  assert.equal(other.get('b'), 1);
});

test('so does one that asked for nothing but its size', async () => {
  const map = new SharedMap([['a', 1]]);
  const gate = deferred();
  const outcome = transaction(async () => {
    const { size } = map;
    await gate.promise;
    return size;
  });
  map.destroy();
  gate.resolve();
  await assert.rejects(outcome, heddleError(CollectionDestroyedError));
});

test('names are told apart by code units, lone surrogates too', () => {
  const names = ['open: \ud800', 'open: \ud801', 'open: \ufffd'];
  const maps = names.map((name, i) => new SharedMap([['i', i]], { name }));
  assert.deepEqual(
    maps.map((map) => map.get('i')),
    [0, 1, 2],
  );
  assert.deepEqual(
    names.map((name) => new SharedMap({ name }).get('i')),
    [0, 1, 2],
  );
  for (const map of maps) map.destroy();
});
