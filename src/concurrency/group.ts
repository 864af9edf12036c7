// A scope with an outcome: it is decided once, and told when all that runs in the scope has ended.
//
// What still runs when a scope is cancelled has `grace` ms to end. After that the outcome is told without it: this is the one case in which
// something outlives its scope, and it is reported.

import { clearTimeout, setTimeout } from 'node:timers';
import { StragglerError } from '../errors.js';
import { LONGEST } from '../pool/outstanding.js';
import { straggling, suppressed } from '../runtime/channels.js';
import { onAbort } from '../scope/abort.js';
import { CancelScope } from '../scope/cancel-scope.js';
import { runInScope, scopeOfCaller } from '../scope/scope.js';
import { ignore, isThenable } from '../txn/thenable.js';
import type { Call, Callee } from './call.js';
import type { ScopeOptions } from './options.js';
import { addSuppressed } from './suppressed.js';

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const GRACE = 1000;

/** `K` tells its calls apart. */
export abstract class Group<T, K> extends CancelScope {
  readonly promise: Promise<T>;
  /** Calls that have not ended. */
  protected running = 0;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #outcome: Outcome<T> | null = null;
  #told = false;
  #begun = false;
  readonly #signal: AbortSignal | undefined;
  #unlisten: (() => void) | undefined;
  readonly #grace: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    /** How reports call it. */
    readonly operation: string,
    { signal, grace = GRACE }: ScopeOptions,
    deadline?: number,
  ) {
    super(scopeOfCaller(), deadline);
    this.#signal = signal;
    this.#grace = grace;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Calls `begin` in the scope, unless that is cancelled already. To be called once. */
  protected start(begin: () => void): Promise<T> {
    const { parent } = this;
    if (parent?.isCancelled) this.scopeCancelled(parent.reason);
    else if (this.#signal?.aborted) this.cancel(this.#signal.reason);
    else {
      const signal = this.#signal;
      if (signal !== undefined) this.#unlisten = onAbort(signal, () => this.cancel(signal.reason));
      runInScope(this, begin);
    }
    this.#begun = true;
    this.endIfDone();
    return this.promise;
  }

  override scopeCancelled(reason: unknown): void {
    this.promise.catch(ignore);
    super.scopeCancelled(reason);
  }

  protected override cancelled(reason: unknown): void {
    this.decide({ error: reason });
    this.limitGrace();
    if (this.#begun) this.endIfDone();
  }

  /** Calls a function in `scope`; `returned` or `threw` is told, before this returns if there is nothing to wait for. */
  protected attempt(key: K, call: Call, fn: Callee, args: readonly unknown[], scope: CancelScope): void {
    this.running++;
    let result: unknown;
    let waits: boolean;
    try {
      result = call(fn, args, scope);
      waits = isThenable(result);
    } catch (error) {
      this.running--;
      this.threw(key, error);
      return;
    }
    if (!waits) {
      this.running--;
      this.returned(key, result);
      return;
    }
    Promise.resolve(result).then(
      (value) => {
        this.running--;
        this.returned(key, value);
        this.callEnded();
      },
      (error) => {
        this.running--;
        this.threw(key, error);
        this.callEnded();
      },
    );
  }

  protected abstract returned(key: K, value: unknown): void;

  protected abstract threw(key: K, error: unknown): void;

  /** A call has ended that had to be waited for. */
  protected callEnded(): void {
    this.endIfDone();
  }

  protected get isDecided(): boolean {
    return this.#outcome !== null;
  }

  /** The first one counts; false for others. */
  protected decide(outcome: Outcome<T>): boolean {
    if (this.#outcome !== null) return false;
    this.#outcome = outcome;
    return true;
  }

  /** What has failed when the outcome was decided; `scope` is what it ran in. That it was cancelled is no news. */
  protected suppress(error: unknown, scope: CancelScope = this): void {
    const { reason } = scope;
    if (reason !== undefined && (error === reason || isAbort(error))) return;
    const outcome = this.#outcome!;
    if ('error' in outcome) {
      if (outcome.error === error) return;
      addSuppressed(outcome.error, error);
    }
    suppressed(this.operation, error);
  }

  /** A value that comes when the outcome has been decided reaches nobody: it is disposed of, if it can be. */
  protected late(value: unknown): void {
    try {
      const disposing = dispose(value);
      if (!isThenable(disposing)) return;
      this.running++;
      const ended = () => {
        this.running--;
        this.endIfDone();
      };
      Promise.resolve(disposing)
        .catch((error) => this.suppress(error))
        .then(ended);
    } catch (error) {
      this.suppress(error);
    }
  }

  /** To be called when a call has ended, or the outcome was decided. */
  protected endIfDone(): void {
    if (this.#told || this.#outcome === null || this.running > 0) return;
    if (this.open > 0) {
      this.onIdle(() => this.endIfDone());
      this.cancelLeftOpen();
      if (this.open > 0) this.limitGrace();
      return;
    }
    this.#tell();
  }

  /** What runs has a limited time from now on. */
  protected limitGrace(): void {
    if (this.#timer !== undefined || this.#told || this.#grace === Number.POSITIVE_INFINITY) return;
    if (this.running === 0 && this.open === 0) return;
    this.#timer = setTimeout(() => this.#goOn(), Math.min(this.#grace, LONGEST));
  }

  #goOn(): void {
    straggling(this.operation, this.running || this.open, this.#grace);
    const outcome = this.#outcome!;
    if ('error' in outcome) addSuppressed(outcome.error, new StragglerError(this.operation, this.#grace));
    this.#tell();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    clearTimeout(this.#timer);
    this.#unlisten?.();
    this.end();
    const outcome = this.#outcome!;
    if ('error' in outcome) this.#reject(outcome.error);
    else this.#resolve(outcome.value);
  }
}

/** What some functions of the platform reject with, in place of the reason of a signal. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function dispose(value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { [Symbol.asyncDispose]: disposeAsync, [Symbol.dispose]: disposeSync } = value as Partial<
    AsyncDisposable & Disposable
  >;
  return (disposeAsync ?? disposeSync)?.call(value);
}
