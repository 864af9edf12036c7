// A thread of a storm.

import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { LOADING, PLACE } from './words.js';

Atomics.store(workerData.words, PLACE, LOADING);
Atomics.notify(workerData.words, PLACE);
try {
  const { work } = await import('./jobs.js');
  await work(workerData);
} catch (error) {
  parentPort.postMessage({ failure: inspect(error) });
}
