// One call of `transaction` or its siblings: what stays the same over the runs of its body.

import { clearInterval, setInterval } from 'node:timers';
import { types } from 'node:util';
import {
  CollectionDestroyedError,
  type Conflict,
  MemoryLimitError,
  NestedTransactionError,
  SnapshotExpiredError,
  TransactionConflictError,
  TransactionEndedError,
  TransactionTimeoutError,
} from '../errors.js';
import { expired } from '../failure.js';
import { aborted, committed, conflicted } from '../runtime/channels.js';
import { ABORTS, COMMITS, count, countTime, RERUNS, rowOf } from '../runtime/counters.js';
import { frame, NANOSECONDS, TIMED } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { report } from '../runtime/report.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { Body } from './body.js';
import { LOST } from './commit.js';
import { CONFLICT_SIGNAL } from './conflict.js';
import { NO_OPTIONS, type TransactionOptions } from './options.js';
import { endScopes, innermostBody, Scope } from './scope.js';
import { type Wait, waitForChange } from './wait.js';

/** What `afterCommit` tells its callback. */
export interface CommitEvent {
  /** The number of the commit; of a transaction that wrote nothing, that of its snapshot. */
  readonly version: number;
}

/** What `afterAbort` tells its callback. */
export interface AbortEvent {
  /** What the call fails with. */
  readonly reason: unknown;
}

/** Asynchronous bodies hold a snapshot while they wait: they do not retry for ever unless told to. */
const MAX_ASYNC_RETRIES = 100;
const MAX_NAMED_CONFLICTS = 8;
/** How often a body whose signal somebody watches is looked at while it waits. */
const WATCH_MS = 20;

/** Bodies between runs. As many as ever ran at once, which is few. */
const idle: Body[] = [];

/**
 * The logs of idle bodies still refer to the maps of their last runs: emptying them after each run would cost 30 ns. They
 * are emptied when the collector has been at work, and then the next collection finds those maps.
 */
const collections = new FinalizationRegistry<void>(() => {
  for (const body of idle) body.forget();
  awaitCollection();
});

function awaitCollection(): void {
  collections.register({}, undefined);
}

awaitCollection();

/** Begins a run of a body. */
export function beginRun(call: Transaction | null, readOnly: boolean, registered: boolean): Scope {
  const body = idle.pop() ?? new Body();
  body.begin(readOnly, registered);
  return new Scope(call, body);
}

/** Ends the run of an outermost scope that has no nested one open. */
export function endRun(scope: Scope, body: Body): void {
  scope.body = null;
  body.end();
  idle.push(body);
}

/** The call that a scope belongs to. */
export function callOf(scope: Scope): Transaction {
  return (scope.call ??= Transaction.begun());
}

let calls = 0;

export class Transaction {
  /** Runs begun. */
  runs = 0;
  /** Runs that lost. */
  losses = 0;
  /** What the next run waits for: the last one has called `retry`. */
  wait: Wait | null = null;
  /** The next run takes a snapshot slot before its body (see Body, B4). */
  registered: boolean;
  afterCommit: ((event: CommitEvent) => unknown)[] | null = null;
  afterAbort: ((event: AbortEvent) => unknown)[] | null = null;
  /** What the last lost run had registered: it counts if the call fails before the next one has registered anything. */
  #afterAbortBefore: ((event: AbortEvent) => unknown)[] | null = null;

