// What the tests of pools share.

import assert from 'node:assert/strict';
import { WorkerPool } from 'heddle';
import { inTime, until } from '../support/wait.js';

/** Where a module of tasks is. */
export const tasks = (name) => new URL(`./tasks/${name}.js`, import.meta.url);

/** Calls `body` with a pool, which ends then: none of its threads is left, and nothing of what it was given. */
export async function withPool(script, options, body) {
  const pool = new WorkerPool(script, options);
  try {
    return await inTime(body(pool), 'what is done with a pool');
  } finally {
    await end(pool);
  }
}

/** A worker that called `process.exit` may go on for ever in Deno, and has what it had in its hands: a few tasks, without their values. */
const LEFT_BEHIND = globalThis.Deno === undefined ? 0 : 2000;

/** Terminates a pool, and asserts that nothing is left of it. */
export async function end(pool) {
  await inTime(pool.terminate(), 'the threads of a pool to go');
  const { threads, workers, activeWorkers, queuedTasks, unfinishedTasks } = pool.stats();
  assert.deepEqual(
    { threads, workers, activeWorkers, queuedTasks, unfinishedTasks },
    { threads: 0, workers: 0, activeWorkers: 0, queuedTasks: 0, unfinishedTasks: 0 },
  );
  await until(() => pool.stats().memory <= LEFT_BEHIND, 'the last answers to be taken');
}
