// map and mapStream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolTerminatedError, SharedMap, WorkerPool } from 'heddle';
import { heddleError, nativeError, same } from '../support/errors.js';
import { inTime, until } from '../support/wait.js';
import { end, tasks, withPool } from './support.js';
import { countsAndWaits, firstIsLast, NotFoundError, onlySmall, slowly, spin, waitsAt } from './tasks/items.js';

const script = tasks('items');
const upTo = (count) => Array.from({ length: count }, (_, n) => n);

/** An iterable that says how far it was read, and whether it was closed. */
function source(count, asynchronous) {
  const seen = { read: 0, closed: 0, finished: 0 };
  const steps = function* () {
    try {
      for (let n = 0; n < count; n++) {
        seen.read++;
        yield n;
      }
      seen.finished++;
    } finally {
      seen.closed++;
    }
  };
  const later = async function* () {
    for (const n of steps()) {
      if (n % 3 === 0) await null;
      yield n;
    }
  };
  return Object.assign(asynchronous ? later() : steps(), { seen });
}

test('results are in the order of the items, whatever these come from', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const twice = upTo(500).map((n) => 2 * n);
    const items = [upTo(500), new Set(upTo(500)), upTo(500).values(), source(500, false), source(500, true)];
    for (const each of items) {
      assert.deepEqual(await pool.map(each, (n) => 2 * n), twice);
    }
    assert.deepEqual(await pool.map('añ🧵', (letter) => letter.length), [1, 1, 2]);
    assert.deepEqual(await pool.map(new SharedMap([['a', 1]]), ([key, value]) => key + value), ['a1']);
    const uneven = await pool.map(upTo(40), slowly, { chunk: 1 });
    assert.deepEqual(uneven, upTo(40), 'though the first ones take longest');
    for (const chunk of [1, 7, 500, 1000]) assert.deepEqual(await pool.map(upTo(500), (n) => 2 * n, { chunk }), twice);
  }));

test('one that takes long does not hold up the others, however many', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const map = new SharedMap([['ended', 0]]);
    const items = upTo(60).map((n) => ({ map, n, count: 60 }));
    assert.deepEqual(await inTime(pool.map(items, firstIsLast, { chunk: 1 }), 'all'), upTo(60));
  }));

test('chunks are as long as stated', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const { completedTasks } = pool;
    await pool.map(upTo(100), (n) => n, { chunk: 10 });
    await pool.drain();
    assert.equal(pool.completedTasks - completedTasks, 10);
  }));

test('nothing comes of nothing', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const items of [[], new Set(), source(0, false), source(0, true), '']) {
      assert.deepEqual(await pool.map(items, (n) => n), []);
      assert.deepEqual(await pool.map(items, (n) => n, { settle: true }), []);
    }
    assert.equal(pool.stats().threads, 0, 'no worker was needed');
  }));

test('what is not iterable', () =>
  withPool(script, { size: 1 }, async (pool) => {
    for (const wrong of [undefined, null, 7, {}, () => {}]) {
      await assert.rejects(
        pool.map(wrong, (n) => n),
        nativeError(TypeError, /iterable/),
      );
      assert.throws(() => pool.mapStream(wrong, (n) => n), nativeError(TypeError));
    }
    await assert.rejects(pool.map([1], 'add'), nativeError(TypeError));
  }));

