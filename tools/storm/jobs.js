// What the threads of a storm do, again and again, until they are terminated.

import {
  concurrent,
  pipeline,
  race,
  readTransaction,
  readTransactionSync,
  retry,
  SharedMap,
  TransactionConflictError,
  timeout,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';
import { sleep, turn } from '../../test/support/wait.js';
import { doOne, OPERATIONS } from '../load/operations.js';
import { pause, pick, seededRandom } from '../recording/random.js';
import { BETWEEN, MIDST, OPENING, OVER, PLACE, ROUNDS } from './words.js';
import { IN_HAND, StormWorld } from './world.js';

const WRITES = [
  'a large value',
  'a cache',
  'pushing to a list, and taking from it',
  'an item into a queue',
  'an item from a queue',
  'an element of a set',
].map((name) => OPERATIONS[name]);

/** Deno ends a thread when it comes back to its event loop; elsewhere that may be never. */
const TURNS = 'Deno' in globalThis ? 1 : 0.02;

const LONG = 2 ** 30;

/**
 * One round of each. `midst()` says that the thread is from now on in the midst of it.
 *
 * @type {Record<string, (thread: { world: StormWorld, random: () => number, midst: () => void, pool: () => WorkerPool }) => unknown>}
 */
export const JOBS = {
  reads({ world, random, midst }) {
    const { accounts, pages, cache, list, present } = world;
    midst();
    for (let n = 0; n < 20; n++) {
      accounts.get(Math.floor(random() * accounts.size));
      cache.get(`${Math.floor(random() * 1000)}`);
      pages.view(n)?.words.at(-1);
    }
    readTransactionSync(() => [accounts.getMany([1, 2, 3]), list.at(0), present.size, pages.get(1)]);
  },

  writes({ world, random, midst }) {
    midst();
    for (let n = 0; n < 5; n++) pick(WRITES, random)(world, random);
  },

  'transfers, synchronous'({ world, random, midst }) {
    transactionSync(() => {
      OPERATIONS['a synchronous transfer'](world, random);
      midst();
      OPERATIONS['a transfer in a nested transaction that throws'](world, random);
    });
  },

  async 'transfers, asynchronous'({ world, random, midst }) {
    const transfer = () =>
      transaction(async () => {
        await transaction(async () => OPERATIONS['a synchronous transfer'](world, random));
        midst();
        await pause(random);
        OPERATIONS['a synchronous transfer'](world, random);
      });
    await Promise.all([transfer(), transfer()]);
  },

  async 'a transaction that does not end'({ world, random, midst }) {
    await transaction(async () => {
      world.accounts.set(1, -1);
      world.queue.tryDequeue();
      world.rooms.set('never', new SharedMap());
      OPERATIONS['a large value'](world, random);
      midst();
      await sleep(LONG);
    });
  },

  async 'waits for a change'({ world, random, midst }) {
    const rung = world.bell.get('rung');
    const wait = () =>
      transaction(async () => {
        midst();
        if (world.bell.get('rung') === rung) retry();
        OPERATIONS['a synchronous transfer'](world, random);
      });
    await Promise.all([wait(), wait(), wait()]);
  },

  async 'waits for items'({ world, midst }) {
    const { tickets } = world;
    const waits = [tickets.dequeueMany(IN_HAND - 1), tickets.dequeue().then((ticket) => [ticket])];
    midst();
    await Promise.all(waits.map(async (items) => world.note(await items)));
  },

  async 'waits for room'({ world, random, midst }) {
    const waits = [world.narrow.enqueueAsync(random()), world.narrow.enqueueAsync({ large: 'x'.repeat(5000) })];
    midst();
    await Promise.all(waits);
  },

  async 'watches, and is slow'({ world, random, midst }) {
    const buffer = 1 + Math.floor(random() * 50);
    const unsubscribe = world.totals.subscribe(() => {});
    const idle = [world.queue.watch(), world.list.watch(), world.accounts.watch(1, { buffer: 1 })];
    const slow = world.accounts.watchAll({ buffer, initial: random() < 0.5 });
    midst();
    for await (const _event of slow) {
      await sleep(random() * 5);
      if (random() < 0.1) break;
    }
    await Promise.all(idle.map((watcher) => watcher.return()));
    unsubscribe();
  },

  async iterates({ world, random, midst }) {
    const others = [world.list.values(), world.pages.entries(), world.present.values()];
    for (const iterator of others) iterator.next();
    midst();
    for (const _entry of world.accounts) if (random() < 0.1) await pause(random);
  },

  async 'holds a snapshot'({ world, random, midst }) {
    await readTransaction(async () => {
      const pages = world.pages.values();
      pages.next();
      midst();
      await sleep(random() * 3);
      for (const _page of pages) await pause(random);
      await OPERATIONS['an old snapshot'](world, random);
    });
  },

  'collections of its own'({ world, random, midst }) {
    const here = Math.floor(random() * 10);
    /** @type {SharedMap<string, any>} */
    const room = new SharedMap([['number', -1]]);
    /** @type {SharedMap<string, any>} */
    const next = new SharedMap([['number', here]]);
    midst();
    transactionSync(() => {
      room.set('next', next);
      next.set('next', room);
      world.rooms.set(here, room);
    });
    OPERATIONS['a collection of its own'](world, random);
  },

  async scopes({ world, random, midst }) {
    const step = async (n) => {
      midst();
      await pause(random);
      OPERATIONS['a synchronous transfer'](world, random);
      return n;
    };
    const stopped = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    await concurrent([
      () => step(1),
      () => race([() => step(2), () => pause(random)]),
      () => timeout(stopped, 2).catch(() => {}),
    ]);
    for await (const _result of pipeline([1, 2, 3, 4], [step, step], { maxInFlight: 2 }));
  },

  async 'a pool of its own'({ random, midst, pool }) {
    const tasks = Array.from({ length: 4 }, () => pool().run('work', [Math.floor(random() * 2 ** 31)]));
    await tasks[0];
    midst();
    await Promise.all(tasks);
  },

  async anything({ world, random, midst }) {
    midst();
    await doOne(world, random);
  },
};

/** @param {{ job: string, seed: number, words: Int32Array<SharedArrayBuffer> }} what */
export async function work({ job, seed, words }) {
  Atomics.store(words, PLACE, OPENING);
  Atomics.notify(words, PLACE);
  if (Atomics.load(words, OVER) === 1) return;
  const world = new StormWorld();
  const random = seededRandom(seed);
  const midst = () => Atomics.store(words, PLACE, MIDST);
  let own;
  const pool = () => (own ??= new WorkerPool(new URL('./tasks.js', import.meta.url), { size: 1 }));
  for (;;) {
    Atomics.store(words, PLACE, BETWEEN);
    try {
      await JOBS[job]({ world, random, midst, pool });
    } catch (error) {
      if (!(error instanceof TransactionConflictError)) throw error;
    }
    Atomics.add(words, ROUNDS, 1);
    if (random() < TURNS) await turn();
  }
}
