import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { arena } from '../../dist/runtime/thread.js';

test('a map starts empty', () => {
  const map = new SharedMap();
  assert.equal(map.size, 0);
  assert.equal(map.get('a'), undefined);
  assert.equal(map.has('a'), false);
  assert.equal(map.delete('a'), false);
  assert.deepEqual([...map], []);
});

test('set, get, has and delete are those of Map', () => {
  const map = new SharedMap();
  assert.equal(map.set('a', 1), undefined);
  map.set('b', 2);
  map.set('a', 3);
  assert.equal(map.get('a'), 3);
  assert.equal(map.has('b'), true);
  assert.equal(map.size, 2);
  assert.equal(map.delete('a'), true);
  assert.equal(map.delete('a'), false);
  assert.equal(map.has('a'), false);
  assert.equal(map.get('a'), undefined);
  assert.equal(map.size, 1);
});

test('an entry whose value is undefined is there', () => {
  const map = new SharedMap();
  map.set('a', undefined);
  assert.equal(map.get('a'), undefined);
  assert.equal(map.has('a'), true);
  assert.equal(map.size, 1);
});

test('clear empties a map, which can be filled again', () => {
  const map = new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);
  assert.equal(map.get('a'), 1);
  assert.equal(map.clear(), undefined);
  assert.equal(map.size, 0);
  assert.equal(map.get('a'), undefined);
  map.set('b', 3);
  assert.deepEqual([...map], [['b', 3]]);
});

test('forEach calls back with value, key and map', () => {
  const map = new SharedMap([['a', 1]]);
  const calls = [];
  const self = {};
  map.forEach(function (...args) {
    calls.push([this, ...args]);
  }, self);
  assert.deepEqual(calls, [[self, 1, 'a', map]]);
});

test('a map has the name of its class', () => {
  assert.equal(Object.prototype.toString.call(new SharedMap()), '[object SharedMap]');
});

test('size follows writes within a transaction and after it', () => {
  const map = new SharedMap();
  for (let i = 0; i < 1000; i++) map.set(i, i);
  assert.equal(map.size, 1000);
  for (let i = 0; i < 1000; i += 2) map.delete(i);
  assert.equal(map.size, 500);
});

test('memory grows with what a map holds and shrinks when it goes', () => {
  const map = new SharedMap();
  const empty = map.memory;
  assert.ok(Number.isSafeInteger(empty) && empty >= 0);
  const text = 'x'.repeat(10_000);
  for (let i = 0; i < 100; i++) map.set(i, text + i);
  const full = map.memory;
  assert.ok(full - empty > 100 * 10_000);
  for (let i = 0; i < 100; i++) map.set(i, i);
  assert.ok(map.memory < full - 100 * 9_000);
  map.clear();
  assert.ok(map.memory < full / 10);
});

test('memory tells live bytes, not history', () => {
  const map = new SharedMap();
  map.set('a', 'x'.repeat(1000));
  const once = map.memory;
  for (let i = 0; i < 100; i++) map.set('a', 'y'.repeat(1000));
  assert.equal(map.memory, once);
});

test('a read that fails for want of stack leaves nothing behind', () => {
  const map = new SharedMap();
  let value = 'bottom';
  for (let level = 0; level < 200; level++) value = { level, value };
  map.set('deep', value);
  let failures = 0;
  const dive = () => {
    try {
      dive();
    } catch {}
    if (failures > 100) return;
    try {
      assert.notEqual(map.get('deep'), undefined);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failures++;
    }
  };
  dive();
  assert.ok(failures > 0);
  assert.deepEqual(map.get('deep'), value);
  map.set('after', 1);
  assert.equal(map.get('after'), 1);
});

// The engine finds the record by its number then, and does not search.
test('who replaces an object a second time does not send the key again', () => {
  const map = new SharedMap([['a key of some length', { n: 0 }]]);
  const sent = [];
  const { commit } = native;
  native.commit = () => {
    sent.push(arena.tail);
    commit();
  };
  try {
    for (let n = 1; n <= 3; n++) map.set('a key of some length', { n });
  } finally {
    native.commit = commit;
  }
  assert.ok(sent[1] < sent[0] && sent[2] === sent[1], `${sent}`);
  assert.deepEqual(map.get('a key of some length'), { n: 3 });
});
