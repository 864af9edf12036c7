import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransactionSync, runOutside, SharedRecord, transactionSync } from 'heddle';
import { nativeError } from '../support/errors.js';

const filled = () => new SharedRecord({ initial: { b: 1, a: 2, c: 3 } });

test('fields are in insertion order everywhere', () => {
  const record = filled();
  const entries = Object.entries({ b: 1, a: 2, c: 3 });
  assert.deepEqual([...record], entries);
  assert.deepEqual([...record.entries()], entries);
  assert.deepEqual(record.keys(), ['b', 'a', 'c']);
  assert.deepEqual(record.values(), [1, 2, 3]);
  assert.deepEqual(Object.entries(record.toObject()), entries);
});

test('a field that is set again keeps its place, a deleted and added one moves to the end', () => {
  const record = filled();
  record.update({ c: 4, b: 5 });
  assert.deepEqual(record.keys(), ['b', 'a', 'c']);
  record.delete('b');
  record.assign({ d: 6, b: 7 });
  assert.deepEqual(record.keys(), ['a', 'c', 'd', 'b']);
});

test('keys that look like indices are in insertion order too', () => {
  const record = new SharedRecord();
  record.set('b', 1);
  record.set('2', 1);
  record.set('1', 1);
  assert.deepEqual(record.keys(), ['b', '2', '1']);
});

test('keys and values are arrays, entries an iterator that says what it is', () => {
  const record = filled();
  assert.ok(Array.isArray(record.keys()) && Array.isArray(record.values()));
  const entries = record.entries();
  assert.equal(entries[Symbol.iterator](), entries);
  assert.equal(entries[Symbol.toStringTag], 'SharedRecord Iterator');
  assert.deepEqual(entries.next(), { value: ['b', 1], done: false });
  record.set('a', 20);
  record.set('d', 4);
  assert.deepEqual(
    [...entries],
    [
      ['a', 2],
      ['c', 3],
    ],
  );
});

test('forEach calls back with value, key and record', () => {
  const record = new SharedRecord({ initial: { a: 1 } });
  const calls = [];
  const self = {};
  record.forEach(function (...args) {
    calls.push([this, ...args]);
  }, self);
  assert.deepEqual(calls, [[self, 1, 'a', record]]);
  assert.throws(() => record.forEach({}), nativeError(TypeError, /needs a function/));
});

test('what reads many fields sees one snapshot, and the writes of its own body', () => {
  const record = filled();
  const seen = [];
  transactionSync(() => {
    record.delete('a');
    record.update({ d: 4, c: 30 });
    seen.push(record.toObject(), record.keys(), record.values());
  });
  assert.deepEqual(seen, [{ b: 1, c: 30, d: 4 }, ['b', 'c', 'd'], [1, 30, 4]]);
  readTransactionSync(() => {
    record.get('b');
    runOutside(() => record.update({ b: 100, c: 100 }));
    assert.deepEqual(record.toObject(), { b: 1, c: 30, d: 4 });
  });
  assert.deepEqual(record.toObject(), { b: 100, c: 100, d: 4 });
});
