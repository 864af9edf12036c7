// A thread of a soak: operations, one after the other, until it is told to end, or terminated.

import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { doOne } from '../load/operations.js';
import { World } from '../load/world.js';
import { seededRandom } from '../recording/random.js';

/** @type {{ seed: number, words: Int32Array<SharedArrayBuffer> }} */
const { seed, words } = workerData;
const world = new World();
const random = seededRandom(seed);

try {
  while (Atomics.load(words, 0) === 0) {
    await doOne(world, random);
    Atomics.add(words, 1, 1);
  }
} catch (error) {
  parentPort.postMessage({ failure: inspect(error) });
}
