// When the pages of large values come back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { untilCollected } from '../support/gc.js';
import { loops } from '../support/random.js';
import { until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';
import { rowsOf } from './tasks.js';

const tasks = new URL('./tasks.js', import.meta.url);

const outside = () => native.stats().memoryOutside;
const value = (turn) => ({ turn, rows: rowsOf(3000, turn), bytes: new Uint8Array(80_000).fill(turn) });

/** Waits until no more than `bytes` lie outside of versions. */
const untilOutside = (bytes) =>
  untilCollected(() => {
    native.tidy();
    return outside() <= bytes;
  }, `pages to come back to ${bytes}`);

test('whatever happens to large values, their pages come back', async () => {
  const before = outside();
  const map = new SharedMap();
  let peak = 0;
  for (let turn = 0; turn < loops(30); turn++) {
    map.set('overwritten', value(turn));
    map.set('deleted', value(turn));
    assert.equal(map.get('overwritten').turn, turn);
    assert.equal(map.view('deleted').bytes[5], turn);
    map.delete('deleted');
    assert.throws(() =>
      transactionSync(() => {
        map.set('undone', value(turn));
        map.get('undone');
        throw new Error('undone');
      }),
    );
    assert.throws(() => map.set('refused', [new Uint8Array(100_000), () => {}]), { name: 'DataCloneError' });
    assert.throws(
      () =>
        map.set('thrown', {
          bytes: new Uint8Array(100_000),
          get later() {
            throw new Error('by the getter');
          },
        }),
      /by the getter/,
    );
    peak = Math.max(peak, outside());
  }
  console.log(`at most ${peak - before} bytes lay outside`);
  assert.ok(peak > before);
  map.clear();
  await untilOutside(before);
  map.set('last', value(1));
  map.destroy();
  await untilOutside(before);
});

/** A view and an owned copy of what has been destroyed. (Functions of their own: a stack may keep what it has had on it.) */
function hold() {
  const map = new SharedMap([['key', value(1)]]);
  const held = [map.view('key'), map.get('key')];
  map.destroy();
  return held;
}

function compareAndLetGo(held) {
  for (const each of held) assert.deepEqual(each, value(1));
  held.length = 0;
}

test('a view and an owned copy keep their pages, and nothing else does', async () => {
  const before = outside();
  const held = hold();
  await untilOutside(before + 400_000);
  assert.ok(outside() > before);
  compareAndLetGo(held);
  await untilOutside(before);
});

test('a view that is held is the view of its key through all collections of garbage', async () => {
  const map = new SharedMap([
    ['object', value(1)],
    ['bytes', new Uint8Array(100_000)],
    ['map', new Map([[1, value(2)]])],
  ]);
  const views = [...map.keys()].map((key) => map.view(key));
  let collected = false;
  const registry = new FinalizationRegistry(() => {
    collected = true;
  });
  (() => registry.register({}, 1))();
  await untilCollected(() => collected, 'garbage to be collected');
  assert.ok([...map.keys()].every((key, i) => map.view(key) === views[i]));
  map.destroy();
});

test('a view that a worker holds outlives overwrites, the key and the collection', async () => {
  const before = outside();
  const map = new SharedMap([['key', value(4)]], { name: 'large:held' });
  const gate = sharedWords(2);
  const holding = spawn(tasks, 'holdView', 'large:held', 'key', gate);
  await holding.until(() => Atomics.load(gate, 0) === 1, 'the worker to hold a view');
  for (let turn = 0; turn < 20; turn++) map.set('key', value(turn));
  map.delete('key');
  map.set('key', value(9));
  map.destroy();
  native.tidy();
  assert.ok(outside() > before);
  Atomics.store(gate, 1, 1);
  assert.equal(await holding.result, true);
  await holding.terminate();
  await untilOutside(before);
});

test('workers that are terminated in the middle of it leave no pages behind', async () => {
  const before = outside();
  const map = new SharedMap({ name: 'large:killed' });
  let turns = 0;
  for (let round = 0; round < loops(4); round++) {
    const ready = sharedWords(1);
    const worker = spawn(tasks, 'churn', 'large:killed', ready);
    await worker.until(() => Atomics.load(ready, 0) > round * 3, 'the worker to be busy');
    await worker.terminate();
    turns += Atomics.load(ready, 0);
    const { letter, bytes } = map.view(0);
    assert.ok(bytes.every((byte) => byte === letter));
  }
  console.log(`${turns} values were written by workers that were terminated`);
  assert.ok(turns > 0);
  map.destroy();
  await until(() => native.stats().threadsInside === 0, 'all threads to be out');
  await untilOutside(before);
});
