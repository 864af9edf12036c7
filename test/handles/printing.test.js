// What console.log shows of a collection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  stats,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';

/** As the console of the runtime prints it. */
const printed = globalThis.Deno?.inspect ?? globalThis.Bun?.inspect ?? inspect;

test('each kind, with what is in it', async () => {
  const pool = new WorkerPool();
  for (const [handle, text] of [
    [new SharedMap(), 'SharedMap(0) {}'],
    [new SharedMap([['a', { n: 1 }]]), "SharedMap(1) { 'a' => { n: 1 } }"],
    [new SharedArray([1, 'x', null]), "SharedArray(3) [ 1, 'x', null ]"],
    [new SharedSet([1, 'x']), "SharedSet(2) { 1, 'x' }"],
    [new SharedRecord({ initial: { a: 1, b: 'x' } }), "SharedRecord { a: 1, b: 'x' }"],
    [new SharedQueue(), 'SharedQueue { size: 0, isClosed: false }'],
    [pool, 'WorkerPool { activeWorkers: 0, queuedTasks: 0, completedTasks: 0 }'],
  ]) {
    assert.equal(inspect(handle), text);
    assert.equal(printed(handle), text);
  }
  await pool.close();
});

test('its name; no more than a hundred entries; collections in it, to a certain depth', () => {
  const map = new SharedMap({ name: 'handles: printed' });
  map.set('itself', map);
  const text = inspect(map).replaceAll(/\s+/g, ' ');
  const level = (content) => `SharedMap(1) "handles: printed" { 'itself' => ${content} }`;
  assert.equal(text, level(level(level('[SharedMap "handles: printed"]'))));
  map.setMany(Array.from({ length: 150 }, (_, n) => [n, n]));
  const many = printed(map);
  assert.match(many, /SharedMap\(151\)/);
  assert.match(many, /98 => 98/);
  assert.doesNotMatch(many, /99 => 99/);
  assert.match(many, /and 51 more$/);
  map.destroy();
});

test('one that has been destroyed', () => {
  const map = new SharedMap({ name: 'handles: gone' });
  const unnamed = new SharedSet();
  map.destroy();
  unnamed.destroy();
  assert.equal(inspect(map), 'SharedMap "handles: gone" (destroyed)');
  assert.match(printed([unnamed]), /SharedSet \(destroyed\)/);
  assert.match(inspect(SharedMap.prototype), /SharedMap/);
});

test('printing in a transaction shows what was committed, and is no reason to lose', async () => {
  const map = new SharedMap([['a', 1]]);
  transactionSync(() => {
    map.set('a', 2);
    assert.equal(inspect(map), "SharedMap(1) { 'a' => 1 }");
  });
  const { conflicts } = stats();
  let runs = 0;
  await transaction(async () => {
    runs++;
    assert.equal(inspect(map), "SharedMap(1) { 'a' => 2 }");
    await Promise.resolve();
    if (runs === 1) await new Promise((resolve) => setTimeout(resolve, 1));
  });
  assert.equal(runs, 1);
  assert.equal(stats().conflicts, conflicts);
});
