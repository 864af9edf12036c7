// Gives up waiting when a signal aborts, the scope is cancelled or the time is up.

import { onAbort } from '../scope/abort.js';
import type { CancelScope, Child } from '../scope/cancel-scope.js';
import { holdOpen } from '../scope/linked.js';
import type { Transaction } from './call.js';
import { ignore } from './thenable.js';

/** Timers take no longer delay. */
const MAX_DELAY = 2 ** 31 - 1;

export class Cancellation implements Child {
  /** True from the moment on at which the call has to fail. */
  fired = false;
  /** Of the call: rejects because of this. */
  promise: Promise<unknown> | undefined;
  #reason: unknown;
  #giveUp: ((reason: unknown) => void) | null = null;
  #body: Promise<unknown> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #around: CancelScope | undefined;
  #unlisten: (() => void) | undefined;
  readonly #onAbort = () => this.#fire(this.#signal!.reason);

  /** `call` brings a time-out as well; nested transactions have none. */
  constructor(signal: AbortSignal | undefined, around: CancelScope | undefined, call?: Transaction) {
    this.#signal = signal;
    this.#around = around;
    if (signal?.aborted) this.#onAbort();
    else if (signal !== undefined) this.#unlisten = onAbort(signal, this.#onAbort);
    around?.link(this);
    if (around?.isCancelled) this.scopeCancelled(around.reason);
    const delay = call?.remaining ?? Number.POSITIVE_INFINITY;
    if (delay <= MAX_DELAY) this.#timer = setTimeout(() => this.#fire(call!.timedOut()), delay);
  }

  /** Settles as `thenable` does, or rejects when this fires. */
  race<T>(thenable: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // Even if it comes too late: somebody has to be there for its rejection.
      thenable.then(resolve, reject);
      if (this.fired) reject(this.#reason);
      this.#giveUp = reject;
    });
  }

  /** The same for what a body returned: its scope does not end before it. */
  raceBody<T>(thenable: PromiseLike<T>): Promise<T> {
    const body = Promise.resolve(thenable);
    this.#body = body;
    if (this.fired) this.#hold();
    return this.race(body);
  }

  /** The body has lost its transaction and goes on for a while. */
  #hold(): void {
    if (this.#body !== null && this.#around !== undefined) holdOpen(this.#around, this.#body);
  }

  scopeCancelled(reason: unknown): void {
    if (this.fired) return;
    this.promise?.catch(ignore);
    this.#fire(reason);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#unlisten?.();
    this.#around?.unlink(this);
  }

  #fire(reason: unknown): void {
    if (this.fired) return;
    this.fired = true;
    this.#reason = reason;
    this.#hold();
    this.#giveUp?.(reason);
  }
}
