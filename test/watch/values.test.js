// The values of events: whose they are, what they can be, how they are printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { registerClass, SharedArray, SharedMap, SharedQueue, SharedSet } from 'heddle';
import { untilCollected } from '../support/gc.js';
import { assertNoMore, held, take, tell } from './support.js';

test('values belong to the reader', async () => {
  const value = { list: [1], at: new Date(0) };
  const map = new SharedMap([['a', value]]);
  const [one, other, all] = [map.watch('a'), map.watch('a', { initial: true }), map.watchAll()];
  map.set('a', value);
  const [event] = await take(one, 1);
  event.newValue.list.push(2);
  event.oldValue.list.push(3);
  assert.equal(event.newValue, event.newValue);
  assert.notEqual(event.newValue, event.oldValue);
  assert.deepEqual(map.get('a'), value);
  assert.deepEqual(map.view('a'), value);
  for (const { newValue } of [...(await take(other, 2)), ...(await take(all, 1))]) {
    assert.deepEqual(newValue, value);
    newValue.list.length = 0;
  }
  assert.deepEqual(map.get('a'), value);
  const array = new SharedArray([{ n: 1 }]);
  const watcher = array.watch({ initial: true });
  const [{ added }] = await take(watcher, 1);
  added[0].n = 2;
  array.splice(0, 1, { n: 3 });
  const [splice] = await take(watcher, 1);
  splice.removed[0].n = splice.added[0].n = 0;
  assert.deepEqual(array.toArray(), [{ n: 3 }]);
});

test('values are those of the commit, whenever they are read', async () => {
  const map = new SharedMap([['a', { n: 0 }]]);
  const watcher = map.watchAll();
  for (let n = 1; n <= 20; n++) map.set('a', { n });
  map.clear();
  const events = await take(watcher, 21);
  map.destroy();
  for (let n = 20; n > 0; n--) {
    assert.deepEqual([events[n - 1].oldValue, events[n - 1].newValue], [{ n: n - 1 }, { n }]);
  }
});

test('undefined is a value', async () => {
  const map = new SharedMap();
  const watcher = map.watch('a', { initial: true });
  map.set('a', undefined);
  map.set('a', 1);
  map.set('a', undefined);
  map.delete('a');
  const events = await take(watcher, 5);
  assert.deepEqual(
    events.map(({ type, oldValue, newValue }) => [type, oldValue, newValue]),
    [
      ['delete', undefined, undefined],
      ['set', undefined, undefined],
      ['set', undefined, 1],
      ['set', 1, undefined],
      ['delete', undefined, undefined],
    ],
  );
});

const circle = { name: 'circle' };
circle.self = circle;

for (const value of [
  '',
  'text',
  'ẞ…😀',
  -0,
  Number.NaN,
  2n ** 70n,
  null,
  true,
  new Map([[{ k: 1 }, new Set([1])]]),
  new Uint8Array([1, 2, 3]),
  /x/g,
  new RangeError('mine'),
  circle,
  'long '.repeat(30_000),
]) {
  test(`a value such as ${inspect(value).slice(0, 30)}`, async () => {
    const [map, array] = [new SharedMap([['a', value]]), new SharedArray([value, value])];
    const [one, all] = [map.watch('a'), map.watchAll({ initial: true })];
    const [whole, place] = [array.watch({ initial: true }), array.watchIndex(0)];
    map.set('a', value);
    map.delete('a');
    array.set(0, value);
    array.shift();
    const events = [...(await take(one, 2)), ...(await take(all, 3)), ...(await take(place, 2))];
    for (const { type, newValue } of events) assert.deepEqual(newValue, type === 'delete' ? undefined : value);
    for (const n of [0, 1, 3, 4, 5, 6]) assert.deepEqual(events[n].oldValue, value);
    const [first, second, third] = await take(whole, 3);
    assert.equal(first.added.length, 2);
    for (const element of first.added) assert.deepEqual(element, value);
    for (const one of [second.oldValue, second.newValue, ...third.removed]) assert.deepEqual(one, value);
    assert.deepEqual([third.removed.length, third.added.length], [1, 0]);
  });
}

