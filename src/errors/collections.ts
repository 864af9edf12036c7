// Errors of collections, and of what they are given.

import type { Key } from '../codec/index.js';
import { HeddleError, TimeoutError } from './error.js';
import { keyText } from './key-text.js';

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
    const where = key === undefined ? '' : ` for the key ${keyText(key)}`;
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
