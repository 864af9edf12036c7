import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

test('update changes a draft in place', () => {
  const map = new SharedMap([['user', { name: 'Ada', tags: ['a'] }]]);
  map.update('user', (user) => {
    user.name = 'Grace';
    user.tags.push('b');
  });
  assert.deepEqual(map.get('user'), { name: 'Grace', tags: ['a', 'b'] });
});

test('update takes what fn returns', () => {
  const map = new SharedMap([['count', 1]]);
  map.update('count', (count) => count + 1);
  assert.equal(map.get('count'), 2);
  map.update('new', (value) => {
    assert.equal(value, undefined);
    return 5;
  });
  assert.equal(map.get('new'), 5);
});

test('an update that throws changes nothing', () => {
  const map = new SharedMap([['user', { name: 'Ada' }]]);
  assert.throws(
    () =>
      map.update('user', (user) => {
        user.name = 'Grace';
        throw new RangeError('no');
      }),
    nativeError(RangeError, /^no$/),
  );
  assert.deepEqual(map.get('user'), { name: 'Ada' });
});

test('an update in a transaction goes with it', () => {
  const map = new SharedMap([['count', 1]]);
  assert.throws(
    () =>
      transactionSync(() => {
        map.update('count', (count) => count + 1);
        assert.equal(map.get('count'), 2);
        throw new RangeError('no');
      }),
    nativeError(RangeError),
  );
  assert.equal(map.get('count'), 1);
});

test('getOrInsert returns what is there, else inserts', () => {
  const map = new SharedMap([['a', 1]]);
  assert.equal(map.getOrInsert('a', 2), 1);
  assert.equal(map.getOrInsert('b', 2), 2);
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  map.set('u', undefined);
  assert.equal(map.getOrInsert('u', 1), undefined);
});

test('getOrInsertComputed computes only what is not there', () => {
  const map = new SharedMap([['a', 1]]);
  const computed = [];
  const compute = (key) => {
    computed.push(key);
    return { key };
  };
  assert.equal(map.getOrInsertComputed('a', compute), 1);
  const inserted = map.getOrInsertComputed('b', compute);
  assert.deepEqual(inserted, { key: 'b' });
  assert.deepEqual(computed, ['b']);
  inserted.key = 'changed';
  assert.deepEqual(map.get('b'), { key: 'b' });
});

test('a computation that throws inserts nothing', () => {
  const map = new SharedMap();
  assert.throws(
    () =>
      map.getOrInsertComputed('a', () => {
        throw new RangeError('no');
      }),
    nativeError(RangeError),
  );
  assert.equal(map.has('a'), false);
});

test('what is not a function is a TypeError', () => {
  const map = new SharedMap([['a', 1]]);
  assert.throws(() => map.update('a', 2), nativeError(TypeError));
  assert.throws(() => map.getOrInsertComputed('b', 2), nativeError(TypeError));
  assert.throws(() => map.forEach(2), nativeError(TypeError));
  assert.deepEqual([...map], [['a', 1]]);
});
