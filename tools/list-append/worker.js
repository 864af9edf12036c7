// One recorded thread: does its share of the work and posts its part of the history.

import { workerData } from 'node:worker_threads';
import { SharedMap } from 'heddle';
import { Clock } from '../recording/clock.js';
import { seededRandom } from '../recording/random.js';
import { post } from '../recording/threads.js';
import { Recorder } from './recorder.js';
import { work } from './workload.js';

const { thread, names, seed, transactions } = workerData;
const maps = names.map((name) => new SharedMap({ name }));
const clock = new Clock(workerData.clock);
const recorder = new Recorder({ thread, clock, maps });
clock.meet(2);
await work(recorder, { transactions, random: seededRandom(seed + thread) });
post(recorder.log.numbers);
