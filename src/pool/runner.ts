// Runs tasks in a worker: takes one after the other from the engine, calls its function, says what came of it.
//
// The event loop gets its turn between slices of a few milliseconds, and whenever a task waits for something. A task that waits for
// others that it has submitted does not count among those under way: else a pool might wait for itself.

import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { CLOSED, EMPTY } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { runInScope } from '../scope/scope.js';
import { isThenable } from '../txn/thenable.js';
import { callEach, shareable } from './each.js';
import { type Callable, functionOf } from './functions.js';
import type { Job } from './job.js';
import { LONGEST } from './outstanding.js';
import { packFailure } from './shipping/failure.js';
import type { TaskFunctions } from './shipping/find.js';
import { TaskScope } from './task-scope.js';
import { EACH, finishTask, type Given, nextTask, RETURNED, SCOPED, SETTLE, THREW } from './wire.js';

/** How long what a function of a scope has left open is waited for, in ms. */
const GRACE = 1000;
/** How long tasks that await nothing are run without a turn of the event loop, in ms. */
const SLICE = 4;

export class Runner {
  readonly #callables: (Callable | Promise<Callable> | undefined)[] = [];
  readonly #under = new Set<TaskScope>();
  /** Of them, those that wait for tasks that they have submitted. */
  #waiting = 0;
  #begun = 0;
  #running = false;
  #scheduled = false;
  /** When the event loop is to have a turn. */
  #sliceEnd = 0;
  #leaving = false;
  #idle: NodeJS.Timeout | undefined;
  /** It is one of the least that there should be: no need to ask again before it has had something to do. */
  #stays = false;

  constructor(
    private readonly job: Job,
    private readonly functions: TaskFunctions,
    private readonly exports: Readonly<Record<string, unknown>>,
    private readonly end: () => void,
    /** Its code was stopped somewhere, and what it makes of tasks from there on is not to be told. */
    private readonly isLost: () => boolean,
  ) {}

