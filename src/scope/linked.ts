// Promises that belong to a scope.

import { setImmediate } from 'node:timers';
import { ignore } from '../txn/thenable.js';
import type { CancelScope } from './cancel-scope.js';

/**
 * Settles as `promise` does, and is open in the scope meanwhile; `leave` is to reject that when the scope is cancelled. Must be what the caller gets: if
 * it rejects because of the scope, that does not count as unhandled.
 */
export function linked<T>(
  scope: CancelScope,
  promise: Promise<T>,
  leave: (reason: unknown) => void = ignore,
): Promise<T> {
  const child = {
    scopeCancelled(reason: unknown): void {
      result.catch(ignore);
      leave(reason);
    },
  };
  scope.link(child);
  const result = promise.finally(() => scope.unlink(child));
  if (scope.isCancelled) child.scopeCancelled(scope.reason);
  return result;
}

/** Rejects after a turn of the event loop: else who tries again and again would keep all others from theirs. */
export function rejectedLater(reason: unknown): Promise<never> {
  return new Promise((_, reject) => setImmediate(reject, reason));
}

/** What is begun in a cancelled scope and would have to be awaited. */
export function refused(scope: CancelScope): Promise<never> {
  const result = rejectedLater(scope.reason);
  result.catch(ignore);
  return result;
}

/** The scope does not end before `promise` is settled, which cannot be cancelled. */
export function holdOpen(scope: CancelScope, promise: Promise<unknown>): void {
  const child = { scopeCancelled: ignore };
  const ended = () => scope.unlink(child);
  scope.link(child);
  promise.then(ended, ended);
}
