// A task of `map`: a function for each item of a chunk.

import { isThenable } from '../txn/thenable.js';
import { packFailure } from './shipping/failure.js';
import type { TaskScope } from './task-scope.js';
import { SETTLE, withEncoded } from './wire.js';

/** Results of which one cannot be shared, with that one as a failure. */
export function shareable(
  results: PromiseSettledResult<unknown>[],
  exports: Readonly<Record<string, unknown>>,
): unknown[] {
  return results.map((result) => {
    if (result.status === 'rejected') return result;
    try {
      withEncoded(result.value, () => {});
      return result;
    } catch (error) {
      return { status: 'rejected', reason: packFailure(error, exports) };
    }
  });
}

/** Calls it for one item after the other; returns the results in their order. The first failure is thrown, unless all are to be settled. */
export function callEach(
  fn: (item: unknown) => unknown,
  items: unknown[],
  flags: number,
  scope: TaskScope,
  exports: Readonly<Record<string, unknown>>,
): unknown[] | Promise<unknown[]> {
  const settle = (flags & SETTLE) !== 0;
  const results: unknown[] = [];
  const settled = (value: unknown) => results.push(settle ? { status: 'fulfilled', value } : value);
  const failed = (error: unknown) => {
    if (!settle) throw error;
    results.push({ status: 'rejected', reason: packFailure(error, exports) });
  };

  /** The first one that is not done; goes on by itself after one that has to be waited for. */
  const goOn = (from: number): unknown[] | Promise<unknown[]> => {
    for (let n = from; n < items.length; n++) {
      if (n > 0 && scope.isCancelled) throw scope.reason;
      try {
        const result = fn(items[n]);
        if (isThenable(result)) {
          return Promise.resolve(result)
            .then(settled, failed)
            .then(() => goOn(n + 1));
        }
        settled(result);
      } catch (error) {
        failed(error);
      }
    }
    return results;
  };
  return goOn(0);
}
