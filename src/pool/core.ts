// What a thread knows of a pool, and how it submits tasks.

import { inspect } from 'node:util';
import { typeName } from '../arguments.js';
import type { Cache } from '../cache.js';
import { PoolSaturatedError, PoolTerminatedError, WorkerCrashedError } from '../errors.js';
import { describe, failure } from '../failure.js';
import { refuseInRead } from '../runtime/context.js';
import { CLOSED, OK, OUT_OF_MEMORY, QUEUE_FULL } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { textOfExport, textOfFunction } from './functions.js';
import type { End } from './host.js';
import type { PoolSettings } from './options.js';
import { Entry, outstandingHere } from './outstanding.js';
import { type PackedFailure, unpackFailure } from './shipping/failure.js';
import { type TaskScope, taskOfCaller } from './task-scope.js';
import { type Answer, CANCELLED, CRASHED, NO_MEMORY, RETURNED, submit, submitted, TERMINATED } from './wire.js';

type Reject = (error: unknown) => void;

/** So many tasks may wait, unknown to the workers, for the one who submits them to come to a rest. */
const TOLD_TOGETHER = 32;

/** A task of a pool. One that another task of the same pool has submitted is counted there. */
export abstract class TaskEntry extends Entry {
  #parent: TaskScope | undefined;

  constructor(
    readonly core: PoolCore,
    readonly fn: number,
  ) {
    super();
  }

  begin(): void {
    this.#parent = taskOfCaller();
    this.#parent?.beginChild();
  }

  settle(answer: Answer): void {
    this.#parent?.endChild();
    this.settled(answer);
  }

  protected abstract settled(answer: Answer): void;
}

/** One that a promise waits for. */
export class PromisedTask extends TaskEntry {
  /** What it leaves behind elsewhere. */
  release: ((answer: Answer) => void) | undefined = undefined;

  constructor(
    core: PoolCore,
    fn: number,
    private readonly resolve: (value: unknown) => void,
    private readonly reject: Reject,
  ) {
    super(core, fn);
  }

  protected settled(answer: Answer): void {
    this.release?.(answer);
    this.core.settle(answer, this, this.resolve, this.reject);
  }
}

export class PoolCore {
  readonly #numbers = new WeakMap<object, number>();
  readonly #byText = new Map<string, number>();
  readonly #named = new Map<string, number>();
  /** How messages call a task, by the number of its function. */
  readonly #called: string[] = [];
  #untold = 0;
  /** Calls of this thread under way that submit tasks as others end: a pool that closes lets them come to their end. */
  #lines = 0;
  readonly #lineless: (() => void)[] = [];
  /** `close` was called in this thread. */
  isClosing = false;

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
    if (typeof name !== 'string')
      throw new TypeError(
        `The name of a task must be a string, and not ${typeName(name)}: execute(fn, ...args) takes functions.`,
      );
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
   * Submits a task; returns its ticket, `entry` is told what came of it. Throws `PoolSaturatedError`, `PoolTerminatedError`,
   * `MemoryLimitError`, and a `DataCloneError` for arguments that cannot be shared.
   */
  submit(fn: number, args: unknown, flags: number, priority: number, deadline: number, entry: TaskEntry): number {
    const { id } = this;
    refuseInRead();
    const further = this.#untold > 0;
    const status = submit({ pool: id, function: fn, flags, priority, deadline, further }, args);
    if (status !== OK) throw this.#refusal(status);
    const ticket = submitted;
    entry.begin();
    outstandingHere().add(ticket, entry);
    this.#stirSoon();
    return ticket;
  }

  /**
   * Calling a worker costs more than a task: of those that are submitted in one go the first is told of at once, the others together, if they
   * are not too many.
   */
  #stirSoon(): void {
    const untold = this.#untold++;
    if (untold === 0) queueMicrotask(this.#stir);
    if (untold % TOLD_TOGETHER === 0) native.poolStir(this.id);
  }

  readonly #stir = () => {
    const told = this.#untold === 1;
    this.#untold = 0;
    if (!told) native.poolStir(this.id);
  };

  cancel(ticket: number, entry: TaskEntry, reason: unknown): void {
    outstandingHere().cancel(ticket, entry, reason, this.settings.grace);
  }

  get #name(): string {
    return describe(this.cache.kind, this.cache.name);
  }

  /** Of a task that comes too late. */
  closed(): PoolTerminatedError {
    return new PoolTerminatedError(this.#name, true);
  }

  /** A call begins that will submit tasks as others end; returns what ends that. Throws a `PoolTerminatedError` if it is too late. */
  beginLine(): () => void {
    if (this.isClosing) throw this.closed();
    this.#lines++;
    return () => {
      if (--this.#lines === 0) for (const resolve of this.#lineless.splice(0)) resolve();
    };
  }

  /** Resolves when no such call is under way. */
  async linesEnded(): Promise<void> {
    while (this.#lines > 0) await new Promise<void>((resolve) => this.#lineless.push(resolve));
  }

  #refusal(status: number): Error {
    if (status === QUEUE_FULL) return new PoolSaturatedError(this.#name, this.settings.maxTasks);
    if (status === CLOSED) return this.closed();
    return failure(status, this.cache);
  }

  /**
   * Gives the result of a task on, or why there is none. That it was cancelled decides, whatever its worker has made of it: nobody is to
   * count on what a cancelled task returns.
   */
  settle(answer: Answer, { fn, cancelled }: TaskEntry, resolve: (value: unknown) => void, reject: Reject): void {
    if (answer.outcome === TERMINATED) {
      reject(new PoolTerminatedError(this.#name, false));
      return;
    }
    if (cancelled !== undefined) {
      reject(cancelled.reason);
      return;
    }
    if (answer.outcome === CANCELLED) {
      reject(new DOMException('The task was cancelled.', 'AbortError'));
      return;
    }
    const { value, unreadable } = answer;
    if (unreadable !== undefined) {
      reject(unreadable.error);
      return;
    }
    if (answer.outcome === RETURNED) {
      resolve(value);
      return;
    }
    if (answer.outcome === NO_MEMORY) reject(failure(OUT_OF_MEMORY, this.cache));
    else if (answer.outcome === CRASHED) this.#crashed(fn, value as End | undefined, reject);
    else this.unpack(value, reject);
  }

  /** A failure as it was in the worker. */
  unpack(packed: unknown, reject: Reject): void {
    unpackFailure(packed as PackedFailure, this.#importScript).then(({ thrown }) => reject(thrown), reject);
  }

  #crashed(fn: number, end: End | undefined, reject: Reject): void {
    const fail = (why: string, options?: ErrorOptions) => reject(new WorkerCrashedError(this.called(fn), why, options));
    if (end === undefined) fail('its thread has gone');
    else if (end.failure === undefined) fail(`its exit code is ${end.code}`);
    else
      this.unpack(end.failure, (cause) =>
        fail(`it threw ${inspect(cause, { depth: 0 }).split('\n', 1)[0]}`, { cause }),
      );
  }

  /** One function: what it could not do in time it is not asked again. */
  readonly #importScript = (): Promise<object> => (this.script === null ? Promise.resolve({}) : import(this.script));
}
