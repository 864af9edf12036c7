// WorkerPool: threads that run tasks for all threads of the process.

import { Cache } from './cache.js';
import { cacheOf, registerHandle, registerKind } from './collection/handles.js';
import { WORKER_POOL } from './kinds.js';
import { becomes, DRAINED, GONE, ROOM, SHRUNK, waitingInLine } from './pool/conditions.js';
import { PoolCore } from './pool/core.js';
import { Host } from './pool/host.js';
import { MapRun } from './pool/map.js';
import {
  checkMapOptions,
  checkNumber,
  checkPoolOptions,
  checkTaskOptions,
  type MapOptions,
  type TaskOptions,
  type WorkerPoolOptions,
} from './pool/options.js';
import { scriptUrl } from './pool/script.js';
import { type PoolStats, statsOfPool } from './pool/statistics.js';
import { submitTask } from './pool/submission.js';
import { taskOfCaller } from './pool/task-scope.js';
import { originIn, textOfPool } from './pool/text.js';
import { native } from './runtime/native.js';
import type { CancelScope } from './scope/cancel-scope.js';
import { linked, refused } from './scope/linked.js';
import { scopeOfCaller } from './scope/scope.js';

/** Names of the functions that a module exports. */
export type TaskName<M> = {
  [N in keyof M]: M[N] extends (...args: never[]) => unknown ? N : never;
}[keyof M] &
  string;

type TaskArgs<F> = F extends (...args: infer A) => unknown ? A : never;
type TaskResult<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** What any module may be: nothing is known of it. */
// biome-ignore lint/suspicious/noExplicitAny: functions of a module that nobody has described take and return anything
export type AnyTasks = Record<string, (...args: any[]) => any>;

/** For those who submit tasks in ways of their own. */
// biome-ignore lint/suspicious/noExplicitAny: of whatever script
export let coreOfPool: (pool: WorkerPool<any>) => PoolCore;

/** Not by its prototype, which anything may have. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export let isWorkerPool: (value: unknown) => value is WorkerPool<any>;

/**
 * Threads that run tasks: functions, and arguments that are copied there. Results are copied back, errors keep their class, and shared
 * collections travel as what they are.
 *
 * A function is found in a worker as the export of the pool's script that has its name and source; else it is sent as source, and must do without
 * anything of its surroundings (`TaskScopeError`). Tasks are begun in the order in which they were submitted, by whichever worker is free; a
 * promise is settled once, whatever happens: `WorkerCrashedError` if the worker ended, `PoolTerminatedError` if the pool did. Idle workers
 * do not keep the process alive.
 *
 * A pool is a handle: it can be an argument, be stored in collections, and be sent to other threads, which use it as the one that
 * made it does. It ends with `terminate` or `close`, with the thread that made it, and when no handle of it is left and nothing is under way.
 *
 * @example
 * const pool = new WorkerPool<typeof import('./tasks.js')>('./tasks.js', { size: 4 });
 * const total = await pool.run('add', [1, 2]);
 */
export class WorkerPool<M = AnyTasks> implements AsyncDisposable {
  readonly #core: PoolCore;

  /**
   * `script` exports the functions that tasks call: a path relative to the calling module, else to the working directory, or a URL. Without one,
   * tasks come with their source. Throws a `TypeError` for a script that does not exist and for options of the wrong type, a `RangeError`
   * for numbers out of range.
   */
  constructor(script?: string | URL | null, options?: WorkerPoolOptions) {
    if ((script as unknown) instanceof Cache) {
      this.#core = coreOf(script as unknown as Cache);
    } else {
      const settings = checkPoolOptions(options);
      const url = script === undefined || script === null ? null : scriptUrl(script, new.target);
      const text = textOfPool({ script: url, settings });
      const opened = native.open(WORKER_POOL, null, 0, 0, 0, text, 0)!;
      this.#core = new PoolCore(cacheOf(opened), url, settings);
      new Host(opened.id, url, settings);
    }
    registerHandle(this, this.#core.cache);
  }

  static {
    coreOfPool = (pool) => pool.#core;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    isWorkerPool = (value): value is WorkerPool<any> => typeof value === 'object' && value !== null && #core in value;
  }

  // ---------------------------------------------------------------- tasks

  /**
   * Calls `fn(...args)` in a worker. Rejects with what it throws, with `TaskScopeError` or `TaskAmbiguousError` for a function that cannot be found
   * there, `PoolSaturatedError` past `maxTasks`, a `DataCloneError` for arguments or results that cannot be shared.
   */
  execute<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return this.#submit((core) => core.numberOf(fn), args, undefined) as Promise<Awaited<R>>;
  }

