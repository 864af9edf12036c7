import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  readTransaction,
  readTransactionSync,
  runOutside,
  SharedMap,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError } from '../support/errors.js';
import { sleep } from '../support/wait.js';

const filled = () =>
  new SharedMap([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);

test('entries, keys, values and the map itself iterate in insertion order', () => {
  const map = filled();
  const entries = [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ];
  assert.deepEqual([...map], entries);
  assert.deepEqual([...map.entries()], entries);
  assert.deepEqual([...map.keys()], ['a', 'b', 'c']);
  assert.deepEqual([...map.values()], [1, 2, 3]);
});

test('an overwritten key keeps its place, a deleted and added one moves to the end', () => {
  const map = filled();
  map.set('a', 4);
  assert.deepEqual([...map.keys()], ['a', 'b', 'c']);
  map.delete('a');
  map.set('a', 5);
  assert.deepEqual([...map.keys()], ['b', 'c', 'a']);
  map.clear();
  map.set('c', 6);
  map.set('b', 7);
  assert.deepEqual(
    [...map],
    [
      ['c', 6],
      ['b', 7],
    ],
  );
});

test('a key deleted and added in one transaction moves to the end', () => {
  const map = filled();
  transactionSync(() => {
    map.delete('a');
    map.set('a', 4);
    assert.deepEqual([...map.keys()], ['b', 'c', 'a']);
  });
  assert.deepEqual([...map.keys()], ['b', 'c', 'a']);
});

test('an iterator sees the map as it was when it was made', () => {
  const map = filled();
  const entries = map.entries();
  assert.deepEqual(entries.next(), { value: ['a', 1], done: false });
  map.set('b', 20);
  map.delete('c');
  map.set('d', 4);
  assert.deepEqual(
    [...entries],
    [
      ['b', 2],
      ['c', 3],
    ],
  );
  assert.deepEqual(
    [...map],
    [
      ['a', 1],
      ['b', 20],
      ['d', 4],
    ],
  );
});

test('an iterator made before a clear goes on with what was there', () => {
  const map = filled();
  const keys = map.keys();
  map.clear();
  map.set('z', 1);
  assert.deepEqual([...keys], ['a', 'b', 'c']);
});

test('a long iteration is one snapshot', () => {
  const map = new SharedMap();
  const size = 20_000;
  transactionSync(() => {
    for (let i = 0; i < size; i++) map.set(i, 0);
  });
  let seen = 0;
  for (const [key, value] of map) {
    assert.equal(value, 0);
    if (key % 1000 === 0) map.set(size - 1 - key, 1);
    seen++;
  }
  assert.equal(seen, size);
});

test('an iterator in a body sees the snapshot and the writes so far, not the later ones', () => {
  const map = filled();
  transactionSync(() => {
    map.set('a', 10);
    map.delete('b');
    map.set('d', 4);
    const entries = map.entries();
    map.set('e', 5);
    map.set('c', 30);
    assert.deepEqual(
      [...entries],
      [
        ['a', 10],
        ['c', 3],
        ['d', 4],
      ],
    );
  });
  assert.deepEqual(
    [...map],
    [
      ['a', 10],
      ['c', 30],
      ['d', 4],
      ['e', 5],
    ],
  );
});

test('a cleared and refilled map iterates over the new entries in a body', () => {
  const map = filled();
  transactionSync(() => {
    map.clear();
    map.set('c', 1);
    map.set('a', 2);
    assert.deepEqual([...map.keys()], ['c', 'a']);
    assert.equal(map.size, 2);
  });
  assert.deepEqual([...map.keys()], ['c', 'a']);
});

test('an iterator can be left early, and left and never finished', () => {
  const map = filled();
  for (const [key] of map) {
    if (key === 'b') break;
  }
  map.keys().next();
  map.set('d', 4);
  assert.deepEqual([...map.keys()], ['a', 'b', 'c', 'd']);
});

test('iterators are iterable and say what they are', () => {
  const keys = filled().keys();
  assert.equal(keys[Symbol.iterator](), keys);
  assert.equal(keys.next().value, 'a');
  assert.deepEqual([...keys], ['b', 'c']);
  assert.deepEqual(keys.next(), { value: undefined, done: true });
});

test('values that iteration hands out are owned', () => {
  const map = new SharedMap([['a', { n: 1 }]]);
  for (const value of map.values()) value.n = 2;
  assert.deepEqual(map.get('a'), { n: 1 });
});

test('forEach in a read transaction sees its snapshot', () => {
  const map = filled();
  const seen = [];
  readTransactionSync(() => {
    map.forEach((value, key) => {
      seen.push([key, value]);
    });
  });
  assert.deepEqual(seen, [...map]);
});

test('iterators outside a transaction end when the map is destroyed, those inside fail', async () => {
  const map = new SharedMap(Array.from({ length: 5000 }, (_, i) => [i, 'x'.repeat(50)]));
  const [begun, fresh] = [map.entries(), map.keys()];
  begun.next();
  let inside;
  const reading = readTransaction(async () => {
    inside = map.values();
    inside.next();
    await sleep(5);
    inside.next();
  });
  map.destroy();
  for (const iterator of [begun, fresh]) {
    assert.deepEqual(iterator.next(), { done: true, value: undefined });
    assert.deepEqual([...iterator], []);
  }
  await assert.rejects(reading, heddleError(CollectionDestroyedError));
});

test('a transaction that has read from a map fails if that is destroyed before it ends', async () => {
  for (const transact of [transaction, readTransaction]) {
    const map = new SharedMap([['a', 1]]);
    await assert.rejects(
      transact(async () => {
        map.get('a');
        await null;
        runOutside(() => map.destroy());
      }),
      heddleError(CollectionDestroyedError),
    );
  }
});
