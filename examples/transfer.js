// Two workers move money between the same accounts. Each transfer is a transaction, so the sum never changes:
// not at the end, and not in any snapshot that the main thread takes meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, Worker } from 'node:worker_threads';
import { readTransactionSync, SharedMap, transactionSync } from 'heddle';

const ACCOUNTS = 10;
const TRANSFERS = 10_000;
/** @type {SharedMap<number, number>} */
const accounts = new SharedMap({ name: 'transfer: accounts' });

if (isMainThread) {
  accounts.setMany(Array.from({ length: ACCOUNTS }, (_, id) => [id, 100]));

  const workers = [new Worker(new URL(import.meta.url)), new Worker(new URL(import.meta.url))];
  let working = true;
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit'))).then(() => {
    working = false;
  });

  let snapshots = 0;
  while (working) {
    assert.equal(readTransactionSync(sum), ACCOUNTS * 100);
    snapshots++;
    await nextTurn();
  }
  await ended;
  assert.equal(sum(), ACCOUNTS * 100);
  console.log(`${2 * TRANSFERS} transfers, ${snapshots} snapshots, and always ${sum()} in all accounts together`);
} else {
  for (let i = 0; i < TRANSFERS; i++) transfer(randomAccount(), randomAccount(), 1 + (i % 10));
}

function transfer(from, to, amount) {
  transactionSync(() => {
    const balance = accounts.get(from) ?? 0;
    if (from === to || balance < amount) return;
    accounts.set(from, balance - amount);
    accounts.set(to, (accounts.get(to) ?? 0) + amount);
  });
}

function sum() {
  return [...accounts.values()].reduce((a, b) => a + b);
}

function randomAccount() {
  return Math.floor(Math.random() * ACCOUNTS);
}
