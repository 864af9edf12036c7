// What the proposal says of the functions that it declares.

export default {
  '2. Transactions': {
    'Software Transactional Memory': {
      in: ['src/txn/body.ts Body', 'src/txn/commit.ts commit', 'core/include/heddle/txn/commit.h Commit'],
      tests: [
        'test/history/history.test.js: a recorded history is opaque and strictly serializable',
        'test/transaction/conflict.test.js: a body never sees half of a commit, even when it has lost',
        'test/transaction/retry.test.js: orElse takes the first branch that does not retry, without the writes of the other',
      ],
    },
    'Optimistic locking with retry': {
      in: ['src/txn/call.ts Transaction', 'src/txn/backoff.ts standBackMs'],
      tests: [
        'test/transaction/conflict.test.js: a body that lost runs again on a new snapshot, under the same id',
        'test/transaction/conflict.test.js: both backoffs end',
        'test/transaction/cancel.test.js: a timeout rejects, undoes, and leaves its loser outside',
      ],
    },
    'Read-only transactions (optimized)': {
      in: ['src/transaction.ts readTransaction', 'core/include/heddle/txn/reader.h Reader'],
      tests: ['test/transaction/async.test.js: readTransaction reads one snapshot, however long, and never reruns'],
      rows: ['held-snapshot'],
    },
    'Manual conflict detection': {
      in: ['src/transaction.ts isInTransaction', 'src/transaction.ts currentTransaction'],
      tests: [
        'test/transaction/conflict.test.js: the signal of a run that has lost is aborted',
        'test/transaction/sync.test.js: a body knows that it is one',
      ],
    },
  },

  '4. Structured Concurrency': {
    'All-or-nothing parallel execution': {
      in: ['src/concurrency/concurrent.ts concurrent', 'src/concurrency/group.ts'],
      tests: [
        'test/proposal/signatures/calls.test.js: Bun: function concurrent<T>(tasks: (() => T | Promise<T>)[]): Promise<T[]>',
        'test/concurrency/state.test.js: an open transaction is aborted, and its body is waited for',
      ],
    },
    'Race with cancellation': {
      in: ['src/concurrency/race.ts race'],
      tests: [
        'test/proposal/signatures/calls.test.js: Bun: function race<T>(tasks: (() => T | Promise<T>)[]): Promise<T>',
        'test/concurrency/scopes.test.js: a signal is one for all who can be cancelled by it',
      ],
    },
    'Timeout with cleanup': {
      in: ['src/concurrency/timeout.ts timeout'],
      tests: [
        'test/proposal/signatures/calls.test.js: Bun: function timeout<T>(fn: () => T | Promise<T>, ms: number): Promise<T>',
        'test/concurrency/state.test.js: a transaction that has lost its time goes on, and its scope waits for it',
      ],
    },
    'Pipeline processing': {
      in: ['src/concurrency/pipeline.ts pipeline'],
      tests: [
        'test/concurrency/pipeline.test.js: a stage is called as often at a time as it may, and stages work at the same time',
        'test/concurrency/pipeline.test.js: a hundred thousand items',
      ],
    },
  },
};