  /** There may be something to do: called by the engine, and by itself. */
  look(): void {
    for (const scope of this.#under) scope.look();
    this.#sliceEnd = performance.now() + SLICE;
    this.#run();
  }

  #run(): void {
    if (this.#running || this.#leaving || this.isLost()) return;
    this.#running = true;
    try {
      while (this.#under.size - this.#waiting < this.job.concurrency) {
        const given = nextTask();
        if (typeof given === 'number') {
          if (given === CLOSED) this.#leave();
          else if (given === EMPTY) this.#rest();
          else this.#later(); // want of memory
          return;
        }
        this.#wake();
        this.#begin(given);
        if (this.#isSpent() && native.poolLeave(false)) {
          this.#leave();
          return;
        }
        if (performance.now() > this.#sliceEnd) {
          this.#later();
          return;
        }
      }
    } finally {
      this.#running = false;
    }
  }

  /** After a turn of the event loop. */
  #later(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#sliceEnd = performance.now() + SLICE;
      this.#run();
    });
  }

  // ---------------------------------------------------------------- one task

  #begin(given: Given): void {
    const { lane, flags } = given;
    this.#begun++;
    const scope = new TaskScope(this.job.pool, lane, given.deadline, (more) => this.#waits(more));
    this.#under.add(scope);
    try {
      const args = given.args() as unknown[]; // at once: the inbox has them
      const callable = this.#callables[given.function] ?? this.#find(given.function);
      if (typeof callable === 'function') this.#call(scope, callable, args, flags);
      else
        callable.then(
          (found) => this.#call(scope, found, args, flags),
          (error) => this.#fail(scope, error),
        );
    } catch (error) {
      this.#fail(scope, error);
    }
  }

  #call(scope: TaskScope, callable: Callable, args: unknown[], flags: number): void {
    let result: unknown;
    try {
      result =
        (flags & EACH) === 0
          ? runInScope(scope, callable, ...((flags & SCOPED) === 0 ? args : [...args, scope.view]))
          : runInScope(scope, callEach, callable, args, flags, scope, this.exports);
    } catch (error) {
      this.#fail(scope, error, flags);
      return;
    }
    if (isThenable(result)) {
      Promise.resolve(result).then(
        (value) => this.#finish(scope, RETURNED, value, flags),
        (error) => this.#fail(scope, error, flags),
      );
    } else {
      this.#finish(scope, RETURNED, result, flags);
    }
  }

  #find(number: number): Callable | Promise<Callable> {
    const found = functionOf(native.poolFunction(this.job.pool, number), this.functions);
    this.#callables[number] = found;
    if (typeof found === 'function') return found;
    const settled = found.then((callable) => (this.#callables[number] = callable));
    settled.catch(() => (this.#callables[number] = undefined)); // who waits for it is told
    return settled;
  }

  #fail(scope: TaskScope, error: unknown, flags = 0): void {
    this.#finish(scope, THREW, packFailure(error, this.exports), flags);
  }

  #finish(scope: TaskScope, outcome: number, value: unknown, flags = 0): void {
    if (this.isLost()) return;
    if ((flags & SCOPED) !== 0 && scope.open > 0) {
      this.#finishAfterAll(scope, () => this.#finish(scope, outcome, value, flags & ~SCOPED));
      return;
    }
    scope.end();
    try {
      finishTask(scope.lane, outcome, value);
    } catch (error) {
      if ((flags & SETTLE) === 0) this.#finishWithout(scope, error);
      else finishTask(scope.lane, RETURNED, shareable(value as PromiseSettledResult<unknown>[], this.exports));
    }
    this.#under.delete(scope);
    if (this.#leaving) this.#endIfDone();
    else if (!this.#running) this.#run();
  }

  /** A function of a scope ends with what it has left open, or without what takes no notice of that. */
  #finishAfterAll(scope: TaskScope, finish: () => void): void {
    const done = () => {
      clearTimeout(timer);
      scope.onIdle(null);
      finish();
    };
    const timer = setTimeout(done, GRACE);
    scope.onIdle(done);
    scope.cancelLeftOpen();
  }

  /** What it has returned cannot be shared. */
  #finishWithout({ lane }: TaskScope, error: unknown): void {
    try {
      finishTask(lane, THREW, packFailure(error, this.exports));
    } catch {
      finishTask(lane, THREW, packFailure(error, this.exports, false)); // a collection that it refers to has ended meanwhile
    }
  }

  /** A task has begun to wait for others, or has stopped. */
  #waits(more: 1 | -1): void {
    this.#waiting += more;
    native.poolStepAside(more > 0);
    if (more > 0) this.#later();
    else if (this.#under.size - this.#waiting >= this.job.concurrency) native.poolBusy();
  }

  // ---------------------------------------------------------------- coming and going

  #isSpent(): boolean {
    const { maxTasksPerWorker, maxMemoryPerWorker } = this.job;
    if (this.#begun >= maxTasksPerWorker) return true;
    return maxMemoryPerWorker !== Number.POSITIVE_INFINITY && process.memoryUsage().heapUsed > maxMemoryPerWorker;
  }

  /** Nothing waits: the worker ends if that goes on. */
  #rest(): void {
    const { idleTimeout } = this.job;
    if (this.#stays || this.#idle !== undefined || idleTimeout === Number.POSITIVE_INFINITY || this.#under.size > 0)
      return;
    this.#idle = setTimeout(
      () => {
        this.#idle = undefined;
        if (native.poolLeave(true)) {
          this.#leave();
          return;
        }
        this.#stays = true;
        this.#run(); // asking has woken it
      },
      Math.min(idleTimeout, LONGEST),
    );
    this.#idle.unref();
  }

  #wake(): void {
    this.#stays = false;
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  #leave(): void {
    this.#wake();
    this.#leaving = true;
    for (const scope of this.#under) scope.look(); // they are cancelled if the pool has ended
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#under.size === 0) this.end();
  }
}
