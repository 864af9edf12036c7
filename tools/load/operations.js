// What threads under load do: each operation keeps what World.check demands, whenever its thread ends.

import assert from 'node:assert/strict';
import {
  concurrent,
  isInTransaction,
  pipeline,
  race,
  readTransaction,
  retry,
  SharedMap,
  TransactionConflictError,
  TransactionTimeoutError,
  transaction,
  transactionSync,
} from 'heddle';
import { pause, pick } from '../recording/random.js';
import { ACCOUNTS, BALANCE, page } from './world.js';

const account = (random) => Math.floor(random() * ACCOUNTS);

function transfer({ accounts }, random) {
  const [from, to] = [account(random), account(random)];
  const amount = Math.floor(random() * 10);
  accounts.update(from, (balance) => balance - amount);
  accounts.update(to, (balance) => balance + amount);
}

function countUp(totals, key) {
  totals.set(key, totals.get(key) + 1);
}

/** @type {Record<string, (world: import('./world.js').World, random: () => number) => unknown>} */
export const OPERATIONS = {
  'a synchronous transfer': (world, random) => transactionSync(() => transfer(world, random)),

  'an asynchronous transfer': (world, random) =>
    transaction(async () => {
      transfer(world, random);
      await pause(random);
      transfer(world, random);
    }),

  'a transfer in a nested transaction that throws': (world, random) =>
    transactionSync(() => {
      transfer(world, random);
      try {
        transactionSync(() => {
          transfer(world, random);
          throw new Error('undone');
        });
      } catch {}
    }),

  'a transaction that times out': async (world, random) => {
    const late = transaction(
      async () => {
        world.accounts.set(account(random), -1);
        await new Promise((resolve) => setTimeout(resolve, 30));
      },
      { timeout: 5 },
    );
    await assert.rejects(late, TransactionTimeoutError);
  },

  'pushing to a list, and taking from it': ({ list, totals }, random) =>
    transactionSync(() => {
      const listed = totals.get('listed');
      if (listed < 200 && random() < 0.6) {
        list.splice(Math.floor(random() * listed), 0, listed);
        totals.set('listed', listed + 1);
      } else if (listed > 0) {
        list.splice(Math.floor(random() * listed), 1);
        totals.set('listed', listed - 1);
      }
    }),

  'an item into a queue': ({ queue, totals }, random) =>
    transactionSync(() => {
      if (queue.size >= 400) return;
      queue.enqueue({ n: random(), list: [1, 2, 3] });
      countUp(totals, 'enqueued');
    }),

  'an item from a queue': ({ queue, totals }) =>
    transactionSync(() => {
      if (queue.tryDequeue() !== undefined) countUp(totals, 'dequeued');
    }),

  'waiting for an item': async ({ queue, totals }) => {
    try {
      await transaction(
        async () => {
          if (queue.isEmpty) retry();
          assert.notEqual(queue.tryDequeue(), undefined);
          countUp(totals, 'dequeued');
        },
        { timeout: 20 },
      );
    } catch (error) {
      if (!(error instanceof TransactionTimeoutError)) throw error;
    }
  },

  'an element of a set': ({ present, totals }, random) =>
    transactionSync(() => {
      const element = Math.floor(random() * 100);
      if (present.has(element)) present.delete(element);
      else present.add(element);
      totals.set('present', present.size);
    }),

  'a large value': ({ pages }, random) => pages.set(account(random), page(random)),

  'a cache': ({ cache }, random) => {
    for (let i = 0; i < 20; i++) cache.set(`${Math.floor(random() * 1000)}`, { i });
  },

  'iterating beside writers': ({ accounts }) => {
    let sum = 0;
    for (const [, balance] of accounts) sum += balance;
    assert.equal(sum, ACCOUNTS * BALANCE, 'an iteration has seen two states');
  },

  'an old snapshot': ({ accounts }, random) =>
    readTransaction(async () => {
      let sum = 0;
      for (let n = 0; n < ACCOUNTS; n++) {
        sum += accounts.get(n);
        if (n % 16 === 0) await pause(random);
      }
      assert.equal(sum, ACCOUNTS * BALANCE, 'a snapshot has seen two states');
    }),

  'watching a map': async ({ accounts }) => {
    const copy = new Map();
    let version = 0;
    for await (const event of accounts.watchAll({ initial: true, signal: AbortSignal.timeout(20) })) {
      if (event.type === 'resync') break;
      if (version !== event.version && copy.size === ACCOUNTS) {
        let sum = 0;
        for (const balance of copy.values()) sum += balance;
        assert.equal(sum, ACCOUNTS * BALANCE, 'the events of a commit have come apart');
      }
      version = event.version;
      copy.set(event.key, event.newValue);
    }
  },

  'a collection of its own': (_, random) => {
    const map = new SharedMap([[1, { inner: new SharedMap([[2, random()]]) }]]);
    assert.equal(map.get(1).inner.size, 1);
    if (random() < 0.5) map.destroy();
  },

  scopes: async (world, random) => {
    const steps = pipeline([1, 2, 3, 4], [(n) => n + 1, async (n) => n * 2], { maxInFlight: 2 });
    const sums = [];
    for await (const n of steps) sums.push(n);
    assert.deepEqual(sums, [4, 6, 8, 10]);
    await concurrent([() => transactionSync(() => transfer(world, random)), () => pause(random)]);
    await race([() => pause(random), () => pause(random)]);
    assert.equal(isInTransaction(), false);
  },
};

/** Does one of them; one that has lost too often is no fault. */
export async function doOne(world, random) {
  const name = pick(Object.keys(OPERATIONS), random);
  try {
    await OPERATIONS[name](world, random);
  } catch (error) {
    if (!(error instanceof TransactionConflictError)) throw new Error(`${name} has failed`, { cause: error });
  }
  return name;
}
