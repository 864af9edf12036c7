// What the tests of the pool's signatures run in workers.

import { threadId } from 'node:worker_threads';
import { sleep } from '../support/wait.js';

export const greet = (name) => `hello ${name}`;

/** Says in a map that it runs, and goes on until that has 'go'. */
export async function withOthers(map, n) {
  map.set(n, threadId);
  while (!map.has('go')) await sleep(1);
  return threadId;
}