  /** There is a signal, a scope or a time-out to look at. */
  readonly cancellable: boolean;
  readonly #number = ++calls;
  readonly #deadline: number;
  /** Of the counters of its label. */
  readonly #row: number;
  #conflicts: Conflict[] | null = null;
  /** For `currentTransaction().signal` of the present run, and what looks whether it has lost. */
  #controller: AbortController | null = null;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    readonly readOnly: boolean,
    readonly options: Readonly<TransactionOptions> = NO_OPTIONS,
    /** Its body may call `retry`. */
    readonly mayWait = false,
    /** The scope that cancels it: only what is awaited can be cancelled. */
    readonly around: CancelScope | undefined = undefined,
  ) {
    // A read-only transaction never loses, because its snapshot is kept from the start.
    this.registered = readOnly;
    const { timeout, label } = options;
    this.#row = rowOf(label);
    this.#deadline = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout;
    this.cancellable = timeout !== undefined || options.signal !== undefined || around !== undefined;
  }

  /** A call without options whose first run has begun. */
  static begun(): Transaction {
    const call = new Transaction(false);
    call.runs = 1;
    return call;
  }

  /** Unique in the process. */
  get id(): string {
    return `${native.threadId()}.${this.#number}`;
  }

  /** Throws if the call has run out of time or was cancelled. */
  checkCancelled(): void {
    const { signal } = this.options;
    if (signal?.aborted) throw signal.reason;
    if (this.around?.isCancelled) throw this.around.reason;
    if (this.#deadline !== Number.POSITIVE_INFINITY && performance.now() > this.#deadline) throw this.timedOut();
  }

  /** Milliseconds until the time is up. */
  get remaining(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  timedOut(): TransactionTimeoutError {
    return new TransactionTimeoutError(this.options.timeout!, this.runs, this.options.label);
  }

  /** Begins a run and returns its outermost scope. */
  begin(): Scope {
    if (this.cancellable) this.checkCancelled();
    const scope = beginRun(this, this.readOnly, this.registered);
    this.runs++;
    return scope;
  }

  /** Whether the run has lost already, so that what its body returned or threw means nothing. */
  isDoomed(scope: Scope): boolean {
    return innermostBody(scope).doomed;
  }

  /**
   * Tries to commit a run whose body has returned. True when it did; false when it lost: the caller begins another run. Throws
   * what ends the whole call. In any case the run has ended afterwards.
   */
  tryCommit(scope: Scope): boolean {
    const { body } = scope;
    if (body === null) throw new NestedTransactionError();
    if (this.cancellable) this.checkCancelled();
    const version = this.#row === 0 ? body.commit() : this.#timedCommit(body);
    if (version === LOST) {
      this.lose(scope);
      return false;
    }
    this.end(scope);
    if (this.#row !== 0) count(COMMITS, this.#row);
    committed(version, this.options.label, this.runs);
    if (this.afterCommit !== null) this.#runAfterCommit(version);
    return true;
  }

  /** Of transactions with a label every commit is timed. */
  #timedCommit(body: Body): number {
    const { i, f } = frame;
    i[TIMED] = 1;
    f[NANOSECONDS] = 0;
    try {
      const version = body.commit();
      if (version !== LOST && frame.f[NANOSECONDS] > 0) countTime(frame.f[NANOSECONDS], this.#row);
      return version;
    } finally {
      frame.i[TIMED] = 0;
    }
  }

  /** Ends a run that lost, or that has called `retry`. Throws if it was the last one. */
  lose(scope: Scope): void {
    const body = innermostBody(scope);
    if (body.blocked) {
      this.wait = waitForChange(body);
      this.#endLost(scope);
      this.#makeWay();
      return;
    }
    const { tooLong, conflict } = body;
    this.losses++;
    count(RERUNS, this.#row);
    this.registered = true;
    if (conflict !== undefined) this.#note(conflict);
    const retries = this.options.maxRetries ?? (body.suspended ? MAX_ASYNC_RETRIES : Number.POSITIVE_INFINITY);
    this.#endLost(scope);
    conflicted(conflict, this.options.label, this.runs);
    if (tooLong) throw expired();
    if (this.losses > retries) {
      throw new TransactionConflictError(this.runs, this.#conflicts ?? [], this.options.label);
    }
    this.#makeWay();
  }

  #endLost(scope: Scope): void {
    this.#controller?.abort(CONFLICT_SIGNAL);
    this.end(scope);
    this.afterCommit = null;
  }

  /** Another run comes. */
  #makeWay(): void {
    this.#afterAbortBefore = this.afterAbort ?? this.#afterAbortBefore;
    this.afterAbort = null;
  }

  #note(conflict: Conflict): void {
    const known = (this.#conflicts ??= []);
    const at = known.findIndex(
      ({ collection, key }) => collection === conflict.collection && Object.is(key, conflict.key),
    );
    if (at >= 0) known.splice(at, 1);
    else if (known.length === MAX_NAMED_CONFLICTS) known.shift();
    known.push(conflict);
  }

  /** Ends the present run, if it has not ended, because of `reason`, which the whole call then fails with. */
  abort(scope: Scope, reason: unknown): void {
    if (!scope.ended) {
      this.#controller?.abort(reason);
      this.end(scope);
    }
  }

  /** Gives the body of a run back; its scopes know from then on that they have ended. */
  end(scope: Scope): void {
    const body = innermostBody(scope);
    endScopes(scope);
    if (this.#controller !== null) {
      this.#controller = null;
      clearInterval(this.#watch);
    }
    endRun(scope, body);
  }

  /** Aborts when the run of `scope` has lost or the call is cancelled. */
  signalOf(scope: Scope): AbortSignal {
    if (scope.ended) return AbortSignal.abort(new TransactionEndedError());
    if (this.#controller === null) {
      this.#controller = new AbortController();
      const body = innermostBody(scope);
      if (body.doomed) {
        this.#controller.abort(CONFLICT_SIGNAL);
      } else {
        body.onDoom = () => this.#controller?.abort(CONFLICT_SIGNAL);
        this.#watch = setInterval(() => body.probe(), WATCH_MS);
        this.#watch.unref();
      }
    }
    return this.#controller.signal;
  }

  #reasonColumn(reason: unknown): number {
    const { signal } = this.options;
    if (signal?.aborted && reason === signal.reason) return ABORTS.cancelled;
    if (this.around?.isCancelled && reason === this.around.reason) return ABORTS.cancelled;
    if (reason instanceof TransactionConflictError) return ABORTS.conflict;
    if (reason instanceof TransactionTimeoutError) return ABORTS.timeout;
    if (reason instanceof MemoryLimitError) return ABORTS.limit;
    if (reason instanceof SnapshotExpiredError) return ABORTS.expired;
    return reason instanceof CollectionDestroyedError ? ABORTS.destroyed : ABORTS.error;
  }

  #runAfterCommit(version: number): void {
    for (const callback of this.afterCommit!) guarded(callback, { version });
  }

  /** To be called once, when the call has failed. */
  failed(reason: unknown): void {
    count(this.#reasonColumn(reason), this.#row);
    aborted(reason, this.options.label, this.runs);
    const callbacks = this.afterAbort ?? this.#afterAbortBefore;
    if (callbacks === null) return;
    this.afterAbort = this.#afterAbortBefore = null;
    for (const callback of callbacks) guarded(callback, { reason });
  }
}

/** Runs a callback whose failure is nobody's: it goes where uncaught errors go. */
function guarded<E>(callback: (event: E) => unknown, event: E): void {
  try {
    const result = callback(event);
    if (types.isPromise(result)) result.catch(report);
  } catch (error) {
    report(error);
  }
}
