import { Worker } from 'node:worker_threads';
import { until } from './wait.js';

/**
 * Runs `task(...args)`, a function that the module at `module` exports, in a worker.
 *
 * @param {URL} module
 * @param {string} task
 * @param {...unknown} args what postMessage can carry
 */
export function spawn(module, task, ...args) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { module: module.href, task, args },
  });
  const result = new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', ({ result, error }) => {
      if (error === undefined) resolve(result);
      else reject(new Error(`in the worker: ${error}`));
    });
  });
  let failure;
  result.catch((error) => {
    failure = error;
  });
  return {
    /** What the task returns; rejects if it throws, and stays pending if the worker is terminated before. */
    result,
    terminate: () => worker.terminate(),
    /** Waits until `condition()` is true, or rejects as soon as the task has failed. */
    async until(condition, what) {
      await until(() => failure !== undefined || condition(), what);
      if (failure !== undefined) throw failure;
    },
  };
}

/** Runs a task in a worker to its end. */
export function runInWorker(module, task, ...args) {
  return spawn(module, task, ...args).result;
}

/** Words that threads share: counters and flags. */
export function sharedWords(count) {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}
