import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { attach, SharedMap, SharedSet } from 'heddle';
import { nativeError } from '../support/errors.js';

test('a set starts empty', () => {
  const set = new SharedSet();
  assert.equal(set.size, 0);
  assert.equal(set.has('a'), false);
  assert.equal(set.delete('a'), false);
  assert.deepEqual([...set], []);
});

test('add, has, delete and clear are those of Set', () => {
  const set = new SharedSet(['b', 'a', 'b']);
  assert.equal(set.add('c'), set);
  assert.deepEqual([...set.add('a').add('d')], ['b', 'a', 'c', 'd']);
  assert.equal(set.size, 4);
  assert.equal(set.has('c'), true);
  assert.equal(set.delete('b'), true);
  assert.equal(set.delete('b'), false);
  assert.equal(set.has('b'), false);
  assert.deepEqual([...set.add('b')], ['a', 'c', 'd', 'b']);
  assert.equal(set.clear(), undefined);
  assert.equal(set.size, 0);
  assert.equal(set.has('a'), false);
});

test('addMany adds all or nothing, and runs what it is given once', () => {
  const set = new SharedSet([2]);
  let runs = 0;
  function* numbers() {
    runs++;
    yield* [3, 1, 2, 3];
  }
  assert.equal(set.addMany(numbers()), undefined);
  assert.equal(runs, 1);
  assert.deepEqual([...set], [2, 3, 1]);
  set.addMany([]);
  assert.throws(() => set.addMany([4, {}]), nativeError(TypeError, /A key cannot be/));
  assert.throws(() => set.addMany({ length: 1, 0: 'a' }), nativeError(TypeError));
  assert.deepEqual([...set], [2, 3, 1]);
});

const ELEMENTS = ['text', '', '\ud800', 0, 1.5, Number.NaN, 2n ** 70n, true, false, null, undefined, [], [1], ['1']];

test('elements of every type are told apart', () => {
  const set = new SharedSet(ELEMENTS);
  assert.equal(set.size, ELEMENTS.length);
  assert.deepEqual([...set], ELEMENTS);
  for (const element of ELEMENTS) assert.ok(set.has(element));
  for (const element of [1, 0n, 'null', [0], [[1]], [1, 1], ['text']]) assert.ok(!set.has(element));
  for (const element of ELEMENTS) assert.ok(set.delete(element));
  assert.equal(set.size, 0);
});

test('elements are the same by SameValueZero, arrays by what they hold', () => {
  const set = new SharedSet([-0, Number.NaN, ['a', [-0]]]);
  set.addMany([0, Number.NaN, ['a', [0]]]);
  assert.equal(set.size, 3);
  assert.ok(Object.is([...set][0], 0));
  const array = ['b'];
  set.add(array);
  array.push('changed');
  for (const element of set) if (Array.isArray(element)) element.push('changed');
  assert.deepEqual([...set], [0, Number.NaN, ['a', [0]], ['b']]);
});

const cyclic = [];
cyclic.push(cyclic);

for (const [what, value] of [
  ['an object', {}],
  ['a function', () => {}],
  ['a symbol', Symbol('s')],
  ['a date', new Date(0)],
  ['an array that holds an object', ['a', {}]],
  ['an array that holds itself', cyclic],
]) {
  test(`${what} is no element: it is not in the set, and cannot be added or deleted`, () => {
    const set = new SharedSet(['a']);
    assert.equal(set.has(value), false);
    for (const use of [
      () => set.add(value),
      () => set.delete(value),
      () => set.addMany(['b', value]),
      () => new SharedSet([value]),
    ]) {
      assert.throws(use, nativeError(TypeError, /^A key /));
    }
    assert.deepEqual([...set], ['a']);
  });
}

test('what reading an element throws is thrown', () => {
  const set = new SharedSet();
  const error = new TypeError('mine');
  const hostile = new Proxy([1], {
    get() {
      throw error;
    },
  });
  const thrown = (caught) => caught === error;
  assert.throws(() => set.has(hostile), thrown);
  assert.throws(() => set.add(hostile), thrown);
});

test('an array that is asked for is read once', () => {
  const set = new SharedSet([['x0'], ['x1']]);
  let reads = 0;
  const shifty = [];
  Object.defineProperty(shifty, 0, { enumerable: true, get: () => `x${reads++}` });
  assert.equal(set.has(shifty), true);
  assert.equal(reads, 1);
});

test('a set prints as what it is', () => {
  assert.equal(Object.prototype.toString.call(new SharedSet()), '[object SharedSet]');
  const set = new SharedSet({ name: 'set:printed' });
  assert.equal(inspect([set]), '[ SharedSet(0) "set:printed" {} ]');
  set.destroy();
});

test('memory grows with what a set holds and shrinks when it goes', () => {
  const set = new SharedSet();
  const empty = set.memory;
  assert.ok(Number.isSafeInteger(empty) && empty >= 0);
  set.add('x'.repeat(100_000));
  assert.ok(set.memory > empty + 100_000);
  const { memory } = set;
  for (let i = 0; i < 10; i++) set.add('x'.repeat(100_000));
  assert.equal(set.memory, memory);
  set.clear();
  assert.ok(set.memory < empty + 1000);
});

test('stats tell of the set', () => {
  const set = new SharedSet({ name: 'set:stats' });
  set.add('a').add('b');
  const { kind, entries, commits } = set.stats();
  assert.deepEqual({ kind, entries, commits }, { kind: 'SharedSet', entries: 2, commits: 2 });
  set.destroy();
});

test('a map of sets, and sets in messages', () => {
  const tags = new SharedMap();
  tags.set('ada', new SharedSet(['admin']));
  tags.get('ada').add('author');
  assert.ok(tags.get('ada') instanceof SharedSet);
  assert.equal(tags.get('ada'), tags.view('ada'));
  assert.deepEqual([...tags.get('ada')], ['admin', 'author']);
  const { sent } = attach(structuredClone({ sent: tags.get('ada') }));
  assert.equal(sent, tags.get('ada'));
  assert.throws(() => tags.get('ada').add(sent), nativeError(TypeError));
});
