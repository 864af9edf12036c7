// What a thread knows of a pool, and how it submits tasks.

import type { Cache } from '../cache.js';
import { PoolSaturatedError, PoolTerminatedError, WorkerCrashedError } from '../errors.js';
import { failure } from '../failure.js';
import { CLOSED, OK, QUEUE_FULL } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { currentScope } from '../scope/scope.js';
import type { End } from './host.js';
import type { PoolSettings } from './options.js';
import { textOfExport, textOfFunction } from './functions.js';
import { type Cancellation, outstandingHere, type Settle } from './outstanding.js';
import { unpackFailure } from './shipping/failure.js';
import { TaskScope } from './task-scope.js';
import { type Answer, CANCELLED, CRASHED, RETURNED, submit, submitted, TERMINATED } from './wire.js';

export class PoolCore {
  readonly #numbers = new WeakMap<object, number>();
  readonly #named = new Map<string, number>();

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
      number = native.poolDefine(this.id, textOfFunction(fn));
      this.#numbers.set(fn, number);
    }
    return number;
  }

  numberNamed(name: string): number {
    let number = this.#named.get(name);
    if (number === undefined) this.#named.set(name, (number = native.poolDefine(this.id, textOfExport(name))));
    return number;
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

  #refusal(status: number): Error {
    if (status === QUEUE_FULL) return new PoolSaturatedError(this.settings.maxTasks);
    if (status === CLOSED) return new PoolTerminatedError();
    return failure(status, this.cache);
  }

  /**
   * Gives the result of a task on, or why there is none. `cancelled` decides whatever its worker has made of it: nobody is to count on what
   * a cancelled task returns.
   */
  settle(answer: Answer, cancelled: Cancellation | undefined, resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    if (answer.outcome === TERMINATED) return reject(new PoolTerminatedError());
    if (cancelled !== undefined) return reject(cancelled.reason);
    if (answer.outcome === CANCELLED) return reject(new DOMException('The task was cancelled.', 'AbortError'));
    let value: unknown;
    try {
      value = answer.value();
    } catch (error) {
      return reject(error); // a class that this thread does not know, for example
    }
    if (answer.outcome === RETURNED) return resolve(value);
    if (answer.outcome === CRASHED) this.#crashed(value as End | undefined, reject);
    else this.unpack(value, reject);
  }

  /** A failure as it was in the worker. */
  unpack(packed: unknown, reject: (error: unknown) => void): void {
    unpackFailure(packed, () => this.#importScript()).then(reject, reject);
  }

  #crashed(end: End | undefined, reject: (error: unknown) => void): void {
    if (end?.failure === undefined) return reject(new WorkerCrashedError(end?.code));
    this.unpack(end.failure, (cause) => reject(new WorkerCrashedError(end.code, { cause })));
  }

  #importScript(): Promise<object> {
    return this.script === null ? Promise.resolve({}) : import(this.script);
  }
}
