// The scope that code runs in: what cancels it, and by when it should have ended.

import { AsyncLocalStorage } from 'node:async_hooks';

/** What `currentScope` tells. */
export interface Scope {
  /**
   * Aborts when the scope is cancelled. In a task its `aborted` is true as soon as the task has been cancelled, also in a loop that
   * awaits nothing.
   */
  readonly signal: AbortSignal;
  /** When the work should have ended, in ms since 1970; Infinity if nobody said. */
  readonly deadline: number;
}

const ambient = new AsyncLocalStorage<Scope>();

/** That of code that belongs to nothing. Made when somebody asks: not every realm has signals. */
let root: Scope | undefined;

/** The scope of the running code; outside of any, one that is never cancelled. */
export function currentScope(): Scope {
  return ambient.getStore() ?? (root ??= { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY });
}

/** Runs `fn`, and what it leaves behind, in a scope. */
export function runInScope<A extends unknown[], R>(scope: Scope, fn: (...args: A) => R, ...args: A): R {
  return ambient.run(scope, fn, ...args);
}