for (const asynchronous of [false, true]) {
  const kind = asynchronous ? 'an asynchronous source' : 'a source';

  test(`the first failure is what map rejects with; it stops the rest and closes ${kind}`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const items = source(1e9, asynchronous);
      await assert.rejects(pool.map(items, onlySmall), (error) => {
        assert.ok(error instanceof NotFoundError);
        assert.match(error.message, /^\d+ is too much$/); // of two chunks either may be the first
        assert.deepEqual([error.status, error.code], [404, 'E_TOO_MUCH']);
        return true;
      });
      assert.deepEqual([items.seen.closed, items.seen.finished], [1, 0]);
      assert.ok(items.seen.read > 100);
      assert.equal(pool.stats().unfinishedTasks, 0, 'what was under way has been waited for');
      const { read } = items.seen;
      assert.deepEqual(await pool.map([1, 2], onlySmall), [1, 2]);
      assert.equal(items.seen.read, read, 'it is not read any more');
    }));

  test(`ending the stream cancels what is under way and closes ${kind}`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const items = source(1e9, asynchronous);
      const results = [];
      for await (const n of pool.mapStream(items, (n) => n)) if (results.push(n) === 100) break;
      assert.deepEqual(results, upTo(100));
      assert.deepEqual([items.seen.closed, items.seen.finished], [1, 0]);
      assert.equal(pool.stats().unfinishedTasks, 0);
    }));

  test(`${kind} is not read far ahead of who takes the results`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const items = source(1e9, asynchronous);
      const stream = pool.mapStream(items, (n) => n, { chunk: 5 });
      for (let n = 0; n < 50; n++) assert.deepEqual(await stream.next(), { value: n, done: false });
      // Whoever reads on while nobody takes anything has the time for it now.
      for (let turn = 0; turn < 5; turn++) await pool.execute((n) => n, turn);
      console.log(`${items.seen.read} items read for 50 results`);
      assert.ok(items.seen.read >= 50 && items.seen.read <= 500, `${items.seen.read} items were read`);
      await stream.return();
      assert.equal(items.seen.closed, 1);
    }));

  test(`what ${kind} throws is what it rejects with`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const reason = new Error('no more');
      const items = asynchronous
        ? (async function* () {
            yield* upTo(50);
            throw reason;
          })()
        : (function* () {
            yield* upTo(50);
            throw reason;
          })();
      await assert.rejects(
        pool.map(items, (n) => n),
        same(reason),
      );
      assert.equal(pool.stats().unfinishedTasks, 0);
    }));
}

test('a source that gives nothing for now: what there is comes through', () =>
  withPool(script, { size: 1 }, async (pool) => {
    let go;
    const gate = new Promise((resolve) => (go = resolve));
    const items = (async function* () {
      yield 1;
      yield 2;
      await gate;
      yield 3;
    })();
    const stream = pool.mapStream(items, (n) => n * 10);
    assert.equal((await stream.next()).value, 10);
    assert.equal((await stream.next()).value, 20);
    const last = stream.next();
    go();
    assert.equal((await last).value, 30);
    assert.equal((await stream.next()).done, true);
  }));

test('an abort ends a map that waits for its source', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const controller = new AbortController();
    const items = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const waiting = pool.map(items, (n) => n, { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(waiting, same(reason));
    assert.deepEqual(await pool.map([1], (n) => n), [1]);
  }));

test('with settle nothing stops, and each result says what came of it', () =>
  withPool(script, { size: 2 }, async (pool) => {
    for (const chunk of [undefined, 1, 7]) {
      const results = await pool.map(upTo(150), onlySmall, { settle: true, chunk });
      assert.deepEqual(
        results.slice(0, 100),
        upTo(100).map((value) => ({ status: 'fulfilled', value })),
      );
      for (const { status, reason } of results.slice(100)) {
        assert.equal(status, 'rejected');
        assert.ok(reason instanceof NotFoundError);
      }
      assert.equal(results.length, 150);
    }
    const statuses = [];
    for await (const { status } of pool.mapStream([1, 1000], onlySmall, { settle: true })) statuses.push(status);
    assert.deepEqual(statuses, ['fulfilled', 'rejected']);
  }));

