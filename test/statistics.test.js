import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CollectionDestroyedError,
  configure,
  readTransactionSync,
  runOutside,
  SharedMap,
  SharedRecord,
  stats,
  transaction,
  transactionSync,
} from 'heddle';
import { heddleError } from './support/errors.js';
import { until } from './support/wait.js';
import { runInWorker } from './support/workers.js';

const tasks = new URL('./statistics-tasks.js', import.meta.url);
const difference = (later, earlier) =>
  Object.fromEntries(Object.keys(later).map((key) => [key, later[key] - earlier[key]]));

test('a collection tells what has happened to it', () => {
  const name = 'statistics: collection';
  const map = new SharedMap([['a', 1]], { name, maxEntries: 2 });
  const other = new SharedMap();
  const before = map.stats();
  assert.deepEqual(
    { ...before, id: 0, misses: 0 },
    {
      id: 0,
      kind: 'SharedMap',
      name,
      memory: map.memory,
      entries: 1,
      commits: 1,
      conflicts: 0,
      misses: 0,
      evictions: 0,
      refusals: 0,
      watches: 0,
    },
  );
  map.set('b', 2);
  transactionSync(() => {
    map.set('a', 3);
    map.set('b', 3);
    other.set('a', 1);
  });
  assert.throws(() => map.set('c', 3));
  let runs = 0;
  transactionSync(() => {
    const a = map.get('a');
    if (++runs === 1) runOutside(() => map.set('a', a + 1));
    map.set('b', a);
  });
  const { commits, conflicts, refusals, entries } = map.stats();
  assert.deepEqual({ commits, conflicts, refusals, entries }, { commits: 5, conflicts: 1, refusals: 1, entries: 2 });
  assert.deepEqual(
    stats().collections.find((one) => one.name === name),
    map.stats(),
  );
  map.destroy();
  assert.throws(() => map.stats(), heddleError(CollectionDestroyedError));
  assert.equal(
    stats().collections.find((one) => one.name === name),
    undefined,
  );
});

test('a cache and a record', () => {
  const cache = new SharedMap({ maxEntries: 10, eviction: 'lru' });
  for (let i = 0; i < 30; i++) cache.set(i, i);
  assert.equal(cache.stats().evictions, 20);
  assert.equal(new SharedRecord({ initial: { a: 1 } }).stats().kind, 'SharedRecord');
});

test('reads count as hits of the cache or as misses', () => {
  const map = new SharedMap(Array.from({ length: 100 }, (_, i) => [i, { i }]));
  const before = stats().cache;
  for (let turn = 0; turn < 5; turn++) for (let i = 0; i < 100; i++) map.get(i);
  const alone = difference(stats().cache, before);
  assert.deepEqual(alone, { hits: 400, misses: 100 });
  assert.equal(map.stats().misses >= 100, true);
  readTransactionSync(() => {
    for (let i = 0; i < 100; i++) map.get(i);
  });
  const inBody = difference(stats().cache, before);
  assert.deepEqual(inBody, { hits: 500, misses: 100 });
});

test('a label tells of its transactions', async () => {
  const label = 'statistics: label';
  const map = new SharedMap([['a', 1]]);
  const before = stats();
  assert.equal(before.labels[label], undefined);
  for (let i = 0; i < 10; i++) transactionSync(() => map.set('a', i), { label });
  readTransactionSync(() => map.get('a'), { label });
  let runs = 0;
  await transaction(
    async () => {
      const a = map.get('a');
      await null;
      if (++runs === 1) runOutside(() => map.set('a', a + 1));
      map.set('b', a);
    },
    { label },
  );
  await assert.rejects(transaction(() => Promise.reject(new Error('no')), { label }));
  assert.throws(() =>
    transactionSync(
      () => {
        map.get('a');
        runOutside(() => map.set('a', 1));
        map.set('b', 1);
      },
      { label, maxRetries: 0 },
    ),
  );
  const alive = setInterval(() => {}, 1000); // the timers below keep no process alive
  await assert.rejects(transaction(() => new Promise(() => {}), { label, timeout: 5 }));
  await assert.rejects(transaction(() => new Promise(() => {}), { label, signal: AbortSignal.timeout(5) }));
  clearInterval(alive);
  assert.throws(() => transactionSync(() => new SharedMap({ maxEntries: 1 }).setMany([[1], [2]]), { label }));
  const gone = new SharedMap();
  assert.throws(() =>
    transactionSync(
      () => {
        gone.get('a');
        runOutside(() => gone.destroy());
        gone.set('b', 1);
      },
      { label },
    ),
  );
  const { commits, reruns, aborts, commitTime } = stats().labels[label];
  assert.equal(commits, 12);
  assert.equal(reruns, 2);
  assert.deepEqual(aborts, {
    error: 1,
    conflict: 1,
    timeout: 1,
    cancelled: 1,
    limit: 1,
    expired: 0,
    destroyed: 1,
  });
  assert.equal(commitTime.count, 11);
  assert.ok(commitTime.p50 > 0);
  assert.ok(commitTime.p50 <= commitTime.p90 && commitTime.p90 <= commitTime.p99);
  const all = difference(stats().aborts, before.aborts);
  assert.deepEqual(all, aborts);
  assert.ok(stats().reruns - before.reruns === 2);
});

test('the engine counts over all threads, also those that have ended', async () => {
  const name = 'statistics: threads';
  const label = 'statistics: worker';
  const map = new SharedMap({ name });
  const before = stats();
  await runInWorker(tasks, 'work', name, label, 500);
  const after = stats();
  assert.ok(after.commits - before.commits >= 500);
  assert.ok(after.commitTime.count > before.commitTime.count);
  assert.equal(after.labels[label].commits, 500);
  assert.ok(after.cache.hits - before.cache.hits >= 400);
  await until(() => stats().threads === before.threads, 'the thread to be forgotten');
  assert.equal(map.stats().commits, 500);
  map.destroy();
});

test('what there is at present', () => {
  const { memory, snapshots } = stats();
  assert.ok(memory.held > 0 && memory.held <= memory.limit);
  assert.equal(snapshots.open, 0);
  assert.equal(snapshots.maxAge, 60_000);
  configure({ maxSnapshotAge: 1000 });
  assert.equal(stats().snapshots.maxAge, 1000);
  configure({ maxSnapshotAge: 60_000 });
  const map = new SharedMap([['a', 1]]);
  const entries = map.entries();
  map.clear();
  assert.equal(stats().snapshots.open, 0, 'one chunk was all');
  assert.deepEqual(entries.next().value, ['a', 1]);
});

test('stats inside a transaction reads nothing that it could conflict over', () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  transactionSync(() => {
    runs++;
    map.get('a');
    assert.equal(map.stats().entries, 1);
    stats();
    runOutside(() => map.set('b', 1));
    map.set('c', 1);
  });
  assert.equal(runs, 1);
});
