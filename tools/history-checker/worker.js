// One recorded thread: does its share of the work and posts its part of the history.

import { parentPort, workerData } from 'node:worker_threads';
import { SharedMap } from 'heddle';
import { seededRandom } from './random.js';
import { Recorder } from './recorder.js';
import { work } from './workload.js';

const { thread, clock, names, seed, transactions, writesAlone } = workerData;
const maps = names.map((name) => new SharedMap({ name }));
const recorder = new Recorder({ thread, clock, maps });
// Both threads are up before either starts: what they do is to overlap.
Atomics.add(clock, 1, 1);
while (Atomics.load(clock, 1) < 2);
await work(recorder, { transactions, random: seededRandom(seed + thread), writesAlone });
const { log } = recorder;
parentPort?.postMessage(log, [log.buffer]);
