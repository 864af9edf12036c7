import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

test('setMany writes all entries, of any iterable', () => {
  const map = new SharedMap([['a', 0]]);
  map.setMany([
    ['b', 2],
    ['a', 1],
  ]);
  map.setMany(new Map([['c', 3]]));
  map.setMany([]);
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ],
  );
});

test('setMany is all or nothing', () => {
  const map = new SharedMap([['a', 0]]);
  const entries = [
    ['a', 1],
    ['b', () => {}],
  ];
  assert.throws(() => map.setMany(entries), { name: 'DataCloneError' });
  assert.deepEqual([...map], [['a', 0]]);
  function* failing() {
    yield ['a', 2];
    throw new RangeError('no more');
  }
  assert.throws(() => map.setMany(failing()), nativeError(RangeError, /no more/));
  assert.deepEqual([...map], [['a', 0]]);
});

test('setMany with a key twice keeps the last', () => {
  const map = new SharedMap();
  map.setMany([
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ]);
  assert.deepEqual(
    [...map],
    [
      ['a', 3],
      ['b', 2],
    ],
  );
});

test('getMany leaves out what is not there and keeps the order asked for', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', undefined],
    ['c', 3],
  ]);
  const found = map.getMany(new Set(['c', 'x', 'b', 'a']));
  assert.ok(found instanceof Map);
  assert.deepEqual(
    [...found],
    [
      ['c', 3],
      ['b', undefined],
      ['a', 1],
    ],
  );
});

test('getMany in a body sees its writes', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);
  transactionSync(() => {
    map.set('a', 10);
    map.delete('b');
    assert.deepEqual([...map.getMany(['a', 'b'])], [['a', 10]]);
  });
});

test('what is not iterable is a TypeError', () => {
  const map = new SharedMap([['a', 0]]);
  assert.throws(() => map.setMany(5), nativeError(TypeError));
  assert.throws(() => map.setMany([1]), nativeError(TypeError));
  assert.throws(() => map.getMany(undefined), nativeError(TypeError));
  assert.deepEqual([...map], [['a', 0]]);
});
