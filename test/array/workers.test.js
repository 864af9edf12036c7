import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransactionSync, SharedArray, transactionSync } from 'heddle';
import { loops } from '../support/random.js';
import { sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

/** Runs a task in two workers at once, which both get `gate`. */
function both(task, ...args) {
  const gate = sharedWords(1);
  return Promise.all([0, 1].map((id) => spawn(tasks, task, ...args.map((arg) => arg(id, gate))).result));
}

for (const inTransactions of [false, true]) {
  test(`what two workers push ${inTransactions ? 'in transactions ' : ''}is all there, in the order of each, without conflicts`, async () => {
    const name = `array workers:push ${inTransactions}`;
    const array = new SharedArray({ name });
    const times = loops(3000);
    const lengths = await both(
      'push',
      () => name,
      (id) => id,
      () => times,
      (_, gate) => gate,
      () => inTransactions,
    );
    assert.equal(array.length, 2 * times);
    const next = [0, 0];
    let turns = 0;
    let last = -1;
    for (const [id, n] of array) {
      assert.equal(n, next[id]++);
      if (id !== last) turns++;
      last = id;
    }
    if (!inTransactions) {
      const all = lengths.flat().sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: 2 * times }, (_, i) => i + 1),
      );
    }
    console.log(`${turns} turns`);
    assert.ok(turns > 2);
    assert.equal(array.stats().conflicts, 0);
    array.destroy();
  });
}

test('changes of different elements do not conflict', async () => {
  const name = 'array workers:elements';
  const array = new SharedArray(new Array(200).fill(0), { name });
  const times = loops(3000);
  await both(
    'raise',
    () => name,
    (id) => id * 100,
    (id) => id * 100 + 100,
    () => times,
    (_, gate) => gate,
  );
  assert.equal(
    array.reduce((a, b) => a + b),
    2 * times,
  );
  assert.equal(array.stats().conflicts, 0);
  array.destroy();
});

test('changes of the same elements do, and none is lost', async () => {
  const name = 'array workers:same';
  const array = new SharedArray([0, 0], { name });
  const times = loops(10_000);
  await both(
    'raise',
    () => name,
    () => 0,
    () => 2,
    () => times,
    (_, gate) => gate,
  );
  assert.equal(array.get(0) + array.get(1), 2 * times);
  console.log(`${array.stats().conflicts} conflicts`);
  assert.ok(array.stats().conflicts > 0);
  array.destroy();
});

test('each element is popped once', async () => {
  const name = 'array workers:pop';
  const count = loops(4000);
  const array = new SharedArray(
    Array.from({ length: count }, (_, i) => i),
    { name },
  );
  const popped = await both(
    'popAll',
    () => name,
    (_, gate) => gate,
  );
  for (const each of popped) for (let i = 1; i < each.length; i++) assert.ok(each[i] < each[i - 1]);
  assert.deepEqual(
    popped.flat().sort((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i),
  );
  console.log(`${popped.map((each) => each.length)} popped, ${array.stats().conflicts} conflicts`);
  assert.equal(array.length, 0);
  array.destroy();
});

test('no thread sees half of a move', async () => {
  const name = 'array workers:moves';
  const count = 500;
  const array = new SharedArray(
    Array.from({ length: count }, (_, i) => i),
    { name },
  );
  const sum = (count * (count - 1)) / 2;
  const words = sharedWords(1);
  const mover = spawn(tasks, 'shuffle', name, words);
  const seen = new Set();
  let looks = 0;
  const look = () => {
    looks++;
    const elements = array.slice();
    assert.equal(elements.length, count);
    assert.equal(
      elements.reduce((a, b) => a + b),
      sum,
    );
    assert.equal(
      [...array].reduce((a, b) => a + b),
      sum,
    );
    readTransactionSync(() => {
      assert.equal(array.length, count);
      assert.equal(array.slice(0, 250).length + array.slice(250).length, count);
      assert.notEqual(array.get(count - 1), undefined);
    });
    transactionSync(() => assert.equal(new Set(array.slice(-40)).size, 40));
    seen.add(elements.join());
    return seen.size > loops(100);
  };
  try {
    await mover.until(look, 'the mover to go on');
  } finally {
    Atomics.store(words, 0, 1);
  }
  const { moves } = await mover.result;
  console.log(`${moves} moves, ${seen.size} orders seen in ${looks} looks`);
  array.destroy();
});
