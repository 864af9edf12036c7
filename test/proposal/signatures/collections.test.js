// Each member of the proposal's collections does what its signature says. The name of a test is the signature, as it is written
// there; `conformance.test.js` sees to it that none is missing. What else they do is tested elsewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedMap, SharedQueue, SharedRecord } from 'heddle';
import { stateOf } from '../../support/wait.js';

/** The first events of a watch, which `act` brings about. */
async function eventsOf(watcher, act) {
  act();
  const events = [];
  for await (const event of watcher) {
    events.push(event);
    if (watcher.lag === 0) return events;
  }
}

const isAsyncIterator = (value) =>
  assert.ok(value[Symbol.asyncIterator]() === value && typeof value.next === 'function');

// ---------------------------------------------------------------- SharedMap

const letters = () =>
  new SharedMap([
    ['a', 1],
    ['b', 2],
  ]);

test('SharedMap: set(key: K, value: V): void', () => {
  const map = letters();
  assert.equal(map.set('a', 3), undefined);
  map.set('c', 4);
  assert.deepEqual(Object.fromEntries(map), { a: 3, b: 2, c: 4 });
});

test('SharedMap: get(key: K): V | undefined', () => {
  assert.deepEqual([letters().get('a'), letters().get('z')], [1, undefined]);
});

test('SharedMap: has(key: K): boolean', () => {
  assert.deepEqual([letters().has('a'), letters().has('z')], [true, false]);
});

test('SharedMap: delete(key: K): boolean', () => {
  const map = letters();
  assert.deepEqual([map.delete('a'), map.delete('a'), map.has('a')], [true, false, false]);
});

test('SharedMap: clear(): void', () => {
  const map = letters();
  assert.equal(map.clear(), undefined);
  assert.deepEqual([...map], []);
});

test('SharedMap: keys(): IterableIterator<K>', () => {
  const keys = letters().keys();
  assert.equal(keys[Symbol.iterator](), keys);
  assert.deepEqual([keys.next(), ...keys], [{ value: 'a', done: false }, 'b']);
});

test('SharedMap: values(): IterableIterator<V>', () => {
  const values = letters().values();
  assert.equal(values[Symbol.iterator](), values);
  assert.deepEqual([values.next(), ...values], [{ value: 1, done: false }, 2]);
});

test('SharedMap: entries(): IterableIterator<[K, V]>', () => {
  const entries = letters().entries();
  assert.equal(entries[Symbol.iterator](), entries);
  assert.deepEqual([entries.next(), ...entries], [{ value: ['a', 1], done: false }, ['b', 2]]);
});

test('SharedMap: watch(key: K): AsyncIterableIterator<ChangeEvent<V>>', async () => {
  const map = letters();
  const watcher = map.watch('a');
  isAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    map.set('a', 3);
    map.set('b', 4);
    map.delete('a');
  });
  assert.deepEqual(
    events.map(({ type, oldValue, newValue }) => [type, oldValue, newValue]),
    [
      ['set', 1, 3],
      ['delete', 3, undefined],
    ],
  );
});

test('SharedMap: watchAll(): AsyncIterableIterator<MapChangeEvent<K, V>>', async () => {
  const map = letters();
  const watcher = map.watchAll();
  isAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    map.set('a', 3);
    map.delete('b');
    map.clear();
  });
  assert.deepEqual(
    events.map(({ type, key, newValue }) => [type, key, newValue]),
    [
      ['set', 'a', 3],
      ['delete', 'b', undefined],
      ['clear', undefined, undefined],
    ],
  );
});

test('SharedMap: setMany(entries: Iterable<[K, V]>): void', () => {
  const map = letters();
  assert.equal(map.setMany(new Map([['b', 3]]).entries()), undefined);
  assert.deepEqual(Object.fromEntries(map), { a: 1, b: 3 });
});

test('SharedMap: getMany(keys: Iterable<K>): Map<K, V>', () => {
  assert.deepEqual(letters().getMany(new Set(['b', 'z'])), new Map([['b', 2]]));
});

test('SharedMap: readonly size: number', () => {
  const map = letters();
  assert.throws(() => {
    map.size = 0;
  }, TypeError);
  assert.equal(map.size, 2);
});

test('SharedMap: readonly memory: number', () => {
  const map = letters();
  const { memory } = map;
  map.set('bytes', new Uint8Array(10_000));
  assert.ok(map.memory >= memory + 10_000 && map.memory < memory + 20_000);
  assert.throws(() => {
    map.memory = 0;
  }, TypeError);
  map.delete('bytes');
  assert.equal(map.memory, memory);
});

// ---------------------------------------------------------------- ChangeEvent

/** The events of a key that is set, and deleted. */
async function changes() {
  const map = new SharedMap();
  return eventsOf(map.watch('a'), () => {
    map.set('a', 'new');
    map.delete('a');
  });
}

