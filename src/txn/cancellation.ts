// Gives up waiting when a signal aborts or the time is up.

import type { Transaction } from './call.js';

/** Timers take no longer delay. */
const MAX_DELAY = 2 ** 31 - 1;

export class Cancellation {
  /** True from the moment on at which the call has to fail. */
  fired = false;
  #reason: unknown;
  #giveUp: ((reason: unknown) => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#fire(this.#signal!.reason);

  /** `call` brings a time-out as well; nested transactions have a signal only. */
  constructor(signal: AbortSignal | undefined, call?: Transaction) {
    this.#signal = signal;
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
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

  stop(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #fire(reason: unknown): void {
    this.fired = true;
    this.#reason = reason;
    this.#giveUp?.(reason);
  }
}
