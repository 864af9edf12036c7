// Which transaction the running code belongs to.
//
// Two carriers: `current.scope` is set while the synchronous part of a body runs, and only then; what goes on after
// an `await` finds its scope in AsyncLocalStorage. Asking the latter costs 2–17 ns, so it is asked only on threads where a
// body ever ran in it.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from '../txn/scope.js';

/**
 * Whether a synchronous body carries its context to the code that it leaves behind (a promise that it did not return). That
 * code then ends in TransactionEndedError. On Deno entering a context costs 620 ns (Node 21, Bun 18), more than the rest of a
 * short transaction, so there such code works outside any transaction, undetected.
 */
const SYNC_BODIES_CARRY_CONTEXT = !('Deno' in globalThis);

const storage = new AsyncLocalStorage<Scope | undefined>();

/** One object, so that reading it costs one load in every module. */
export const current: { scope: Scope | null; entered: boolean } = { scope: null, entered: false };

/** The scope of the running code, open or not; null outside any transaction. */
export function scopeHere(): Scope | null {
  if (current.scope !== null) return current.scope;
  return current.entered ? (storage.getStore() ?? null) : null;
}

/** Runs the synchronous part of a body that may go on after it. */
export function enter<T>(scope: Scope, fn: () => T): T {
  const outer = current.scope;
  current.scope = scope;
  current.entered = true;
  try {
    return storage.run(scope, fn);
  } finally {
    current.scope = outer;
  }
}

/** Runs a body that ends when it returns. */
export const enterSync: typeof enter = SYNC_BODIES_CARRY_CONTEXT
  ? enter
  : (scope, fn) => {
      const outer = current.scope;
      current.scope = scope;
      try {
        return fn();
      } finally {
        current.scope = outer;
      }
    };

/** Runs `fn`, and what it leaves behind, outside any transaction. */
export function leave<T>(fn: () => T): T {
  const outer = current.scope;
  current.scope = null;
  try {
    return current.entered ? storage.run(undefined, fn) : fn();
  } finally {
    current.scope = outer;
  }
}
