// Transactions: the public functions and the loops that run bodies until one commits.

import { types } from 'node:util';
import { callable } from './arguments.js';
import { TransactionEndedError } from './errors.js';
import { committed } from './runtime/channels.js';
import { enter, enterSync, leave, scopeHere } from './runtime/context.js';
import type { CancelScope } from './scope/cancel-scope.js';
import { refused } from './scope/linked.js';
import { scopeOfCaller } from './scope/scope.js';
import { endLease, LOSSES_BEFORE_LEASE, standBackMs, standBackSync, takeLease } from './txn/backoff.js';
import { type AbortEvent, beginRun, type CommitEvent, callOf, endRun, Transaction } from './txn/call.js';
import { Cancellation } from './txn/cancellation.js';
import { LOST } from './txn/commit.js';
import { isSignal } from './txn/conflict.js';
import { type Enter, runNested, type SuspendNested, suspendNested } from './txn/nested.js';
import { Nesting } from './txn/nesting.js';
import { OpenCall } from './txn/open-calls.js';
import { checkOptions, type ReadTransactionOptions, type TransactionOptions } from './txn/options.js';
import { innermostBody, type Scope } from './txn/scope.js';
import { ignore, isThenable } from './txn/thenable.js';
import type { Wait } from './txn/wait.js';

/** What `currentTransaction` tells. */
export interface CurrentTransaction {
  /** Stable over the runs of one call, unique in the process. */
  readonly id: string;
  /** Which run of the body this is, from 1. */
  readonly run: number;
  /** The number of the commit whose state the body sees at the moment. */
  readonly version: number;
  /** Aborts when this run cannot commit any more: it lost, timed out or was cancelled. */
  readonly signal: AbortSignal;
  readonly readOnly: boolean;
  readonly label: string | undefined;
}

/**
 * Runs `fn` until a run of it commits, and resolves with what that run returned. All shared reads of a run see one snapshot;
 * its writes take effect together. `fn` may run many times: it must have no effects but shared writes (see `afterCommit`).
 * The first run starts before the call returns. An asynchronous `fn` must await all that it starts.
 *
 * Inside another transaction it joins that one: if `fn` throws and the outer body catches that, only the writes of `fn` are
 * undone. Its own options but `signal` are ignored then.
 *
 * Rejects with `fn`'s own error (nothing is written, `fn` is not run again), `TransactionConflictError` after `maxRetries`,
 * `TransactionTimeoutError` after `timeout`, the reason of `signal`, or `MemoryLimitError`.
 */
export function transaction<T>(fn: () => T | PromiseLike<T>, options?: TransactionOptions): Promise<T> {
  const around = scopeOfCaller();
  if (around?.isCancelled) return refused(around);
  return promised(() => start(fn, options, false, enter, suspend, suspendNested, around));
}

/**
 * The same for a synchronous body, returning its value. Throws a `TypeError`, with nothing written, if the body returns a
 * thenable: it could not be awaited before the commit. A body that keeps losing runs while others hold back, so that one that
 * takes less than 50 ms always ends.
 */
export function transactionSync<T>(fn: () => T, options?: TransactionOptions): T {
  synchronous(fn);
  if (options === undefined && scopeHere() === null) return runPlain(fn);
  return start(fn, options, false, enterSync, refuseThenable, refuseThenable) as T;
}

/**
 * Runs `fn` once on one snapshot and resolves with what it returned. It never conflicts and holds nobody up; writes in it are
 * refused with `ReadOnlyTransactionError`.
 */
export function readTransaction<T>(fn: () => T | PromiseLike<T>, options?: ReadTransactionOptions): Promise<T> {
  const around = scopeOfCaller();
  if (around?.isCancelled) return refused(around);
  return promised(() => start(fn, options, true, enter, suspend, suspendNested, around));
}

/** The same for a synchronous body; throws a `TypeError` if it returns a thenable. */
export function readTransactionSync<T>(fn: () => T, options?: ReadTransactionOptions): T {
  return start(synchronous(fn), options, true, enterSync, refuseThenable, refuseThenable) as T;
}

/** Whether the calling code runs in a transaction. */
export function isInTransaction(): boolean {
  return openScope() !== null;
}

/** Names the transaction that the calling code runs in, the same over all its runs; null outside. */
export function getTransactionId(): string | null {
  const scope = openScope();
  return scope === null ? null : callOf(scope).id;
}

