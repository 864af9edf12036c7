import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOutside, SharedMap, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

const KEYS = [
  'text',
  '',
  'ключ',
  '\ud800',
  'x'.repeat(5000),
  0,
  1,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_VALUE,
  0n,
  1n,
  -1n,
  2n ** 200n,
  -(2n ** 200n),
  true,
  false,
  null,
  undefined,
  [],
  [1],
  ['1'],
  [1, 2],
  [[1], 2],
  [[1, 2]],
  [undefined],
  [null],
  ['a', ['b', [3n, Number.NaN]]],
  ['a,b'],
  ['a', 'b'],
];

test('keys of every type are told apart', () => {
  const map = new SharedMap(KEYS.map((key, index) => [key, index]));
  assert.equal(map.size, KEYS.length);
  for (const [index, key] of KEYS.entries()) assert.equal(map.get(key), index, `key ${index}`);
  assert.deepEqual([...map.keys()], KEYS);
});

test('keys are the same by SameValueZero, arrays by what they hold', () => {
  const map = new SharedMap();
  map.set(-0, 'zero');
  assert.equal(map.get(0), 'zero');
  assert.ok(Object.is([...map.keys()][0], 0));
  map.set(Number.NaN, 'nan');
  assert.equal(map.get(Number.NaN), 'nan');
  map.set(['a', -0, [Number.NaN]], 'array');
  assert.equal(map.get(['a', 0, [Number.NaN]]), 'array');
  map.set(5, 'five');
  assert.equal(map.get(5n), undefined);
  assert.equal(map.get('5'), undefined);
  assert.equal(map.size, 4);
});

test('an array given as a key may change afterwards', () => {
  const map = new SharedMap();
  const key = ['a', 1];
  map.set(key, 'value');
  key.push(2);
  assert.equal(map.has(key), false);
  assert.equal(map.get(['a', 1]), 'value');
  for (const stored of map.keys()) stored.push('changed');
  assert.equal(map.get(['a', 1]), 'value');
});

test('an array that was asked for may change afterwards', () => {
  const map = new SharedMap();
  let runs = 0;
  transactionSync(() => {
    const key = ['a'];
    const had = map.has(key);
    key[0] = 'another';
    if (++runs === 1) runOutside(() => map.set(['a'], 1));
    map.set('had', had);
  });
  assert.equal(runs, 2, 'the absence of the key as it was is what the transaction depends on');
  assert.equal(map.get('had'), true);
});

test('an array that an iterator hands out is not the one that is stored', () => {
  const map = new SharedMap();
  transactionSync(() => {
    map.set(['a'], 1);
    for (const [key] of map) key.push('changed');
  });
  assert.deepEqual([...map], [[['a'], 1]]);
  assert.equal(map.get(['a']), 1);
});

test('a key is read once, whatever reading it does', () => {
  const map = new SharedMap();
  map.setMany(Array.from({ length: 1500 }, (_, i) => [[`x${i}`], i]));
  let reads = 0;
  const shifty = [];
  Object.defineProperty(shifty, 0, { enumerable: true, get: () => `x${reads++ % 2}` });
  assert.equal(map.get(shifty), 0);
  assert.equal(reads, 1);
  assert.equal(map.get(['x0']), 0);
  assert.equal(map.get(['x1']), 1);
  // Reading the key writes, more than a frame holds, and the write that it is for still goes to the right place.
  const busy = [];
  Object.defineProperty(busy, 0, {
    enumerable: true,
    get() {
      map.setMany(Array.from({ length: 3000 }, (_, i) => [`bulk ${i}`, i]));
      map.set('inner', 1);
      return 'outer';
    },
  });
  map.set(busy, { mine: true });
  assert.deepEqual(map.get(['outer']), { mine: true });
  assert.equal(map.get('inner'), 1);
  assert.equal(map.get('bulk 2999'), 2999);
});

test('-0 is the key 0 inside a body too', () => {
  const map = new SharedMap();
  transactionSync(() => {
    map.set(-0, 'zero');
    assert.ok(Object.is([...map.keys()][0], 0));
  });
});

for (const [what, key] of [
  ['an object', {}],
  ['a function', () => {}],
  ['a symbol', Symbol('s')],
  ['a date', new Date(0)],
  ['a set', new Set()],
  ['an array that holds an object', ['a', {}]],
  ['a class instance', new (class Point {})()],
]) {
  test(`${what} is not a key`, () => {
    const map = new SharedMap([['a', 1]]);
    for (const use of [
      () => map.set(key, 1),
      () => map.get(key),
      () => map.has(key),
      () => map.delete(key),
      () => map.view(key),
      () => map.update(key, () => 1),
      () => map.getOrInsert(key, 1),
      () => map.getOrInsertComputed(key, () => 1),
      () =>
        map.setMany([
          ['b', 2],
          [key, 1],
        ]),
      () => map.getMany([key]),
      () => new SharedMap([[key, 1]]),
    ]) {
      assert.throws(use, nativeError(TypeError));
    }
    assert.deepEqual([...map], [['a', 1]]);
  });
}

test('an array that holds itself is not a key', () => {
  const key = [];
  key.push(key);
  assert.throws(() => new SharedMap().set(key, 1), nativeError(TypeError));
});