test("ChangeEvent: type: 'set' | 'delete'", async () => {
  assert.deepEqual(
    (await changes()).map(({ type }) => type),
    ['set', 'delete'],
  );
});

test('ChangeEvent: oldValue?: V', async () => {
  assert.deepEqual(
    (await changes()).map(({ oldValue }) => oldValue),
    [undefined, 'new'],
  );
});

test('ChangeEvent: newValue?: V', async () => {
  assert.deepEqual(
    (await changes()).map(({ newValue }) => newValue),
    ['new', undefined],
  );
});

test('ChangeEvent: timestamp: number', async () => {
  const HOUR_MS = 3_600_000; // milliseconds of the wall clock, and nothing else
  for (const { timestamp } of await changes()) assert.ok(Math.abs(timestamp - Date.now()) < HOUR_MS, `${timestamp}`);
});

// ---------------------------------------------------------------- SharedArray

const numbers = () => new SharedArray([10, 20, 30]);

test('SharedArray: get length(): number', () => {
  assert.equal(numbers().length, 3);
});

test('SharedArray: get(index: number): T | undefined', () => {
  assert.deepEqual([numbers().get(1), numbers().get(3)], [20, undefined]);
});

test('SharedArray: set(index: number, value: T): void', () => {
  const array = numbers();
  assert.equal(array.set(1, 25), undefined);
  assert.deepEqual([...array], [10, 25, 30]);
  assert.throws(() => array.set(4, 0), RangeError);
});

test('SharedArray: push(...items: T[]): number', () => {
  const array = numbers();
  assert.equal(array.push(40, 50), 5);
  assert.deepEqual([...array], [10, 20, 30, 40, 50]);
});

test('SharedArray: pop(): T | undefined', () => {
  const array = numbers();
  assert.deepEqual([array.pop(), array.length, new SharedArray().pop()], [30, 2, undefined]);
});

test('SharedArray: slice(start?: number, end?: number): T[]', () => {
  const array = numbers();
  const slices = [array.slice(), array.slice(1), array.slice(-2, -1)];
  assert.deepEqual(slices, [[10, 20, 30], [20, 30], [20]]);
  assert.ok(Array.isArray(slices[0]));
});

test('SharedArray: splice(start: number, deleteCount?: number, ...items: T[]): T[]', () => {
  const array = numbers();
  assert.deepEqual(array.splice(1, 1, 21, 22), [20]);
  assert.deepEqual([...array], [10, 21, 22, 30]);
  assert.deepEqual(array.splice(2), [22, 30]);
  assert.deepEqual([...array], [10, 21]);
});

test('SharedArray: [Symbol.iterator](): IterableIterator<T>', () => {
  const iterator = numbers()[Symbol.iterator]();
  assert.equal(iterator[Symbol.iterator](), iterator);
  assert.deepEqual([iterator.next(), ...iterator], [{ value: 10, done: false }, 20, 30]);
});

test('SharedArray: entries(): IterableIterator<[number, T]>', () => {
  const entries = numbers().entries();
  assert.equal(entries[Symbol.iterator](), entries);
  assert.deepEqual(
    [...entries],
    [
      [0, 10],
      [1, 20],
      [2, 30],
    ],
  );
});

test('SharedArray: watch(): AsyncIterableIterator<ArrayChangeEvent<T>>', async () => {
  const array = numbers();
  const watcher = array.watch();
  isAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    array.set(0, 11);
    array.splice(1, 1, 21, 22);
    array.clear();
  });
  assert.deepEqual(
    events.map(({ type, index }) => [type, index]),
    [
      ['set', 0],
      ['splice', 1],
      ['clear', undefined],
    ],
  );
  assert.deepEqual([events[1].removed, events[1].added], [[20], [21, 22]]);
});

test('SharedArray: watchIndex(index: number): AsyncIterableIterator<ChangeEvent<T>>', async () => {
  const array = numbers();
  const watcher = array.watchIndex(1);
  isAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => {
    array.set(1, 25);
    array.set(0, 15);
    array.shift();
  });
  assert.deepEqual(
    events.map(({ type, oldValue, newValue }) => [type, oldValue, newValue]),
    [
      ['set', 20, 25],
      ['set', 25, 30],
    ],
  );
});

// ---------------------------------------------------------------- SharedQueue

function jobs() {
  const queue = new SharedQueue();
  queue.enqueueMany(['a', 'b', 'c']);
  return queue;
}

test('SharedQueue: enqueue(item: T): void', async () => {
  const queue = jobs();
  assert.equal(queue.enqueue('d'), undefined);
  assert.deepEqual(await queue.dequeueMany(9), ['a', 'b', 'c', 'd']);
});

