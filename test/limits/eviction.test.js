import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionOptionsError,
  MemoryLimitError,
  readTransaction,
  runOutside,
  SharedMap,
  SharedRecord,
  transactionSync,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError, nativeError } from '../support/errors.js';
import { loops } from '../support/random.js';
import { runInWorker } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

test('eviction needs a limit, and is lru', () => {
  assert.throws(() => new SharedMap({ eviction: 'lru' }), nativeError(TypeError, /needs a limit/));
  assert.throws(() => new SharedMap({ eviction: 'fifo', maxEntries: 1 }), nativeError(TypeError, /'lru'/));
  const name = 'eviction: options';
  const map = new SharedMap({ name, eviction: 'lru', maxEntries: 10 });
  new SharedMap({ name });
  new SharedMap({ name, eviction: 'lru' });
  const refuses = new SharedMap({ name: `${name}: none`, maxEntries: 10 });
  assert.throws(
    () => new SharedMap({ name: `${name}: none`, maxEntries: 10, eviction: 'lru' }),
    heddleError(CollectionOptionsError, /eviction/),
  );
  map.destroy();
  refuses.destroy();
});

test('the cache stays within its entries and keeps what is used', () => {
  const cache = new SharedMap({ eviction: 'lru', maxEntries: 100 });
  cache.set('kept', 'x');
  for (let i = 0; i < 5000; i++) {
    cache.set(i, i);
    assert.ok(cache.size <= 100);
    assert.equal(cache.get('kept'), 'x');
  }
  assert.equal(cache.size, 100);
  assert.equal(cache.get(4999), 4999);
  assert.equal(cache.get(0), undefined);
});

for (const [how, use] of [
  ['get', (cache) => cache.get('kept')],
  ['view', (cache) => cache.view('kept')],
  ['has', (cache) => cache.has('kept')],
  ['a body', (cache) => transactionSync(() => cache.get('kept'))],
  ['update', (cache) => cache.update('kept', (value) => value)],
]) {
  test(`${how} is a use`, () => {
    const cache = new SharedMap({ eviction: 'lru', maxEntries: 10 });
    cache.set('kept', { n: 1 });
    for (let i = 0; i < 200; i++) {
      cache.set(i, i);
      use(cache);
    }
    assert.deepEqual(cache.get('kept'), { n: 1 });
  });
}

test('the cache stays within its memory', () => {
  const cache = new SharedMap({ name: 'eviction: memory', eviction: 'lru', maxMemory: 50_000 });
  for (let i = 0; i < 2000; i++) {
    cache.set(i % 700, 'x'.repeat((i * 7) % 900));
    assert.ok(cache.memory <= 50_000);
  }
  assert.ok(cache.memory > 25_000);
  assert.equal(cache.memory, recount(cache));
  cache.destroy();
});

test('what is too large for the cache is refused, and nothing goes for it', () => {
  const cache = new SharedMap([['a', 1]], { eviction: 'lru', maxMemory: 10_000 });
  assert.throws(() => cache.set('b', 'x'.repeat(20_000)), heddleError(MemoryLimitError));
  assert.deepEqual([...cache], [['a', 1]]);
});

test('a transaction that has read all of a full cache may add to it', () => {
  const cache = new SharedMap({ eviction: 'lru', maxEntries: 5 });
  for (let i = 0; i < 5; i++) cache.set(i, i);
  let runs = 0;
  transactionSync(() => {
    runs++;
    const sum = [...cache.values()].reduce((a, b) => a + b, 0);
    cache.set('sum', sum);
  });
  assert.ok(runs > 1);
  assert.equal(cache.size, 5);
  assert.ok(cache.has('sum'));
});

test('records evict as well', () => {
  const record = new SharedRecord({ eviction: 'lru', maxEntries: 3 });
  for (const field of ['a', 'b', 'c', 'd', 'e']) record.set(field, 1);
  assert.equal(record.size, 3);
  assert.equal(record.get('e'), 1);
});

test('a snapshot goes on seeing what was evicted', async () => {
  const cache = new SharedMap([['old', 1]], { eviction: 'lru', maxEntries: 2 });
  await readTransaction(async () => {
    assert.equal(cache.size, 1);
    runOutside(() => {
      for (let i = 0; i < 20; i++) cache.set(i, i);
    });
    await null;
    assert.deepEqual([...cache], [['old', 1]]);
    assert.equal(cache.get('old'), 1);
  });
  assert.equal(cache.get('old'), undefined);
});

test('two threads use one cache', async () => {
  const name = 'eviction: two threads';
  const cache = new SharedMap({ name, eviction: 'lru', maxEntries: 200 });
  const before = native.stats().evictions;
  const hits = await Promise.all([0, 1].map((me) => runInWorker(tasks, 'useCache', name, me, loops(20_000), 2000)));
  const evicted = native.stats().evictions - before;
  console.log(`${evicted} evicted, ${hits} hits`);
  assert.ok(evicted > 0);
  assert.ok(hits.every((count) => count > 0));
  assert.ok(cache.size <= 200);
  assert.equal(cache.memory, recount(cache));
  cache.destroy();
});

/** What `memory` of a named collection should be. */
function recount({ name }) {
  return native.recount(native.find(name).id);
}
