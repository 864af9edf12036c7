/** heddle: shared collections under transactions, across the threads of one process. */
import './runtime/shapes.js';

export { type ClassOptions, registerClass } from './classes.js';
export type { Key } from './codec/index.js';
export { attach } from './collection/attach.js';
export { type CollectionSummary, collections } from './collection/list.js';
export type { CollectionOptions, SharedArrayOptions, SharedQueueOptions } from './collection/options.js';
export type { Schema, SchemaResult } from './collection/schema.js';
export { concurrent, type ScopeTask } from './concurrency/concurrent.js';
export type { ConcurrentOptions, RaceOptions, ScopeOptions, TimeoutOptions } from './concurrency/options.js';
export type {
  PipelineInput,
  PipelineOptions,
  PipelineProgress,
  PipelineStage,
  StageFunction,
  StageOptions,
} from './concurrency/pipeline/types.js';
export { pipeline } from './concurrency/pipeline.js';
export { race } from './concurrency/race.js';
export { suppressedErrors } from './concurrency/suppressed.js';
export { timeout } from './concurrency/timeout.js';
export { type Configuration, configure } from './configure.js';
export { SharedArray, SharedMap, SharedQueue, SharedRecord, SharedSet } from './constructors.js';
export * from './errors.js';
export { type InspectedCollection, type InspectedPool, type Inspection, inspectHeddle } from './inspection.js';
export type { SetLike } from './keyed/set-methods.js';
export type { SharedMapOptions } from './map.js';
export type { MapOptions, TaskOptions, WorkerPoolOptions } from './pool/options.js';
export type { PoolStats } from './pool/statistics.js';
export type { WaitOptions } from './queue/turns.js';
export type { RecordEntry, SharedRecordOptions } from './record.js';
// With a star, or programs could not add to the interface.
export * from './registered.js';
export { orElse, retry } from './retry.js';
export type { Percentiles } from './runtime/counters.js';
export { currentScope, runDetached, type Scope } from './scope/scope.js';
export type { SharedSetOptions } from './set.js';
export type { NotShareable, Shareable } from './shareable.js';
export {
  type AbortCounts,
  type CollectionStats,
  type LabelStats,
  type Stats,
  stats,
} from './statistics.js';
export {
  afterAbort,
  afterCommit,
  type CurrentTransaction,
  currentTransaction,
  getTransactionId,
  isInTransaction,
  readTransaction,
  readTransactionSync,
  runOutside,
  transaction,
  transactionSync,
} from './transaction.js';
export type { AbortEvent, CommitEvent } from './txn/call.js';
export type { OpenTransaction } from './txn/open-calls.js';
export type { ReadTransactionOptions, TransactionOptions } from './txn/options.js';
export type {
  ArrayChangeEvent,
  ChangeEvent,
  ClearEvent,
  DeleteEvent,
  ElementEvent,
  EventBase,
  MapChangeEvent,
  QueueChangeEvent,
  RecordChangeEvent,
  ReplaceEvent,
  ResyncEvent,
  SetChangeEvent,
  SetEvent,
  SpliceEvent,
} from './watch/events.js';
export type { Overflow, WatchOptions } from './watch/options.js';
export type { SubscribeOptions } from './watch/subscribe.js';
export type { Watcher } from './watch/watcher.js';
export { type AnyTasks, type TaskName, WorkerPool } from './worker-pool.js';