test('large values', async () => {
  const large = (n) => ({ n, rows: Array.from({ length: 9000 }, (_, i) => `row ${i} of ${n}`) });
  const bytes = (n) => new Uint8Array(200_000).fill(n);
  const map = new SharedMap([['a', large(0)]]);
  const array = new SharedArray([bytes(0)]);
  const [one, all, whole] = [map.watch('a'), map.watchAll({ initial: true }), array.watch({ initial: true })];
  for (let n = 1; n <= 3; n++) {
    map.set('a', large(n));
    array.set(0, bytes(n));
  }
  map.update('a', (value) => {
    value.rows[5] = 'patched';
  });
  const events = await take(one, 4);
  const ofAll = (await take(all, 5)).slice(1);
  array.clear();
  map.destroy();
  for (const told of [events, ofAll]) {
    for (let n = 1; n <= 3; n++) {
      assert.deepEqual(told[n - 1].oldValue, large(n - 1));
      assert.deepEqual(told[n - 1].newValue, large(n));
    }
    assert.equal(told[3].newValue.rows[5], 'patched');
    assert.equal(told[3].oldValue.rows[5], 'row 5 of 3');
  }
  events[3].newValue.rows[5] = 'mine';
  assert.equal(ofAll[3].newValue.rows[5], 'patched');
  const [first, ...sets] = await take(whole, 5);
  assert.deepEqual(first.added, [bytes(0)]);
  for (let n = 1; n <= 3; n++) assert.deepEqual([sets[n - 1].oldValue, sets[n - 1].newValue], [bytes(n - 1), bytes(n)]);
  assert.equal(sets[3].type, 'clear');
});

test('more changes, and larger ones, than are handed over at once', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll({ buffer: 4096 });
  const value = (n) => 'x'.repeat((n % 7) * 5000) + n;
  for (let n = 0; n < 1000; n++) map.set(n, value(n));
  const events = await take(watcher, 1000);
  for (const [n, { key, newValue }] of events.entries()) assert.ok(key === n && newValue === value(n), `${n}`);
  assert.equal(watcher.lag, 0);
});

class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
  get length() {
    return Math.hypot(this.x, this.y);
  }
}
registerClass(Point, { name: 'watch values: Point' });

test('instances of registered classes', async () => {
  const map = new SharedMap([['a', new Point(3, 4)]]);
  const watcher = map.watch('a', { initial: true });
  map.update('a', (point) => {
    point.x = 0;
  });
  const [first, second] = await take(watcher, 2);
  assert.ok(first.newValue instanceof Point && second.oldValue instanceof Point && second.newValue instanceof Point);
  assert.deepEqual([first.newValue.length, second.oldValue.length, second.newValue.length], [5, 5, 4]);
});

test('what a fromValue throws is thrown to who reads the value, not to who takes the event', async () => {
  class Fragile {
    n = 1;
  }
  let breaks = false;
  registerClass(Fragile, {
    name: 'watch values: Fragile',
    toValue: ({ n }) => n,
    fromValue(n) {
      if (breaks) throw new RangeError('mine');
      return Object.assign(new Fragile(), { n });
    },
  });
  const map = new SharedMap();
  const watcher = map.watch('a');
  map.set('a', new Fragile());
  map.set('a', 2);
  breaks = true;
  const [first, second] = await take(watcher, 2);
  assert.throws(() => first.newValue, RangeError);
  assert.equal(second.newValue, 2);
  breaks = false;
  assert.equal(first.newValue.n, 1);
});

test('a fromValue cannot take events, nor watch', async () => {
  class Curious {}
  const other = new SharedMap();
  const watcher = other.watchAll();
  const seen = [];
  registerClass(Curious, {
    name: 'watch values: Curious',
    toValue: () => 0,
    fromValue() {
      seen.push(
        watcher.next().catch((error) => error),
        assert.throws(() => other.watch('a'), TypeError),
        assert.throws(() => other.subscribe(() => {}), TypeError),
      );
      return new Curious();
    },
  });
  const map = new SharedMap();
  map.set('a', new Curious());
  map.get('a');
  assert.ok(seen.length > 0);
  assert.ok((await seen[0]) instanceof TypeError);
});

