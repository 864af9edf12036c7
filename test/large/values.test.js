// Values that lie outside of their versions, through every way in and out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CollectionDestroyedError, SharedMap, SharedRecord, transaction, transactionSync } from 'heddle';
import { assertCounted } from '../support/counted.js';
import { runInWorker } from '../support/workers.js';
import { rowsOf } from './tasks.js';

const tasks = new URL('./tasks.js', import.meta.url);

const config = () => ({
  name: 'configuration',
  rows: rowsOf(4000, 1),
  index: new Map(rowsOf(1000, 2).map((row) => [row.text, row])),
  bytes: new Uint8Array(100_000).fill(7),
});

test('a large value comes back whole through get, view, iteration and a record', () => {
  const map = new SharedMap({ name: 'large:whole' });
  const value = config();
  map.set('key', value);
  assert.deepEqual(map.get('key'), value);
  assert.deepEqual(map.view('key'), value);
  assert.deepEqual([...map], [['key', value]]);
  assert.deepEqual(map.getMany(['key']), new Map([['key', value]]));
  const record = new SharedRecord({ initial: { value } });
  assert.deepEqual(record.get('value'), value);
  assert.deepEqual(record.toObject(), { value });
  record.destroy();
  map.destroy();
});

test('each get is an owned copy', () => {
  const map = new SharedMap([['key', config()]], { name: 'large:owned' });
  const copy = map.get('key');
  copy.rows.length = 0;
  copy.bytes.fill(1);
  copy.index.clear();
  assert.deepEqual(map.get('key'), config());
  assert.equal(map.view('key').bytes[0], 7);
  map.destroy();
});

test('the view is the same object until the key changes, and stays what it was', () => {
  const map = new SharedMap([['key', config()]], { name: 'large:view' });
  const view = map.view('key');
  assert.equal(map.view('key'), view);
  assert.equal(map.view('key').rows, view.rows);
  map.set('other', 1);
  assert.equal(map.view('key'), view);
  map.set('key', config());
  assert.notEqual(map.view('key'), view);
  map.delete('key');
  assert.equal(map.view('key'), undefined);
  map.destroy();
  assert.throws(() => map.view('key'), CollectionDestroyedError);
  assert.deepEqual(view, config());
});

test('what one thread does to its bytes no other sees', async () => {
  const map = new SharedMap({ name: 'large:private' });
  map.set('key', { bytes: new Uint8Array(1_000_000).fill(3) });
  const mine = map.get('key').bytes;
  mine[0] = 200;
  for (let worker = 0; worker < 2; worker++)
    assert.deepEqual(await runInWorker(tasks, 'scribble', 'large:private', 'key'), [3, 3]);
  assert.deepEqual([map.get('key').bytes[0], map.view('key').bytes[1], mine[0], mine[1]], [3, 3, 200, 3]);
  map.destroy();
});

test('every kind of binary comes back as what it was', () => {
  const map = new SharedMap({ name: 'large:binary' });
  const buffer = new ArrayBuffer(80_000);
  new Uint8Array(buffer).forEach((_, i, all) => {
    all[i] = i;
  });
  for (const type of [Uint8Array, Int16Array, Float32Array, Float64Array, BigInt64Array, DataView]) {
    map.set(type.name, new type(buffer.slice(0)));
    const back = map.get(type.name);
    assert.equal(Object.getPrototypeOf(back), type.prototype);
    assert.deepEqual(new Uint8Array(back.buffer), new Uint8Array(buffer));
  }
  map.set('buffer', buffer);
  assert.ok(map.get('buffer') instanceof ArrayBuffer);
  assert.deepEqual(structuredClone(map.get('buffer')), buffer);
  map.destroy();
});

test('a transaction reads what it wrote, and what it undoes is gone', async () => {
  const map = new SharedMap([['key', config()]], { name: 'large:transaction' });
  const changed = { ...config(), name: 'changed' };
  transactionSync(() => {
    map.set('key', changed);
    assert.deepEqual(map.get('key'), changed);
    assert.deepEqual(map.view('key'), changed);
    assert.throws(() =>
      transactionSync(() => {
        map.set('key', new Float64Array(20_000));
        throw new Error('undone');
      }),
    );
    assert.equal(map.get('key').name, 'changed');
  });
  await transaction(async () => {
    map.set('async', changed);
    await null;
    assert.equal(map.get('async').rows.length, 4000);
  });
  assert.deepEqual(map.get('async'), changed);
  map.destroy();
});

test('a large text is a string like any other', () => {
  const map = new SharedMap({ name: 'large:text' });
  const texts = ['x'.repeat(300_000), '\u{1f9f5}'.repeat(60_000), 2n ** 600_000n];
  for (const text of texts) {
    map.set('key', text);
    assert.ok(map.get('key') === text && map.view('key') === text);
  }
  map.destroy();
});

test('a large value may carry handles', () => {
  const inner = new SharedMap([['found', true]]);
  const map = new SharedMap({ name: 'large:handles' });
  map.set('key', { inner, rows: rowsOf(4000, 1), bytes: new Uint8Array(70_000) });
  assert.equal(map.get('key').inner, inner);
  const view = map.view('key');
  assert.equal(view.inner.get('found'), true);
  assert.equal(map.view('key'), view);
  map.destroy();
});

test('a collection counts its large values, and agrees with a recount', () => {
  const map = new SharedMap({ name: 'large:memory' });
  map.set('key', config());
  assert.ok(map.memory > 200_000);
  assertCounted(map);
  map.set('key', 1);
  assert.ok(map.memory < 1000);
  map.destroy();
});
