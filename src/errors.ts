// Every error of heddle, and the one table of their codes. Wrong arguments stay native TypeErrors and RangeErrors, values
// that cannot be shared are DataCloneErrors.

import type { Key } from './codec/index.js';

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

/** The native engine could not be loaded. */
export class EngineLoadError extends HeddleError {}

/** A second copy of the engine was about to be loaded: the two would not share anything. */
export class DuplicateEngineError extends HeddleError {
  constructor(
    /** The engine that is loaded. */
    readonly loaded: string,
    /** The engine that was refused. */
    readonly refused: string,
  ) {
    super(
      `The heddle engine is already loaded from ${loaded}; ${refused} would be a second one that shares nothing with it. ` +
        'Make all packages resolve to one copy of heddle (npm dedupe).',
    );
  }
}

/** `heddle/bun` was imported where there is no `Bun`. */
export class WrongRuntimeError extends HeddleError {
  constructor() {
    super(
      "'heddle/bun' puts heddle's names on the global Bun, and this is not Bun. Import them from 'heddle' instead.",
    );
  }
}

/** The name belongs to a collection of another kind. */
export class CollectionTypeError extends HeddleError {}

/** The options disagree with those that the collection was created with. */
export class CollectionOptionsError extends HeddleError {}

/** The collection was destroyed, by this thread or another. */
export class CollectionDestroyedError extends HeddleError {
  constructor(collection: string) {
    super(`${collection} has been destroyed. Open it again with new to go on with an empty one.`);
  }
}

/** `destroy()` was called inside a transaction. */
export class DestroyInTransactionError extends HeddleError {
  constructor(collection: string) {
    super(
      `${collection} cannot be destroyed inside a transaction: destroying cannot be undone. Call destroy() after the ` +
        'transaction, for instance in afterCommit(), or use clear().',
    );
  }
}

/** What a schema has against a value, as Standard Schema says it. */
export interface ValidationIssue {
  readonly message: string;
  /** The way from the value to the part that is meant. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The schema of the handle refuses a value. Nothing of its transaction was written. */
export class ValidationError extends HeddleError {
  /** The way to the first part that is refused: empty for the value itself. */
  readonly path: readonly PropertyKey[];

  constructor(
    /** What the schema says. */
    readonly issues: readonly ValidationIssue[],
    /** The key that the value was for, or the element of a set; undefined for the fields of a record. */
    readonly key: Key,
  ) {
    // A library's own kind of array stays behind.
    const path = Array.from(issues[0]?.path ?? [], (step) => (typeof step === 'object' ? step.key : step));
    const where = key === undefined ? '' : ` for the key ${formatKey(key)}`;
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
    super(
      `The schema refuses the value${where}: ${formatPath(path)}: ${issues[0]?.message ?? 'it does not say why'}${more}`,
    );
    this.path = path;
  }
}

function formatPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step !== 'string') return `[${String(step)}]`;
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `value${steps.join('')}`;
}

/** A schema answers with a promise. Nothing was written. */
export class AsyncSchemaError extends HeddleError {
  constructor(vendor: string) {
    super(
      `This schema (${vendor}) validates asynchronously, and a write cannot wait for it. Use a schema that is synchronous, and await the ` +
        'rest before the write.',
    );
  }
}

/** `registerClass` was given a name that belongs to another class, or a class that has another name. */
export class DuplicateClassError extends HeddleError {}

/** A value contains an instance of a class that this thread has not registered, or has registered otherwise. */
export class UnknownClassError extends HeddleError {
  constructor(
    /** What the class was registered as where the value was stored. */
    readonly className: string,
    /** Where the class is registered here: whether the instance was stored by a `toValue`, and this thread has no `fromValue`. */
    converted?: boolean,
  ) {
    const name = JSON.stringify(className);
    super(
      converted === undefined
        ? `The value contains an instance of the class ${name}, which this thread has not registered: call registerClass(${className}) ` +
            'in this worker before it reads.'
        : `The value contains an instance of the class ${name} that was stored ${converted ? 'by a toValue' : 'as its properties'}, and ` +
            `this thread has registered the class ${converted ? 'without' : 'with'} fromValue: state the same options in all threads.`,
    );
  }
}

/** A queue has as many items as its `capacity` allows. Nothing of the transaction was written. */
export class QueueFullError extends HeddleError {
  constructor(queue: string) {
    super(`${queue} is full. Wait for room with await enqueueAsync(), or take items first.`);
  }
}

/** A queue is closed: it takes no items, and those that it had are gone. */
export class QueueClosedError extends HeddleError {
  constructor(queue: string) {
    super(`${queue} is closed: nothing comes any more, and nothing can be enqueued. for await ends by itself.`);
  }
}

/** Nothing came, or no room, within the `timeout` of `dequeue`, `dequeueMany` or `enqueueAsync`. The queue is as it was. */
export class QueueTimeoutError extends TimeoutError {
  constructor(what: string, timeout: number) {
    super(`${what} within ${timeout} ms. Nothing was taken or added: try again, or state a longer timeout.`, timeout);
  }
}

