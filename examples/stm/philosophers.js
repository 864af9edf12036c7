// Dining philosophers. Each takes both forks in one transaction, or waits, without holding one, until the forks that it has
// looked at have changed: no deadlock, and no order of forks to keep to.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { readTransactionSync, retry, SharedMap, transaction, transactionSync } from 'heddle';

const NAMES = ['Descartes', 'Hypatia', 'Kant', 'Simone', 'Zeno'];
const MEALS = 200;
/** Who has each fork: a philosopher, or null. */
const forks = new SharedMap(
  NAMES.map((_, fork) => [fork, null]),
  { name: 'philosophers: forks' },
);
const meals = new SharedMap(
  NAMES.map((name) => [name, 0]),
  { name: 'philosophers: meals' },
);

if (isMainThread) {
  const tables = [
    [0, 2, 4],
    [1, 3],
  ].map((seats) => new Worker(new URL(import.meta.url), { workerData: seats }));
  let dining = true;
  const ended = Promise.all(tables.map((worker) => once(worker, 'exit'))).then(() => {
    dining = false;
  });
  let most = 0;
  while (dining) {
    const held = readTransactionSync(() => [...forks.values()].filter((who) => who !== null));
    for (const who of held) assert.equal(held.filter((other) => other === who).length, 2, `${who} has one fork`);
    most = Math.max(most, held.length / 2);
    await nextTurn();
  }
  await ended;
  assert.deepEqual([...meals.values()], Array(NAMES.length).fill(MEALS));
  console.log(`${NAMES.join(', ')} ate ${MEALS} times each, up to ${most} of them at once`);
} else {
  await Promise.all(workerData.map(dine));
}

async function dine(seat) {
  const name = NAMES[seat];
  const mine = [seat, (seat + 1) % NAMES.length];
  for (let meal = 0; meal < MEALS; meal++) {
    await transaction(() => {
      if (mine.some((fork) => forks.get(fork) !== null)) retry();
      for (const fork of mine) forks.set(fork, name);
    });
    await nextTurn(); // eats
    transactionSync(() => {
      for (const fork of mine) forks.set(fork, null);
      meals.update(name, (n) => n + 1);
    });
  }
}