test('values that hold collections', async () => {
  const map = new SharedMap();
  const watcher = map.watchAll();
  const inner = new SharedQueue();
  inner.enqueue('inside');
  map.set('a', { inner, deep: [new SharedMap([['x', 1]])] });
  map.set('a', new SharedSet([1]));
  map.delete('a');
  const [first, second, third] = await take(watcher, 3);
  assert.equal(first.newValue.inner, inner);
  assert.equal(first.newValue.deep[0].get('x'), 1);
  assert.ok(second.newValue.has(1));
  assert.equal(second.oldValue.deep[0], first.newValue.deep[0]);
  assert.equal(third.oldValue, second.newValue);
});

test('an event keeps what its values refer to, read or not; when it goes, they go', async () => {
  const { collections } = await import('heddle');
  const exists = (wanted) => collections().some(({ id }) => id === wanted);
  const map = new SharedMap();
  const watcher = map.watch('a');
  const apart = (fn) => fn();
  const id = apart(() => {
    map.set('a', { inner: new SharedMap([['x', 1]]) });
    return collections().at(-1).id;
  });
  map.delete('a');
  let rounds = 0;
  await untilCollected(() => ++rounds > 5, 'some collections');
  assert.ok(exists(id), 'the change waits to be taken');
  let events = await take(watcher, 2);
  rounds = 0;
  await untilCollected(() => ++rounds > 5, 'some collections');
  assert.equal(
    apart(() => events[1].oldValue.inner.get('x')),
    1,
  );
  events = undefined;
  await untilCollected(() => !exists(id), 'the inner map to go');
  await watcher.return();
});

// ---------------------------------------------------------------- printing

test('events are printed with their values', async () => {
  const [map, array] = [new SharedMap(), new SharedArray()];
  const [ofMap, ofArray] = [map.watchAll(), array.watch()];
  const set = new SharedSet();
  const [ofSet, queue] = [set.watchAll(), new SharedQueue()];
  const ofQueue = queue.watch();
  map.set('a', { deep: ['old value'] });
  map.set('a', 'new value');
  map.clear();
  array.push('pushed');
  set.add('element');
  queue.enqueue(1);
  const [, changed, cleared] = await take(ofMap, 3);
  const [pushed] = await take(ofArray, 1);
  const [added] = await take(ofSet, 1);
  const [total] = await take(ofQueue, 1);
  for (const [event, ...words] of [
    [changed, 'type', 'set', 'key', 'oldValue', 'old value', 'newValue', 'new value', 'version', 'timestamp'],
    [cleared, 'clear', 'version'],
    [pushed, 'splice', 'index', 'removed', 'added', 'pushed'],
    [added, 'add', 'value', 'element'],
    [total, 'change', 'size', 'added', 'removed', 'closed'],
  ]) {
    const inspector = globalThis.Deno?.inspect ?? globalThis.Bun?.inspect ?? inspect;
    for (const text of [inspect(event), inspector(event), inspect({ within: [event] }, { depth: 9 })]) {
      for (const word of words) assert.ok(text.includes(word), `${word} in ${text}`);
    }
  }
  const { timestamp, version } = changed;
  assert.deepEqual(JSON.parse(JSON.stringify(changed)), {
    ...{ type: 'set', timestamp, version, skipped: 0, key: 'a' },
    ...{ oldValue: { deep: ['old value'] }, newValue: 'new value' },
  });
  const json = JSON.parse(JSON.stringify({ pushed, added, total, cleared }));
  assert.deepEqual([json.pushed.added, json.pushed.removed, json.pushed.index], [['pushed'], [], 0]);
  assert.deepEqual([json.added.type, json.added.value], ['add', 'element']);
  assert.deepEqual([json.total.size, json.total.closed], [1, false]);
  assert.equal(json.cleared.type, 'clear');
});

test('nothing is held for events that have been taken', async () => {
  const before = held();
  const map = new SharedMap();
  const watchers = [map.watch('a'), map.watchAll(), map.watchAll({ initial: true })];
  for (let n = 0; n < 10; n++) map.set('a', 'x'.repeat(100_000));
  assert.ok(held().memoryTold > before.memoryTold);
  for (const watcher of watchers) await tell(watcher, 10);
  assert.equal(held().memoryTold, before.memoryTold);
  for (const watcher of watchers) await watcher.return();
  assertNoMore(before);
});