test('SharedQueue: dequeue(): Promise<T>', async () => {
  const queue = jobs();
  assert.equal(await queue.dequeue(), 'a');
  queue.clear();
  const waiting = queue.dequeue();
  assert.equal(await stateOf(waiting), 'pending');
  queue.enqueue('late');
  assert.equal(await waiting, 'late');
});

test('SharedQueue: tryDequeue(): T | undefined', () => {
  assert.deepEqual([jobs().tryDequeue(), new SharedQueue().tryDequeue()], ['a', undefined]);
});

test('SharedQueue: peek(): T | undefined', () => {
  const queue = jobs();
  assert.deepEqual([queue.peek(), queue.peek(), queue.size, new SharedQueue().peek()], ['a', 'a', 3, undefined]);
});

test('SharedQueue: clear(): void', () => {
  const queue = jobs();
  assert.equal(queue.clear(), undefined);
  assert.equal(queue.tryDequeue(), undefined);
});

test('SharedQueue: readonly size: number', () => {
  const queue = jobs();
  assert.throws(() => {
    queue.size = 0;
  }, TypeError);
  assert.equal(queue.size, 3);
});

test('SharedQueue: readonly isEmpty: boolean', () => {
  const queue = jobs();
  assert.throws(() => {
    queue.isEmpty = true;
  }, TypeError);
  assert.deepEqual([queue.isEmpty, new SharedQueue().isEmpty], [false, true]);
});

test('SharedQueue: enqueueMany(items: T[]): void', async () => {
  const queue = new SharedQueue();
  assert.equal(queue.enqueueMany([1, 2, 3]), undefined);
  assert.deepEqual([queue.tryDequeue(), queue.tryDequeue(), queue.tryDequeue()], [1, 2, 3]);
});

test('SharedQueue: dequeueMany(count: number): Promise<T[]>', async () => {
  const queue = jobs();
  assert.deepEqual([await queue.dequeueMany(2), await queue.dequeueMany(2)], [['a', 'b'], ['c']]);
  const waiting = queue.dequeueMany(2);
  assert.equal(await stateOf(waiting), 'pending');
  queue.enqueue('late');
  assert.deepEqual(await waiting, ['late']);
});

test('SharedQueue: [Symbol.asyncIterator](): AsyncIterableIterator<T>', async () => {
  const queue = jobs();
  isAsyncIterator(queue[Symbol.asyncIterator]());
  queue.close();
  const taken = [];
  for await (const item of queue) taken.push(item);
  assert.deepEqual(taken, ['a', 'b', 'c']);
});

// ---------------------------------------------------------------- SharedRecord

const settings = () => new SharedRecord({ initial: { host: 'a.example', port: 80 } });

test('SharedRecord: get<K extends keyof T>(key: K): T[K] | undefined', () => {
  assert.deepEqual([settings().get('port'), settings().get('path')], [80, undefined]);
});

test('SharedRecord: set<K extends keyof T>(key: K, value: T[K]): void', () => {
  const record = settings();
  assert.equal(record.set('port', 443), undefined);
  assert.equal(record.get('port'), 443);
});

test('SharedRecord: watch<K extends keyof T>(key: K): AsyncIterableIterator<ChangeEvent<T[K]>>', async () => {
  const record = settings();
  const watcher = record.watch('port');
  isAsyncIterator(watcher);
  const [{ type, oldValue, newValue }] = await eventsOf(watcher, () => record.set('port', 443));
  assert.deepEqual([type, oldValue, newValue], ['set', 80, 443]);
});

test('SharedRecord: watchAll(): AsyncIterableIterator<RecordChangeEvent<T>>', async () => {
  const record = settings();
  const watcher = record.watchAll();
  isAsyncIterator(watcher);
  const events = await eventsOf(watcher, () => record.update({ host: 'b.example', port: 443 }));
  assert.deepEqual(
    events.map(({ key, newValue }) => [key, newValue]),
    [
      ['host', 'b.example'],
      ['port', 443],
    ],
  );
});

test('SharedRecord: update(partial: Partial<T>): void', () => {
  const record = settings();
  assert.equal(record.update({ port: 443, host: undefined }), undefined);
  assert.deepEqual(record.toObject(), { host: 'a.example', port: 443 });
});

test('SharedRecord: assign(object: Partial<T>): void', () => {
  const record = settings();
  assert.equal(record.assign({ port: 443, host: undefined }), undefined);
  assert.deepEqual(record.toObject(), { host: undefined, port: 443 });
});

test('SharedRecord: toObject(): T', () => {
  assert.deepEqual(settings().toObject(), { host: 'a.example', port: 80 });
});

test('SharedRecord: keys(): (keyof T)[]', () => {
  assert.deepEqual(settings().keys(), ['host', 'port']);
});

test('SharedRecord: values(): T[keyof T][]', () => {
  assert.deepEqual(settings().values(), ['a.example', 80]);
});
