// A worker of other libraries' pools. What they send is a copy, so handles arrive as what `attach` takes.

import { attach, transactionSync } from 'heddle';
import { ThreadWorker } from 'poolifier';

/** Adds `by` to a counter, and notes it in a queue. */
export default function add(message) {
  const { map, queue, by } = attach(message);
  return transactionSync(() => {
    map.set('n', map.get('n') + by);
    queue.enqueue({ by, map });
    return map.get('n');
  });
}

export const worker = process.env.HEDDLE_INTEROP === 'poolifier' ? new ThreadWorker(add) : undefined;
