// What a thread knows of a pool, and how it submits tasks.

import { inspect } from 'node:util';
import type { Cache } from '../cache.js';
import { PoolSaturatedError, PoolTerminatedError, WorkerCrashedError } from '../errors.js';
import { describe, failure } from '../failure.js';
import { CLOSED, OK, QUEUE_FULL } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { currentScope } from '../scope/scope.js';
import type { End } from './host.js';
import type { PoolSettings } from './options.js';
import { textOfExport, textOfFunction } from './functions.js';
import { type Cancellation, outstandingHere, type Settle } from './outstanding.js';
import { type PackedFailure, unpackFailure } from './shipping/failure.js';
import { TaskScope } from './task-scope.js';
import { type Answer, CANCELLED, CRASHED, RETURNED, submit, submitted, TERMINATED } from './wire.js';

export class PoolCore {
  readonly #numbers = new WeakMap<object, number>();
  readonly #byText = new Map<string, number>();
  readonly #named = new Map<string, number>();
  /** How messages call a task, by the number of its function. */
  readonly #called: string[] = [];

  constructor(
    readonly cache: Cache,
    readonly script: string | null,
    readonly settings: PoolSettings,
  ) {}

  get id(): number {
    return this.cache.id;
  }

  /** The number of a function. Throws a TypeError for what is none, a `TaskScopeError` for one that has no source. */
  numberOf(fn: (...args: never[]) => unknown): number {
    let number = typeof fn === 'function' ? this.#numbers.get(fn) : undefined;
    if (number === undefined) {
      number = this.#define(textOfFunction(fn));
      this.#numbers.set(fn, number);
      this.#called[number] = fn.name === '' ? 'a task' : `the task ${JSON.stringify(fn.name)}`;
    }
    return number;
  }

  /** Functions that are written in a loop are new ones each time, and look alike. */
  #define(text: string): number {
    let number = this.#byText.get(text);
    if (number === undefined) this.#byText.set(text, (number = native.poolDefine(this.id, text)));
    return number;
  }

  numberNamed(name: string): number {
    let number = this.#named.get(name);
    if (number !== undefined) return number;
    if (typeof name !== 'string') throw new TypeError('The name of a task must be a string.');
    number = native.poolDefine(this.id, textOfExport(name));
    this.#named.set(name, number);
    this.#called[number] = `the task ${JSON.stringify(name)}`;
    return number;
  }

  /** How messages call a task. */
  called(fn: number): string {
    return this.#called[fn];
  }

  /**
   * Submits a task; returns its ticket, `settle` is called once. Throws `PoolSaturatedError`, `PoolTerminatedError`, `MemoryLimitError`, and a
   * `DataCloneError` for arguments that cannot be shared.
   */
  submit(fn: number, args: unknown, flags: number, priority: number, deadline: number, settle: Settle): number {
    const { id } = this;
    const status = submit({ pool: id, function: fn, flags, priority, deadline }, args);
    if (status !== OK) throw this.#refusal(status);
    const ticket = submitted;
    const scope = currentScope();
    if (!(scope instanceof TaskScope)) {
      outstandingHere().add(ticket, this, settle);
      return ticket;
    }
    scope.beginChild(id);
    outstandingHere().add(ticket, this, (answer, cancelled) => {
      scope.endChild(id);
      settle(answer, cancelled);
    });
    return ticket;
  }

  cancel(ticket: number, reason: unknown): void {
    outstandingHere().cancel(ticket, reason, this.settings.grace);
  }

  get #name(): string {
    return describe(this.cache.kind, this.cache.name);
  }

  terminated(): PoolTerminatedError {
    return new PoolTerminatedError(this.#name);
  }

  #refusal(status: number): Error {
    if (status === QUEUE_FULL) return new PoolSaturatedError(this.#name, this.settings.maxTasks);
    if (status === CLOSED) return this.terminated();
    return failure(status, this.cache);
  }

  /**
   * Gives the result of a task on, or why there is none. `cancelled` decides whatever its worker has made of it: nobody is to count on what
   * a cancelled task returns.
   */
  settle(
    fn: number,
    answer: Answer,
    cancelled: Cancellation | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    if (answer.outcome === TERMINATED) return reject(this.terminated());
    if (cancelled !== undefined) return reject(cancelled.reason);
    if (answer.outcome === CANCELLED) return reject(new DOMException('The task was cancelled.', 'AbortError'));
    let value: unknown;
    try {
      value = answer.value();
    } catch (error) {
      return reject(error); // a class that this thread does not know, for example
    }
    if (answer.outcome === RETURNED) return resolve(value);
    if (answer.outcome === CRASHED) this.#crashed(fn, value as End | undefined, reject);
    else this.unpack(value, reject);
  }

  /** A failure as it was in the worker. */
  unpack(packed: unknown, reject: (error: unknown) => void): void {
    unpackFailure(packed as PackedFailure, () => this.#importScript()).then(({ thrown }) => reject(thrown), reject);
  }

  #crashed(fn: number, end: End | undefined, reject: (error: unknown) => void): void {
    const fail = (why: string, options?: ErrorOptions) => reject(new WorkerCrashedError(this.called(fn), why, options));
    if (end?.failure === undefined) return fail(end === undefined ? 'its thread has gone' : `its exit code is ${end.code}`);
    this.unpack(end.failure, (cause) => fail(`it threw ${inspect(cause, { depth: 0 }).split('\n', 1)[0]}`, { cause }));
  }

  #importScript(): Promise<object> {
    return this.script === null ? Promise.resolve({}) : import(this.script);
  }
}
