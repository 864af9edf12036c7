// What keeps collections alive, and that they go when nothing does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attach,
  CollectionOptionsError,
  collections,
  SharedMap,
  SharedQueue,
  SharedRecord,
  transactionSync,
} from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { heddleError } from '../support/errors.js';
import { untilCollected } from '../support/gc.js';
import { loops, random } from '../support/random.js';
import { sleep } from '../support/wait.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);
const exists = (wanted) => collections().some(({ id }) => id === wanted);
const newest = () => collections().at(-1).id;

/** Makes something in a function of its own, so that nothing on the stack keeps it. */
const apart = (make) => make();

test('collections are listed', () => {
  const map = new SharedMap([['a', 'text']], { name: 'lifetime: listed' });
  const record = new SharedRecord();
  const [first, second] = collections().slice(-2);
  assert.deepEqual(first, { id: first.id, kind: 'SharedMap', name: 'lifetime: listed', memory: map.memory });
  assert.deepEqual(second, { id: second.id, kind: 'SharedRecord', name: undefined, memory: record.memory });
  map.destroy();
  assert.equal(exists(first.id), false);
});

test('an anonymous collection goes with its last handle', async () => {
  const id = apart(() => {
    new SharedMap([['a', 1]]);
    return newest();
  });
  await untilCollected(() => !exists(id), 'the map to go');
});

test('a named one stays, unless it was to live as its handles do', async () => {
  const [permanent, passing] = apart(() => {
    new SharedMap({ name: 'lifetime: permanent' });
    const id = newest();
    new SharedMap([['a', 1]], { name: 'lifetime: passing', lifetime: 'handles' });
    return [id, newest()];
  });
  await untilCollected(() => !exists(passing), 'the passing map to go');
  assert.ok(exists(permanent));
  const again = new SharedMap({ name: 'lifetime: passing' });
  assert.equal(again.size, 0);
  again.destroy();
  assert.throws(
    () => new SharedMap({ name: 'lifetime: permanent', lifetime: 'handles' }),
    heddleError(CollectionOptionsError, /lifetime/),
  );
  new SharedMap({ name: 'lifetime: permanent' }).destroy();
});

test('a value keeps what it refers to, until it is replaced', async () => {
  const map = new SharedMap();
  const id = apart(() => {
    map.set('inner', { inner: new SharedMap([['a', 1]]) });
    return newest();
  });
  await untilCollected(() => true, '');
  assert.equal(map.get('inner').inner.get('a'), 1);
  apart(() => map.view('inner').inner);
  map.set('inner', 'nothing');
  await untilCollected(() => !exists(id), 'the inner map to go');
});

test('to look at the front of a queue keeps nothing of it', async () => {
  const queue = new SharedQueue();
  const id = apart(() => {
    const map = new SharedMap();
    const id = newest();
    queue.enqueue(map);
    return id;
  });
  let looks = 0;
  // Also after this thread has let go of the map: then each look holds it anew.
  await untilCollected(() => {
    assert.equal(
      transactionSync(() => queue.isEmpty),
      false,
    );
    return ++looks > 20;
  }, 'the looks');
  assert.ok(exists(id));
  queue.clear();
  await untilCollected(() => !exists(id), 'the map to go');
  queue.destroy();
});

test('a handle that was only written in a transaction lives until the commit', async () => {
  const map = new SharedMap();
  let id;
  const { transaction } = await import('heddle');
  await transaction(async () => {
    id = apart(() => {
      map.set('inner', new SharedMap([['a', 1]]));
      return newest();
    });
    let turns = 0;
    await untilCollected(() => ++turns > 3, 'some collections');
  });
  assert.equal(map.get('inner').get('a'), 1);
  map.delete('inner');
  await untilCollected(() => !exists(id), 'the inner map to go');
});

test('cycles go, and all memory with them', async () => {
  await untilCollected(() => !native.tidy(), 'what others left');
  const before = { count: collections().length, memory: native.stats().memory };
  apart(() => {
    for (let i = 0; i < 50; i++) {
      const first = new SharedMap([['i', i]]);
      const second = new SharedRecord({ initial: { first } });
      const third = new SharedMap([['second', { second }]]);
      first.set('third', [third]);
      third.set('me', third);
    }
  });
  assert.ok(collections().length > before.count);
  await untilCollected(
    () => collections().length <= before.count && native.stats().memory <= before.memory,
    'the cycles to go',
  );
});

test('what a thread made goes with it, but for what others refer to', async () => {
  const name = 'lifetime: a thread';
  const map = new SharedMap({ name });
  const there = await runInWorker(tasks, 'makeMany', name, 40);
  assert.ok(there > 40);
  // Its last values are left to others if somebody is inside the engine at that moment.
  await untilCollected(() => !native.tidy() && collections().length < there - 40, 'the rest to go');
  assert.equal(map.size, 10);
  for (const second of map.values()) assert.equal(typeof second.get('first').get('i'), 'number');
  const before = collections().length;
  map.destroy();
  await untilCollected(() => collections().length <= before - 11, 'all of them to go');
});

test('whoever opens a name with entries finds them, also while another thread destroys it', async () => {
  const name = 'lifetime: filled';
  const stop = sharedWords(1);
  const worker = spawn(tasks, 'openFilled', name, stop);
  let destroyed = 0;
  for (; destroyed < loops(10_000); destroyed++) {
    const map = new SharedMap([['a', 1]], { name });
    map.destroy();
    if (destroyed % 1000 === 0) await sleep(0);
  }
  Atomics.store(stop, 0, 1);
  const { opened, gone } = await worker.result;
  console.log(`destroyed ${destroyed} times, opened ${opened} times beside it, of which ${gone} were gone at once`);
  assert.ok(gone > 0);
  new SharedMap({ name }).destroy();
});

test('what was attached goes as well', async () => {
  const id = apart(() => {
    attach(structuredClone(new SharedMap()));
    return newest();
  });
  await untilCollected(() => !exists(id), 'the map to go');
});

test('any history of handles leaves what can be reached, and nothing else', async () => {
  await untilCollected(() => !native.tidy(), 'what others left');
  const before = { count: collections().length, memory: native.stats().memory };
  const root = new SharedMap();
  const reachable = () => {
    const seen = new Set([root]);
    for (const map of seen) for (const inner of map.values()) if (inner instanceof SharedMap) seen.add(inner);
    return seen.size;
  };
  apart(() => {
    const known = [root];
    for (let i = 0; i < loops(400); i++) {
      const map = known[Math.floor(random() * known.length)];
      const key = Math.floor(random() * 8);
      if (random() < 0.1) map.delete(key);
      else if (random() < 0.5) map.set(key, known[Math.floor(random() * known.length)]);
      else {
        const made = new SharedMap();
        transactionSync(() => map.set(key, made));
        known.push(made);
      }
      if (random() < 0.1) known.splice(1 + Math.floor(random() * known.length), 1);
    }
  });
  let count = 0;
  await untilCollected(() => {
    count = apart(reachable);
    return collections().length === before.count + count;
  }, 'what cannot be reached to go');
  console.log(`${count} maps can be reached`);
  assert.ok(count > 1);
  root.destroy();
  await untilCollected(
    () => collections().length <= before.count && native.stats().memory <= before.memory,
    'the rest to go',
  );
});