/** A watcher with `overflow: 'error'` was too slow: more changes waited for it than its `buffer` allows. It has ended. */
export class WatchOverflowError extends HeddleError {
  constructor(
    collection: string,
    /** The `buffer` option. */
    readonly buffer: number,
  ) {
    super(
      `${collection} changed more than ${buffer} times while a watcher was busy. Take its events faster, state a larger buffer, or ` +
        "let the watch catch up with overflow: 'coalesce' or 'resync'.",
    );
  }
}

/** A write would have passed a limit of its collection or of the process. Nothing of its transaction was written. */
export class MemoryLimitError extends HeddleError {}

/** A transaction or an iterator needed a snapshot that was older than `maxSnapshotAge`. Nothing was written. */
export class SnapshotExpiredError extends HeddleError {
  constructor(
    /** The limit in ms. */
    readonly maxSnapshotAge: number,
  ) {
    super(
      `This snapshot is older than ${maxSnapshotAge} ms and was given up, so that what it held could be freed. Do the work in ` +
        'shorter transactions, or raise the limit with configure({ maxSnapshotAge }).',
    );
  }
}

/** A write inside `readTransaction`. */
export class ReadOnlyTransactionError extends HeddleError {
  constructor() {
    super('This is a read-only transaction: use transaction() or transactionSync() to write.');
  }
}

/** `retry` or `orElse` was called where nothing can be waited for. */
export class RetryUnavailableError extends HeddleError {}

/** Two nested transactions overlapped, or the outer one went on before the inner one had ended. */
export class NestedTransactionError extends HeddleError {
  constructor() {
    super(
      'A nested transaction is still running. Await it before the surrounding transaction goes on: nested transactions ' +
        'cannot overlap (Promise.all), because undoing one would undo parts of the other.',
    );
  }
}

/** Code of a transaction went on after the transaction, or the run of its body, had ended. */
export class TransactionEndedError extends HeddleError {
  constructor() {
    super(
      'The transaction that this code belongs to has ended. Await everything that a body starts, or step outside the ' +
        'transaction on purpose with runOutside().',
    );
  }
}

/** A shared operation in a transaction that another copy of heddle has begun: it would not be part of that. */
export class ForeignTransactionError extends HeddleError {
  constructor() {
    super(
      'This thread has loaded heddle more than once, and the transaction that this code runs in is of another copy than what it ' +
        'uses. Take both from one copy (bundle or load heddle once), or step outside the transaction.',
    );
  }
}

/** What a transaction lost a conflict over. */
export interface Conflict {
  /** Name of the collection; undefined for an anonymous one. */
  readonly collection: string | undefined;
  /** The key; undefined if the conflict was about the collection as a whole (its size, its keys, a clear). */
  readonly key: Key;
}

/** A transaction lost against others more often than `maxRetries` allows. Nothing was written. */
export class TransactionConflictError extends HeddleError {
  constructor(
    /** How often the body ran. */
    readonly runs: number,
    /** What the runs lost over, each once, the latest last. */
    readonly conflicts: readonly Conflict[],
    label: string | undefined,
  ) {
    super(
      `The transaction${label === undefined ? '' : ` ${JSON.stringify(label)}`} lost ${runs} ${runs === 1 ? 'run' : 'runs'} ` +
        `against other writers${describe(conflicts)}. Raise maxRetries, make the body shorter, or spread the keys.`,
    );
  }
}

/** A transaction took longer than its `timeout`. Nothing was written. */
export class TransactionTimeoutError extends TimeoutError {
  constructor(
    timeout: number,
    /** How often the body ran. */
    readonly runs: number,
    label: string | undefined,
  ) {
    super(
      `The transaction${label === undefined ? '' : ` ${JSON.stringify(label)}`} did not finish within ${timeout} ms ` +
        `(${runs} ${runs === 1 ? 'run' : 'runs'}).`,
      timeout,
    );
  }
}

/** Something of a scope went on after it had been cancelled, for longer than its `grace`. One of the `suppressedErrors` of what it failed with. */
export class StragglerError extends HeddleError {
  constructor(
    operation: string,
    /** The `grace` option in ms. */
    readonly grace: number,
  ) {
    super(
      `${operation} was cancelled and went on without waiting any longer, after ${grace} ms, for what still runs. Let tasks end when their signal ` +
        'aborts, or state a longer grace.',
    );
  }
}

/** A function cannot be run in a worker by its source: it uses what its source does not bring along. It has not been run. */
export class TaskScopeError extends HeddleError {
  constructor(
    message: string,
    /** What it uses of where it was written: variables, or `this`, `super`, `import.meta` and the like. Empty if that cannot be told. */
    readonly names: readonly string[],
  ) {
    super(message);
  }
}

