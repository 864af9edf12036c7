// Watchers of whole collections that do not keep up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentTransaction, readTransactionSync, SharedArray, SharedMap, SharedRecord, SharedSet } from 'heddle';
import { loops, random } from '../support/random.js';
import { apply, take, takeAll, told } from './support.js';

test('a whole collection: resync, and on from there', async () => {
  for (const [collection, watch, write] of [
    [new SharedMap(), (map) => map.watchAll({ buffer: 4 }), (map, n) => map.set(n, n)],
    [new SharedMap(), (map) => map.watchAll({ buffer: 4, overflow: 'resync' }), (map, n) => map.set(0, n)],
    [new SharedRecord(), (record) => record.watchAll({ buffer: 4 }), (record, n) => record.set(`f${n}`, n)],
    [new SharedSet(), (set) => set.watchAll({ buffer: 4 }), (set, n) => set.add(n)],
    [new SharedArray(), (array) => array.watch({ buffer: 4 }), (array, n) => array.push(n)],
  ]) {
    const watcher = watch(collection);
    for (let n = 0; n < 4; n++) write(collection, n);
    assert.equal(
      (await take(watcher, 4)).every(({ type }) => type !== 'resync'),
      true,
    );
    for (let n = 4; n < 10; n++) write(collection, n);
    assert.equal(watcher.lag, 6);
    const [resync] = await take(watcher, 1);
    assert.deepEqual(told(resync), { type: 'resync', skipped: 6 });
    for (const field of ['key', 'index', 'oldValue', 'newValue']) assert.equal(resync[field], undefined);
    assert.ok(Math.abs(resync.timestamp - Date.now()) < 3_600_000);
    assert.equal(watcher.lag, 0);
    write(collection, 10);
    const [next] = await take(watcher, 1);
    assert.ok(next.version > resync.version);
    readTransactionSync(() => assert.ok(currentTransaction().version >= next.version));
    await watcher.return();
    collection.destroy();
  }
});

test('whoever reads again after a resync, and skips what that has seen, knows everything', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll({ buffer: 3 });
  let copy = new Map();
  let since = 0;
  let resyncs = 0;
  for (let round = 0; round < loops(200); round++) {
    for (let n = Math.floor(random() * 5); n > 0; n--) map.set(Math.floor(random() * 9), random());
    for (const event of await takeAll(watcher)) {
      if (event.type === 'resync') {
        resyncs++;
        map.set('written', round); // between the resync and the reading
        [copy, since] = readTransactionSync(() => [new Map(map), currentTransaction().version]);
        assert.ok(since >= event.version);
      } else if (event.version > since) {
        apply(copy, event);
      }
    }
    if (watcher.lag === 0) assert.deepEqual(copy, new Map(map));
  }
  console.log(`${resyncs} resyncs`);
  assert.ok(resyncs > 0);
  await watcher.return();
});

function mark(collection, marker) {
  if (collection instanceof SharedArray) collection.push(marker);
  else if (collection instanceof SharedMap) collection.set('marker', marker);
  else collection.add(marker);
}

function hasMark(copy, marker) {
  if (Array.isArray(copy)) return copy.at(-1) === marker;
  return copy instanceof Map ? copy.get('marker') === marker : copy.has(marker);
}

test('after a resync the whole state again, for who has asked for the initial one', async () => {
  let resyncs = 0;
  for (const [collection, watch, copy, write, contents] of [
    [
      new SharedMap([['before', 0]]),
      (map) => map.watchAll({ initial: true, buffer: 5 }),
      new Map(),
      (map, n) => (n % 11 === 0 ? map.clear() : n % 3 === 0 ? map.delete(n % 20) : map.set(n % 20, n)),
      (map) => new Map(map),
    ],
    [
      new SharedSet(['before']),
      (set) => set.watchAll({ initial: true, buffer: 5 }),
      new Set(),
      (set, n) => (n % 11 === 0 ? set.clear() : n % 3 === 0 ? set.delete(n % 20) : set.add(n % 20)),
      (set) => new Set(set),
    ],
    [
      new SharedArray(['before']),
      (array) => array.watch({ initial: true, buffer: 5 }),
      [],
      (array, n) => (n % 31 === 0 ? array.clear() : n % 3 === 0 ? array.shift() : array.push(n)),
      (array) => array.toArray(),
    ],
  ]) {
    const watcher = watch(collection);
    for (const event of await take(watcher, 1)) apply(copy, event);
    for (let round = 1; round < loops(100); round++) {
      for (let n = Math.floor(random() * 10); n > 0; n--) write(collection, Math.floor(random() * 100));
      // The first one may come in the middle of the state, the second one comes behind it.
      for (const marker of [`${round} a`, `${round} b`]) {
        mark(collection, marker);
        while (!hasMark(copy, marker)) {
          const [event] = await take(watcher, 1);
          if (event.type === 'resync') resyncs++;
          apply(copy, event);
        }
      }
      assert.equal(watcher.lag, 0);
      assert.deepEqual(copy, contents(collection));
    }
    await watcher.return();
    collection.destroy();
  }
  console.log(`${resyncs} resyncs`);
  assert.ok(resyncs > 0);
});
