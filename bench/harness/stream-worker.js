// One end of a stream between two workers: of a queue, of a map that is watched, or of the two ports of a channel.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { SharedMap, SharedQueue } from 'heddle';
import { clock } from './clock.js';

const { name, port } = workerData;
const queue = new SharedQueue({ name });
const back = new SharedQueue({ name: `${name}, back` });
const map = new SharedMap({ name: `${name}, watched` });
/** What a stream through the map goes through in turn. */
const KEYS = 1024;
/** Nothing is to be left out. */
const buffer = 1 << 20;
let watcher;
let watchers = [];
let questions;

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

/** The next `count` values that are set. */
async function watched(count, each) {
  let n = 0;
  for await (const { newValue } of watcher) {
    each(newValue, n++);
    if (n === count) break;
  }
}

function inOrder(item, n) {
  if (numberOf(item) !== n) throw new Error(`item ${numberOf(item)} came in place of ${n}`);
}

const ways = {
  watch({ key }) {
    if (key === undefined) watcher = map.watchAll({ buffer });
    else questions = map.watch(key);
  },
  /** Watches keys, each by an iterator of its own that does nothing. */
  watchKeys({ from, to }) {
    for (let key = from; key < to; key++) watchers.push(map.watch(key));
    for (const each of watchers) drain(each);
  },
  async unwatchKeys() {
    await Promise.all(watchers.map((each) => each.return()));
    watchers = [];
  },
  /** Nanoseconds of processor time for each `set`: five threads share two processors. */
  write({ keys, sets }) {
    const start = processorTime();
    for (let n = 0; n < sets; n++) map.set(n % keys, n);
    return (processorTime() - start) / sets;
  },
  async produce({ way, kind, count }) {
    const start = clock();
    const make = ITEMS[kind];
    if (way === 'queue') for (let n = 0; n < count; n++) queue.enqueue(make(n));
    else if (way === 'watch') for (let n = 0; n < count; n++) map.set(n % KEYS, make(n));
    else for (let n = 0; n < count; n++) port.postMessage(make(n));
    return start;
  },
  async consume({ way, count }) {
    if (way === 'queue') for (let n = 0; n < count; n++) inOrder(await queue.dequeue(), n);
    else if (way === 'watch') await watched(count, inOrder);
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
    } else if (way === 'watch') {
      const answers = map.watch('answer');
      for (let n = 0; n < count; n++) {
        map.set('question', n);
        await answers.next();
      }
      await answers.return();
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
    else if (way === 'watch') await answerQuestions(count);
    else await messages(count, (item) => port.postMessage(item));
  },
};

/** Nanoseconds that this thread has been running. */
function processorTime() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ', 1)[0]);
}

async function answerQuestions(count) {
  for (let n = 0; n < count; n++) map.set('answer', (await questions.next()).value.newValue);
  await questions.return();
}

async function drain(changes) {
  for await (const _ of changes);
}

parentPort.on('message', async (task) => parentPort.postMessage(await ways[task.does](task)));
parentPort.postMessage('ready');