test('a signal ends a map: before, and while its tasks run', () =>
  withPool(script, { size: 2, grace: Number.POSITIVE_INFINITY }, async (pool) => {
    const reason = { not: 'an error' };
    const items = source(1e9, false);
    await assert.rejects(
      pool.map(items, (n) => n, { signal: AbortSignal.abort(reason) }),
      same(reason),
    );
    assert.equal(items.seen.read, 0);
    const map = new SharedMap([['begun', 0]]);
    const controller = new AbortController();
    const running = pool.map([map, map, map], spin, { signal: controller.signal, chunk: 1 });
    await until(() => map.get('begun') === 2, 'both workers to spin');
    controller.abort(reason);
    await assert.rejects(running, same(reason));
    assert.equal(pool.stats().unfinishedTasks, 0);
    assert.equal(map.get('begun'), 2, 'the third was never begun');
    assert.equal(pool.stats().crashes, 0);
  }));

test('of a chunk that waits for one item no other is begun when it is cancelled', () =>
  withPool(script, { size: 1, grace: Number.POSITIVE_INFINITY }, async (pool) => {
    const map = new SharedMap([['begun', 0]]);
    const controller = new AbortController();
    const reason = new Error('enough');
    const outcome = assert.rejects(
      pool.map(new Array(10).fill(map), countsAndWaits, { chunk: 10, signal: controller.signal }),
      same(reason),
    );
    await until(() => map.get('begun') === 1, 'the first item to be begun');
    controller.abort(reason);
    await outcome;
    assert.equal(map.get('begun'), 1);
  }));

test('a map within maxTasks waits for room', () =>
  withPool(script, { size: 2, maxTasks: 3 }, async (pool) => {
    assert.deepEqual(await pool.map(upTo(200), (n) => n, { chunk: 1 }), upTo(200));
    const both = [pool.map(upTo(100), (n) => n), pool.map(source(100, true), (n) => n, { chunk: 2 })];
    assert.deepEqual(await Promise.all(both), [upTo(100), upTo(100)]);
  }));

test('a pool that ends ends its maps', async () => {
  const pool = new WorkerPool(script, { size: 1 });
  const map = new SharedMap();
  const running = pool.map(
    upTo(20).map(() => map),
    waitsAt,
    { chunk: 1 },
  );
  await until(() => map.get('begun'), 'a task to run');
  const rejected = assert.rejects(inTime(running, 'the map'), heddleError(PoolTerminatedError));
  await end(pool);
  await rejected;
  await assert.rejects(
    pool.map([1], (n) => n),
    heddleError(PoolTerminatedError),
  );
});

/** The signal of a controller, and how many listen to it. */
function counted({ signal }) {
  const count = { listeners: 0 };
  for (const [method, step] of [
    ['addEventListener', 1],
    ['removeEventListener', -1],
  ]) {
    signal[method] = (...args) => {
      count.listeners += step;
      AbortSignal.prototype[method].apply(signal, args);
    };
  }
  return count;
}

test('a stream listens to its signal from the first result that is wanted to its end', () =>
  withPool(undefined, { size: 1 }, async (pool) => {
    const controller = new AbortController();
    const count = counted(controller);
    const { signal } = controller;
    const stream = pool.mapStream([1, 2, 3], (n) => n, { signal, chunk: 1 });
    const late = pool.mapStream([1, 2, 3], (n) => n, { signal });
    assert.equal(count.listeners, 0);
    assert.equal((await stream.next()).value, 1);
    assert.equal(count.listeners, 1);
    await stream.return();
    assert.equal(count.listeners, 0);
    controller.abort('too late');
    await assert.rejects(late.next(), (error) => error === 'too late');
    assert.equal(pool.stats().unfinishedTasks, 0);
  }));

test('as many chunks are under way as the pool has workers for, also after resize', () =>
  withPool(undefined, { size: 1 }, async (pool) => {
    await pool.resize(2);
    const map = new SharedMap();
    let taken = 0;
    const items = (function* () {
      for (; taken < 100; taken++) yield map;
    })();
    const wait = async (map) => {
      while (!map.get('go')) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const stream = pool.mapStream(items, wait, { chunk: 1 });
    const first = stream.next();
    await until(() => pool.stats().unfinishedTasks >= 8, 'the chunks for two workers');
    assert.equal(pool.stats().unfinishedTasks, 8);
    map.set('go', true);
    await first;
    await stream.return();
  }));
