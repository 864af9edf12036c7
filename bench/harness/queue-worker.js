// One end of a stream between two workers: a queue, or the two ports of a channel.
import { parentPort, workerData } from 'node:worker_threads';
import { SharedQueue } from 'heddle';
import { clock } from './clock.js';

const { name, port } = workerData;
const queue = new SharedQueue({ name });
const back = new SharedQueue({ name: `${name}, back` });

const ITEMS = {
  number: (n) => n,
  object: (n) => ({ id: n, name: `user ${n}`, email: `user${n}@example.com`, score: n * 1.5, active: n % 2 === 0 }),
};
const numberOf = (item) => (typeof item === 'number' ? item : item.id);

/** The next `count` messages, in order. */
function messages(count, each) {
  return new Promise((resolve) => {
    let n = 0;
    port.on('message', function next(item) {
      each(item, n++);
      if (n < count) return;
      port.off('message', next);
      port.unref();
      resolve();
    });
  });
}

function inOrder(item, n) {
  if (numberOf(item) !== n) throw new Error(`item ${numberOf(item)} came in place of ${n}`);
}

const ways = {
  async produce({ way, kind, count }) {
    const start = clock();
    const make = ITEMS[kind];
    if (way === 'queue') for (let n = 0; n < count; n++) queue.enqueue(make(n));
    else for (let n = 0; n < count; n++) port.postMessage(make(n));
    return start;
  },
  async consume({ way, count }) {
    if (way === 'queue') for (let n = 0; n < count; n++) inOrder(await queue.dequeue(), n);
    else await messages(count, inOrder);
    return clock();
  },
  /** Microseconds for each there-and-back, of which `answer` does the second half. */
  async ask({ way, count }) {
    const start = clock();
    if (way === 'queue') {
      for (let n = 0; n < count; n++) {
        queue.enqueue(n);
        await back.dequeue();
      }
    } else {
      port.postMessage(0);
      await messages(count, (_, n) => {
        if (n + 1 < count) port.postMessage(n + 1);
      });
    }
    return (1000 * (clock() - start)) / count;
  },
  async answer({ way, count }) {
    if (way === 'queue') for (let n = 0; n < count; n++) back.enqueue(await queue.dequeue());
    else await messages(count, (item) => port.postMessage(item));
  },
};

parentPort.on('message', async (task) => parentPort.postMessage(await ways[task.does](task)));
parentPort.postMessage('ready');
