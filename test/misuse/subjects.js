// How everything is called rightly: what methods are called on, and sensible arguments.

import {
  configure,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  stats,
  transactionSync,
  WorkerPool,
} from 'heddle';
import { THROWN } from './values.js';

const numbers = ({ size, length, memory }) => ({ size, length, memory });

/**
 * Of each class: `make` gives one to call methods on, `content` a plain copy of what it holds, `end` puts it away. Pools are dear: one
 * serves until it has ended.
 */
export const SUBJECTS = {
  SharedMap: {
    make: () =>
      new SharedMap([
        ['a', 1],
        ['b', { n: 1 }],
      ]),
    content: (map) => ({ ...numbers(map), entries: [...map] }),
    end: (map) => map.destroy(),
  },
  SharedRecord: {
    make: () => new SharedRecord({ initial: { a: 1, b: { n: 1 } } }),
    content: (record) => ({ ...numbers(record), entries: [...record] }),
    end: (record) => record.destroy(),
  },
  SharedSet: {
    make: () => new SharedSet(['a', 'b']),
    content: (set) => ({ ...numbers(set), elements: [...set] }),
    end: (set) => set.destroy(),
  },
  SharedArray: {
    make: () => new SharedArray([3, 1, { n: 1 }]),
    content: (array) => ({ ...numbers(array), elements: [...array] }),
    end: (array) => array.destroy(),
  },
  SharedQueue: {
    make() {
      const queue = new SharedQueue();
      queue.enqueueMany([1, 2, { n: 1 }]);
      return queue;
    },
    content: (queue) => ({ ...numbers(queue), first: queue.peek(), closed: queue.isClosed }),
    end: (queue) => queue.destroy(),
  },
  Watcher: {
    make: () => watchedMap.watch('a', { initial: true }),
    content: ({ lag }) => ({ lag }),
    end: (watcher) => watcher.return(),
  },
  WorkerPool: {
    async make() {
      if (pool === null || !(await isOpen(pool))) pool = new WorkerPool(TASKS, { size: 1, grace: 0 });
      return pool;
    },
    content: ({ queuedTasks }) => ({ queuedTasks }),
    end: (other) => (other === pool ? undefined : other.terminate()),
  },
};

const TASKS = new URL('./tasks.js', import.meta.url);
const watchedMap = new SharedMap([['a', 1]]);
/** @type {WorkerPool | null} */
let pool = null;

const isOpen = (pool) =>
  pool.ready().then(
    () => true,
    () => false,
  );

export async function endPool() {
  await pool?.terminate();
}

/** Arguments by the name of the parameter; of one method alone by `Class.method.name`. */
const ARGUMENTS = {
  key: () => 'a',
  value: () => 1,
  element: () => 'a',
  index: () => 0,
  fn: () => () => 1,
  thisArg: () => undefined,
  items: () => [1, 2],
  item: () => 1,
  entries: () => [['c', 3]],
  keys: () => ['a'],
  elements: () => ['c'],
  options: () => undefined,
  listener: () => () => {},
  start: () => 0,
  end: () => 1,
  rest: () => 1,
  compare: () => () => 0,
  initial: () => 0,
  separator: () => ',',
  fromIndex: () => 0,
  count: () => 1,
  partial: () => ({ c: 1 }),
  object: () => ({ c: 1 }),
  other: () => new Set(['a']),
  error: () => THROWN,
  script: () => null,
  name: () => 'one',
  args: () => [],
  newSize: () => 1,
  type: () => class Sensible {},
  tasks: () => [() => 1],
  input: () => [1],
  stages: () => [(item) => item],
  ms: () => 60_000,
  configuration: () => ({}),
  first: () => () => 1,
  second: () => () => 1,
  'attach.message': () => ({}),
  'WorkerPool.execute.args': () => 1,
};

/** What an object is to have that has one wrong property. */
const AROUND = {
  other: () => ({ size: 1, has: () => false, keys: () => [].values() }),
  'new WorkerPool.options': () => ({ size: 1 }),
  // A cache needs a limit.
  eviction: () => ({ maxEntries: 10 }),
};

/** @returns {(() => unknown) | undefined} undefined for a parameter that nobody has thought of */
export const argumentFor = (callee, { name }) => ARGUMENTS[`${callee}.${name}`] ?? ARGUMENTS[name];

export const objectAround = (callee, { name }, property) =>
  (AROUND[`${callee}.${name}`] ?? AROUND[property] ?? AROUND[name] ?? (() => ({})))();

const limits = stats();

/** Functions that have to be called somewhere in particular. */
export const PLACES = {
  orElse: (call) => transactionSync(call),
  afterAbort: (call) => transactionSync(call),
  // It must not come to a commit: what a wrong function throws then is an uncaught error, as promised.
  afterCommit(call) {
    try {
      transactionSync(() => {
        call();
        throw undone;
      });
    } catch (error) {
      if (error !== undone) throw error;
    }
  },
  configure(call) {
    try {
      return call();
    } finally {
      configure({ maxMemory: limits.memory.limit, maxSnapshotAge: limits.snapshots.maxAge });
    }
  },
};
const undone = new Error('not to be committed');
