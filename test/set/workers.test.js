import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSet } from 'heddle';
import { loops } from '../support/random.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

/** Runs a task in two workers that begin at the same time. */
const inTwo = (task, argumentsOf) => {
  const gate = sharedWords(1);
  return Promise.all([0, 1].map((me) => runInWorker(tasks, task, ...argumentsOf(me), gate)));
};

test('two threads that add at the same time do not conflict, and nothing is lost', async () => {
  const set = new SharedSet(['both'], { name: 'set workers:add' });
  const count = 3 * loops(2000);
  await inTwo('add', (me) => [set.name, me * count, count]);
  assert.equal(set.size, 2 * count + 1);
  assert.ok(set.isSupersetOf(new Set(Array.from({ length: 2 * count }, (_, i) => i))));
  assert.equal(set.stats().conflicts, 0);
  assert.equal(set.stats().commits, 2 * count + 1);
  set.destroy();
});

test('what one thread adds only if it is not there, one thread adds', async () => {
  const set = new SharedSet({ name: 'set workers:claim' });
  const count = loops(5000);
  const claimed = await inTwo('claim', () => [set.name, count]);
  console.log(`claimed: ${claimed}, conflicts: ${set.stats().conflicts}`);
  assert.equal(claimed[0] + claimed[1], count);
  assert.equal(set.size, count);
  set.destroy();
});

test('of two sets whose elements move, a method sees one moment', async () => {
  const elements = Array.from({ length: 20 }, (_, i) => i);
  const first = new SharedSet(elements, { name: 'set workers:first' });
  const second = new SharedSet({ name: 'set workers:second' });
  const words = sharedWords(1);
  const mover = spawn(tasks, 'move', [first.name, second.name], elements, words);
  const sizes = new Set();
  let rounds = 0;
  const look = () => {
    assert.equal(first.union(second).size, elements.length);
    assert.equal(second.symmetricDifference(first).size, elements.length);
    assert.equal(first.intersection(second).size, 0);
    assert.ok(first.isDisjointFrom(second) && second.isDisjointFrom(first));
    sizes.add(first.difference(second).size);
    return sizes.size > 5 && ++rounds > loops(300);
  };
  try {
    await mover.until(look, 'elements to move');
  } finally {
    Atomics.store(words, 0, 1);
  }
  console.log(`${await mover.result} moves`);
  assert.deepEqual(await runInWorker(tasks, 'common', [first.name, second.name]), new Set());
  first.destroy();
  second.destroy();
});

test('of two threads that create a set with elements, one does, whole', async () => {
  const won = new Set();
  for (let round = 0; round < loops(5); round++) {
    const name = `set workers:created:${round}`;
    const seen = await inTwo('openWith', (me) => [name, me, 500]);
    assert.equal(seen[0].length, 500);
    assert.deepEqual(seen[0], seen[1]);
    assert.equal(new Set(seen[0].map(([owner]) => owner)).size, 1);
    won.add(seen[0][0][0]);
    new SharedSet({ name }).destroy();
  }
  console.log(`won by ${[...won].join(' and ')}`);
});
