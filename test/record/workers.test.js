import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTransactionSync, SharedRecord } from 'heddle';
import { loops } from '../support/random.js';
import { runInWorker, sharedWords, spawn } from '../support/workers.js';

const tasks = new URL('./tasks.js', import.meta.url);

test('one name is one record in all threads', async () => {
  const record = new SharedRecord({ name: 'record workers:one', initial: { a: { from: 'main' } } });
  const fields = { b: [1, 2n, null, undefined], c: new Map([['d', new Date(0)]]) };
  const seen = await runInWorker(tasks, 'assign', 'record workers:one', fields);
  assert.deepEqual(seen, { a: { from: 'main' }, ...fields });
  assert.deepEqual(record.toObject(), seen);
  record.destroy();
});

test('no thread sees half of an update', async () => {
  const record = new SharedRecord({ name: 'record workers:halves', initial: { low: 0, high: 0, text: '0' } });
  const words = sharedWords(1);
  const writer = spawn(tasks, 'raise', 'record workers:halves', words);
  const snapshots = new Set();
  const look = () => {
    const { low, high, text } = record.toObject();
    assert.equal(low, high);
    assert.equal(text, String(low));
    readTransactionSync(() => assert.equal(record.get('low'), record.view('high')));
    snapshots.add(low);
    return snapshots.size > loops(300);
  };
  try {
    await writer.until(look, 'the writer to go on');
  } finally {
    Atomics.store(words, 0, 1);
  }
  const rounds = await writer.result;
  console.log(`${snapshots.size} of ${rounds} updates seen`);
  assert.equal(record.get('low'), rounds);
  record.destroy();
});

test('of two threads that create a record with initial fields, one does, whole', async () => {
  const won = new Set();
  for (let round = 0; round < loops(5); round++) {
    const name = `record workers:created:${round}`;
    const gate = sharedWords(1);
    const seen = await Promise.all(
      ['first', 'second'].map((owner) => runInWorker(tasks, 'openWith', name, owner, 500, gate)),
    );
    assert.equal(seen[0].length, 500);
    assert.equal(new Set(seen.flat()).size, 1);
    assert.deepEqual(seen[0], seen[1]);
    won.add(seen[0][0]);
    new SharedRecord({ name }).destroy();
  }
  console.log(`won by ${[...won].join(' and ')}`);
});

test('two threads that update different fields lose nothing', async () => {
  const record = new SharedRecord({ name: 'record workers:fields', initial: { first: 0, second: 0 } });
  const times = loops(5000);
  const gate = sharedWords(1);
  await Promise.all(
    ['first', 'second'].map((field) => runInWorker(tasks, 'count', 'record workers:fields', field, times, gate)),
  );
  assert.deepEqual(record.toObject(), { first: times, second: times, sum: 2 * times });
  record.destroy();
});
