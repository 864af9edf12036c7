// The first one decides.

import { CancelScope } from '../scope/cancel-scope.js';
import { runInScope } from '../scope/scope.js';
import { promised } from '../txn/thenable.js';
import { type Call, callerIn, NOTHING } from './call.js';
import type { ScopeTask } from './concurrent.js';
import { Group } from './group.js';
import { checkOptions, type RaceOptions, tasksOf } from './options.js';

/**
 * Calls all tasks and settles as the first one that ends, in time; with `until: 'success'` as the first one that succeeds, and if all fail it
 * rejects with an `AggregateError` of their errors, in the order of the tasks. The others are cancelled and waited for, at most `grace`
 * ms; a value of theirs that has `Symbol.asyncDispose` or `Symbol.dispose` is disposed of. Rejects with a `RangeError` for no tasks, and with
 * the reason of `signal` or of the scope around it. O(tasks).
 */
export function race<const T extends readonly ScopeTask<unknown>[]>(
  tasks: T,
  options?: RaceOptions,
): Promise<Awaited<ReturnType<T[number]>>>;
export function race<T>(tasks: Iterable<ScopeTask<T>>, options?: RaceOptions): Promise<T>;
export function race(tasks: Iterable<ScopeTask<unknown>>, options?: unknown): Promise<unknown> {
  return promised(() => {
    const functions = tasksOf('race', tasks);
    const checked = checkOptions<RaceOptions>('race', options, ['until', 'signal', 'pool', 'grace']);
    if (functions.length === 0) throw new RangeError('A race needs a task: without any it would never end.');
    return new Race(functions, checked).run();
  });
}

class Race extends Group<unknown, number> {
  readonly #call: Call;
  readonly #untilSuccess: boolean;
  /** Each task has one: the signal of the winner does not abort with those of the losers. */
  readonly #scopes: CancelScope[] = [];
  readonly #errors: unknown[] = [];
  #failures = 0;

  constructor(
    private readonly tasks: readonly ScopeTask<unknown>[],
    options: RaceOptions,
  ) {
    super('race', options);
    this.#call = callerIn(options.pool);
    this.#untilSuccess = options.until === 'success';
  }

  run(): Promise<unknown> {
    return this.start(() => {
      for (let index = 0; index < this.tasks.length && !this.isDecided; index++) {
        const scope = new CancelScope(this);
        this.#scopes.push(scope);
        runInScope(scope, () => this.attempt(index, this.#call, this.tasks[index], NOTHING, scope));
      }
    });
  }

  protected returned(index: number, value: unknown): void {
    const scope = this.#scopes[index];
    scope.endAfterAll();
    if (this.decide({ value })) this.#stopOthers(scope);
    else this.late(value);
  }

  protected threw(index: number, error: unknown): void {
    const scope = this.#scopes[index];
    scope.endAfterAll();
    if (this.isDecided) {
      this.suppress(error, scope);
      return;
    }
    this.#errors[index] = error;
    if (!this.#untilSuccess) {
      this.decide({ error });
      this.#stopOthers(scope);
    } else if (++this.#failures === this.tasks.length) {
      this.decide({ error: new AggregateError(this.#errors, 'All tasks of the race have failed.') });
    }
  }

  /** Those that have ended are not cancelled by it. */
  #stopOthers(first: CancelScope): void {
    const reason = new DOMException('Another task has decided the race.', 'AbortError');
    for (const scope of this.#scopes) if (scope !== first) scope.cancel(reason);
    this.limitGrace();
  }
}
