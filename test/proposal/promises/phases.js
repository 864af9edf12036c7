// Implementation Phases.

export default {
  'Phase 1: Core Shared Collections': {
    'SharedMap, SharedArray, SharedQueue': {
      in: ['src/map.ts SharedMap', 'src/array.ts SharedArray', 'src/queue.ts SharedQueue'],
      tests: [
        'test/map/property.test.js: programs of async transactions give what they give on a plain Map',
        'test/array/property.test.js: asynchronous programs do what they do on a plain array',
        'test/queue/property.test.js: programs of async transactions give what they give on an array',
      ],
    },
    'Basic transaction support': {
      in: ['src/transaction.ts transaction', 'src/transaction.ts transactionSync'],
      tests: [
        'test/transaction/sync.test.js: a transaction returns what its body returns, and its writes are there',
        'test/queue/transactions.test.js: one transaction spans queues and maps',
      ],
    },
    'Single-process implementation': {
      in: ['core/include/heddle/engine.h', 'src/runtime/native.ts native'],
      tests: [
        'test/workers/duplicate.test.js: a second copy is refused in the same thread',
        'test/proposal/isolation.test.js: another process has nothing of what this one shares, under whatever name',
      ],
    },
  },

  'Phase 2: Advanced Features': {
    'SharedRecord with type safety': {
      in: ['src/record.ts SharedRecord'],
      tests: ['test/record/workers.test.js: two threads that update different fields lose nothing'],
      types: ['test/types/record.ts'],
    },
    'Reactive observers and watchers': {
      in: ['src/watch/watcher.ts Watcher', 'src/watch/subscribe.ts subscribeTo'],
      tests: [
        'test/watch/resync.test.js: whoever reads again after a resync, and skips what that has seen, knows everything',
        'test/watch/context.test.js: whoever reads when it is called knows what another thread has written in the end',
      ],
    },
    'Worker pool management': {
      in: ['src/worker-pool.ts WorkerPool', 'core/include/heddle/tasks/pool.h Pool'],
      tests: [
        'test/pool/stress.test.js: each task is settled once: 1 at once in a worker',
        'test/pool/crash.test.js: one worker after the other: more crashes than there are workers',
      ],
    },
  },

  'Phase 3: Production Hardening': {
    'Performance optimization': {
      in: ['src/cache.ts Cache', 'src/codec/compile.ts'],
      rows: ['get-number', 'get-object', 'set-object', 'transfer', 'contention'],
    },
    'Memory management tuning': {
      in: ['core/include/heddle/txn/janitor.h Janitor', 'core/include/heddle/memory/stock.h Stock'],
      tests: [
        'core/test/unit/pruning_test.cc: Pruning.VersionsBetweenSnapshotsGo',
        'test/limits/process.test.js: memory comes back by itself after a clear and a destroy',
      ],
      rows: ['million-memory', 'held-snapshot'],
    },
    'Debugging and monitoring tools': {
      in: ['src/inspection.ts inspectHeddle', 'src/statistics.ts stats', 'src/collection/printing.ts printBy'],
      tests: [
        'test/inspection/inspect.test.js: transactions that await something, with the place where they were called',
        'test/inspection/stuck.test.js: a transaction that is stuck is warned of once, with the place where it was called',
        'test/handles/printing.test.js: each kind, with what is in it',
      ],
    },
  },

  'Phase 4: Ecosystem Integration': {
    'TypeScript integration': {
      in: ['src/index.ts', 'types/bun.d.ts', 'src/collection/schema.ts Schema'],
      types: ['test/types/map.ts', 'test/types/schema.ts', 'test/bun/proposal/types.ts'],
    },
    'Framework adapters': {
      planned: 'what they need is there: `subscribe` and `view` are the contract of an external store',
      in: ['src/watch/subscribe.ts subscribeTo', 'src/watch/whole.ts viewWhole'],
      tests: ['test/watch/context.test.js: subscribe and view are what an external store needs'],
    },
    'Migration utilities': { planned: 'nothing of it is there' },
  },
};
