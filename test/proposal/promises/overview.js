// What the proposal says before it comes to the design.

export default {
  Abstract: {
    'type-safe, transactional shared state management across workers and realms': {
      in: ['src/transaction.ts transaction', 'src/load.ts'],
      tests: [
        'test/workers/sharing.test.js: one name is one map in all threads, in one order',
        'test/realms/vm.test.js: a body of another realm commits, and throws what it threw',
      ],
    },
    "Built on WebKit's existing infrastructure": {
      because:
        'it is a package for Node, Bun and Deno, with an engine of its own behind Node-API; of WebKit it needs nothing',
      in: ['core/include/heddle/engine.h', 'binding/module.cc'],
      tests: ['test/runtimes.test.js: heddle/bun puts its names on Bun'],
    },
  },

  'Core Principles': {
    'Type Safety': {
      in: ['src/shareable.ts Shareable', 'types/bun-names.d.ts'],
      types: ['test/types/shareable.ts', 'test/bun/proposal/types.ts', 'test/bun/proposal/as-written/declarations.ts'],
    },
    'Structured Data': {
      in: ['src/map.ts SharedMap', 'src/array.ts SharedArray', 'src/record.ts SharedRecord', 'src/codec/encode.ts'],
      tests: [
        'test/codec/property.test.js: any value arrives as structuredClone would give it',
        'test/workers/sharing.test.js: one name is one map in all threads, in one order',
      ],
    },
    Transactional: {
      in: ['src/transaction.ts transaction', 'core/include/heddle/txn/commit.h Commit'],
      tests: [
        'test/history/history.test.js: a recorded history is opaque and strictly serializable',
        'test/history/list-append.test.js: list-append by two workers shows no anomaly',
        'test/workers/sharing.test.js: no increment of two threads is lost: async',
      ],
    },
    Reactive: {
      in: ['src/watch/watch.ts watchKey', 'core/include/heddle/collections/watches.h Watches'],
      tests: ['test/watch/workers.test.js: watchers in two threads hear all that a third one commits, in its order'],
    },
    'Zero-Copy': {
      because:
        'threads of JavaScript cannot have objects in common. A value is encoded once, when it is written, and decoded once in each thread that ' +
        'reads it; `view` gives the same object until it changes. Values of 64 KiB and more lie once for all threads, and only what is touched is decoded',
      in: [
        'src/cache.ts Cache',
        'src/codec/large/view.ts openView',
        'core/include/heddle/memory/page_store.h PageStore',
      ],
      tests: [
        'test/map/view.test.js: a view is the same object until a commit changes its key',
        'test/codec/large/views.test.js: what is not touched is not decoded',
        'test/large/values.test.js: what one thread does to its bytes no other sees',
      ],
      rows: ['view-number', 'large-open'],
    },
    Familiar: {
      in: ['src/map.ts SharedMap', 'src/set.ts SharedSet', 'src/array.ts SharedArray'],
      tests: [
        'test/map/property.test.js: programs of sync transactions give what they give on a plain Map',
        'test/array/property.test.js: synchronous programs do what they do on a plain array',
        'test/set/property.test.js: programs of sync transactions give what they give on a plain Set',
      ],
    },
  },
};