/** The transaction that the calling code runs in; null outside. */
export function currentTransaction(): CurrentTransaction | null {
  const scope = openScope();
  if (scope === null) return null;
  const call = callOf(scope);
  const { snapshot, readOnly } = innermostBody(scope);
  return {
    id: call.id,
    run: call.runs,
    version: snapshot,
    get signal() {
      return call.signalOf(scope);
    },
    readOnly,
    label: call.options.label,
  };
}

/** Runs `fn`, and all that it starts, outside the transaction that the calling code runs in: its shared writes are its own. */
export function runOutside<T>(fn: () => T): T {
  return leave(callable('runOutside()', fn));
}

/**
 * Calls `fn` once, right after the commit of the transaction that the calling code runs in; never if it does not commit. What
 * the undone part of a transaction (a nested one that threw) has registered is not called. In order of registration; what `fn`
 * throws is reported as uncaught and changes nothing. Throws a `TypeError` outside a transaction.
 */
export function afterCommit(fn: (event: CommitEvent) => unknown): void {
  const call = callOf(requireScope('afterCommit'));
  (call.afterCommit ??= []).push(callable('afterCommit()', fn));
}

/** Calls `fn` once, when the whole call of `transaction` has failed; otherwise like `afterCommit`. */
export function afterAbort(fn: (event: AbortEvent) => unknown): void {
  const call = callOf(requireScope('afterAbort'));
  (call.afterAbort ??= []).push(callable('afterAbort()', fn));
}

// ---------------------------------------------------------------- where the calling code is

function openScope(): Scope | null {
  const scope = scopeHere();
  return scope === null || scope.ended ? null : scope;
}

function requireScope(name: string): Scope {
  const scope = scopeHere();
  if (scope === null) throw new TypeError(`${name}() needs a transaction: call it inside a body.`);
  if (scope.ended) throw new TransactionEndedError();
  return scope;
}

// ---------------------------------------------------------------- running bodies

/** What to do with a body that goes on after it returned: returns what the caller gets. */
type Suspend = (thenable: PromiseLike<unknown>, call: Transaction, scope: Scope, fn: () => unknown) => unknown;

function start<T>(
  fn: () => T,
  options: TransactionOptions | undefined,
  readOnly: boolean,
  enterBody: Enter,
  suspended: Suspend,
  nestedSuspended: SuspendNested,
  around?: CancelScope,
): unknown {
  callable('A transaction, as in transaction(() => { … }),', fn);
  const checked = checkOptions(options, readOnly);
  const outer = scopeHere();
  const awaited = suspended === suspend;
  return outer === null
    ? run(new Transaction(readOnly, checked, !readOnly && awaited, around), fn, enterBody, suspended)
    : runNested(new Nesting(outer, readOnly), fn, { signal: checked.signal, around }, enterBody, nestedSuspended);
}

/**
 * A synchronous body with neither options nor a transaction round it. Most commit in their first run and ask nothing of their
 * transaction: those get no `Transaction` at all.
 */
function runPlain<T>(fn: () => T): T {
  const scope = beginRun(null, false, false);
  const body = scope.body!;
  let result: T | undefined;
  try {
    result = enterSync(scope, fn, null);
    if (scope.call === null && scope.body !== null && !isThenable(result)) {
      const version = body.commit();
      if (version !== LOST) {
        endRun(scope, body);
        committed(version, undefined, 1);
        return result;
      }
      callOf(scope).lose(scope);
    }
  } catch (error) {
    settleFailure(callOf(scope), scope, error);
  }
  return run(callOf(scope), fn, enterSync, refuseThenable, scope, result) as T;
}

/** Runs a body until a run commits or suspends; `first` is a run that has been, with its result, if there is one. */
function run<T>(
  call: Transaction,
  fn: () => T,
  enterBody: Enter,
  suspended: Suspend,
  first?: Scope,
  firstResult?: T,
): unknown {
  let scope = first;
  let result = firstResult;
  let leased = false;
  try {
    for (;;) {
      if (scope === undefined) {
        scope = call.begin();
        result = attempt(call, scope, fn, enterBody);
      }
      if (!scope.ended) {
        if (isThenable(result)) return suspended(result, call, scope, fn);
        if (call.tryCommit(scope)) return result;
      }
      if (call.wait !== null) return goOn(undefined, call, scope, fn);
      scope = undefined;
      leased = standBack(call, leased);
    }
  } catch (error) {
    fail(call, scope, error);
    throw error;
  } finally {
    if (leased) endLease();
  }
}

/** Waits before a synchronous body runs again; returns whether the thread holds the lease. */
function standBack(call: Transaction, leased: boolean): boolean {
  if (call.losses < LOSSES_BEFORE_LEASE) {
    standBackSync(call.losses, call.options.backoff);
    return false;
  }
  // What loses under the lease has lost against its own thread or taken too long. The engine gives the others a turn first.
  if (leased) endLease();
  takeLease();
  return true;
}

