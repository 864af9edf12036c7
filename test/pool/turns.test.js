// Who waits for whom: tasks for tasks, event loops for tasks, and what is ambient when it goes on.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { inTime, until } from '../support/wait.js';
import { tasks, withPool } from './support.js';

const script = tasks('turns');
const upTo = (count) => Array.from({ length: count }, (_, n) => n);

for (const long of ['long', 'longSpin']) {
  test(`no short task waits for a long one: ${long}`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const map = new SharedMap([['order', []]]);
      await Promise.all(upTo(2).map((n) => pool.run('identity', [n])));
      const all = [pool.run(long, [map]), ...upTo(150).map((n) => pool.run('short', [map, n]))];
      await inTime(Promise.all(all.slice(1)), 'the short ones');
      assert.equal(map.get('order').length, 150);
      map.set('open', true);
      await all[0];
      assert.equal(map.get('order').at(-1), 'long');
    }));

  test(`nor those that come when all of them have been given out: ${long}`, () =>
    withPool(script, { size: 2 }, async (pool) => {
      const map = new SharedMap([['order', []]]);
      const all = upTo(75).map((n) => pool.run('short', [map, n]));
      const last = pool.run(long, [map]);
      all.push(...upTo(75).map((n) => pool.run('short', [map, 75 + n])));
      await until(() => map.get('long') === 'running', 'the long one to run');
      await inTime(Promise.all(all), 'the short ones');
      map.set('open', true);
      await last;
      assert.equal(map.get('order').at(-1), 'long');
    }));
}

test('the event loop of a worker turns between tasks, and while they wait', () =>
  withPool(script, { size: 1 }, async (pool) => {
    const map = new SharedMap();
    await pool.run('startTicking', [map, 'ticks']);
    await until(() => map.get('ticks') > 5, 'turns while there is nothing to do');
    const before = map.get('ticks');
    await inTime(pool.run('waitFor', [map, 'ticks', before + 5]), 'turns while a task waits');
    const from = map.get('ticks');
    let done = 0;
    // The worker always has tasks that it could begin.
    const goOn = async () => {
      while (map.get('ticks') < from + 5) {
        await Promise.all(upTo(50).map((n) => pool.run('identity', [n])));
        done++;
      }
    };
    await inTime(Promise.all([goOn(), goOn(), goOn()]), 'turns between tasks');
    assert.ok(done > 0);
  }));

test('what follows a task has the context of who has submitted it', () =>
  withPool(script, { size: 2 }, async (pool) => {
    const ambient = new AsyncLocalStorage();
    const controller = new AbortController();
    const each = async (n) => {
      assert.equal(await pool.execute((n) => n, n), n);
      assert.equal(ambient.getStore(), n);
      await assert.rejects(pool.run('nothing of that name'));
      assert.equal(ambient.getStore(), n);
      await pool.map([1, 2], (n) => n);
      assert.equal(ambient.getStore(), n);
      for await (const _ of pool.mapStream([1, 2], (n) => n)) assert.equal(ambient.getStore(), n);
      await pool.run('identity', [n], { signal: controller.signal, timeout: 60_000 });
      assert.equal(ambient.getStore(), n);
      await pool.ready();
      assert.equal(ambient.getStore(), n);
    };
    await Promise.all(upTo(20).map((n) => ambient.run(n, each, n)));
    assert.equal(ambient.getStore(), undefined);
  }));
