// What all errors have in common, and the one table of their codes.

/** The stable codes, one for each class. */
export const ErrorCodes = {
  HeddleError: 'ERR_HEDDLE_INTERNAL',
  TimeoutError: 'ERR_HEDDLE_TIMEOUT',
  StragglerError: 'ERR_HEDDLE_STRAGGLER',
  EngineLoadError: 'ERR_HEDDLE_ENGINE_LOAD',
  DuplicateEngineError: 'ERR_HEDDLE_DUPLICATE_ENGINE',
  WrongRuntimeError: 'ERR_HEDDLE_WRONG_RUNTIME',
  CollectionTypeError: 'ERR_HEDDLE_COLLECTION_TYPE',
  CollectionOptionsError: 'ERR_HEDDLE_COLLECTION_OPTIONS',
  CollectionDestroyedError: 'ERR_HEDDLE_COLLECTION_DESTROYED',
  DestroyInTransactionError: 'ERR_HEDDLE_DESTROY_IN_TRANSACTION',
  ValidationError: 'ERR_HEDDLE_VALIDATION',
  AsyncSchemaError: 'ERR_HEDDLE_ASYNC_SCHEMA',
  DuplicateClassError: 'ERR_HEDDLE_DUPLICATE_CLASS',
  UnknownClassError: 'ERR_HEDDLE_UNKNOWN_CLASS',
  QueueFullError: 'ERR_HEDDLE_QUEUE_FULL',
  QueueClosedError: 'ERR_HEDDLE_QUEUE_CLOSED',
  QueueTimeoutError: 'ERR_HEDDLE_QUEUE_TIMEOUT',
  WatchOverflowError: 'ERR_HEDDLE_WATCH_OVERFLOW',
  MemoryLimitError: 'ERR_HEDDLE_MEMORY_LIMIT',
  SnapshotExpiredError: 'ERR_HEDDLE_SNAPSHOT_EXPIRED',
  ReadOnlyTransactionError: 'ERR_HEDDLE_READ_ONLY_TRANSACTION',
  RetryUnavailableError: 'ERR_HEDDLE_RETRY_UNAVAILABLE',
  NestedTransactionError: 'ERR_HEDDLE_NESTED_TRANSACTION',
  TransactionEndedError: 'ERR_HEDDLE_TRANSACTION_ENDED',
  ForeignTransactionError: 'ERR_HEDDLE_FOREIGN_TRANSACTION',
  TransactionConflictError: 'ERR_HEDDLE_TRANSACTION_CONFLICT',
  TransactionTimeoutError: 'ERR_HEDDLE_TRANSACTION_TIMEOUT',
  TaskScopeError: 'ERR_HEDDLE_TASK_SCOPE',
  TaskAmbiguousError: 'ERR_HEDDLE_TASK_AMBIGUOUS',
  TaskNotFoundError: 'ERR_HEDDLE_TASK_NOT_FOUND',
  TaskTimeoutError: 'ERR_HEDDLE_TASK_TIMEOUT',
  WorkerCrashedError: 'ERR_HEDDLE_WORKER_CRASHED',
  PoolSaturatedError: 'ERR_HEDDLE_POOL_SATURATED',
  PoolTerminatedError: 'ERR_HEDDLE_POOL_TERMINATED',
} as const;

/** One of the stable codes of `HeddleError.code`. */
export type ErrorCode = (typeof ErrorCodes)[keyof typeof ErrorCodes];

/** By the classes: filled where these are all known, in errors.ts. */
export const codes = new Map<unknown, ErrorCode>();

/** What all errors of heddle have in common. */
export class HeddleError extends Error {
  /** Stable over releases; messages are not. */
  readonly code: ErrorCode = codes.get(this.constructor) ?? ErrorCodes.HeddleError;
}

/** Something was not done in time: what `timeout()` rejects with, and what the time-outs of transactions, queues and tasks are kinds of. */
export class TimeoutError extends HeddleError {
  constructor(
    message: string,
    /** How long it had, in ms. */
    readonly timeout: number,
  ) {
    super(message);
  }
}