/** Runs a body once. A run that lost meanwhile has ended then, and what the body returned or threw means nothing. */
function attempt<T>(call: Transaction, scope: Scope, fn: () => T, enterBody: Enter): T | undefined {
  try {
    return enterBody(scope, fn, null);
  } catch (error) {
    if (!call.isDoomed(scope)) throw error;
    call.lose(scope);
    return undefined;
  }
}

/** What a run threw: of one that lost meanwhile it means nothing, else it is what the call fails with. */
function settleFailure(call: Transaction, scope: Scope, error: unknown): void {
  if (!scope.ended && call.isDoomed(scope)) {
    call.lose(scope);
  } else {
    fail(call, scope, error);
    throw error;
  }
}

function fail(call: Transaction, scope: Scope | undefined, reason: unknown): void {
  if (scope !== undefined) call.abort(scope, reason);
  call.failed(reason);
}

const suspend: Suspend = (thenable, call, scope, fn) => {
  innermostBody(scope).suspend();
  return goOn(thenable, call, scope, fn);
};

/** Goes on with a body that has suspended, or with a call whose run has ended and waits. */
function goOn(thenable: PromiseLike<unknown> | undefined, call: Transaction, scope: Scope, fn: () => unknown): unknown {
  const cancellation = call.cancellable ? new Cancellation(call.options.signal, call.around, call) : null;
  const promise = runAsync(thenable, call, scope, fn, cancellation, new OpenCall(call, fn));
  if (cancellation !== null) cancellation.promise = promise;
  return promise;
}

/** The same until a run commits. */
async function runAsync(
  thenable: PromiseLike<unknown> | undefined,
  call: Transaction,
  first: Scope,
  fn: () => unknown,
  cancellation: Cancellation | null,
  open: OpenCall,
): Promise<unknown> {
  const cancellable = <V>(promise: PromiseLike<V>): PromiseLike<V> =>
    cancellation === null ? promise : cancellation.race(promise);
  let scope = first;
  let pending: unknown = thenable;
  try {
    for (;;) {
      let result: unknown;
      try {
        result = isThenable(pending)
          ? await (cancellation === null ? pending : cancellation.raceBody(pending))
          : pending;
      } catch (error) {
        if (cancellation?.fired || scope.ended || !call.isDoomed(scope)) throw error;
        call.lose(scope);
      }
      if (!scope.ended && call.tryCommit(scope)) return result;
      if (call.wait !== null) {
        await until(call.wait, cancellable);
        call.wait = null;
      } else {
        const ms = standBackMs(call.losses, call.options.backoff);
        if (ms > 0) await cancellable(new Promise((resolve) => setTimeout(resolve, ms)));
      }
      open.runs();
      scope = call.begin();
      pending = attempt(call, scope, fn, enter);
      if (!scope.ended) innermostBody(scope).suspend();
    }
  } catch (error) {
    fail(call, scope, error);
    throw error;
  } finally {
    open.ends();
    cancellation?.stop();
  }
}

/** Waits for what a run that called `retry` has read to change. */
async function until(wait: Wait, cancellable: (promise: PromiseLike<void>) => PromiseLike<void>): Promise<void> {
  try {
    await cancellable(wait.ended);
  } finally {
    wait.giveUp();
  }
}

// ---------------------------------------------------------------- small parts

/** A function that returns a promise does not throw. */
function promised<T>(begin: () => unknown): Promise<T> {
  try {
    return Promise.resolve(begin() as T);
  } catch (error) {
    const rejected = Promise.reject(error);
    if (isSignal(error)) rejected.catch(ignore); // the outer transaction deals with it
    return rejected;
  }
}

/** What a synchronous transaction does with a body that would go on. */
function refuseThenable(thenable: PromiseLike<unknown>): never {
  if (types.isPromise(thenable)) thenable.catch(ignore); // what becomes of it is of no interest
  throw new TypeError(THENABLE_REFUSED);
}

/** An async function is refused before it can do anything. */
function synchronous<F>(fn: F): F {
  callable('A transaction, as in transaction(() => { … }),', fn);
  if ((fn as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'AsyncFunction')
    throw new TypeError(THENABLE_REFUSED);
  return fn;
}

const THENABLE_REFUSED =
  'The body of a synchronous transaction, or of update(), returns a promise, so nothing was written: await before it, or use ' +
  'transaction() or readTransaction(), whose bodies may be asynchronous.';
