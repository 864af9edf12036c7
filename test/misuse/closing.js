// Uses everything when its environment has begun to close; run by closing.test.js: closing.js end|exit|waiting|worker|worker-exit

import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import {
  attach,
  collections,
  concurrent,
  configure,
  registerClass,
  SharedArray,
  SharedMap,
  SharedQueue,
  SharedRecord,
  SharedSet,
  stats,
  transaction,
  transactionSync,
  WorkerPool,
} from 'heddle';

const how = isMainThread ? process.argv[2] : workerData;
const where = isMainThread ? 'main' : 'worker';

const map = new SharedMap([['a', 1]], { name: 'closing: map' });
const queue = new SharedQueue({ name: 'closing: queue' });
const array = new SharedArray([1]);
const pool = new WorkerPool(null, { size: 1 });
const say = (text) => writeSync(1, `${where}: ${text}\n`);

/** Never to settle, perhaps; nobody is left to hear of it. */
const ignored = (promise) => promise.catch(() => {});

const STEPS = {
  read: () => [map.get('a'), map.view('a'), [...map].length, array.at(-1)],
  write: () => {
    map.set(where, { list: [1, 2] });
    map.update(where, (value) => value);
    array.push('text');
  },
  'write much': () => map.set('large', 'x'.repeat(300_000)),
  'read much': () => map.get('large').length,
  transactionSync: () => transactionSync(() => map.set('b', array.length)),
  transaction: () => {
    ignored(transaction(() => map.set('c', 1)));
    ignored(transaction(async () => map.get(await queue.dequeue())));
  },
  enqueue: () => queue.enqueueMany([1, 2, 3]),
  dequeue: () => {
    if (queue.tryDequeue() === undefined) throw new Error('nothing was there');
    for (let n = 0; n < 5; n++) ignored(queue.dequeue());
    ignored(queue.enqueueAsync(1));
  },
  watch: () => {
    map.subscribe(() => say('a listener was called'));
    ignored(map.watch('a').next());
    ignored(queue.watch().next());
    map.set('a', 2);
  },
  submit: () => {
    ignored(pool.execute((n) => n + 1, 1));
    ignored(pool.map([1, 2], (n) => n));
    ignored(pool.resize(1));
    ignored(new WorkerPool(null, { size: 1, minSize: 1 }).ready());
  },
  scope: () => ignored(concurrent([() => queue.dequeue(), ({ signal }) => signal.aborted])),
  create: () => new SharedRecord({ initial: { a: new SharedSet(['a']) } }).get('a').add('b').size,
  attach: () => attach(structuredClone({ map })).map.size,
  register: () => registerClass(class Late {}),
  tell: () => [stats().commits, collections().length, configure({})],
  iterate: () => {
    map.entries().next(); // and is left open
  },
  terminate: () => ignored(pool.terminate()),
  destroy: () => {
    array.destroy();
    if (!isMainThread) return; // the other thread is to see what this one has done
    queue.destroy();
    map.destroy();
  },
};

process.on('exit', () => {
  for (const [step, use] of Object.entries(STEPS)) {
    try {
      use();
      say(step);
    } catch (error) {
      say(`${step}: ${error.code ?? error.stack}`);
    }
  }
});

if (how === 'waiting') {
  ignored(queue.dequeue());
  ignored(map.watch('a').next());
  ignored(pool.execute(() => new Promise(() => {})));
  ignored(transaction(() => new Promise(() => {})));
  map.entries().next();
  setTimeout(() => process.exit(0), 50);
} else if (how === 'exit') {
  process.exit(0);
} else if (how === 'exit in a body') {
  transactionSync(() => {
    map.set('half', 1);
    process.exit(0);
  });
} else if (how.startsWith('worker')) {
  const worker = new Worker(new URL(import.meta.url), { workerData: how.replace('worker: ', '') });
  worker.on('error', (error) => say(`the worker failed: ${error.stack}`));
  worker.on('exit', (code) => say(`the worker ended: ${code}, ${JSON.stringify(map.get('worker'))}`));
}
