// Performance Characteristics.

export default {
  'Memory Efficiency': {
    'Zero-copy reads': {
      because:
        'it holds of values of 64 KiB and more, whose bytes all workers read in place. Smaller ones are decoded once by each thread, and read from its cache until they change',
      in: [
        'core/include/heddle/memory/page_store.h PageStore',
        'src/codec/large/view.ts openView',
        'src/cache.ts Cache',
      ],
      tests: [
        'core/test/unit/page_store_test.cc: PageStoreTest.APrivateMappingIsItsReadersOwn',
        'core/test/unit/large_value_test.cc: LargeValueTest.IsReadThroughItsBlob',
        'test/large/values.test.js: what one thread does to its bytes no other sees',
      ],
      rows: ['large-heaps', 'view-number'],
    },
    'Copy-on-write updates': {
      in: ['src/codec/large/draft.ts Draft', 'core/include/heddle/memory/blob.h Patch'],
      tests: [
        'test/large/update.test.js: an update of one field takes pages for that field, and shares the others',
        'test/codec/large/drafts.test.js: what is appended is in proportion to what has changed',
      ],
      rows: ['large-update'],
    },
    'Structured cloning': {
      because: '`get` gives a value of one’s own in the thread that has set it too, as a copy; `view` copies nothing',
      in: ['src/map.ts SharedMap', 'src/codec/copy.ts'],
      tests: [
        'test/map/view.test.js: get gives a value of its own each time',
        'test/map/view.test.js: a view is the same object until a commit changes its key',
      ],
      rows: ['get-object'],
    },
    'Automatic cleanup': {
      in: ['src/collection/handles.ts registerHandle', 'core/include/heddle/collections/lifetimes.h Lifetimes'],
      tests: [
        'test/handles/lifetime.test.js: an anonymous collection goes with its last handle',
        'test/handles/lifetime.test.js: cycles go, and all memory with them',
      ],
    },
  },

  'Concurrency Performance': {
    'Lock-free reads': {
      in: ['src/cache.ts Cache', 'core/include/heddle/txn/reader.h Reader'],
      tests: [
        'core/test/unit/reading_test.cc: Reading.ARecordBeingWrittenHasNoStampAndMakesNobodyWait',
        'test/transaction/async.test.js: readTransaction reads one snapshot, however long, and never reruns',
      ],
      rows: ['reader-pause', 'scaling-reads'],
    },
    'Optimistic updates': {
      in: ['src/txn/call.ts Transaction', 'core/include/heddle/txn/commit.h Commit'],
      tests: [
        'test/transaction/conflict.test.js: a body that lost runs again on a new snapshot, under the same id',
        'test/transaction/conflict.test.js: what was not read does not conflict',
      ],
      rows: ['scaling-transfers', 'contention'],
    },
    'Batched notifications': {
      in: ['core/include/heddle/sync/bell.h Bell', 'src/watch/feed.ts Feed'],
      tests: [
        'test/watch/basics.test.js: the events of one transaction come together, one for each key',
        'core/test/unit/watches_test.cc: WatchesTest.WhoWaitsIsRungOnce',
      ],
      rows: ['watch-numbers'],
    },
    'Work stealing': {
      in: ['core/include/heddle/tasks/pool.h Pool'],
      tests: [
        'test/pool/threads.test.js: idle workers take what waits for a busy one, and the main thread does nothing',
      ],
      rows: ['pool-skew'],
    },
  },

  Scalability: {
    'Horizontal scaling': {
      in: ['src/worker-pool.ts WorkerPool', 'src/pool/host.ts Host'],
      tests: [
        'test/pool/lifecycle.test.js: workers start as tasks wait, up to size',
        'test/pool/lifecycle.test.js: resize: up, and down once tasks have ended',
      ],
      rows: ['scaling-reads', 'scaling-transfers'],
    },
    'Memory bounded': {
      in: [
        'src/collection/options.ts CollectionOptions',
        'src/configure.ts configure',
        'core/include/heddle/memory/budget.h Budget',
      ],
      tests: [
        'test/map/limits.test.js: a write past maxMemory is refused, and there is room again when something goes',
        'test/limits/process.test.js: the process has a limit from the start, below what the machine has',
        'test/limits/eviction.test.js: the cache stays within its memory',
      ],
    },
    Backpressure: {
      in: ['src/queue/room.ts enqueueLater', 'src/pool/conditions.ts becomes'],
      tests: [
        'test/queue/room.test.js: enqueueAsync waits for room, in the order of the calls',
        'test/queue/basics.test.js: a full queue refuses, and takes again when it has room',
        'test/pool/map.test.js: a map within maxTasks waits for room',
      ],
    },
    Monitoring: {
      in: ['src/statistics.ts stats', 'src/pool/statistics.ts PoolStats'],
      tests: [
        'test/statistics.test.js: the engine counts over all threads, also those that have ended',
        'test/statistics.test.js: a label tells of its transactions',
      ],
    },
  },
};
