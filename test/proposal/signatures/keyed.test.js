// Each member of the proposal's SharedMap and SharedRecord, and of the events of a key, does what its signature says. The name of a
// test is the signature, as it is written there; `conformance.test.js` sees to it that none is missing. What else they do is tested
// elsewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, SharedRecord } from 'heddle';
import { assertAsyncIterator, eventsOf } from './support.js';

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
  assertAsyncIterator(watcher);
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
  assertAsyncIterator(watcher);
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
  assertAsyncIterator(watcher);
  const [{ type, oldValue, newValue }] = await eventsOf(watcher, () => record.set('port', 443));
  assert.deepEqual([type, oldValue, newValue], ['set', 80, 443]);
});

test('SharedRecord: watchAll(): AsyncIterableIterator<RecordChangeEvent<T>>', async () => {
  const record = settings();
  const watcher = record.watchAll();
  assertAsyncIterator(watcher);
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
