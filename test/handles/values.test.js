// Handles inside shared values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  MemoryLimitError,
  readTransactionSync,
  SharedMap,
  SharedRecord,
  transaction,
  transactionSync,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { runInWorker } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

test('a handle is a value', () => {
  const map = new SharedMap();
  const inner = new SharedMap([['a', 1]]);
  map.set('inner', inner);
  assert.equal(map.get('inner'), inner);
  assert.equal(map.get('inner').get('a'), 1);
  map.get('inner').set('a', 2);
  assert.equal(inner.get('a'), 2);
});

test('a handle is part of a value, however deep', () => {
  const map = new SharedMap();
  const record = new SharedRecord({ initial: { port: 1 } });
  const value = {
    list: [record, { again: record }],
    set: new Set([map]),
    map: new Map([['key', { map }]]),
    error: new Error('with data', { cause: record }),
  };
  map.set('deep', value);
  const found = map.get('deep');
  assert.equal(found.list[0], record);
  assert.equal(found.list[1].again, record);
  assert.deepEqual([...found.set], [map]);
  assert.equal(found.map.get('key').map, map);
  assert.equal(found.error.cause, record);
  found.list[0].set('port', 2);
  assert.equal(record.get('port'), 2);
});

test('views with handles', () => {
  const map = new SharedMap();
  const inner = new SharedMap();
  map.set('a', { inner, n: [1] });
  const view = map.view('a');
  assert.equal(view.inner, inner);
  assert.equal(map.view('a'), view, 'the same as long as it is held and the key unchanged');
  assert.ok(Object.isFrozen(view));
  view.inner.set('b', 1);
  assert.equal(inner.get('b'), 1);
  map.set('a', { inner, n: [2] });
  assert.notEqual(map.view('a'), view);
  assert.deepEqual(view.n, [1]);
});

test('handles in transactions', async () => {
  const map = new SharedMap();
  await transaction(async () => {
    const inner = new SharedMap();
    map.set('inner', { inner });
    await null;
    assert.equal(map.get('inner').inner, inner);
    map.get('inner').inner.set('a', 1);
  });
  assert.equal(map.get('inner').inner.get('a'), 1);
  transactionSync(() => {
    const { inner } = map.get('inner');
    map.set('other', inner);
    inner.set('a', map.get('other').get('a') + 1);
  });
  assert.deepEqual([...map.get('other')], [['a', 2]]);
  readTransactionSync(() => {
    assert.equal(map.get('other'), map.get('inner').inner);
    for (const [, value] of map) assert.ok(value === map.get('other') || value.inner === map.get('other'));
  });
  assert.throws(
    () =>
      transactionSync(() => {
        map.set('other', new SharedMap());
        throw new RangeError('undone');
      }),
    RangeError,
  );
  assert.equal(map.get('other'), map.get('inner').inner);
});

test('iteration, update, getMany and setMany with handles', () => {
  const map = new SharedMap();
  const inners = [new SharedMap([['n', 0]]), new SharedMap([['n', 1]])];
  map.setMany(inners.map((inner, i) => [i, inner]));
  assert.deepEqual([...map.values()], inners);
  assert.deepEqual([...map.getMany([1, 0]).values()], [inners[1], inners[0]]);
  map.update(0, (inner) => ({ inner, more: true }));
  assert.equal(map.get(0).inner, inners[0]);
  const record = new SharedRecord({ initial: { first: inners[0] } });
  assert.equal(record.toObject().first, inners[0]);
});

test('a collection may contain itself', () => {
  const map = new SharedMap();
  map.set('me', map);
  assert.equal(map.get('me').get('me').get('me'), map);
});

test('a handle of a destroyed collection is refused', () => {
  const map = new SharedMap();
  const gone = new SharedMap();
  gone.destroy();
  assert.throws(() => map.set('gone', { gone }), heddleError(CollectionDestroyedError));
  assert.equal(map.size, 0);
});

test('a handle of a collection that is destroyed afterwards leads nowhere', () => {
  const map = new SharedMap();
  const inner = new SharedRecord();
  map.set('inner', [inner]);
  inner.destroy();
  const [found] = map.get('inner');
  assert.ok(found instanceof SharedRecord);
  assert.throws(() => found.get('a'), heddleError(CollectionDestroyedError));
  assert.throws(() => found.size, heddleError(CollectionDestroyedError));
  assert.throws(() => found.set('a', 1), heddleError(CollectionDestroyedError));
  assert.equal(map.size, 1);
});

test('a handle of a collection that had ended before the value was read', async () => {
  const map = new SharedMap({ name: 'handles: ended' });
  const other = new SharedMap();
  await runInWorker(tasks, 'leaveEnded', map.name);
  const inner = map.get('inner');
  assert.throws(() => inner.size, heddleError(CollectionDestroyedError));
  assert.throws(() => inner.get('a'), heddleError(CollectionDestroyedError));
  assert.throws(() => other.set('inner', inner), heddleError(CollectionDestroyedError));
  assert.throws(
    () =>
      transactionSync(() => {
        try {
          inner.get('a');
        } catch {}
        other.set('a', 1);
        inner.set('a', 1);
      }),
    heddleError(CollectionDestroyedError),
  );
  assert.equal(other.size, 0);
  map.destroy();
});

test('a handle of a class of its own is a handle', () => {
  class Room extends SharedMap {
    get [Symbol.toStringTag]() {
      return 'Room';
    }
  }
  const map = new SharedMap();
  map.set('room', { room: new Room([['a', 1]]) });
  assert.equal(map.get('room').room.get('a'), 1);
});

test('memory is exact whatever replaces a value with handles', () => {
  const map = new SharedMap({ name: 'handles: memory' });
  const inner = new SharedMap();
  for (let i = 0; i < 10; i++) {
    map.set('a', 1);
    map.set('a', inner);
    map.set('a', 2);
    map.set('a', { list: [inner, i] });
  }
  const recount = () => native.recount(native.find(map.name).id);
  assert.equal(map.memory, recount());
  map.delete('a');
  assert.equal(map.memory, 0);
  map.destroy();
});

test('a refused write of a handle leaves nothing behind', () => {
  const map = new SharedMap({ maxEntries: 1 });
  map.set('a', 1);
  assert.throws(() => map.set('b', new SharedMap()), heddleError(MemoryLimitError));
  assert.deepEqual([...map], [['a', 1]]);
});

test('another thread uses what it finds', async () => {
  const rooms = new SharedMap({ name: 'handles: rooms' });
  const lobby = new SharedMap([['guests', 1]]);
  rooms.set('lobby', { map: lobby, tags: ['a'] });
  await runInWorker(tasks, 'enter', rooms.name, 'lobby');
  assert.equal(lobby.get('guests'), 2);
  assert.equal(rooms.get('lobby').map, lobby);
  assert.equal(rooms.get('made there').map.get('guests'), 7, 'a collection outlives the thread that made it');
  rooms.destroy();
});
