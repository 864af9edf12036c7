// Records one call of `transaction` or a sibling, over all runs of its body.
//
// `call.begin` makes what a run of the body gets; `run.stop` is called when the body has ended, well or not, and the transaction has not;
// `call.settle` when the whole call has: if it succeeded, its last run did.

/**
 * @template {{ stop(): void }} R
 * @template T
 * @param {{ begin(): R, settle(succeeded: boolean): void }} call
 * @param {(body: () => T) => T} transact
 * @param {(run: R) => T} body
 */
export function recordSync(call, transact, body) {
  let succeeded = false;
  try {
    const result = transact(() => {
      const run = call.begin();
      try {
        return body(run);
      } finally {
        run.stop();
      }
    });
    succeeded = true;
    return result;
  } finally {
    call.settle(succeeded);
  }
}

/**
 * @template {{ stop(): void }} R
 * @template T
 * @param {{ begin(): R, settle(succeeded: boolean): void }} call
 * @param {(body: () => Promise<T>) => Promise<T>} transact
 * @param {(run: R) => T | Promise<T>} body
 */
export async function recordAsync(call, transact, body) {
  let succeeded = false;
  try {
    const result = await transact(async () => {
      const run = call.begin();
      try {
        return await body(run);
      } finally {
        run.stop();
      }
    });
    succeeded = true;
    return result;
  } finally {
    call.settle(succeeded);
  }
}
