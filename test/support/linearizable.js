// Whether a history of operations could have happened one after the other, each between its call and its return (J. M. Wing and C. Gong, "Testing
// and Verifying Concurrent Objects", 1993): a search with the states that it has seen already left out.

import { isDeepStrictEqual } from 'node:util';

/**
 * @param {{ op: string, args: unknown[], result: unknown, called: number, returned: number }[]} history at most 30 operations; the times are of
 *   one clock, no two the same
 * @param {(state: any, op: string, args: unknown[]) => { state: any, result: unknown }} step what an operation does and gives
 * @param {any} initial
 */
export function isLinearizable(history, step, initial) {
  const dead = new Set();
  const search = (left, state) => {
    if (left === 0) return true;
    const place = `${left} ${JSON.stringify(state)}`;
    if (dead.has(place)) return false;
    // Of those that are left, whoever has returned first must not come after one that was called later.
    let first = Number.POSITIVE_INFINITY;
    for (let n = 0; n < history.length; n++) if (left & (1 << n)) first = Math.min(first, history[n].returned);
    for (let n = 0; n < history.length; n++) {
      const { op, args, result, called } = history[n];
      if ((left & (1 << n)) === 0 || called > first) continue;
      const next = step(state, op, args);
      if (isDeepStrictEqual(next.result, result) && search(left & ~(1 << n), next.state)) return true;
    }
    dead.add(place);
    return false;
  };
  return search(2 ** history.length - 1, initial);
}

/** How many operations of other threads each one overlaps with, in all. */
export function overlaps(history) {
  let count = 0;
  for (const a of history) {
    for (const b of history) if (a.thread < b.thread && a.called < b.returned && b.called < a.returned) count++;
  }
  return count;
}

/** What these operations do to a list, as arrays and queues have them. */
export const LIST = {
  push: (list, [value]) => ({ state: [...list, value], result: list.length + 1 }),
  pop: (list) => ({ state: list.slice(0, -1), result: list.at(-1) }),
  shift: (list) => ({ state: list.slice(1), result: list[0] }),
  unshift: (list, [value]) => ({ state: [value, ...list], result: list.length + 1 }),
  length: (list) => ({ state: list, result: list.length }),
  enqueue: (list, [value]) => ({ state: [...list, value], result: undefined }),
  tryDequeue: (list) => ({ state: list.slice(1), result: list[0] }),
  peek: (list) => ({ state: list, result: list[0] }),
  size: (list) => ({ state: list, result: list.length }),
};
