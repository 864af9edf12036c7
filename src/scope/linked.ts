// Waits that a scope can end.

import { ignore } from '../txn/thenable.js';
import type { CancelScope } from './cancel-scope.js';

/** Settles as `promise` does, which belongs to the scope meanwhile; `leave` is to reject it when the scope is cancelled. */
export function linked<T>(scope: CancelScope, promise: Promise<T>, leave: (reason: unknown) => void): Promise<T> {
  const child = {
    scopeCancelled(reason: unknown): void {
      result.catch(ignore);
      leave(reason);
    },
  };
  scope.link(child);
  const result = promise.finally(() => scope.unlink(child));
  if (scope.isCancelled) leave(scope.reason);
  return result;
}

/** The scope does not end before `thenable` is settled, which cannot be cancelled. */
export function holdOpen(scope: CancelScope, thenable: PromiseLike<unknown>): void {
  const child = { scopeCancelled: ignore };
  const ended = () => scope.unlink(child);
  scope.link(child);
  thenable.then(ended, ended);
}
