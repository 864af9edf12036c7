// What inspectHeddle shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  configure,
  inspectHeddle,
  readTransaction,
  retry,
  SharedArray,
  SharedMap,
  SharedQueue,
  stats,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';
import { deferred, inTime, turn, until } from '../support/wait.js';
import { spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);
const labelled = (label) => inspectHeddle().transactions.find((one) => one.label === label);

test('collections with their limits, who watches them, and who waits for items', async () => {
  const name = 'inspection: collections';
  const map = new SharedMap([['a', 1]], { name, maxEntries: 9, eviction: 'lru' });
  const queue = new SharedQueue({ capacity: 2 });
  const stop = map.subscribe(() => {});
  const items = [queue.dequeue(), queue.dequeue()];
  const { collections, waits, watches, threads, memory } = inspectHeddle();
  const shown = (handle) => collections.find(({ id }) => id === handle.stats().id);
  const { id, memory: bytes } = map.stats();
  assert.deepEqual(shown(map), {
    id,
    kind: 'SharedMap',
    name,
    entries: 1,
    memory: bytes,
    watches: 1,
    waiting: 0,
    limits: { maxEntries: 9, eviction: 'lru' },
  });
  assert.deepEqual([shown(queue).waiting, shown(queue).limits], [2, { capacity: 2 }]);
  assert.deepEqual(waits, { changes: 0, items: 2 });
  assert.equal(watches.open, stats().watches.open);
  assert.deepEqual([threads, memory.limit], [stats().threads, stats().memory.limit]);
  stop();
  queue.enqueueMany([1, 2]);
  await Promise.all(items);
  assert.equal(inspectHeddle().waits.items, 0);
  map.destroy();
  assert.equal(
    inspectHeddle().collections.find((one) => one.name === name),
    undefined,
  );
});

test('pools that have not ended', async () => {
  const shown = () => inspectHeddle().pools.filter(({ script }) => script === tasks.href);
  assert.deepEqual(shown(), []);
  const map = new SharedMap();
  const pool = new WorkerPool(tasks, { size: 1, maxTasks: 7 });
  const endless = new WorkerPool(tasks, { size: 2 });
  const task = pool.run('untilTold', [map]);
  await until(() => map.get('running') === true, 'the task to run');
  const [first, second, ...more] = shown();
  const { memory } = pool.stats();
  const { id, script, ...rest } = first;
  const busy = { size: 1, workers: 1, activeWorkers: 1, threads: 1, queuedTasks: 0, unfinishedTasks: 1, maxTasks: 7 };
  assert.deepEqual([typeof id, script, rest], ['number', tasks.href, { ...busy, memory }]);
  assert.deepEqual([second.size, second.maxTasks, more], [2, Number.POSITIVE_INFINITY, []]);
  map.set('told', true);
  await inTime(task, 'the task');
  await Promise.all([pool.terminate(), endless.terminate()]);
  assert.deepEqual(shown(), []);
});

test('transactions that await something, with the place where they were called', async () => {
  const map = new SharedMap([['a', 1]]);
  const gate = deferred();
  async function caller() {
    await transaction(
      async () => {
        map.get('a');
        await gate.promise;
      },
      { label: 'inspection: open' },
    );
  }
  await turn();
  const open = caller();
  const reading = readTransaction(() => gate.promise, { label: 'inspection: reading' });
  await until(() => labelled('inspection: open').age > 2, 'it to get older');
  const { age, stack, ...rest } = labelled('inspection: open');
  assert.equal(typeof age, 'number');
  assert.match(rest.body, /map\.get\(.a.\)/);
  assert.deepEqual(
    { ...rest, body: '' },
    { label: 'inspection: open', here: true, readOnly: false, state: 'running', run: 1, body: '' },
  );
  assert.match(stack, /caller.*inspect\.test\.js/);
  assert.doesNotMatch(stack, /[\\/]dist[\\/]/);
  assert.equal(labelled('inspection: reading').readOnly, true);
  const ages = inspectHeddle().transactions.map((one) => one.age);
  assert.deepEqual(
    ages,
    [...ages].sort((a, b) => b - a),
  );
  gate.resolve();
  await Promise.all([open, reading]);
  assert.equal(labelled('inspection: open'), undefined);
});

test('one that has called retry waits', async () => {
  const map = new SharedMap([['a', 1]]);
  const waits = transaction(() => map.get('a') === 1 && retry(), { label: 'inspection: waits' });
  const { state, run } = labelled('inspection: waits');
  assert.deepEqual([state, run], ['waiting', 1]);
  assert.equal(inspectHeddle().waits.changes, 1);
  map.set('a', 2);
  await waits;
  assert.equal(inspectHeddle().waits.changes, 0);
});

test('however they end, none stays', async () => {
  const map = new SharedMap([['a', 1]]);
  const never = new Promise(() => {});
  const label = 'inspection: ends';
  const fails = transaction(
    async () => {
      await turn();
      throw new Error('on purpose');
    },
    { label },
  );
  const times = transaction(() => never, { label, timeout: 20 });
  const stop = new AbortController();
  const stops = transaction(() => never, { label, signal: stop.signal });
  const waits = transaction(() => map.get('a') === 1 && retry(), { label, signal: stop.signal });
  assert.equal(inspectHeddle().transactions.filter((one) => one.label === label).length, 4);
  stop.abort();
  const ends = await inTime(Promise.allSettled([fails, times, stops, waits]), 'their ends');
  assert.deepEqual(
    ends.map(({ status }) => status),
    Array(4).fill('rejected'),
  );
  assert.equal(labelled(label), undefined);
  assert.equal(inspectHeddle().waits.changes, 0);
});

test('inside a transaction, it reads nothing that could conflict', async () => {
  const map = new SharedMap([['a', 1]]);
  let runs = 0;
  transactionSync(() => {
    runs++;
    assert.ok(inspectHeddle().collections.length > 0);
    map.set('a', 2);
  });
  assert.equal(runs, 1);
  await transaction(async () => {
    assert.ok(inspectHeddle().transactions.every((one) => one.stack !== undefined));
  });
});

test('for people to read', () => {
  const list = new SharedArray([1], { name: 'inspection: people' });
  assert.match(inspect(inspectHeddle(), { depth: 3 }), /inspection: people/);
  list.destroy();
});

for (const ends of ['commits', 'is terminated']) {
  test(`transactions of another thread, until it ${ends}`, async () => {
    const name = `inspection: another ${ends}`;
    const label = `inspection: of another that ${ends}`;
    const map = new SharedMap({ name });
    configure({ warnAfter: Number.POSITIVE_INFINITY });
    const worker = spawn(tasks, 'openUntilGo', name, label);
    await worker.until(() => labelled(label) !== undefined, 'it to be told of');
    const { age, stack, body, ...rest } = labelled(label);
    assert.ok(age >= 1000);
    assert.deepEqual(rest, { label, here: false, readOnly: false, state: 'running', run: 1 });
    assert.match(stack, /openUntilGo.*inspection[\\/]tasks\.js/);
    assert.match(body, /map\.get\(.any.\)/);
    if (ends === 'commits') {
      map.set('go', true);
      await worker.until(() => labelled(label) === undefined, 'it to go');
      assert.equal(map.get('begun'), true);
      map.set('end', true);
      await worker.result;
    } else {
      await worker.terminate();
      await until(() => labelled(label) === undefined, 'it to go');
    }
    configure({ warnAfter: 10_000 });
    map.destroy();
  });
}
