// What pipelines are made of.

import type { Scope } from '../../scope/scope.js';
import type { AnyPool } from '../call.js';
import type { ScopeOptions } from '../options.js';

/** Makes one item of another. */
export type StageFunction<T, R> = (item: T, scope: Scope) => R | PromiseLike<R>;

/** A step of a pipeline: a function, or one with how it is to be called. */
export type PipelineStage<T, R> = StageFunction<T, R> | StageOptions<T, R>;

/** A step of a pipeline, and how it is to be called. */
export interface StageOptions<T, R> {
  /** Is called with each item, and the scope. */
  fn: StageFunction<T, R>;
  /** Most calls at a time. Default: that of the pipeline. */
  parallelism?: number | undefined;
  /** Whether items leave it in the order in which they have come. Default: that of the pipeline. */
  ordered?: boolean | undefined;
  /** Calls the function in the workers of a pool. */
  pool?: AnyPool | undefined;
}

/** How far a pipeline is. */
export interface PipelineProgress {
  /** Items that the source has given. */
  readonly read: number;
  /** Items that have been through all stages. */
  readonly done: number;
  /** Items between source and consumer. */
  readonly inFlight: number;
}

/** Options of `pipeline`. */
export interface PipelineOptions extends ScopeOptions {
  /** Most calls of a stage at a time. Default: 1. */
  parallelism?: number | undefined;
  /** Whether results come in the order of the items. Default: true. */
  ordered?: boolean | undefined;
  /** Most items between source and consumer. Default: twice what the stages may call at a time, 1024 at most. */
  maxInFlight?: number | undefined;
  /** Is called after each item that is done. What it throws ends the pipeline. */
  onProgress?: ((progress: PipelineProgress) => void) | undefined;
}

/** Where items come from. */
export type PipelineInput<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>;
