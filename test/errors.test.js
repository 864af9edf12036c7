// Values that cannot be shared: the named error, the path to the culprit, and the state as before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transaction, transactionSync } from 'heddle';

const UNSHARABLE = [
  ['a function', () => {}, /function/],
  ['a symbol', Symbol('s'), /symbol/],
  ['a promise', Promise.resolve(), /promise/i],
  ['a WeakMap', new WeakMap(), /WeakMap/],
  ['a WeakSet', new WeakSet(), /WeakSet/],
  ['a WeakRef', new WeakRef({}), /WeakRef/],
  ['a SharedArrayBuffer', new SharedArrayBuffer(8), /SharedArrayBuffer/],
];

function isDataCloneError(error) {
  assert.ok(error instanceof DOMException);
  assert.equal(error.name, 'DataCloneError');
  assert.equal(error.code, DOMException.DATA_CLONE_ERR);
  return true;
}

for (const [what, value, kind] of UNSHARABLE) {
  test(`${what} is refused wherever it is written, and nothing changes`, async () => {
    const map = new SharedMap([['a', 1]]);
    for (const write of [
      () => map.set('a', value),
      () => map.set('b', { deep: [value] }),
      () =>
        map.setMany([
          ['a', 2],
          ['b', value],
        ]),
      () => map.update('a', () => [value]),
      () => map.getOrInsert('b', value),
      () => map.getOrInsertComputed('b', () => value),
      () => new SharedMap([['a', value]]),
    ]) {
      assert.throws(write, isDataCloneError);
      assert.throws(() => transactionSync(write), isDataCloneError);
      await assert.rejects(transaction(write), isDataCloneError);
    }
    assert.throws(() => map.set('b', value), kind);
    assert.deepEqual([...map], [['a', 1]]);
  });
}

test('the message names the path', () => {
  const map = new SharedMap();
  const unsharable = () => {};
  assert.throws(() => map.set('a', unsharable), /^DataCloneError: value is a function/);
  assert.throws(() => map.set('a', { user: { save: unsharable } }), /value\.user\.save is a function/);
  assert.throws(() => map.set('a', { list: [1, { x: unsharable }] }), /value\.list\[1\]\.x is a function/);
  assert.throws(() => map.set('a', { 'odd key': unsharable }), /value\["odd key"\] is a function/);
});

test('what is nested deeper than can be read again is refused when it is written', () => {
  const map = new SharedMap();
  const nested = (levels) => {
    let value = 'deep';
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };
  map.set('a', nested(1000));
  assert.deepEqual(map.get('a'), nested(1000));
  for (let levels = 1001; levels < 1020; levels++) assert.throws(() => map.set('a', nested(levels)), isDataCloneError);
  assert.deepEqual(map.get('a'), nested(1000));
});

test('a value that is refused in a body can be caught, and the body goes on', () => {
  const map = new SharedMap([['a', 1]]);
  transactionSync(() => {
    map.set('a', 2);
    assert.throws(() => map.set('a', () => {}), isDataCloneError);
    assert.equal(map.get('a'), 2);
    map.set('b', 3);
  });
  assert.deepEqual(
    [...map],
    [
      ['a', 2],
      ['b', 3],
    ],
  );
});

test('an error of user code that runs while a value is read comes out as it is', () => {
  const map = new SharedMap([['a', 1]]);
  const error = new RangeError('getter');
  const hostile = {
    fine: 1,
    get bad() {
      throw error;
    },
  };
  assert.throws(
    () => map.set('a', hostile),
    (thrown) => thrown === error,
  );
  assert.deepEqual([...map], [['a', 1]]);
});

test('user code that runs while a value is read may use the map', () => {
  const map = new SharedMap([['a', 1]]);
  const other = new SharedMap();
  map.set('b', {
    get inner() {
      map.set('a', { text: 'x'.repeat(5000) });
      other.set('c', [1, 2, 3]);
      return transactionSync(() => other.get('c'));
    },
    after: 'end',
  });
  assert.deepEqual(map.get('b'), { inner: [1, 2, 3], after: 'end' });
  assert.equal(map.get('a').text.length, 5000);
});