  /**
   * Calls the export `name` of the pool's script with `args`. Rejects as `execute`, and with `TaskNotFoundError` if there is no such function;
   * with the reason of `signal` once the task has ended, `grace` ms later at the latest; with `TaskTimeoutError` likewise.
   */
  run<N extends TaskName<M>>(name: N, args?: TaskArgs<M[N]>, options?: TaskOptions): Promise<TaskResult<M[N]>> {
    return this.#submit((core) => core.numberNamed(name), args ?? [], options ?? {}) as Promise<TaskResult<M[N]>>;
  }

  #submit(find: (core: PoolCore) => number, args: unknown, given: TaskOptions | undefined): Promise<unknown> {
    try {
      const core = this.#core;
      if (core.isClosing) throw core.closed();
      const fn = find(core);
      const options = given === undefined ? undefined : checkTaskOptions(given);
      if (!Array.isArray(args)) throw new TypeError('The arguments of a task must be an array: run(name, [a, b]).');
      return submitTask(core, fn, args, 0, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls `fn(item)` for each item; resolves with the results in the order of the items, which may come from any iterable, also an asynchronous
   * one, and are taken as workers have room. The first failure, in time, stops the rest and is what it rejects with; with `settle` none
   * does, and the results are as those of `Promise.allSettled`. Rejects with the reason of `signal`. O(items).
   */
  map<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options: MapOptions & { settle: true },
  ): Promise<PromiseSettledResult<Awaited<R>>[]>;
  map<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options?: MapOptions & { settle?: false },
  ): Promise<Awaited<R>[]>;
  map<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options?: MapOptions & { settle?: boolean },
  ): Promise<Awaited<R>[] | PromiseSettledResult<Awaited<R>>[]>;
  map<T>(items: Iterable<T> | AsyncIterable<T>, fn: (item: T) => unknown, options?: unknown): Promise<never[]> {
    const scope = scopeOfCaller();
    if (scope?.isCancelled) return refused(scope);
    const results = collected(this.#core, () => new MapRun(this.#core, items, fn, checkMapOptions(options), true));
    return scope === undefined ? results : linked(scope, results);
  }

  /**
   * The same as a stream: results in the order of the items, as they are ready; items are taken from their source as results are taken. Ending
   * the iteration cancels what is under way and closes the source.
   */
  mapStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options: MapOptions & { settle: true },
  ): AsyncIterableIterator<PromiseSettledResult<Awaited<R>>>;
  mapStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options?: MapOptions & { settle?: false },
  ): AsyncIterableIterator<Awaited<R>>;
  mapStream<T, R>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => R,
    options?: MapOptions & { settle?: boolean },
  ): AsyncIterableIterator<Awaited<R> | PromiseSettledResult<Awaited<R>>>;
  mapStream<T>(
    items: Iterable<T> | AsyncIterable<T>,
    fn: (item: T) => unknown,
    options?: unknown,
  ): AsyncIterableIterator<never> {
    return linkedStream(streamOf(new MapRun(this.#core, items, fn, checkMapOptions(options), false)));
  }

  /** Resolves when the pool has room for another task. Rejects with `PoolTerminatedError` when it takes no more. */
  ready(): Promise<void> {
    const scope = scopeOfCaller();
    if (scope === undefined) return this.#ready();
    return scope.isCancelled ? refused(scope) : linked(scope, this.#ready(scope));
  }

  async #ready(scope?: CancelScope): Promise<void> {
    await waitingInLine(becomes(this.#core.id, ROOM, scope));
    if (!this.#counts.open || this.#core.isClosing) throw this.#core.closed();
  }

  // ---------------------------------------------------------------- the pool as a whole

  /** The pool has at most so many workers from now on; resolves when it has, which running tasks may delay. Rejects with a `RangeError` for 0. */
  async resize(newSize: number): Promise<void> {
    checkNumber('size', newSize);
    native.poolResize(this.#core.id, newSize);
    await becomes(this.#core.id, SHRUNK);
  }

  /** Resolves when no task waits or runs. Others may be submitted meanwhile, and are waited for. */
  async drain(): Promise<void> {
    this.#refuseInOwnTask();
    await becomes(this.#core.id, DRAINED);
  }

  #refuseInOwnTask(): void {
    if (taskOfCaller()?.pool === this.#core.id) {
      throw new TypeError(
        'A task cannot wait for the end of its own pool, of which it is a part: let who made the pool do that.',
      );
    }
  }

  /**
   * Takes no more tasks, runs those that there are, those included that a `map` or `concurrent` of this thread still has to submit, and ends the
   * workers. A `mapStream` or `pipeline` ends with `PoolTerminatedError` where it would submit more: nobody may be taking its results.
   */
  async close(): Promise<void> {
    this.#refuseInOwnTask();
    this.#core.isClosing = true;
    await this.#core.linesEnded();
    native.poolClose(this.#core.id);
    await this.drain();
    await this.terminate();
  }

  /**
   * Rejects all tasks that are not finished with `PoolTerminatedError` and ends the workers: they are asked, and ended by force after `grace` ms.
   * Resolves when the threads are gone. May be called again.
   */
  async terminate(): Promise<void> {
    native.poolTerminate(this.#core.id);
    await becomes(this.#core.id, GONE);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---------------------------------------------------------------- looking

  get #counts() {
    return native.poolCounts(this.#core.id)!;
  }

  /** Workers that run a task at this moment. */
  get activeWorkers(): number {
    return this.#counts.active;
  }

  /** Tasks that no worker has begun. */
  get queuedTasks(): number {
    return this.#counts.queued;
  }

  /** Tasks that have run to their end so far, failures included. */
  get completedTasks(): number {
    return this.#counts.completed;
  }

  /** What the pool is and has done so far, for all threads. */
  stats(): PoolStats {
    return statsOfPool(this.#core.id);
  }

  get [Symbol.toStringTag](): string {
    return 'WorkerPool';
  }
}

async function collected<T>(core: PoolCore, begin: () => MapRun<T>): Promise<never[]> {
  const run = begin();
  const end = core.beginLine();
  try {
    const results: never[] = [];
    for await (const chunk of run.chunks()) for (const each of chunk) results.push(each as never);
    return results;
  } finally {
    end();
  }
}

/** Its promises belong to the scopes of those who ask. */
function linkedStream<T>(results: AsyncGenerator<T, void, undefined>): AsyncIterableIterator<T> & AsyncDisposable {
  return {
    next() {
      const scope = scopeOfCaller();
      const next = results.next();
      return scope === undefined ? next : linked(scope, next);
    },
    return: () => results.return(),
    throw: (error) => results.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await results.return();
    },
  };
}

async function* streamOf<T>(run: MapRun<T>): AsyncGenerator<never, void, undefined> {
  for await (const chunk of run.chunks()) yield* chunk as never[];
}

/** Of a pool that another thread made. */
function coreOf(cache: Cache): PoolCore {
  const { script, settings } = originIn(native.describe(cache.id)?.optionsText);
  return new PoolCore(cache, script, settings);
}

registerKind<WorkerPool>(
  WORKER_POOL,
  WorkerPool,
  (cache) => new WorkerPool(cache as never),
  ({ activeWorkers, queuedTasks, completedTasks }) => ({ content: { activeWorkers, queuedTasks, completedTasks } }),
);
