// Watchers that do not keep up: what they are told instead, and that nobody waits for them.

import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { SharedArray, SharedMap, SharedRecord, SharedSet, transactionSync, WatchOverflowError } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { loops, random } from '../support/random.js';
import { inTime } from '../support/wait.js';
import { assertNoMore, END, held, take, takeAll, tell, told } from './support.js';

/** Asserts that events of one key tell of `count` changes from `first` to `last`, one after the other. */
function assertCoalesced(events, count, first, last) {
  let value = first;
  let changes = 0;
  let version = -1;
  for (const { oldValue, newValue, skipped, ...event } of events.map((event) => event.toJSON())) {
    assert.equal(oldValue, value);
    value = newValue;
    changes += 1 + skipped;
    assert.ok(event.version > version);
    version = event.version;
  }
  assert.deepEqual([value, changes], [last, count]);
}

for (const [what, make, watch, write] of [
  ['a key', () => new SharedMap([['k', 0]]), (map, options) => map.watch('k', options), (map, n) => map.set('k', n)],
  [
    'a field',
    () => new SharedRecord({ initial: { k: 0 } }),
    (record, options) => record.watch('k', options),
    (record, n) => record.set('k', n),
  ],
  [
    'an index',
    () => new SharedArray(['x', 0]),
    (array, options) => array.watchIndex(1, options),
    (array, n) => array.set(1, n),
  ],
]) {
  test(`${what}: changes become one, from the first to the last`, async () => {
    let [rounds, skips] = [0, 0];
    for (const buffer of [1, 2, 3, 7, 64]) {
      for (const overflow of [undefined, 'coalesce', 'resync']) {
        const collection = make();
        const watcher = watch(collection, { buffer, overflow });
        let before = 0;
        let n = 0;
        for (let round = 0; round < 5; round++) {
          const count = 1 + Math.floor(random() * 3 * buffer);
          for (let i = 0; i < count; i++) write(collection, ++n);
          assert.equal(watcher.lag, count);
          const events = await takeAll(watcher);
          assert.ok(events.length <= buffer);
          if (count <= buffer) assert.equal(events.length, count, 'there was room');
          assertCoalesced(events, count, before, n);
          skips += count - events.length;
          before = n;
          rounds++;
        }
        await watcher.return();
      }
    }
    console.log(`${what}: ${rounds} rounds, ${skips} changes told of with others`);
    assert.ok(skips > 0);
  });
}

test('a key that goes and comes back', async () => {
  const map = new SharedMap([['k', 'first']]);
  const watcher = map.watch('k', { buffer: 2 });
  for (let n = 0; n < 9; n++) {
    if (n % 3 === 2) map.clear();
    else map.set('k', n);
    map.set('other', n);
  }
  const events = await takeAll(watcher);
  assert.equal(events[0].oldValue, 'first');
  assert.deepEqual([events.at(-1).type, events.at(-1).newValue], ['delete', undefined]);
  assert.equal(
    events.reduce((sum, { skipped }) => sum + 1 + skipped, 0),
    9,
  );
});

test('an element of a set that came and went meanwhile', async () => {
  const set = new SharedSet();
  const watcher = set.watch('e', { buffer: 1 });
  for (let n = 0; n < 5; n++) {
    set.add('e');
    set.delete('e');
  }
  set.add('e');
  set.delete('e');
  set.add('e');
  const [event] = await take(watcher, 1);
  assert.deepEqual(told(event), { type: 'add', value: 'e', skipped: 12 });
  assert.equal(watcher.lag, 0);
});

// ---------------------------------------------------------------- coalescing a whole collection

test('a whole map that coalesces: each key as if it were watched alone', async () => {
  let skips = 0;
  for (let round = 0; round < loops(60); round++) {
    const map = new SharedMap([0, 1, 2, 3].map((key) => [key, `first ${key}`]));
    const watcher = map.watchAll({ buffer: 16, overflow: 'coalesce' });
    const writes = 20 + Math.floor(random() * 300);
    const counts = new Map();
    for (let n = 0; n < writes; n++) {
      const key = Math.floor(random() * 4);
      map.set(key, `${key} ${n}`);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.equal(watcher.lag, writes);
    const events = await takeAll(watcher);
    assert.ok(events.length <= 16);
    for (const [key, count] of counts) {
      const ofKey = events.filter((event) => event.key === key);
      assertCoalesced(ofKey, count, `first ${key}`, map.get(key));
    }
    for (const [n, { version }] of events.entries()) assert.ok(n === 0 || version > events[n - 1].version, 'in order');
    skips += events.reduce((sum, { skipped }) => sum + skipped, 0);
    await watcher.return();
  }
  console.log(`${skips} changes told of with others`);
  assert.ok(skips > 0);
});

test('a whole map that coalesces: what was there before a clear is told of by that', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll({ buffer: 4, overflow: 'coalesce' });
  for (let n = 0; n < 3; n++) map.set(n, n);
  map.clear();
  map.set(0, 'anew');
  assert.equal(watcher.lag, 5);
  assert.deepEqual(await tell(watcher, 2), [
    { type: 'clear', skipped: 3 },
    { type: 'set', key: 0, newValue: 'anew' },
  ]);
  map.set(0, 'lost');
  map.clear();
  for (let n = 0; n < 3; n++) map.set(n, n);
  assert.deepEqual(await tell(watcher, 4), [
    { type: 'clear', skipped: 1 },
    { type: 'set', key: 0, newValue: 0 },
    { type: 'set', key: 1, newValue: 1 },
    { type: 'set', key: 2, newValue: 2 },
  ]);
});

