import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  CollectionOptionsError,
  CollectionTypeError,
  DestroyInTransactionError,
  MemoryLimitError,
  ReadOnlyTransactionError,
  readTransactionSync,
  SharedMap,
  SharedRecord,
  transactionSync,
} from 'heddle';
import { heddleError, nativeError } from '../support/errors.js';

test('one name is one record', () => {
  const first = new SharedRecord({ name: 'record:one' });
  first.set('a', 1);
  const second = new SharedRecord({ name: 'record:one' });
  assert.equal(second.get('a'), 1);
  second.update({ a: 2 });
  assert.equal(first.get('a'), 2);
  assert.equal(first.name, 'record:one');
  first.destroy();
});

test('records without a name are their own', () => {
  const [first, second] = [new SharedRecord(null), new SharedRecord({})];
  first.set('a', 1);
  assert.equal(second.has('a'), false);
  assert.equal(first.name, undefined);
});

test('initial fields are the creator’s, all or none of them', () => {
  const first = new SharedRecord({ name: 'record:initial', initial: { a: 1, b: undefined } });
  const second = new SharedRecord({ name: 'record:initial', initial: { a: 2, c: 3 } });
  assert.deepEqual([...second], Object.entries({ a: 1, b: undefined }));
  first.destroy();
  assert.throws(() => new SharedRecord({ name: 'record:initial', initial: { a: 1, b: Symbol('s') } }), {
    name: 'DataCloneError',
  });
  const third = new SharedRecord({ name: 'record:initial' });
  assert.equal(third.size, 0);
  third.destroy();
});

test('initial fields are no part of the transaction that creates the record', () => {
  let record;
  assert.throws(() =>
    transactionSync(() => {
      record = new SharedRecord({ name: 'record:inside', initial: { a: 1 } });
      throw new Error('undone');
    }),
  );
  assert.deepEqual(record.toObject(), { a: 1 });
  record.destroy();
});

test('a name of another kind is refused, both ways', () => {
  const map = new SharedMap({ name: 'record:map' });
  const record = new SharedRecord({ name: 'record:record' });
  for (const open of [
    () => new SharedRecord({ name: 'record:map' }),
    () => new SharedRecord({ name: 'record:map', initial: { a: 1 } }),
  ]) {
    assert.throws(open, heddleError(CollectionTypeError, /"record:map" is a SharedMap, not a SharedRecord/));
  }
  for (const open of [
    () => new SharedMap({ name: 'record:record' }),
    () => new SharedMap([['a', 1]], { name: 'record:record' }),
  ]) {
    assert.throws(open, heddleError(CollectionTypeError, /"record:record" is a SharedRecord, not a SharedMap/));
  }
  assert.equal(map.size + record.size, 0);
  map.destroy();
  record.destroy();
});

test('options that disagree with the creator are refused, none agree', () => {
  const record = new SharedRecord({ name: 'record:options', maxEntries: 10 });
  assert.throws(
    () => new SharedRecord({ name: 'record:options', maxEntries: 11 }),
    heddleError(CollectionOptionsError, /^SharedRecord "record:options" .*maxEntries/),
  );
  new SharedRecord({ name: 'record:options', initial: { a: 1 } }).set('b', 1);
  assert.deepEqual(record.toObject(), { b: 1 });
  record.destroy();
});

for (const [what, options, type] of [
  ['options that are no object', 5, TypeError],
  ['entries in place of options', [['a', 1]], TypeError],
  ['an unknown option', { nmae: 'a' }, TypeError],
  ['a name that is no string', { name: 5 }, TypeError],
  ['a limit out of range', { maxMemory: 0 }, RangeError],
]) {
  test(`${what}: ${type.name}`, () => {
    assert.throws(() => new SharedRecord(options), nativeError(type, /SharedRecord|option/));
  });
}

test('a write past a limit undoes its transaction and says whose limit it is', () => {
  const record = new SharedRecord({ name: 'record:limits', maxEntries: 2, initial: { a: 1 } });
  const tooMany = heddleError(MemoryLimitError, /^SharedRecord "record:limits" would pass its maxEntries/);
  assert.throws(() => record.update({ a: 2, b: 2, c: 2 }), tooMany);
  assert.throws(() => record.assign({ a: 2, b: 2, c: 2 }), tooMany);
  assert.deepEqual(record.toObject(), { a: 1 });
  record.update({ a: 2, b: 2 });
  assert.throws(() => record.set('c', 1), tooMany);
  record.delete('b');
  record.set('c', 3);
  assert.deepEqual(record.toObject(), { a: 2, c: 3 });
  record.destroy();

  const small = new SharedRecord({ maxMemory: 10_000 });
  assert.throws(
    () => small.set('a', 'x'.repeat(10_000)),
    heddleError(MemoryLimitError, /^This SharedRecord would pass its maxMemory/),
  );
  assert.equal(small.size, 0);
});

test('initial fields past a limit leave no record behind', () => {
  const options = { name: 'record:too much', maxEntries: 1 };
  assert.throws(() => new SharedRecord({ ...options, initial: { a: 1, b: 2 } }), heddleError(MemoryLimitError));
  const record = new SharedRecord({ ...options, initial: { a: 1 } });
  assert.deepEqual(record.toObject(), { a: 1 });
  record.destroy();
});

test('writes in a read-only transaction are refused', () => {
  const record = new SharedRecord({ initial: { a: 1 } });
  for (const write of [
    () => record.set('a', 2),
    () => record.delete('a'),
    () => record.clear(),
    () => record.update({ a: 2 }),
    () => record.assign({ a: 2 }),
  ]) {
    assert.throws(() => readTransactionSync(write), heddleError(ReadOnlyTransactionError));
  }
  assert.deepEqual(record.toObject(), { a: 1 });
});

test('a destroyed record can be used no longer, and its name is free at once', () => {
  const record = new SharedRecord({ name: 'record:destroyed', initial: { a: 1 } });
  record.get('a');
  assert.throws(
    () => transactionSync(() => record.destroy()),
    heddleError(DestroyInTransactionError, /^SharedRecord "record:destroyed"/),
  );
  record.destroy();
  for (const use of [
    () => record.get('a'),
    () => record.view('b'),
    () => record.has('a'),
    () => record.set('a', 2),
    () => record.delete('a'),
    () => record.clear(),
    () => record.size,
    () => record.memory,
    () => record.keys(),
    () => record.values(),
    () => record.entries(),
    () => record.toObject(),
    () => record.forEach(() => {}),
    () => record.update({ a: 1 }),
    () => record.assign({ a: 1 }),
  ]) {
    assert.throws(use, heddleError(CollectionDestroyedError, /^SharedRecord "record:destroyed"/));
  }
  const map = new SharedMap([['a', 3]], { name: 'record:destroyed' });
  assert.equal(map.get('a'), 3);
  map.destroy();
});
