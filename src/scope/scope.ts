// The scope that code runs in: what cancels it, and by when it should have ended.

import { AsyncLocalStorage } from 'node:async_hooks';
import { callable } from '../arguments.js';
import type { CancelScope } from './cancel-scope.js';

/** What `currentScope` tells. */
export interface Scope {
  /**
   * Aborts when the scope is cancelled. Its `aborted` is true as soon as the task has been cancelled or the time is up, also in a loop that
   * awaits nothing.
   */
  readonly signal: AbortSignal;
  /** When the work should have ended, in ms since 1970; Infinity if nobody said. */
  readonly deadline: number;
}

const ambient = new AsyncLocalStorage<CancelScope>();

/** Whether there has ever been a scope: threads without any are not to pay for looking. */
let entered = false;

/** That of code that belongs to nothing. Made when somebody asks: not every realm has signals. */
let root: Scope | undefined;

/** The scope of the running code; outside of any, one that is never cancelled. */
export function currentScope(): Scope {
  return (
    scopeOfCaller()?.view ?? (root ??= { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY })
  );
}

/**
 * The scope of the running code, if it is in any. What a scope has left behind that was not cancelled, such as a listener, is in the one
 * around it once that scope has ended.
 */
export function scopeOfCaller(): CancelScope | undefined {
  if (!entered) return undefined;
  let scope = ambient.getStore();
  while (scope?.isOver) scope = scope.parent;
  return scope;
}

/**
 * Runs `fn`, and all that it starts, in no scope: for what is to go on when the work has ended that began it. Nothing cancels it, and nobody waits
 * for it. Returns what `fn` returns.
 */
export function runDetached<T>(fn: () => T): T {
  callable('runDetached()', fn);
  return ambient.run(undefined as never, fn); // `exit` of Deno does not reach beyond an await
}

/** Runs `fn`, and what it leaves behind, in a scope. */
export function runInScope<A extends unknown[], R>(scope: CancelScope, fn: (...args: A) => R, ...args: A): R {
  entered = true;
  return ambient.run(scope, fn, ...args);
}
