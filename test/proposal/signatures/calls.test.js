// Each function of the proposal, and each member of its pool, does what its signature says. The name of a test is the signature, as
// it is written there; `conformance.test.js` sees to it that none is missing. What else they do is tested elsewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  concurrent,
  getTransactionId,
  isInTransaction,
  pipeline,
  race,
  readTransaction,
  runOutside,
  SharedMap,
  TimeoutError,
  TransactionConflictError,
  TransactionTimeoutError,
  timeout,
  transaction,
  WorkerPool,
} from 'heddle';
import { inTime, until } from '../../support/wait.js';
import { greet, withOthers } from '../tasks.js';

// ---------------------------------------------------------------- transactions

/** Adds one to an entry, which somebody else changes during the first `losses` runs. */
function add(map, losses) {
  let run = 0;
  return () => {
    map.get('n');
    if (++run <= losses) runOutside(() => map.update('n', (n) => n + 10));
    map.update('n', (n) => n + 1);
    return run;
  };
}

test('Bun: function transaction<T>(fn: () => T | Promise<T>): Promise<T>', async () => {
  const map = new SharedMap([['n', 0]]);
  const synchronous = transaction(() => map.get('n') + 1);
  assert.ok(synchronous instanceof Promise);
  assert.equal(await synchronous, 1);
  assert.equal(await transaction(add(map, 2)), 3);
  assert.equal(map.get('n'), 21);
  const failure = new Error('of the body');
  const failing = transaction(async () => {
    map.set('n', 0);
    await null;
    throw failure;
  });
  assert.equal(await failing.catch((error) => error), failure);
  assert.equal(map.get('n'), 21);
});

test("Bun: function transaction<T>(fn: () => T | Promise<T>, options: { maxRetries?: number; backoff?: 'linear' | 'exponential'; timeout?: number; }): Promise<T>", async () => {
  const map = new SharedMap([['n', 0]]);
  await assert.rejects(transaction(add(map, 3), { maxRetries: 2 }), TransactionConflictError);
  assert.equal(map.get('n'), 30);
  for (const backoff of ['linear', 'exponential']) assert.equal(await transaction(add(map, 3), { backoff }), 4);
  await assert.rejects(transaction(add(map, 0), { backoff: 'none' }), { name: 'TypeError' });
  const never = () => new Promise(() => {});
  await assert.rejects(transaction(never, { timeout: 5 }), TransactionTimeoutError);
});

test('Bun: function readTransaction<T>(fn: () => T | Promise<T>): Promise<T>', async () => {
  const map = new SharedMap([['n', 1]]);
  const reading = readTransaction(async () => {
    const before = map.get('n');
    runOutside(() => map.set('n', 2));
    await null;
    return [before, map.get('n')];
  });
  assert.ok(reading instanceof Promise);
  assert.deepEqual(await reading, [1, 1]);
  await assert.rejects(
    readTransaction(() => map.set('n', 3)),
    { name: 'ReadOnlyTransactionError' },
  );
});

test('Bun: function isInTransaction(): boolean', async () => {
  const inside = transaction(async () => [isInTransaction(), await null, isInTransaction()]);
  assert.equal(isInTransaction(), false);
  assert.deepEqual(await inside, [true, null, true]);
});

test('Bun: function getTransactionId(): string | null', async () => {
  assert.equal(getTransactionId(), null);
  const ids = await Promise.all([transaction(getTransactionId), transaction(getTransactionId)]);
  assert.ok(ids.every((id) => typeof id === 'string') && ids[0] !== ids[1]);
  const map = new SharedMap([['n', 0]]);
  const runs = new Set();
  const body = add(map, 1);
  await transaction(() => {
    runs.add(getTransactionId());
    return body();
  });
  assert.equal(runs.size, 1);
});

// ---------------------------------------------------------------- WorkerPool

/** Calls `body` with a pool that ends then. */
async function withPool(options, body) {
  const pool = new WorkerPool('../tasks.js', options);
  try {
    await inTime(body(pool), 'what is done with a pool');
  } finally {
    await pool.terminate();
  }
}

test('WorkerPool: constructor(scriptPath: string, options: { size?: number; maxTasks?: number; idleTimeout?: number; })', () =>
  withPool({ size: 2, maxTasks: 3, idleTimeout: 5 }, async (pool) => {
    const map = new SharedMap();
    const all = [0, 1, 2].map((n) => pool.execute(withOthers, map, n));
    await assert.rejects(pool.execute(withOthers, map, 3), { name: 'PoolSaturatedError' });
    await until(() => map.size === 2, 'two workers');
    map.set('go', true);
    assert.equal(new Set(await Promise.all(all)).size, 2);
    await until(() => pool.stats().threads === 0, 'idle workers to end');
  }));

