// The threads of a pool, as the thread that made the pool looks after them: starts them when they are wanted, ends them when they have to go,
// tells the engine when they have ended.

import { clearTimeout, setTimeout } from 'node:timers';
import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { WorkerCrashedError } from '../errors.js';
import { BYTES_LENGTH, BYTES_OFFSET, frame } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import { hardLimit } from './heap-limit.js';
import { type Job, OUT_OF_MEMORY, READY, UNLOADABLE } from './job.js';
import type { PoolSettings } from './options.js';
import { LONGEST } from './outstanding.js';
import { packFailure } from './shipping/failure.js';
import { withEncoded } from './wire.js';

/** Why a worker has ended before its time. */
export interface End {
  readonly code: number;
  /** What was thrown, packed; undefined if nothing was. */
  readonly failure: unknown;
}

/** A worker that cannot be made ready is tried again after so many ms, and after twice as many the next time, up to the most. */
const FIRST_DELAY = 50;
const MOST_DELAY = 5000;

/** How long a worker that has called `process.exit` may take to end, in ms. */
const EXIT_TIME = 1000;

/** As seen from the bundle as well. */
const ENTRY = new URL('../pool/worker.js', import.meta.url);

interface Thread {
  readonly worker: Worker;
  thrown: { error: unknown } | undefined;
  ready: boolean;
  gone: boolean;
  /** It has said that the script cannot be loaded, to those as well that waited for it. */
  gaveUp: boolean;
}

export class Host {
  readonly #threads = new Map<number, Thread>();
  readonly #waits = waitsHere();
  readonly #ticket = this.#waits.ticket();
  #failures = 0;
  #delayed: NodeJS.Timeout | undefined;
  #ending: NodeJS.Timeout | undefined;
  #orphans: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: number,
    private readonly script: string | null,
    private readonly settings: PoolSettings,
  ) {
    const { size, minSize, maxTasks } = settings;
    this.#waits.listen(this.#ticket, () => this.#look());
    native.poolFound(pool, size, minSize, maxTasks === Number.POSITIVE_INFINITY ? 0 : maxTasks, this.#ticket);
    this.#look();
  }

  #look(): void {
    this.#condemnOrphans();
    for (const number of native.poolCondemned(this.pool)) void this.#threads.get(number)?.worker.terminate();
    for (const number of native.poolEnding(this.pool)) this.#expectEnd(number);
    if (native.poolCounts(this.pool)?.ended !== false) {
      this.#end();
      return;
    }
    if (this.#delayed !== undefined) return;
    for (let number = native.poolEnlist(this.pool); number >= 0; number = native.poolEnlist(this.pool)) {
      this.#start(number);
    }
  }

  /** Who submits a task counts its `grace`, and the host does so when that thread has ended. */
  #condemnOrphans(): void {
    clearTimeout(this.#orphans);
    const left = native.poolCondemnOrphans(this.pool, this.settings.grace);
    if (left < 0) return;
    this.#orphans = setTimeout(() => this.#look(), Math.min(left, LONGEST));
    this.#orphans.unref();
  }

  /** Deno may lose the end of a worker that calls `process.exit`: that goes on for ever, doing nothing, and there is no event. */
  #expectEnd(number: number): void {
    const thread = this.#threads.get(number);
    if (thread === undefined) return;
    const timer = setTimeout(() => {
      if (this.#threads.get(number) !== thread) return;
      void thread.worker.terminate();
      this.#gone(number, thread, 1);
    }, EXIT_TIME);
    timer.unref();
    thread.worker.once('exit', () => clearTimeout(timer));
  }

  #start(number: number): void {
    const { concurrency, idleTimeout, maxTasksPerWorker, maxMemoryPerWorker } = this.settings;
    const job: Job = {
      pool: this.pool,
      worker: number,
      script: this.script,
      concurrency,
      idleTimeout,
      maxTasksPerWorker,
      maxMemoryPerWorker,
    };
    let worker: Worker;
    try {
      worker = new Worker(ENTRY, { workerData: job, ...this.#limits() });
    } catch (error) {
      this.#gone(
        number,
        { worker: undefined as never, thrown: { error }, ready: false, gone: false, gaveUp: false },
        1,
      );
      return;
    }
    const thread: Thread = { worker, thrown: undefined, ready: false, gone: false, gaveUp: false };
    this.#threads.set(number, thread);
    worker.on('message', (message) => {
      if (message === UNLOADABLE) thread.gaveUp = true;
      if (message === OUT_OF_MEMORY) {
        thread.thrown ??= { error: outOfMemory() };
        void worker.terminate();
      }
      if (message !== READY) return;
      thread.ready = true;
      this.#failures = 0;
    });
    worker.on('error', (error) => {
      thread.thrown ??= { error };
    });
    worker.once('exit', (code) => this.#gone(number, thread, code));
    worker.unref(); // last: to listen for messages undoes it on Node
  }

  #limits(): { resourceLimits?: { maxOldGenerationSizeMb: number } } {
    const bytes = this.settings.maxMemoryPerWorker;
    if (bytes === Number.POSITIVE_INFINITY) return {};
    return { resourceLimits: { maxOldGenerationSizeMb: Math.ceil(hardLimit(bytes) / 2 ** 20) } };
  }

  #gone(number: number, thread: Thread, code: number): void {
    if (thread.gone) return;
    thread.gone = true;
    if (this.#threads.get(number) === thread) this.#threads.delete(number);
    if (!thread.ready) this.#wait();
    if (!thread.ready && !thread.gaveUp) this.#neverReady(thread, code);
    const end: End = { code, failure: thrown(thread) };
    const { i } = frame;
    withEncoded(end, () => native.poolGone(this.pool, number, i[BYTES_OFFSET], i[BYTES_LENGTH]));
    if (this.#threads.size === 0 && this.#ending !== undefined) this.#forget();
  }

  /** The script has ended the worker, or never got to its end. All that waits would do so for ever, unless another worker is ready. */
  #neverReady({ thrown }: Thread, code: number): void {
    const why = thrown === undefined ? `its exit code is ${code}` : 'it could not be started';
    const options = thrown === undefined ? undefined : { cause: thrown.error };
    const error = new WorkerCrashedError('a task, before it was ready for any,', why, options);
    const { i } = frame;
    withEncoded(packFailure(error, {}), () => native.poolUnloadable(this.pool, i[BYTES_OFFSET], i[BYTES_LENGTH]));
  }

  #wait(): void {
    const delay = Math.min(FIRST_DELAY * 2 ** this.#failures++, MOST_DELAY);
    clearTimeout(this.#delayed);
    this.#delayed = setTimeout(() => {
      this.#delayed = undefined;
      this.#look();
    }, delay);
    this.#delayed.unref();
  }

  /** Those that have not gone by then are ended by force. */
  #end(): void {
    if (this.#ending !== undefined) return;
    if (this.#threads.size === 0) {
      this.#forget();
      return;
    }
    this.#ending = setTimeout(
      () => {
        for (const { worker } of this.#threads.values()) void worker.terminate();
      },
      Math.min(this.settings.grace, LONGEST),
    );
    this.#ending.unref();
  }

  #forget(): void {
    clearTimeout(this.#ending);
    clearTimeout(this.#orphans);
    clearTimeout(this.#delayed);
    this.#waits.forget(this.#ticket);
  }
}

/** As the error that Node's workers end of. */
function outOfMemory(): Error {
  const message = 'Worker terminated due to reaching memory limit: JS heap out of memory';
  return Object.assign(new Error(message), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
}

function thrown({ thrown }: Thread): unknown {
  return thrown === undefined ? undefined : packFailure(thrown.error, {});
}
