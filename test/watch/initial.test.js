// Watches that begin with what is there.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  afterCommit,
  configure,
  registerClass,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  transactionSync,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { stateOf, until } from '../support/wait.js';
import { apply, held, take, takeUntil, tell, told } from './support.js';

const initial = true;

/** Sets a key; returns the number of the commit. */
function commitOf(map, key, value) {
  let commit;
  transactionSync(() => {
    map.set(key, value);
    afterCommit(({ version }) => {
      commit = version;
    });
  });
  return commit;
}

test('a key that is there, and one that is not', async () => {
  const map = new SharedMap();
  const version = commitOf(map, 'a', { n: 1 });
  const [there, absent] = [map.watch('a', { initial }), map.watch('b', { initial })];
  map.set('a', 2);
  map.set('b', 3);
  const events = [...(await take(there, 2)), ...(await take(absent, 2))];
  assert.deepEqual(events.map(told), [
    { type: 'set', key: 'a', newValue: { n: 1 } },
    { type: 'set', key: 'a', oldValue: { n: 1 }, newValue: 2 },
    { type: 'delete', key: 'b' },
    { type: 'set', key: 'b', newValue: 3 },
  ]);
  assert.deepEqual([events[0].version, events[2].version], [version, version]);
  assert.ok(events[1].version > version);
  map.delete('a');
  assert.deepEqual(await tell(map.watch('a', { initial }), 1), [{ type: 'delete', key: 'a' }], 'one that is gone');
});

test('a whole map, as of one commit', async () => {
  const map = new SharedMap(Array.from({ length: 3000 }, (_, n) => [n, n]));
  const version = commitOf(map, 'last', 'x');
  const watcher = map.watchAll({ initial, buffer: 10_000 });
  const copy = new Map();
  for (const event of await take(watcher, 1)) apply(copy, event);
  // What changes while it is told comes behind it.
  for (let n = 0; n < 3000; n += 2) map.delete(n);
  map.set('first', 1);
  for (const event of await take(watcher, 3000)) {
    assert.ok(event.type === 'set' && event.version === version && event.oldValue === undefined);
    apply(copy, event);
  }
  assert.equal(copy.size, 3001);
  for (const event of await take(watcher, 1501)) {
    assert.ok(event.version > version);
    apply(copy, event);
  }
  assert.deepEqual(copy, new Map(map));
});

test('a record and its fields', async () => {
  const record = new SharedRecord({ initial: { host: 'a.example', port: 80 } });
  const watchers = [
    record.watch('port', { initial }),
    record.watchAll({ initial }),
    record.watch('proxy', { initial }),
  ];
  assert.deepEqual(await tell(watchers[0], 1), [{ type: 'set', key: 'port', newValue: 80 }]);
  assert.deepEqual(await tell(watchers[1], 2), [
    { type: 'set', key: 'host', newValue: 'a.example' },
    { type: 'set', key: 'port', newValue: 80 },
  ]);
  assert.deepEqual(await tell(watchers[2], 1), [{ type: 'delete', key: 'proxy' }]);
});

test('a set and its elements', async () => {
  const set = new SharedSet(['a', 'b']);
  const watchers = [set.watch('a', { initial }), set.watch('c', { initial }), set.watchAll({ initial })];
  set.delete('a');
  set.add('c');
  assert.deepEqual(await tell(watchers[0], 2), [
    { type: 'add', value: 'a' },
    { type: 'delete', value: 'a' },
  ]);
  assert.deepEqual(await tell(watchers[1], 2), [
    { type: 'delete', value: 'c' },
    { type: 'add', value: 'c' },
  ]);
  assert.deepEqual(await tell(watchers[2], 4), [
    { type: 'add', value: 'a' },
    { type: 'add', value: 'b' },
    { type: 'delete', value: 'a' },
    { type: 'add', value: 'c' },
  ]);
});

test('an array and its places', async () => {
  const elements = Array.from({ length: 5000 }, (_, n) => (n % 3 === 0 ? n : `text ${n}`));
  const array = new SharedArray(elements);
  const watchers = [
    array.watchIndex(1, { initial, buffer: 2000 }),
    array.watchIndex(5000, { initial }),
    array.watch({ initial, buffer: 5000 }),
  ];
  for (let n = 0; n < 1200; n++) array.shift();
  array.set(0, 'new');
  const [first] = await take(watchers[0], 1);
  assert.deepEqual(told(first), { type: 'set', index: 1, newValue: 'text 1' });
  assert.deepEqual(await tell(watchers[1], 1), [{ type: 'delete', index: 5000 }]);
  const copy = [];
  while (copy.length < 5000) {
    const [event] = await take(watchers[2], 1);
    assert.deepEqual([event.type, event.removed, event.version], ['splice', [], first.version]);
    assert.ok(event.added.length > 0);
    apply(copy, event);
  }
  assert.deepEqual(copy, elements);
  for (const event of await take(watchers[2], 1201)) apply(copy, event);
  assert.deepEqual(copy, array.toArray());
});

test('a queue', async () => {
  const queue = new SharedQueue();
  queue.enqueueMany([1, 2, 3]);
  const watcher = queue.watch({ initial });
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 3, added: 0, removed: 0, closed: false }]);
  queue.tryDequeue();
  assert.deepEqual(await tell(watcher, 1), [{ type: 'change', size: 2, added: 0, removed: 1, closed: false }]);
  queue.close();
  const last = await tell(queue.watch({ initial }), 1);
  assert.deepEqual(last, [{ type: 'change', size: 2, added: 0, removed: 0, closed: true }]);
});

