// Bodies of nested transactions, and of the branches of `orElse`.

import type { enter } from '../runtime/context.js';
import { Cancellation } from './cancellation.js';
import { isSignal } from './conflict.js';
import type { Nesting } from './nesting.js';
import { ignore, isThenable } from './thenable.js';

export type Enter = typeof enter;
export type SuspendNested = (
  thenable: PromiseLike<unknown>,
  nesting: Nesting,
  signal: AbortSignal | undefined,
) => unknown;

/** Runs a body in a scope of its own. */
export function runNested<T>(
  nesting: Nesting,
  fn: () => T,
  signal: AbortSignal | undefined,
  enterBody: Enter,
  suspended: SuspendNested,
): unknown {
  try {
    if (signal?.aborted) throw signal.reason;
    const result = enterBody(nesting.scope, fn, nesting.outer);
    if (isThenable(result)) return suspended(result, nesting, signal);
    nesting.keep();
    return result;
  } catch (error) {
    nesting.undo();
    throw error;
  }
}

/** Goes on with one that has suspended. */
export const suspendNested: SuspendNested = (thenable, nesting, signal) => {
  const cancellation = signal === undefined ? null : new Cancellation(signal);
  const promise = new Promise((resolve, reject) => {
    const failed = (error: unknown) => {
      cancellation?.stop();
      // The whole run is over: its own promise tells, and this one may have no one left who listens.
      if (nesting.scope.ended || isSignal(error)) promise.catch(ignore);
      nesting.undo();
      reject(error);
    };
    const done = (value: unknown) => {
      try {
        nesting.keep();
        cancellation?.stop();
        resolve(value);
      } catch (error) {
        failed(error);
      }
    };
    (cancellation === null ? thenable : cancellation.race(thenable)).then(done, failed);
  });
  return promise;
};
