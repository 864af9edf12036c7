// Where the code runs that hears of changes: in the asynchronous context of who awaits or has subscribed, outside of transactions; and
// what keeps a process alive.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  getTransactionId,
  isInTransaction,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  transaction,
  transactionSync,
} from 'heddle';
import { turn, until } from '../support/wait.js';
import { runInWorker } from '../support/workers.js';
import { held } from './support.js';

const tasks = new URL('./worker-tasks.js', import.meta.url);
const storage = new AsyncLocalStorage();

/** Waits until whoever is to be told of what has been written has been. */
async function settled() {
  const probe = new SharedMap();
  const watcher = probe.watch('a');
  probe.set('a', 1);
  await watcher.next();
  await watcher.return();
  for (let turns = 0; turns < 5; turns++) await turn();
}

// ---------------------------------------------------------------- awaiting

test('who awaits changes goes on in its own context', async () => {
  const map = new SharedMap();
  const watcher = storage.run('made', () => map.watchAll());
  const one = async (name) => {
    await watcher.next();
    return [storage.getStore() === name, isInTransaction()];
  };
  const loop = async () => {
    const seen = new Set();
    for await (const { newValue } of map.watchAll()) {
      seen.add(storage.getStore());
      if (newValue === 2) break;
    }
    return [...seen];
  };
  const all = ['a', 'b', 'c'].map((name) => storage.run(name, one, name));
  const loops = ['d', 'e'].map((name) => storage.run(name, loop));
  await storage.run('writer', () => transaction(async () => map.set('a', 1)));
  await turn();
  await storage.run('writer', () => transaction(async () => ['b', 'c'].map((key) => map.set(key, 2))));
  assert.deepEqual(await Promise.all(all), Array(3).fill([true, false]));
  assert.deepEqual(await Promise.all(loops), [['d'], ['e']]);
  await watcher.return();
});

test('a body that awaits a change outside of it stays in its transaction', async () => {
  const map = new SharedMap([['a', 0]]);
  const [trigger, written] = [new SharedMap(), new SharedMap()];
  const watcher = trigger.watch('go');
  const body = storage.run('body', () =>
    transaction(async () => {
      const id = getTransactionId();
      map.set('a', 1);
      await watcher.next();
      assert.equal(getTransactionId(), id);
      assert.equal(storage.getStore(), 'body');
      written.set('a', map.get('a'));
    }),
  );
  await turn();
  assert.equal(map.get('a'), 0, 'not committed');
  trigger.set('go', 1);
  await body;
  assert.deepEqual([map.get('a'), written.get('a')], [1, 1]);
});

// ---------------------------------------------------------------- subscriptions

for (const [what, make, change] of [
  ['a map', () => new SharedMap(), (map, n) => map.set(n, n)],
  ['a record', () => new SharedRecord(), (record, n) => record.set(`f${n}`, n)],
  ['a set', () => new SharedSet(), (set, n) => set.add(n)],
  ['an array', () => new SharedArray(), (array, n) => array.push(n)],
  ['a queue', () => new SharedQueue(), (queue, n) => queue.enqueue(n)],
]) {
  test(`a listener of ${what} is called once for a burst, until it is told no more`, async () => {
    const collection = make();
    let calls = 0;
    const end = collection.subscribe(() => calls++);
    await settled();
    assert.equal(calls, 0);
    for (let burst = 1; burst <= 3; burst++) {
      for (let n = 0; n < 10; n++) change(collection, burst * 10 + n);
      assert.equal(calls, burst - 1, 'not before the end of the job');
      await until(() => calls === burst, 'the listener to be called');
      await settled();
      assert.equal(calls, burst);
    }
    assert.throws(() => {
      transactionSync(() => {
        change(collection, 100);
        throw new RangeError('mine');
      });
    }, RangeError);
    await settled();
    assert.equal(calls, 3, 'not for what is undone');
    change(collection, 101);
    end();
    end();
    change(collection, 102);
    await settled();
    assert.equal(calls, 3);
    collection.destroy();
  });
}

test('a listener runs in the context of who has subscribed, in no transaction', async () => {
  const map = new SharedMap([['a', 0]]);
  const seen = [];
  const note = () => {
    seen.push([storage.getStore(), isInTransaction(), getTransactionId()]);
    if (map.get('heard') === undefined) map.set('heard', true); // a commit of its own
  };
  await storage.run('subscriber', () => transaction(async () => map.subscribe(note)));
  storage.run('other', () => transactionSync(() => map.subscribe(note)));
  await storage.run('writer', () => transaction(async () => map.set('a', 1)));
  await until(() => seen.length >= 2 && map.get('heard') === true, 'both to be told');
  await settled();
  assert.deepEqual(new Set(seen.map(([store]) => store)), new Set(['subscriber', 'other']));
  for (const [, inTransaction, id] of seen) assert.deepEqual([inTransaction, id], [false, null]);
  map.destroy();
});

