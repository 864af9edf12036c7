import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransactionSync, runOutside, SharedSet, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

const filled = () => new SharedSet(['b', 'a', 'c']);

test('elements are in insertion order everywhere', () => {
  const set = filled();
  const elements = ['b', 'a', 'c'];
  assert.deepEqual([...set], elements);
  assert.deepEqual([...set.keys()], elements);
  assert.deepEqual([...set.values()], elements);
  assert.deepEqual(
    [...set.entries()],
    elements.map((element) => [element, element]),
  );
});

test('an element that is added again keeps its place, a deleted and added one moves to the end', () => {
  const set = filled();
  set.add('b');
  set.addMany(['c', 'b']);
  assert.deepEqual([...set], ['b', 'a', 'c']);
  transactionSync(() => {
    set.add('b');
    assert.deepEqual([...set], ['b', 'a', 'c']);
    set.delete('b');
    set.add('b');
    assert.deepEqual([...set], ['a', 'c', 'b']);
  });
  assert.deepEqual([...set], ['a', 'c', 'b']);
});

test('iterators say what they are', () => {
  const set = filled();
  for (const iterator of [set.keys(), set.values(), set.entries(), set[Symbol.iterator]()]) {
    assert.equal(iterator[Symbol.iterator](), iterator);
    assert.equal(iterator[Symbol.toStringTag], 'SharedSet Iterator');
    iterator.return();
    assert.deepEqual(iterator.next(), { value: undefined, done: true });
  }
});

test('an iterator sees the set as it was when it was made', () => {
  const set = filled();
  const [elements, entries] = [set.values(), set.entries()];
  assert.deepEqual(elements.next(), { value: 'b', done: false });
  set.delete('c');
  set.add('d');
  assert.deepEqual([...elements], ['a', 'c']);
  set.clear();
  assert.deepEqual(
    [...entries].map(([element]) => element),
    ['b', 'a', 'c'],
  );
});

test('an iterator in a body sees the snapshot and the writes so far, not the later ones', () => {
  const set = filled();
  transactionSync(() => {
    set.delete('a');
    set.add('d');
    const [elements, entries] = [set.values(), set.entries()];
    set.add('e');
    assert.deepEqual([...elements], ['b', 'c', 'd']);
    assert.deepEqual([...entries].at(-1), ['d', 'd']);
  });
  assert.deepEqual([...set], ['b', 'c', 'd', 'e']);
});

test('a long iteration is one snapshot', () => {
  const size = 20_000;
  const set = new SharedSet(Array.from({ length: size }, (_, i) => i));
  let seen = 0;
  for (const element of set) {
    assert.equal(element, seen++);
    if (element % 1000 === 0) set.delete(size - 1 - element);
  }
  assert.equal(seen, size);
  assert.equal(set.size, size - 20);
});

test('forEach calls back with the element, again, and the set', () => {
  const set = new SharedSet([['a']]);
  const calls = [];
  const self = {};
  set.forEach(function (...args) {
    calls.push([this, ...args]);
  }, self);
  assert.deepEqual(calls, [[self, ['a'], ['a'], set]]);
  assert.throws(() => set.forEach({}), nativeError(TypeError, /needs a function/));
});

test('a read transaction sees one snapshot', () => {
  const set = filled();
  readTransactionSync(() => {
    assert.equal(set.has('d'), false);
    runOutside(() => set.addMany(['d', 'e']));
    assert.deepEqual([...set], ['b', 'a', 'c']);
    assert.equal(set.size, 3);
    assert.equal(set.has('e'), false);
  });
  assert.equal(set.size, 5);
});
