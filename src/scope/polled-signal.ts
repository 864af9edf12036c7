// A signal that can be asked without awaiting: whoever reads it looks whether it should have aborted by now.

const getterOf = (name: 'aborted' | 'reason') => Object.getOwnPropertyDescriptor(AbortSignal.prototype, name)!.get!;

/** Has two states; `look` may abort it. */
export class PolledSignal {
  readonly #controller = new AbortController();
  readonly #isCancelled: () => boolean;
  readonly #reason: () => unknown;
  /** From before the signal aborts: Deno reads `aborted` on the way. */
  #cancelled = false;

  /** `reason` is asked once. */
  constructor(isCancelled: () => boolean, reason: () => unknown) {
    this.#isCancelled = isCancelled;
    this.#reason = reason;
    const { signal } = this.#controller;
    const afterLook = (get: () => unknown) => () => {
      this.look();
      return get.call(signal);
    };
    Object.defineProperties(signal, {
      aborted: { get: afterLook(getterOf('aborted')), configurable: true },
      reason: { get: afterLook(getterOf('reason')), configurable: true },
      throwIfAborted: {
        value: afterLook(AbortSignal.prototype.throwIfAborted),
        configurable: true,
        writable: true,
      },
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  look(): void {
    if (this.#cancelled || !this.#isCancelled()) return;
    this.#cancelled = true;
    this.#controller.abort(this.#reason());
  }
}