test('a listener of one key', async () => {
  const map = new SharedMap();
  const calls = { a: 0, undefined: 0, all: 0 };
  map.subscribe(() => calls.a++, { key: 'a' });
  map.subscribe(() => calls.undefined++, { key: undefined });
  map.subscribe(() => calls.all++, {});
  for (const [keys, expected] of [
    [['b'], { a: 0, undefined: 0, all: 1 }],
    [['a', 'b', 'a'], { a: 1, undefined: 0, all: 2 }],
    [[undefined], { a: 1, undefined: 1, all: 3 }],
  ]) {
    for (const key of keys) map.set(key, 1);
    await until(() => calls.all === expected.all, 'the listener to be called');
    await settled();
    assert.deepEqual(calls, expected);
  }
  map.clear();
  await until(() => calls.all === 4, 'the listener to be called');
  await settled();
  assert.deepEqual(calls, { a: 2, undefined: 2, all: 4 });
  const record = new SharedRecord({ initial: { host: '', port: 0 } });
  const set = new SharedSet();
  const told = [];
  record.subscribe(() => told.push('port'), { key: 'port' });
  set.subscribe(() => told.push('x'), { key: 'x' });
  record.set('host', 'a');
  set.add('y');
  await settled();
  assert.deepEqual(told, []);
  record.set('port', 1);
  set.add('x');
  await until(() => told.length === 2, 'both to be told');
});

test('what a listener ends or begins is settled at once', async () => {
  const map = new SharedMap();
  const calls = [];
  const ends = [];
  for (const n of [0, 1]) {
    ends[n] = map.subscribe(() => {
      calls.push(n);
      ends[1 - n]();
    });
  }
  map.set('a', 1);
  await until(() => calls.length > 0, 'one to be called');
  await settled();
  assert.equal(calls.length, 1, 'the other one was ended by it');
  map.set('a', 2);
  await until(() => calls.length === 2, 'the first one to be called again');
  assert.equal(calls[0], calls[1]);
  let late = 0;
  const begun = map.subscribe(() => {
    if (late++ === 0) map.subscribe(() => late++);
  });
  map.set('a', 3);
  await until(() => late === 1, 'it to be called');
  await settled();
  assert.equal(late, 1);
  map.set('a', 4);
  await until(() => late === 3, 'both to be called');
  begun();
  map.destroy();
});

test('a listener is not called for the end of its collection', async () => {
  const map = new SharedMap();
  const before = held();
  let calls = 0;
  const read = () => {
    calls++;
    map.get('a');
  };
  map.subscribe(read);
  map.subscribe(read, { key: 'a' });
  map.set('a', 1);
  await until(() => calls === 2, 'both to be called');
  map.set('a', 2);
  map.destroy();
  await settled();
  assert.equal(calls, 2);
  assert.ok(held().watches <= before.watches);
});

test('whoever reads when it is called knows what another thread has written in the end', async () => {
  const name = 'watch context: bursts';
  const map = new SharedMap({ name });
  const seen = [];
  map.subscribe(() => seen.push(map.get('twice') ?? 0), { key: 'n' });
  const count = 2000;
  await runInWorker(tasks, 'say', name, count);
  await until(() => seen.at(-1) === 2 * count, 'the last value to be seen');
  console.log(`${seen.length} calls for ${count} commits`);
  assert.ok(seen.length <= count);
  for (const [n, value] of seen.entries()) assert.ok(n === 0 || value >= seen[n - 1]);
  map.destroy();
});

test('subscribe and view are what an external store needs', async () => {
  const map = new SharedMap([['a', { n: 0 }]]);
  let calls = 0;
  const store = { subscribe: (listener) => map.subscribe(listener, { key: 'a' }), snapshot: () => map.view('a') };
  const end = store.subscribe(() => calls++);
  const first = store.snapshot();
  map.set('other', 1);
  assert.equal(store.snapshot(), first);
  map.set('a', { n: 1 });
  const second = store.snapshot();
  assert.notEqual(second, first);
  assert.deepEqual([first.n, second.n], [0, 1]);
  await until(() => calls === 1, 'the listener to be called');
  assert.equal(store.snapshot(), second);
  end();
});

// ---------------------------------------------------------------- the process

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

async function run(fixture, ...args) {
  const program = fileURLToPath(new URL(`./fixtures/${fixture}.js`, import.meta.url));
  const child = spawn(process.execPath, [...flags, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  const [code] = await once(child, 'close');
  return { printed, code };
}

for (const what of ['next', 'loop', 'place', 'queue', 'signal']) {
  test(`a process stays alive for a next that waits, and no longer: ${what}`, async () => {
    assert.deepEqual(await run('stays', what), { printed: `waiting\n${what} done\n`, code: 0 });
  });
}

for (const what of ['watch', 'taken', 'ended', 'subscribe']) {
  test(`it does not stay alive for a watch of which nothing waits: ${what}`, async () => {
    assert.deepEqual(await run('stays', what), { printed: 'waiting\n', code: 0 });
  });
}

test('what a listener throws is uncaught, and everybody else is told', async () => {
  const { printed, code } = await run('throws');
  const lines = printed.trim().split('\n');
  const burst = ['told', 'uncaught: first', 'uncaught: of the key'];
  assert.deepEqual([lines.slice(0, 3).sort(), lines.slice(3, 6).sort()], [burst, burst], printed);
  assert.deepEqual(lines.slice(6), ['1 item']);
  assert.equal(code, 0);
});
