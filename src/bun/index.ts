/** `import 'heddle/bun'`: heddle's names on the global `Bun`, in this thread and in all workers that it starts from now on. */
import { WrongRuntimeError } from '../errors.js';
import {
  afterAbort,
  afterCommit,
  concurrent,
  currentScope,
  currentTransaction,
  getTransactionId,
  isInTransaction,
  orElse,
  pipeline,
  race,
  readTransaction,
  readTransactionSync,
  registerClass,
  retry,
  runDetached,
  runOutside,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  suppressedErrors,
  timeout,
  transaction,
  transactionSync,
  WorkerPool,
} from '../index.js';
import { nameByPosition } from './position.js';
import { preloadInWorkers } from './workers.js';

const { Bun } = globalThis as { Bun?: object };
if (Bun === undefined) throw new WrongRuntimeError();

/** Where a collection takes its options: before them there may be entries, or nothing in their place. */
function optionsAt(args: readonly unknown[]): number {
  const [first] = args;
  const entries = typeof first === 'object' && first !== null && Symbol.iterator in first;
  return entries || ((first === undefined || first === null) && args.length > 1) ? 1 : 0;
}

/** The same class, but that what it creates without a name is named by where that happens. */
function named<C extends object>(type: C): C {
  return new Proxy(type, {
    construct: function construct(target, args, newTarget) {
      const at = optionsAt(args);
      const options: unknown = args[at] ?? {};
      if (typeof options === 'object') {
        const stated = { ...options } as { name?: unknown };
        if (stated.name === undefined) {
          const name = nameByPosition(construct);
          if (name !== undefined) args[at] = { ...stated, name };
        }
      }
      return Reflect.construct(target as new () => object, args, newTarget);
    },
  });
}

Object.assign(Bun, {
  afterAbort,
  afterCommit,
  concurrent,
  currentScope,
  currentTransaction,
  getTransactionId,
  isInTransaction,
  orElse,
  pipeline,
  race,
  readTransaction,
  readTransactionSync,
  registerClass,
  retry,
  runDetached,
  runOutside,
  SharedArray: named(SharedArray),
  SharedMap: named(SharedMap),
  SharedQueue: named(SharedQueue),
  SharedRecord: named(SharedRecord),
  SharedSet: named(SharedSet),
  suppressedErrors,
  timeout,
  transaction,
  transactionSync,
  WorkerPool,
});

preloadInWorkers(import.meta.url);
