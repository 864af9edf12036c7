// Watchers in several threads, and threads that go while they watch.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedArray, SharedMap, SharedQueue } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { untilCollected } from '../support/gc.js';
import { loops, random } from '../support/random.js';
import { turn, until } from '../support/wait.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';
import { insideOrAnywhere, kill, report } from '../workers/kill.js';
import { assertNoMore, held, take } from './support.js';

const tasks = new URL('./worker-tasks.js', import.meta.url);

test('watchers in two threads hear all that a third one commits, in its order', async () => {
  const name = 'watch workers: hear';
  const map = new SharedMap(
    [
      ['n', 0],
      ['twice', 0],
    ],
    { name },
  );
  const before = held();
  const count = loops(4000);
  const words = sharedWords(1);
  const hearers = [0, 1].map(() => spawn(tasks, 'hear', name, count, words));
  for (const hearer of hearers) await hearer.until(() => Atomics.load(words, 0) === 2, 'all to watch');
  await runInWorker(tasks, 'say', name, count);
  const heard = await Promise.all(hearers.map(({ result }) => result));
  for (const { wrong, reads } of heard) assert.deepEqual([wrong, reads], [0, 2 * count]);
  const waits = heard.map(({ waits }) => waits);
  console.log(`${count} commits; the watchers came to an end of what there was ${waits.join(' and ')} times`);
  assert.ok(waits.every((n) => n > 0));
  await until(() => native.stats().watches === before.watches, 'the watches to go');
  assertNoMore(before);
  map.destroy();
});

/** A map, an array and a queue that are watched, and written while a thread is about to be terminated. */
function watched(name) {
  const map = new SharedMap(
    Array.from({ length: 8 }, (_, key) => [key, { n: key, text: '' }]),
    { name },
  );
  const array = new SharedArray({ name: `${name}: array` });
  const queue = new SharedQueue({ name: `${name}: queue` });
  const before = held();
  let alive = 0;
  const write = (n) => {
    map.set(n % 8, { n, text: 'x'.repeat(n % 2000) });
    array.push(n);
    if (array.length > 20) array.splice(n % 10, 15);
    queue.enqueue(n);
    if (queue.size > 5) queue.clear();
  };
  return {
    tasks,
    maps: [map, counted(array), counted(queue)],
    get alive() {
      return alive;
    },
    async writeAWhile() {
      for (let n = Math.floor(random() * 300); n > 0; n--) {
        write(n);
        if (n % 10 === 0) await turn();
      }
      if (held().watches > before.watches) alive++;
    },
    assertWhole() {
      assertNoMore(before);
      assert.equal(map.size, 8);
    },
    goOn(round) {
      for (let n = 0; n < 20; n++) write(round * 20 + n);
      array.clear();
      queue.clear();
    },
  };
}

/** A collection as kill.js counts them: these have no records of their own. */
const counted = (collection) => ({
  name: collection.name,
  size: 0,
  get memory() {
    return collection.memory;
  },
  destroy: () => collection.destroy(),
});

test('threads that are terminated while they watch', async () => {
  const name = 'watch workers: terminated';
  let scene;
  const open = (name) => (scene = watched(name));
  const moment = async (victim) => {
    await victim.worker.until(victim.hasBegun, 'the worker to begin');
    await victim.scene.writeAWhile();
    return insideOrAnywhere(victim);
  };
  const times = loops(16);
  const caught = await kill({ scene: open, task: 'watchOnAndOn', name, times, moment });
  report('watchOnAndOn', caught, ['events', 'inside the engine']);
  console.log(`${scene.alive} of ${times} had watches`);
  assert.ok(scene.alive > 0);
});

