import { parentPort, Worker } from 'node:worker_threads';

/**
 * Runs a module in one worker for each of `list`, all at once.
 *
 * @param {URL} module which calls `post` once
 * @param {object[]} list what each gets as its `workerData`
 * @returns {Promise<Float64Array[]>} what each posted
 */
export function logsOf(module, list) {
  return Promise.all(list.map((workerData) => logOf(module, workerData)));
}

/** Hands the log of a worker to the thread that started it. */
export function post(numbers) {
  parentPort?.postMessage(numbers, [numbers.buffer]);
}

function logOf(module, workerData) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(module, { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code} before it posted its log`)));
  });
}
