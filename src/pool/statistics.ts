// What a pool has done.

import { type Percentiles, percentilesOf } from '../runtime/counters.js';
import { native } from '../runtime/native.js';

/** What `WorkerPool.stats` tells. */
export interface PoolStats {
  /** Most workers, those that are ready or will be, and those of them that run something. */
  readonly size: number;
  readonly workers: number;
  readonly activeWorkers: number;
  /** Threads that have not ended, those that are about to included. */
  readonly threads: number;
  readonly queuedTasks: number;
  /** Tasks that were accepted and are not settled. */
  readonly unfinishedTasks: number;
  readonly completedTasks: number;
  /** Of them, those that threw. */
  readonly failedTasks: number;
  readonly cancelledTasks: number;
  /** How often a worker took over what waited for another one, and how many tasks that were. */
  readonly steals: number;
  readonly stolenTasks: number;
  /** Workers that ended before their time. */
  readonly crashes: number;
  /** Bytes that tasks and their arguments and results take. */
  readonly memory: number;
  /** How long tasks waited until they were begun, and how long they ran, in µs. */
  readonly waitTime: Percentiles;
  readonly runTime: Percentiles;
}

export function statsOfPool(id: number): PoolStats {
  const counts = native.poolCounts(id)!;
  const times = new Float64Array(native.poolTimes(id)!);
  const half = times.length / 2;
  return {
    size: counts.size,
    workers: counts.workers,
    activeWorkers: counts.active,
    threads: counts.threads,
    queuedTasks: counts.queued,
    unfinishedTasks: counts.unfinished,
    completedTasks: counts.completed,
    failedTasks: counts.failures,
    cancelledTasks: counts.cancelled,
    steals: counts.steals,
    stolenTasks: counts.stolen,
    crashes: counts.crashes,
    memory: counts.memory,
    waitTime: percentilesOf(times.subarray(0, half)),
    runTime: percentilesOf(times.subarray(half)),
  };
}