for (const [what, make, watch, change] of [
  ['a map', () => new SharedMap(), (map) => map.watchAll({ initial }), (map) => map.set(1, 1)],
  ['a record', () => new SharedRecord(), (record) => record.watchAll({ initial }), (record) => record.set('a', 1)],
  ['a set', () => new SharedSet(), (set) => set.watchAll({ initial }), (set) => set.add(1)],
  ['an array', () => new SharedArray(), (array) => array.watch({ initial }), (array) => array.push(1)],
]) {
  test(`${what} that is empty has nothing to begin with`, async () => {
    const collection = make();
    const watcher = watch(collection);
    const next = watcher.next();
    assert.equal(await stateOf(next), 'pending');
    change(collection);
    const { value } = await next;
    assert.ok(['set', 'add', 'splice'].includes(value.type));
    await watcher.return();
  });

  test(`the snapshot that ${what} is told from goes with the watch`, async () => {
    const collection = make();
    const before = native.stats().openSnapshots;
    const watchers = [watch(collection), watch(collection), watch(collection)];
    await watchers[0].return();
    await watchers[1].throw(new RangeError('mine')).catch(() => {});
    change(collection);
    await take(watchers[2], 1);
    assert.equal(native.stats().openSnapshots, before);
    await watchers[2].return();
    const filled = watch(collection);
    await filled.return();
    assert.equal(native.stats().openSnapshots, before);
  });
}

test('a large map that is told no further gives its snapshot back', async () => {
  const map = new SharedMap(Array.from({ length: 5000 }, (_, n) => [n, n]));
  const before = native.stats().openSnapshots;
  const watcher = map.watchAll({ initial });
  await take(watcher, 10);
  assert.equal(native.stats().openSnapshots, before + 1);
  for await (const _ of watcher) break;
  assert.equal(native.stats().openSnapshots, before);
});

test('what is destroyed while it is told ends', async () => {
  const map = new SharedMap(Array.from({ length: 5000 }, (_, n) => [n, n]));
  const watcher = map.watchAll({ initial });
  await take(watcher, 10);
  map.destroy();
  let events = 10;
  for await (const { type } of watcher) {
    assert.equal(type, 'set');
    events++;
  }
  assert.ok(events <= 5000);
});

after(() => configure({ maxSnapshotAge: 60_000 }));

for (const [what, make, watch, change, contents] of [
  [
    'a map',
    (values) => new SharedMap(values.entries()),
    (map) => map.watchAll({ initial }),
    (map) => map.set(4000, 'changed'),
    (map) => new Map(map),
  ],
  [
    'an array',
    (values) => new SharedArray(values),
    (array) => array.watch({ initial }),
    (array) => array.set(4000, 'changed'),
    (array) => array.toArray(),
  ],
]) {
  test(`who takes too long to be told ${what} is told anew`, async () => {
    const values = Array.from({ length: 5000 }, (_, n) => n);
    const collection = make(values);
    const copy = what === 'a map' ? new Map() : [];
    const watcher = watch(collection);
    for (const event of await take(watcher, 1)) apply(copy, event);
    configure({ maxSnapshotAge: 20 });
    const { snapshotsRevoked } = native.stats();
    await until(() => {
      change(collection);
      return native.stats().snapshotsRevoked > snapshotsRevoked;
    }, 'the snapshot to be revoked');
    configure({ maxSnapshotAge: 60_000 });
    const events = await takeUntil(watcher, ({ type }) => type === 'resync');
    for (const event of events) apply(copy, event);
    change(collection);
    for (;;) {
      const [event] = await take(watcher, 1);
      apply(copy, event);
      if (event.type === 'set' && event.oldValue === 'changed') break;
    }
    assert.deepEqual(copy, contents(collection));
    await watcher.return();
  });
}

test('what cannot be read is no beginning, and nothing stays subscribed', () => {
  class Broken {}
  registerClass(Broken, {
    name: 'watch initial: Broken',
    toValue: () => 0,
    fromValue() {
      throw new RangeError('mine');
    },
  });
  const map = new SharedMap();
  map.set('a', new Broken());
  const array = new SharedArray();
  array.push(new Broken());
  const before = { ...held(), snapshots: native.stats().openSnapshots };
  assert.throws(() => map.watchAll({ initial }), RangeError);
  assert.throws(() => array.watch({ initial }), RangeError);
  assert.deepEqual({ ...held(), snapshots: native.stats().openSnapshots }, before);
});

test('what is there at the beginning takes no room in the buffer', async () => {
  const map = new SharedMap([['a', 1]]);
  const watcher = map.watch('a', { initial: true, buffer: 1, overflow: 'error' });
  map.set('a', 2);
  assert.deepEqual(
    (await take(watcher, 2)).map(({ newValue }) => newValue),
    [1, 2],
  );
  await watcher.return();
  const slow = map.watch('a', { initial: true, buffer: 1 });
  for (let n = 3; n <= 6; n++) map.set('a', n);
  const [first, rest] = await take(slow, 2);
  assert.deepEqual([first.newValue, rest.oldValue, rest.newValue, rest.skipped], [2, 2, 6, 3]);
  await slow.return();
});
