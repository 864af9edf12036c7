// Errors of transactions and snapshots.

import type { Key } from '../codec/index.js';
import { HeddleError, TimeoutError } from './error.js';
import { keyText } from './key-text.js';

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

function describe(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 0) return '';
  const names = conflicts.map(({ collection, key }) => {
    const name = collection === undefined ? 'an anonymous collection' : JSON.stringify(collection);
    return key === undefined ? name : `key ${keyText(key)} of ${name}`;
  });
  return ` over ${names.join(', ')}`;
}