/** The pool's script exports another function, or several, by the name of the one that was to run. Nothing has been run. */
export class TaskAmbiguousError extends HeddleError {
  constructor(
    /** The name of the function. */
    readonly task: string,
    script: string,
    why: string,
  ) {
    super(
      `The function ${JSON.stringify(task)} is not the only one of that name: ${why} (${script}). Rename one of them, or call the export ` +
        `by its name: run(${JSON.stringify(task)}, args).`,
    );
  }
}

/** The pool's script exports no function of the name that `run` was given. */
export class TaskNotFoundError extends HeddleError {
  constructor(
    /** The name that was asked for. */
    readonly task: string,
    /** Undefined for a pool without one. */
    script: string | undefined,
    /** What the script does export. */
    functions: readonly string[],
  ) {
    super(`There is no function ${JSON.stringify(task)}: ${whatThereIs(script, functions)}`);
  }
}

function whatThereIs(script: string | undefined, functions: readonly string[]): string {
  if (script === undefined) {
    return 'the pool has no script. State one, new WorkerPool(script), or give execute() the function itself.';
  }
  if (functions.length === 0) return `the pool's script ${script} exports no functions. Export it there.`;
  return `the pool's script ${script} exports ${functions.join(', ')}. Export it there, or call one of these.`;
}

/** A task took longer than its `timeout`. It has been told to stop by its signal. */
export class TaskTimeoutError extends TimeoutError {
  constructor(
    /** How messages call the task. */
    task: string,
    timeout: number,
  ) {
    super(
      `${task} did not finish within ${timeout} ms, its time in the queue included. State a longer timeout, or make it do less.`,
      timeout,
    );
  }
}

/** The worker that ran the task has ended in the middle of it. `cause` is what brought it down, if that is known. */
export class WorkerCrashedError extends HeddleError {
  constructor(
    /** How messages call the task. */
    task: string,
    /** What is known of the end: "it called process.exit(1)". */
    why: string,
    options?: ErrorOptions,
  ) {
    super(
      `The worker that ran ${task} has ended: ${why}. What the task has done until then stays done, so it is not run again: do that ` +
        'yourself if it may be. Other tasks go on in other workers.',
      options,
    );
  }
}

/** A pool has as many tasks as its `maxTasks` allows. This one was not accepted. */
export class PoolSaturatedError extends HeddleError {
  constructor(
    pool: string,
    /** The `maxTasks` option. */
    readonly maxTasks: number,
  ) {
    super(
      `${pool} has ${maxTasks} unfinished tasks, which is its maxTasks. Wait for room with await pool.ready(), or hand over many with map(), ` +
        'which waits by itself.',
    );
  }
}

/** The pool was terminated before the task was done, or before it was asked for. */
export class PoolTerminatedError extends HeddleError {
  constructor(pool: string) {
    super(
      `${pool} has been terminated: what it had not finished is given up, and it takes nothing more. To let it finish first, call ` +
        'await pool.close().',
    );
  }
}

function describe(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 0) return '';
  const names = conflicts.map(({ collection, key }) => {
    const name = collection === undefined ? 'an anonymous collection' : JSON.stringify(collection);
    return key === undefined ? name : `key ${formatKey(key)} of ${name}`;
  });
  return ` over ${names.join(', ')}`;
}

function formatKey(key: Key): string {
  if (typeof key === 'bigint') return `${key}n`;
  if (Array.isArray(key)) return `[${key.map(formatKey).join(', ')}]`;
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}

const codes = new Map<unknown, ErrorCode>();

const classes = {
  HeddleError,
  TimeoutError,
  StragglerError,
  EngineLoadError,
  DuplicateEngineError,
  WrongRuntimeError,
  CollectionTypeError,
  CollectionOptionsError,
  CollectionDestroyedError,
  DestroyInTransactionError,
  ValidationError,
  AsyncSchemaError,
  DuplicateClassError,
  UnknownClassError,
  QueueFullError,
  QueueClosedError,
  QueueTimeoutError,
  WatchOverflowError,
  MemoryLimitError,
  SnapshotExpiredError,
  ReadOnlyTransactionError,
  RetryUnavailableError,
  NestedTransactionError,
  TransactionEndedError,
  ForeignTransactionError,
  TransactionConflictError,
  TransactionTimeoutError,
  TaskScopeError,
  TaskAmbiguousError,
  TaskNotFoundError,
  TaskTimeoutError,
  WorkerCrashedError,
  PoolSaturatedError,
  PoolTerminatedError,
};

for (const name of Object.keys(classes) as (keyof typeof classes)[]) {
  codes.set(classes[name], ErrorCodes[name]);
  // Time-outs of all kinds go by one name, as those of AbortSignal do.
  const shown = name.endsWith('TimeoutError') ? 'TimeoutError' : name;
  Object.defineProperty(classes[name].prototype, 'name', { value: shown, configurable: true, writable: true });
}
