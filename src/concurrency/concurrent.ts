// All or nothing.

import type { Scope } from '../scope/scope.js';
import { promised } from '../txn/thenable.js';
import { coreOfPool } from '../worker-pool.js';
import { type Call, callerIn, NOTHING } from './call.js';
import { Group } from './group.js';
import { type ConcurrentOptions, checkOptions, tasksOf } from './options.js';

/** A function of a scope. */
export type ScopeTask<T> = (scope: Scope) => T | PromiseLike<T>;

type Results<T extends readonly ScopeTask<unknown>[]> = { -readonly [I in keyof T]: Awaited<ReturnType<T[I]>> };
type SettledResults<T extends readonly ScopeTask<unknown>[]> = {
  -readonly [I in keyof T]: PromiseSettledResult<Awaited<ReturnType<T[I]>>>;
};

/**
 * Calls all tasks and resolves with their results, in the order of the tasks. The first one that fails, in time, cancels the others, which are
 * waited for, and is what it rejects with. With `settle` none does, and the results are as those of `Promise.allSettled`. Tasks that have
 * not begun when it is cancelled do not. Rejects with the reason of `signal`, or of the scope around it, once what runs has ended, `grace`
 * ms later at the latest. Throws nothing: rejects with a `TypeError` or `RangeError` for arguments of the wrong kind. O(tasks).
 *
 * @example
 * const [user, orders] = await concurrent([() => loadUser(id), ({ signal }) => fetch(url, { signal })]);
 */
export function concurrent<const T extends readonly ScopeTask<unknown>[]>(
  tasks: T,
  options: ConcurrentOptions & { settle: true },
): Promise<SettledResults<T>>;
export function concurrent<const T extends readonly ScopeTask<unknown>[]>(
  tasks: T,
  options?: ConcurrentOptions & { settle?: false },
): Promise<Results<T>>;
export function concurrent<T>(
  tasks: Iterable<ScopeTask<T>>,
  options: ConcurrentOptions & { settle: true },
): Promise<PromiseSettledResult<T>[]>;
export function concurrent<T>(
  tasks: Iterable<ScopeTask<T>>,
  options?: ConcurrentOptions & { settle?: false },
): Promise<T[]>;
export function concurrent(tasks: Iterable<ScopeTask<unknown>>, options?: unknown): Promise<unknown> {
  return promised(() => {
    const functions = tasksOf('concurrent', tasks);
    const checked = checkOptions<ConcurrentOptions>('concurrent', options, [
      'limit',
      'signal',
      'pool',
      'settle',
      'grace',
    ]);
    const { pool } = checked;
    const endLine = pool === undefined ? undefined : coreOfPool(pool).beginLine();
    return new Concurrent(functions, checked, endLine).run();
  });
}

class Concurrent extends Group<unknown[], number> {
  readonly #call: Call;
  readonly #limit: number;
  readonly #settle: boolean;
  readonly #results: unknown[];
  #next = 0;

  constructor(
    private readonly tasks: readonly ScopeTask<unknown>[],
    options: ConcurrentOptions,
    /** Of its pool. */
    private readonly endLine: (() => void) | undefined,
  ) {
    super('concurrent', options);
    const { pool, limit = Number.POSITIVE_INFINITY, settle = false } = options;
    this.#call = callerIn(pool);
    this.#limit = limit;
    this.#settle = settle;
    this.#results = new Array(tasks.length);
  }

  run(): Promise<unknown[]> {
    return this.start(() => this.#fill());
  }

  override end(): void {
    super.end();
    this.endLine?.();
  }

  /** Begins tasks, as many as may run. */
  #fill(): void {
    while (this.running < this.#limit && this.#next < this.tasks.length && !this.isDecided) {
      const index = this.#next++;
      this.attempt(index, this.#call, this.tasks[index], NOTHING, this);
    }
    if (this.running === 0) this.decide({ value: this.#results });
  }

  protected returned(index: number, value: unknown): void {
    if (this.isDecided) this.late(value);
    else this.#results[index] = this.#settle ? { status: 'fulfilled', value } : value;
  }

  protected threw(index: number, error: unknown): void {
    if (this.isDecided) this.suppress(error);
    else if (this.#settle) this.#results[index] = { status: 'rejected', reason: error };
    else {
      this.decide({ error });
      this.cancel(error);
    }
  }

  protected override callEnded(): void {
    if (!this.isDecided) this.#fill();
    this.endIfDone();
  }
}
