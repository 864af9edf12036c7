// A worker of `slot.js`: works in its turns and sleeps in those of the others.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { candidates } from '../candidates/index.js';
import { clock } from './clock.js';
import { jobs } from './jobs.js';
import { attachStore, input, loopOf } from './stores.js';

const { entry, shared, member, slot } = workerData;

const store = await attachStore(entry, shared);
const job = jobs.rate(loopOf(candidates[entry.candidate], store, entry.op, input(entry.input, member)));

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps, and spins for the last millisecond: sleepers are called late. */
function waitUntil(time) {
  const left = time - clock() - 1;
  if (left > 0) Atomics.wait(nobody, 0, 0, left);
  while (clock() < time);
}

parentPort.postMessage('ready');
const [{ begin }] = await once(parentPort, 'message');
const rates = [];
for (let round = 0; round < slot.rounds; round++) {
  const opens = begin + slot.first + round * slot.every;
  waitUntil(opens);
  const { count, start, end } = job(Math.max(opens, clock()), opens + slot.lasts);
  // Nothing if it was called after its turn.
  rates.push(end > start ? (1000 * count) / (end - start) : 0);
}
parentPort.postMessage(rates);