test('WorkerPool: map<T, R>(items: T[], fn: (item: T) => R | Promise<R>): Promise<R[]>', () =>
  withPool({ size: 2 }, async (pool) => {
    const items = Array.from({ length: 50 }, (_, n) => n);
    assert.deepEqual(
      await pool.map(items, (n) => n + 1),
      items.map((n) => n + 1),
    );
    assert.deepEqual(
      await pool.map(items, async (n) => n * 2),
      items.map((n) => n * 2),
    );
    assert.deepEqual(await pool.map(['ada', 'grace'], greet), ['hello ada', 'hello grace']);
  }));

test('WorkerPool: execute<T>(fn: () => T | Promise<T>): Promise<T>', () =>
  withPool({ size: 1 }, async (pool) => {
    assert.equal(await pool.execute(() => 1), 1);
    assert.equal(await pool.execute(async () => 'later'), 'later');
    await assert.rejects(
      pool.execute(() => {
        throw new RangeError('in the worker');
      }),
      new RangeError('in the worker'),
    );
  }));

test('WorkerPool: resize(newSize: number): Promise<void>', () =>
  withPool({ size: 1 }, async (pool) => {
    const map = new SharedMap();
    const all = [0, 1].map((n) => pool.execute(withOthers, map, n));
    await until(() => map.size === 1, 'one worker');
    assert.equal(await pool.resize(2), undefined);
    await until(() => map.size === 2, 'another one');
    map.set('go', true);
    await Promise.all(all);
    await pool.resize(1);
    assert.ok(pool.stats().threads <= 1);
  }));

test('WorkerPool: drain(): Promise<void>', () =>
  withPool({ size: 1 }, async (pool) => {
    const map = new SharedMap([['go', true]]);
    const all = [0, 1, 2].map((n) => pool.execute(withOthers, map, n));
    assert.equal(await pool.drain(), undefined);
    assert.deepEqual([...map.keys()], ['go', 0, 1, 2]);
    await Promise.all(all);
  }));

test('WorkerPool: terminate(): Promise<void>', () =>
  withPool({ size: 1 }, async (pool) => {
    const map = new SharedMap();
    const refused = assert.rejects(pool.execute(withOthers, map, 0), { name: 'PoolTerminatedError' });
    assert.equal(await pool.terminate(), undefined);
    await refused;
    assert.equal(pool.stats().threads, 0);
  }));

/** What a figure is while one worker has a task to run and two to come, and when it has run them. */
const figure = (name, running, done) =>
  withPool({ size: 1 }, async (pool) => {
    const map = new SharedMap();
    const all = [0, 1, 2].map((n) => pool.execute(withOthers, map, n));
    await until(() => map.size === 1, 'a task to run');
    assert.equal(pool[name], running);
    assert.throws(() => {
      pool[name] = 5;
    }, TypeError);
    map.set('go', true);
    await Promise.all(all);
    await pool.drain();
    assert.equal(pool[name], done);
  });

test('WorkerPool: readonly activeWorkers: number', () => figure('activeWorkers', 1, 0));

test('WorkerPool: readonly queuedTasks: number', () => figure('queuedTasks', 2, 0));

test('WorkerPool: readonly completedTasks: number', () => figure('completedTasks', 0, 3));

// ---------------------------------------------------------------- structured concurrency

/** A task that only ends when it is cancelled, some time after that, and notes that it has. */
function cancelled(notes, name) {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () =>
        setTimeout(() => {
          notes.push(name);
          reject(signal.reason);
        }, 1),
      );
    });
}

test('Bun: function concurrent<T>(tasks: (() => T | Promise<T>)[]): Promise<T[]>', async () => {
  assert.deepEqual(await concurrent([() => 1, async () => 'two']), [1, 'two']);
  const failure = new Error('of a task');
  const notes = [];
  const failing = concurrent([cancelled(notes, 'other'), () => Promise.reject(failure)]);
  assert.equal(await failing.catch((error) => error), failure);
  assert.deepEqual(notes, ['other']);
});

test('Bun: function race<T>(tasks: (() => T | Promise<T>)[]): Promise<T>', async () => {
  const notes = [];
  assert.equal(await race([cancelled(notes, 'loser'), async () => 'winner']), 'winner');
  assert.deepEqual(notes, ['loser']);
});

test('Bun: function timeout<T>(fn: () => T | Promise<T>, ms: number): Promise<T>', async () => {
  assert.equal(await timeout(async () => 'in time', 60_000), 'in time');
  const notes = [];
  await assert.rejects(timeout(cancelled(notes, 'cleaned up'), 5), TimeoutError);
  assert.deepEqual(notes, ['cleaned up']);
});

test('Bun: function pipeline<T, R>(input: AsyncIterable<T>, stages: PipelineStage<any, any>[], options?: { parallelism?: number }): AsyncIterable<R>', async () => {
  async function* source() {
    for (let n = 0; n < 20; n++) yield n;
  }
  let running = 0;
  let most = 0;
  async function slow(n) {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return n * 2;
  }
  const results = [];
  for await (const result of pipeline(source(), [slow, (n) => `${n}`], { parallelism: 3 })) results.push(result);
  assert.deepEqual(
    results,
    Array.from({ length: 20 }, (_, n) => `${n * 2}`),
  );
  assert.equal(most, 3);
});