test('threads that end while they watch', async () => {
  const name = 'watch workers: left open';
  const collections = [
    new SharedMap({ name }),
    new SharedArray({ name: `${name}: array` }),
    new SharedQueue({ name: `${name}: queue` }),
  ];
  const before = held();
  const { threads } = native.stats();
  for (let round = 0; round < 3; round++) {
    const worker = spawn(tasks, 'leaveOpen', name);
    assert.ok((await worker.result) > 0);
    await worker.terminate(); // some next still waits
    await until(() => native.stats().threads === threads, 'the thread to go');
    assertNoMore(before);
    collections[0].set(1, round);
  }
  for (const collection of collections) collection.destroy();
});

test('watches that begin and end all the time leave nothing behind', async () => {
  const name = 'watch workers: storm';
  const map = new SharedMap({ name });
  const others = [new SharedArray([1, 2], { name: `${name}: array` }), new SharedQueue({ name: `${name}: queue` })];
  const before = held();
  const words = sharedWords(2);
  const worker = spawn(tasks, 'storm', name, words, Math.floor(random() * 2 ** 31));
  const key = map.watch(3, { buffer: 1 << 20 });
  let stormed = false;
  const enough = worker
    .until(() => Atomics.load(words, 1) > loops(1000), 'enough watches')
    .finally(() => (stormed = true));
  let writes = 0;
  for (let n = 0; !stormed; n++) {
    for (let i = 0; i < 20; i++) map.set(i % 8, { writes: writes++ });
    others[0].push(n);
    if (n % 8 === 0) others[0].clear();
    others[1].enqueue(n);
    others[1].tryDequeue();
    await turn();
  }
  await enough;
  Atomics.store(words, 0, 2);
  const { begun, told } = await worker.result;
  console.log(`${begun} watches begun and ended, which had ${told} changes to tell; ${writes} writes beside them`);
  assert.ok(begun > 0 && told > 0);
  const mine = (await take(key, key.lag)).filter(({ newValue }) => typeof newValue === 'object');
  assert.ok(mine.length >= writes / 10, 'who stays hears everything');
  for (const [n, { newValue }] of mine.entries()) assert.ok(n === 0 || newValue.writes > mine[n - 1].newValue.writes);
  await key.return();
  assertNoMore(before);
  for (const collection of [map, ...others]) collection.destroy();
});

// ---------------------------------------------------------------- garbage

test('a watch that nobody refers to any more ends, one of which a next waits and a subscription do not', async () => {
  const map = new SharedMap([['a', 0]], { name: 'watch workers: dropped' });
  const before = held();
  const apart = (fn) => fn();
  const { signal } = new AbortController(); // which lives on
  let told;
  let notified = 0;
  apart(() => {
    for (let n = 0; n < 20; n++) {
      map.watch('a', n % 2 === 0 ? { signal } : {});
      map.watchAll({ initial: true });
    }
    told = map.watch('a').next();
    map.subscribe(() => notified++);
  });
  map.set('a', 1);
  assert.ok(held().watches >= before.watches + 42);
  await until(() => notified === 1, 'the subscription to be notified');
  assert.equal((await told).value.newValue, 1);
  apart(() => {
    told = map.watch('a').next();
  });
  await untilCollected(() => held().watches === before.watches + 2, 'the watches to go');
  let rounds = 0;
  await untilCollected(() => ++rounds > 5, 'some collections');
  assert.equal(held().watches, before.watches + 2, 'both stay');
  assert.equal(held().memoryTold, before.memoryTold);
  map.set('a', 2);
  assert.equal((await told).value.newValue, 2);
  await until(() => notified === 2, 'the subscription to be notified again');
  map.destroy();
  await untilCollected(() => held().watches === before.watches, 'all to go');
  assert.equal(signal.aborted, false);
});

test('a watcher keeps its collection', async () => {
  const { collections } = await import('heddle');
  const apart = (fn) => fn();
  const watcher = apart(() => new SharedMap([['a', 1]]).watch('a', { initial: true }));
  const { id } = collections().at(-1);
  let rounds = 0;
  await untilCollected(() => ++rounds > 5, 'some collections');
  assert.ok(collections().some((each) => each.id === id));
  assert.equal((await take(watcher, 1))[0].newValue, 1);
  await watcher.return();
});
