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
}

// What a worker says to its host; a script may post messages as well.
export const READY = 'heddle: ready';
/** It has said that the script cannot be loaded, to those as well that waited for it. */
export const UNLOADABLE = 'heddle: unloadable';
/** It has come to its memory limit, and does no more. */
export const OUT_OF_MEMORY = 'heddle: out of memory';
