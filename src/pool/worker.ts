// What a worker of a pool runs.

import { parentPort, workerData } from 'node:worker_threads';
import '../index.js';
import { BYTES_LENGTH, BYTES_OFFSET, frame } from '../runtime/frame.js';
import { native } from '../runtime/native.js';
import { waitsHere } from '../runtime/waits.js';
import { exitThread } from './exit.js';
import { watchHeapLimit } from './heap-limit.js';
import { type Job, OUT_OF_MEMORY, READY, UNLOADABLE } from './job.js';
import { Runner } from './runner.js';
import { packFailure } from './shipping/failure.js';
import { TaskFunctions } from './shipping/find.js';
import { withEncoded } from './wire.js';

type Exports = Readonly<Record<string, unknown>>;

const job = workerData as Job;

/** From before the script. */
const isLost =
  job.maxMemoryPerWorker === Number.POSITIVE_INFINITY
    ? () => false
    : watchHeapLimit(() => parentPort!.postMessage(OUT_OF_MEMORY));

/** All that waits fails with this, unless another worker is ready. */
function giveUp(error: unknown): void {
  const { i } = frame;
  withEncoded(packFailure(error, {}), () => native.poolUnloadable(job.pool, i[BYTES_OFFSET], i[BYTES_LENGTH]));
  parentPort!.postMessage(UNLOADABLE);
  exitThread();
}

function begin(exports: Exports): void {
  const waits = waitsHere();
  const ticket = waits.ticket();
  const runner = new Runner(job, new TaskFunctions(exports, job.script ?? undefined), exports, exitThread, isLost);
  waits.listen(ticket, () => runner.look());
  waits.hold(); // until the pool has no use for it
  if (!native.poolJoin(job.pool, job.worker, ticket)) {
    exitThread();
    return;
  }
  process.once('exit', () => native.poolAnnounceEnd());
  parentPort!.postMessage(READY);
  runner.look();
}

if (job.script === null) begin({});
else (import(job.script) as Promise<Exports>).then(begin, giveUp);
