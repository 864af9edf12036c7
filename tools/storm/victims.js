// What a storm terminates.

import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { WorkerPool } from 'heddle';
import { inTime } from '../../test/support/wait.js';
import { LOADING, MIDST, OVER, PLACE, ROUNDS, STARTING, WORDS } from './words.js';

/** A thread that does a job. */
export class ThreadVictim {
  failure;
  #words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  #worker;

  constructor(job, seed) {
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: { job, seed, words: this.#words },
    });
    this.#worker.on('message', ({ failure }) => (this.failure ??= failure));
    this.#worker.on('error', (error) => (this.failure ??= inspect(error)));
  }

  get place() {
    return Atomics.load(this.#words, PLACE);
  }

  get rounds() {
    return Atomics.load(this.#words, ROUNDS);
  }

  /** Blocks the caller until the thread has come to another place, or for so many ms: no turn of its event loop is fine enough. */
  blockAt(place, ms) {
    Atomics.wait(this.#words, PLACE, place, ms);
  }

  async terminate() {
    Atomics.store(this.#words, OVER, 1);
    await inTime(this.#worker.terminate(), 'a thread to be terminated');
  }
}

/** A pool with a task that takes no notice of being cancelled, and some that wait. */
export class PoolVictim {
  failure;
  rounds = 0;
  #pool = new WorkerPool(new URL('./tasks.js', import.meta.url), { size: 1, grace: 0 });
  #tasks;

  constructor(_job, seed) {
    this.#tasks = Promise.allSettled(
      ['work', 'workForEver', 'work'].map((task, n) => this.#pool.run(task, [seed + n])),
    );
  }

  get place() {
    const { threads, activeWorkers } = this.#pool.stats();
    if (threads === 0) return STARTING;
    return activeWorkers === 0 ? LOADING : MIDST;
  }

  blockAt() {}

  async terminate() {
    await inTime(this.#pool.terminate(), 'a pool to be terminated');
    const settled = await inTime(this.#tasks, 'the tasks of a pool to be settled');
    for (const { reason } of settled) {
      if (reason !== undefined && reason.name !== 'PoolTerminatedError') this.failure ??= inspect(reason);
    }
    this.rounds = settled.filter(({ status }) => status === 'fulfilled').length;
  }
}
