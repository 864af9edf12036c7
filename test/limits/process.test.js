import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { configure, MemoryLimitError, SharedMap, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError, nativeError } from '../support/errors.js';
import { loops } from '../support/random.js';
import { until } from '../support/wait.js';
import { runInWorker } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);
const { memoryLimit, maxSnapshotAge } = native.stats();
const held = () => native.stats().memory;

after(() => configure({ maxMemory: memoryLimit, maxSnapshotAge }));

test('the process has a limit from the start, below what the machine has', () => {
  assert.ok(memoryLimit > 2 ** 20);
  assert.ok(Number.isFinite(memoryLimit));
  assert.equal(maxSnapshotAge, 60_000);
});

test('configure refuses what it does not know and then changes nothing', () => {
  assert.throws(() => configure(), nativeError(TypeError));
  assert.throws(() => configure({ maxMemory: 1000, maxMemroy: 1 }), nativeError(TypeError, /maxMemroy/));
  assert.throws(() => configure({ maxMemory: 1000, maxSnapshotAge: -1 }), nativeError(RangeError, /maxSnapshotAge/));
  assert.throws(() => configure({ maxMemory: '1 GB' }), nativeError(TypeError, /maxMemory/));
  assert.equal(native.stats().memoryLimit, memoryLimit);
  configure({ maxMemory: undefined });
  configure({ maxSnapshotAge: 1000 });
  assert.equal(native.stats().maxSnapshotAge, 1000);
  assert.equal(native.stats().memoryLimit, memoryLimit);
  configure({ maxSnapshotAge });
});

/** Waits until what tests have left behind has been given back: limits are set to what is held. */
async function settled() {
  let last;
  let same = 0;
  await until(() => {
    const now = held();
    same = now === last ? same + 1 : 0;
    last = now;
    return same > 50;
  }, 'memory to be given back');
}

test('a write past the limit of the process is refused and undoes its transaction', async () => {
  await settled();
  const map = new SharedMap([['a', 'small']]);
  const other = new SharedMap();
  const large = 'x'.repeat(20_000_000); // more than what else may be given back meanwhile
  configure({ maxMemory: held() + 50_000 });
  try {
    assert.throws(() => map.set('a', large), heddleError(MemoryLimitError, /configure\(\{ maxMemory \}\)/));
    assert.throws(
      () =>
        transactionSync(() => {
          other.set('b', 1);
          map.set('b', large);
        }),
      heddleError(MemoryLimitError),
    );
    assert.deepEqual([...map], [['a', 'small']]);
    assert.equal(other.size, 0);
    map.set('a', 'tiny');
    map.delete('a');
  } finally {
    configure({ maxMemory: memoryLimit });
  }
  map.set('a', large);
  assert.equal(map.get('a'), large);
  map.destroy();
});

test('room that only waits to be swept is room', () => {
  const map = new SharedMap();
  const entries = Array.from({ length: 5000 }, (_, i) => [i, 'x'.repeat(100)]);
  map.setMany(entries);
  configure({ maxMemory: held() + 10_000 });
  try {
    map.clear();
    map.setMany(entries);
  } finally {
    configure({ maxMemory: memoryLimit });
  }
  assert.equal(map.size, 5000);
});

test('memory comes back by itself after a clear and a destroy', async () => {
  const map = new SharedMap();
  const before = held();
  map.setMany(Array.from({ length: 50_000 }, (_, i) => [i, i]));
  assert.ok(held() - before > 50_000 * 100);
  map.clear();
  await until(() => held() <= before, 'the cleared entries to go');
  map.setMany(Array.from({ length: 50_000 }, (_, i) => [i, i]));
  map.destroy();
  await until(() => held() < before, 'the destroyed map to go');
});

test('two threads at once run into limits of a collection and of the process, and nothing is half done', async () => {
  const name = 'limits: two threads';
  const limited = new SharedMap({ name, maxMemory: 40_000 });
  const log = new SharedMap({ name: `${name}: log` });
  const large = new SharedMap({ name: `${name}: large` });
  await settled();
  configure({ maxMemory: held() + 400_000 });
  let refused;
  try {
    refused = await Promise.all([0, 1].map((me) => runInWorker(tasks, 'fillPairs', name, me, loops(3000))));
  } finally {
    configure({ maxMemory: memoryLimit });
  }
  const collection = refused.reduce((sum, { maxMemory }) => sum + maxMemory, 0);
  const process = refused.reduce((sum, { process }) => sum + process, 0);
  console.log(`refused by the collection ${collection} times, by the process ${process} times`);
  assert.ok(collection > 0);
  assert.ok(process > 0);
  assert.ok(limited.memory <= 40_000);
  for (const [key, value] of limited) assert.equal(log.get(key), value);
  assert.equal(log.size, limited.size);
  for (const map of [limited, log, large]) map.destroy();
});
