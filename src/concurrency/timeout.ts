// In time or not at all.

import { clearTimeout, setTimeout } from 'node:timers';
import { TimeoutError } from '../errors.js';
import { LONGEST } from '../pool/outstanding.js';
import { promised } from '../txn/thenable.js';
import { type Call, callerIn, NOTHING } from './call.js';
import type { ScopeTask } from './concurrent.js';
import { Group } from './group.js';
import { checkOptions, type TimeoutOptions } from './options.js';

/**
 * Calls `fn` and settles as it does, if that is within `ms` milliseconds. Else its signal aborts, it is waited for, at most `grace` ms, and the
 * promise rejects with a `TimeoutError`; a value that comes then is disposed of, if it can be. A function that awaits nothing cannot be
 * interrupted: it sees that the time is up when it looks at its signal, and if it never does, what it returns counts. Rejects with the
 * reason of `signal` or of the scope around it, with a `RangeError` for a negative time.
 */
export function timeout<T>(fn: ScopeTask<T>, ms: number, options?: TimeoutOptions): Promise<T>;
export function timeout(fn: ScopeTask<unknown>, ms: number, options?: unknown): Promise<unknown> {
  return promised(() => {
    const checked = checkOptions<TimeoutOptions>('timeout', options, ['signal', 'pool', 'grace']);
    if (typeof fn !== 'function')
      throw new TypeError('timeout() needs a function: () => fetch(url) instead of fetch(url).');
    if (typeof ms !== 'number') throw new TypeError('The time of timeout() must be a number of milliseconds.');
    if (!(ms >= 0)) throw new RangeError('The time of timeout() must be at least 0 ms.');
    return new Timed(fn, ms, checked).run();
  });
}

class Timed extends Group<unknown, null> {
  readonly #call: Call;
  readonly #due: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly fn: ScopeTask<unknown>,
    private readonly ms: number,
    options: TimeoutOptions,
  ) {
    super('timeout', options, Date.now() + ms);
    this.#due = performance.now() + ms;
    this.#call = callerIn(options.pool);
  }

  run(): Promise<unknown> {
    return this.start(() => this.#begin());
  }

  #begin(): void {
    if (this.ms <= LONGEST) this.#timer = setTimeout(() => this.#timeUp(), this.ms);
    this.attempt(null, this.#call, this.fn, NOTHING, this);
  }

  protected returned(_: null, value: unknown): void {
    clearTimeout(this.#timer);
    if (!this.decide({ value })) this.late(value);
  }

  protected threw(_: null, error: unknown): void {
    if (error instanceof TimeoutError) this.look(); // a worker may have seen that the time is up before this thread did
    clearTimeout(this.#timer);
    if (!this.decide({ error })) this.suppress(error);
  }

  protected override lookForItself(): void {
    if (performance.now() >= this.#due) this.#timeUp();
  }

  #timeUp(): void {
    if (this.isDecided) return;
    this.cancel(new TimeoutError(`The work was not done within ${this.ms} ms.`, this.ms));
  }

  protected override cancelled(reason: unknown): void {
    clearTimeout(this.#timer);
    super.cancelled(reason);
  }
}