test('more keys than there is room for are a resync, also if it coalesces', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll({ buffer: 8, overflow: 'coalesce' });
  for (let n = 0; n < 20; n++) map.set(n, n);
  assert.deepEqual(await tell(watcher, 1), [{ type: 'resync', skipped: 20 }]);
});

// ---------------------------------------------------------------- errors

const ALL = [
  ['a key', () => new SharedMap(), (map, options) => map.watch('k', options), (map, n) => map.set('k', n)],
  ['a map', () => new SharedMap(), (map, options) => map.watchAll(options), (map, n) => map.set('k', n)],
  [
    'a record',
    () => new SharedRecord(),
    (record, options) => record.watchAll(options),
    (record, n) => record.set('k', n),
  ],
  [
    'an element',
    () => new SharedSet(),
    (set, options) => set.watch('k', options),
    (set, n) => (n % 2 === 0 ? set.add('k') : set.delete('k')),
  ],
  ['a set', () => new SharedSet(), (set, options) => set.watchAll(options), (set, n) => set.add(n)],
  ['an array', () => new SharedArray(), (array, options) => array.watch(options), (array, n) => array.push(n)],
  [
    'an index',
    () => new SharedArray(),
    (array, options) => array.watchIndex(0, options),
    (array, n) => array.unshift(n),
  ],
];

for (const [what, make, watch, write] of ALL) {
  test(`${what} whose watcher is to fail`, async () => {
    const collection = make();
    const before = held();
    const watcher = watch(collection, { buffer: 3, overflow: 'error' });
    for (let n = 0; n < 3; n++) write(collection, n);
    assert.equal((await takeAll(watcher)).length, 3, 'there was room');
    for (let n = 3; n < 7; n++) write(collection, n);
    assert.equal(watcher.lag, 4);
    const waiting = [watcher.next(), watcher.next()];
    await assert.rejects(waiting[0], (error) => {
      heddleError(WatchOverflowError, /changed more than 3 times/)(error);
      assert.equal(error.code, 'ERR_HEDDLE_WATCH_OVERFLOW');
      assert.equal(error.buffer, 3);
      return true;
    });
    assert.deepEqual(await waiting[1], END);
    assert.deepEqual(await watcher.next(), END);
    assertNoMore(before);
  });

  test(`${what}: what waits for a watcher that takes nothing does not grow, and goes with it`, async () => {
    const collection = make();
    const before = held();
    const watchers = [1, 8].map((buffer) => watch(collection, { buffer }));
    const most = { memoryTold: 0 };
    for (let n = 0; n < 1100; n++) {
      write(collection, n);
      const { memoryTold } = held();
      if (n < 100) most.memoryTold = Math.max(most.memoryTold, memoryTold);
      else assert.ok(memoryTold <= most.memoryTold);
    }
    assert.ok(most.memoryTold > before.memoryTold);
    assert.deepEqual(
      watchers.map(({ lag }) => lag),
      [1100, 1100],
    );
    for (const watcher of watchers) await watcher.return();
    assertNoMore(before);
  });
}

test('an error comes behind the events that were taken before it', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll({ buffer: 3, overflow: 'error', initial: true });
  for (let n = 0; n < 3; n++) map.set(n, n);
  assert.equal((await take(watcher, 1))[0].key, 0);
  for (let n = 3; n < 9; n++) map.set(n, n);
  assert.deepEqual(
    (await take(watcher, 2)).map(({ key }) => key),
    [1, 2],
  );
  await assert.rejects(watcher.next(), heddleError(WatchOverflowError));
  const loop = async () => {
    for await (const _ of map.watch('k', { buffer: 1, overflow: 'error' })) for (const n of [1, 2]) map.set('k', n);
  };
  const looping = loop();
  map.set('k', 0);
  await assert.rejects(looping, heddleError(WatchOverflowError));
});

