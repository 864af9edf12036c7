// A soak in the runtime that runs this: `run.js SECONDS SEED`. Prints a line from time to time, and at the end what there was, as JSON.
//
// Two threads and a pool of one work on the same collections; threads are terminated at random moments, in the midst of whatever they do, and
// replaced; workers of the pool crash, its tasks are cancelled. All the while what must hold is looked at.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { inspectHeddle, stats, WorkerCrashedError, WorkerPool } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { World } from '../load/world.js';
import { seededRandom } from '../recording/random.js';
import { Trend } from './trend.js';

const SHOWN_EVERY = 10_000;

const [seconds, seed] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const world = new World();
const before = stats();
world.open();

const counts = { operations: 0, terminated: 0, tasks: 0, cancelled: 0, crashed: 0, checks: 0 };
const memory = new Trend();
const resident = new Trend();
let failure;

class WorkingThread {
  #words = new Int32Array(new SharedArrayBuffer(8));
  #worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { seed: Math.floor(random() * 2 ** 31), words: this.#words },
  });
  #gone = new Promise((resolve) => this.#worker.once('exit', resolve));

  constructor() {
    this.#worker.on('message', (message) => (failure ??= message.failure));
    this.#worker.on('error', (error) => (failure ??= inspect(error)));
  }

  async terminate() {
    await this.#worker.terminate();
    counts.operations += this.#words[1];
    counts.terminated++;
  }

  async end() {
    Atomics.store(this.#words, 0, 1);
    await this.#gone;
    counts.operations += this.#words[1];
  }
}

async function replaceThreads(until) {
  const threads = [new WorkingThread(), new WorkingThread()];
  while (Date.now() < until && failure === undefined) {
    await sleep(50 + random() * 1000);
    const n = random() < 0.5 ? 0 : 1;
    await threads[n].terminate();
    threads[n] = new WorkingThread();
  }
  await Promise.all(threads.map((thread) => thread.end()));
}

async function usePool(until) {
  const pool = new WorkerPool(new URL('./tasks.js', import.meta.url), { size: 1 });
  while (Date.now() < until && failure === undefined) {
    const seed = Math.floor(random() * 2 ** 31);
    const kind = random();
    if (kind < 0.02) {
      await assert.rejects(pool.run('crash'), WorkerCrashedError);
      counts.crashed++;
    } else if (kind < 0.1) {
      const signal = AbortSignal.timeout(Math.floor(random() * 20));
      await assert.rejects(pool.run('workUntilCancelled', [seed], { signal }), { name: 'TimeoutError' });
      counts.cancelled++;
    } else {
      await Promise.all(Array.from({ length: 10 }, (_, n) => pool.run('work', [seed + n])));
      counts.tasks += 10;
    }
    await sleep(random() * 20);
  }
  await pool.close();
}

function look() {
  world.check();
  counts.checks++;
  memory.add(stats().memory.held);
  resident.add(process.memoryUsage().rss);
}

async function watchOver(start, until) {
  let shown = start;
  while (Date.now() < until && failure === undefined) {
    look();
    await sleep(100);
    if (Date.now() - shown < SHOWN_EVERY) continue;
    shown = Date.now();
    const left = Math.round((until - shown) / 1000);
    console.error(
      `  ${left} s left; ${stats().commits} commits, ${counts.terminated} threads terminated, ${memory.last} bytes shared`,
    );
  }
}

const start = Date.now();
const until = start + seconds * 1000;
await Promise.all([watchOver(start, until), replaceThreads(until), usePool(until)]).catch((error) => {
  failure ??= inspect(error);
});

if (failure === undefined) {
  world.check();
  const { transactions, waits, watches, snapshots } = inspectHeddle();
  assert.deepEqual(
    { transactions, waits, watches: watches.open, snapshots: snapshots.open },
    { transactions: [], waits: { changes: 0, items: 0 }, watches: 0, snapshots: 0 },
    'something has been left open',
  );
  for (const collection of world.all)
    assert.equal(collection.memory, native.recount(collection.stats().id), collection.name);
}
const { commits, conflicts } = stats();
world.destroy();
const left = stats();
const report = {
  ...counts,
  commits: commits - before.commits,
  conflicts: conflicts - before.conflicts,
  threads: left.threads - before.threads,
  memory: memory.summary,
  resident: resident.summary,
  failure,
};
console.log(JSON.stringify(report));
process.exit(failure === undefined ? 0 : 1); // Deno keeps what has crashed in a worker open
