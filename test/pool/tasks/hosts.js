// What threads do with pools, which they make or are given.

import { workerData } from 'node:worker_threads';
import { attach, SharedMap, WorkerPool } from 'heddle';
import { until } from '../../support/wait.js';

const script = (name) => new URL(`./${name}.js`, import.meta.url);

/** Has a pool that runs something, which keeps the thread alive. */
export async function leavePool(name) {
  const map = new SharedMap({ name });
  const pool = new WorkerPool(script('cancel'), { size: 2 });
  map.set('pool', pool);
  pool.run('ignoreAndAwait', [new SharedMap(), 'task']).catch(() => {});
  await until(() => pool.activeWorkers > 0, 'the task to run');
}

/** Uses a pool that was sent. */
export async function useSent(sent) {
  const pool = attach(sent);
  return {
    isPool: pool instanceof WorkerPool,
    sum: await pool.run('add', [1, 2]),
    by: await pool.execute((n) => n + 1, 1),
  };
}

/** One from this thread's own data. */
export async function useWorkerData() {
  const [pool] = attach(workerData.args);
  return pool.run('add', [3, 4]);
}

/** One that is in a map. */
export async function useStored(name) {
  const { pool } = new SharedMap({ name }).get('its');
  const results = await pool.map(
    Array.from({ length: 100 }, (_, n) => n),
    (n) => 2 * n,
  );
  return results.at(-1);
}

/** Fails as a task of somebody else's pool does. */
export async function failThere(sent) {
  const pool = attach(sent);
  const error = await pool.run('fail', ['there']).catch((error) => error);
  const { signal } = new AbortController();
  const aborted = await pool.run('add', [1, 2], { signal: AbortSignal.abort('no') }).catch((reason) => reason);
  return { name: error.constructor.name, message: error.message, aborted, signal: signal.aborted };
}

/** Submits as many tasks as it can, for ever. */
export async function submitForEver(sent) {
  const { pool, map } = attach(sent);
  for (let n = 0; ; n++) {
    const all = Array.from({ length: 20 }, () => pool.run('count', [map]));
    all.push(pool.run('wait', [map]));
    await Promise.all(all);
    map.set('rounds', n + 1);
  }
}

/** Submits a task that takes no notice of anything; cancels it or does not. */
export async function submitWhatGoesOn({ pool: sent, map: there, cancels }) {
  const { pool, map } = attach({ pool: sent, map: there });
  const controller = new AbortController();
  const task = pool.run('goesOn', [map], { signal: controller.signal });
  await until(() => map.get('begun'), 'the task to begin');
  if (cancels) controller.abort();
  map.set('running', true);
  await task;
}