test('a snapshot that nobody will read is given back', async () => {
  const map = new SharedMap();
  const before = native.stats().openSnapshots;
  const watcher = map.watchAll({ buffer: 1, overflow: 'error', initial: true });
  map.set('a', 1);
  await take(watcher, 1);
  for (let n = 0; n < 3; n++) map.set(n, n);
  await assert.rejects(watcher.next(), heddleError(WatchOverflowError));
  assert.equal(native.stats().openSnapshots, before);
});

// ---------------------------------------------------------------- who looks on

test('overflows are counted, and published on a channel', async () => {
  const name = 'watch slow: overflows';
  const map = new SharedMap({ name });
  const watchers = [map.watch('k', { buffer: 2 }), map.watchAll({ buffer: 2 })];
  const messages = [];
  const listen = (message) => messages.push(message);
  const overflow = channel('heddle:overflow');
  overflow.subscribe(listen);
  const { overflows } = native.stats();
  for (let n = 0; n < 3; n++) map.set('k', n);
  assert.equal(native.stats().overflows, overflows + 2);
  const [event] = await take(watchers[0], 1);
  assert.equal(event.skipped, 2);
  await take(watchers[1], 1);
  overflow.unsubscribe(listen);
  assert.deepEqual(messages, [
    { collection: name, kind: 'SharedMap', skipped: 2 },
    { collection: name, kind: 'SharedMap', skipped: 3 },
  ]);
  map.destroy();
});

test('a transaction that writes a key that many watch fills each buffer once', async () => {
  const map = new SharedMap([['k', 0]]);
  const watchers = Array.from({ length: 20 }, (_, n) => map.watch('k', { buffer: 1 + (n % 3) }));
  for (let n = 1; n <= 10; n++) {
    transactionSync(() => {
      map.clear();
      map.set('k', n);
    });
  }
  for (const watcher of watchers) {
    assert.equal(watcher.lag, 10);
    assertCoalesced(await takeAll(watcher), 10, 0, 10);
    await watcher.return();
  }
});

test('who listens to overflows may read, and close the watcher', async () => {
  const map = new SharedMap([['k', 'a text that is read later']]);
  const other = new SharedMap([['large', 'x'.repeat(1000)]]);
  const watchers = [map.watch('k', { buffer: 1 }), map.watchAll({ buffer: 1 })];
  const beside = other.watch('beside').next();
  let calls = 0;
  const listen = () => {
    calls++;
    other.set('large', `${'y'.repeat(1000)}${calls}`);
    assert.equal([...other.values()][0].length, 1001); // through the buffer that events come in
    watchers[1].return();
  };
  const overflow = channel('heddle:overflow');
  overflow.subscribe(listen);
  try {
    const waiting = watchers.map((watcher) => watcher.next());
    for (let n = 0; n < 3; n++) map.set('k', `a text that is read later, ${n}`);
    const [event] = await Promise.all(waiting);
    assert.equal(event.value.newValue, 'a text that is read later, 2');
    assert.equal(event.value.oldValue, 'a text that is read later');
    assert.ok(calls > 0);
  } finally {
    overflow.unsubscribe(listen);
  }
  other.set('beside', 1);
  assert.equal((await beside).value.newValue, 1, 'the thread is still told');
  assert.deepEqual(await watchers[1].next(), END);
  await watchers[0].return();
});

for (const [what, make, watch, write] of [
  ['a map', () => new SharedMap(), (map) => map.watchAll(), (map, n) => map.set(n, n)],
  ['large values', () => new SharedMap(), (map) => map.watchAll(), (map, n) => map.set(n, `${n}`.padEnd(10_000))],
  ['a key', () => new SharedMap(), (map) => map.watch('k'), (map, n) => map.set('k', n)],
  ['an array', () => new SharedArray(), (array) => array.watch(), (array, n) => array.push(n)],
  ['a set', () => new SharedSet(), (set) => set.watchAll(), (set, n) => set.add(n)],
  ['a record', () => new SharedRecord(), (record) => record.watchAll(), (record, n) => record.set(`${n}`, n)],
]) {
  test(`${what}: what comes while many changes are given out is told of`, async () => {
    const many = 600; // which the engine tells in several answers
    const collection = make();
    const watcher = watch(collection);
    for (let n = 0; n < many; n++) write(collection, n);
    await take(watcher, 1);
    const beside = watch(collection);
    const rung = take(beside, 1);
    write(collection, many);
    await rung; // this thread has been called for both
    await take(watcher, many);
    write(collection, many + 1);
    await take(watcher, 1);
    const last = inTime(watcher.next(), 'the end');
    collection.destroy();
    assert.deepEqual(await last, END);
  });
}
