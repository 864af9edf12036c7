// What a worker is told when it is started.

/** Crosses as `workerData`. */
export interface Job {
  readonly pool: number;
  readonly worker: number;
  /** The pool's script; null if it has none. */
  readonly script: string | null;
  readonly concurrency: number;
  readonly idleTimeout: number;
  readonly maxTasksPerWorker: number;
  readonly maxMemoryPerWorker: number;
  readonly grace: number;
}
