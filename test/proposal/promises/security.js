// Security Considerations.

export default {
  'Memory Safety': {
    'All shared data validated through structured cloning': {
      because:
        'a codec of its own does that: it takes what `structuredClone` takes, gives what that gives, and refuses the rest',
      in: ['src/codec/encode.ts encodeValue', 'src/codec/refusal.ts refuse'],
      tests: [
        'test/codec/property.test.js: any value arrives as structuredClone would give it',
        'test/codec/refusal.test.js: what belongs to one thread is refused, by path and with advice',
      ],
    },
    'No direct memory access to prevent corruption': {
      in: ['src/codec/view.ts', 'binding/frame.h', 'core/include/heddle/memory/page_store.h PageStore'],
      tests: [
        'test/codec/copy-view.test.js: nothing that is done to a view reaches the value',
        'test/large/values.test.js: what one thread does to its bytes no other sees',
        'test/misuse/binding.test.js: buffers that are none, have gone, or are too small',
      ],
    },
    'Automatic bounds checking for collections': {
      in: ['src/array.ts SharedArray', 'src/codec/damage.ts'],
      tests: [
        'test/proposal/signatures/sequences.test.js: SharedArray: set(index: number, value: T): void',
        'test/misuse/arguments.test.js: SharedArray.splice refuses what is wrong by a typed error, and changes nothing then',
        'test/codec/damage.test.js: a length that the buffer does not have is refused',
      ],
    },
  },

  Isolation: {
    'Process-level isolation maintained': {
      in: ['core/include/heddle/engine.h'],
      tests: [
        'test/proposal/isolation.test.js: another process has nothing of what this one shares, under whatever name',
      ],
    },
    'Worker sandboxing preserved': {
      in: ['src/runtime/deno.ts', 'src/runtime/native.ts native'],
      tests: [
        'test/realms/permissions.test.js: a worker without the permission gets that error, and its parent goes on',
      ],
    },
    'No cross-origin sharing': {
      because:
        'these runtimes have no origins: all code of a process is one trust domain, which SECURITY.md describes. Nothing leaves it',
      in: ['SECURITY.md'],
      tests: [
        'test/proposal/isolation.test.js: another process has nothing of what this one shares, under whatever name',
      ],
    },
  },

  'Resource Limits': {
    'Configurable memory limits per shared collection': {
      in: ['src/collection/options.ts CollectionOptions', 'core/include/heddle/collections/collection.h Limits'],
      tests: [
        'test/map/limits.test.js: the error names the collection whose limit it is',
        'test/array/basics.test.js: limits refuse the whole transaction',
        'test/queue/limits.test.js: an item past maxEntries or maxMemory is refused and undoes its transaction',
        'test/record/open.test.js: a write past a limit undoes its transaction and says whose limit it is',
      ],
    },
    'Automatic cleanup of orphaned data': {
      in: ['core/include/heddle/collections/lifetimes.h Lifetimes', 'core/include/heddle/thread.h Thread'],
      tests: [
        'test/handles/lifetime.test.js: what a thread made goes with it, but for what others refer to',
        'test/large/lifetime.test.js: workers that are terminated in the middle of it leave no pages behind',
        'test/queue/terminate.test.js: what was taken in a transaction that had not committed is there',
      ],
    },
    'Protection against memory exhaustion': {
      in: ['src/configure.ts configure', 'core/include/heddle/memory/budget.h Budget'],
      tests: [
        'test/limits/process.test.js: a write past the limit of the process is refused and undoes its transaction',
        'test/limits/process.test.js: two threads at once run into limits of a collection and of the process, and nothing is half done',
        'test/limits/expiry.test.js: what an old snapshot held is given back',
      ],
    },
  },
};
