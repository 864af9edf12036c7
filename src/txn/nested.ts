// Bodies of nested transactions, and of the branches of `orElse`.

import type { enter } from '../runtime/context.js';
import type { CancelScope } from '../scope/cancel-scope.js';
import { Cancellation } from './cancellation.js';
import { isSignal } from './conflict.js';
import type { Nesting } from './nesting.js';
import { ignore, isThenable } from './thenable.js';

export type Enter = typeof enter;
/** What cancels a nested body, besides what cancels the whole. */
export interface Cancelling {
  readonly signal?: AbortSignal | undefined;
  readonly around?: CancelScope | undefined;
}

export type SuspendNested = (thenable: PromiseLike<unknown>, nesting: Nesting, by: Cancelling) => unknown;

/** Runs a body in a scope of its own. */
export function runNested<T>(
  nesting: Nesting,
  fn: () => T,
  by: Cancelling,
  enterBody: Enter,
  suspended: SuspendNested,
): unknown {
  try {
    if (by.signal?.aborted) throw by.signal.reason;
    const result = enterBody(nesting.scope, fn, nesting.outer);
    if (isThenable(result)) return suspended(result, nesting, by);
    nesting.keep();
    return result;
  } catch (error) {
    nesting.undo();
    throw error;
  }
}

/** Goes on with one that has suspended. */
export const suspendNested: SuspendNested = (thenable, nesting, { signal, around }) => {
  const cancellation = signal === undefined && around === undefined ? null : new Cancellation(signal, around);
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
    (cancellation === null ? thenable : cancellation.raceBody(thenable)).then(done, failed);
  });
  if (cancellation !== null) cancellation.promise = promise;
  return promise;
};
