import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const program = new URL('./programs/messages.js', import.meta.url);

/** Workers that get messages in turn, and no pool. A message is one task or a `batch` of them. */
async function start({ task, size }, batch, bare) {
  const workers = Array.from({ length: size }, () => new Worker(program, { workerData: { task, batch, bare } }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return workers;
}

const end = (workers) => Promise.all(workers.map((worker) => worker.terminate()));

/** A number and a promise for each task: what any pool must keep whose tasks may end in another order. */
async function openNumbered(needs, batch) {
  const workers = await start(needs, batch, false);
  const pending = new Map();
  let waiting = [];
  let numbers = 0;
  let turns = 0;

  function settle({ number, value }) {
    pending.get(number)(value);
    pending.delete(number);
  }

  function send(message) {
    workers[turns++ % workers.length].postMessage(message);
  }

  function flush() {
    if (waiting.length > 0) send(waiting);
    waiting = [];
  }

  const execute = (value) =>
    new Promise((resolve) => {
      const number = numbers++;
      pending.set(number, resolve);
      if (batch === 1) return send({ number, value });
      // What does not fill a batch goes when all that is submitted at once is there.
      if (waiting.push({ number, value }) === 1) queueMicrotask(flush);
      if (waiting.length === batch) flush();
    });

  const listener = batch === 1 ? settle : (answers) => answers.forEach(settle);
  for (const worker of workers) worker.on('message', listener);
  return { execute, close: () => end(workers) };
}

/** Nothing but the values, which come back in order, and one promise for all: no pool, but what messages can do at most. */
async function openBare(needs, batch) {
  const workers = await start(needs, batch, true);

  /** Of one task at a time, always by the same worker. */
  const execute = (value) =>
    new Promise((resolve) => {
      workers[0].once('message', resolve);
      workers[0].postMessage(batch === 1 ? value : [value]);
    });

  async function map(items) {
    const results = new Array(items.length);
    const parts = Math.ceil(items.length / batch);
    const answered = workers.map((worker, first) => {
      const last = parts - 1 - ((parts - 1 - first) % workers.length);
      return eachMessage(worker, first, last, workers.length, (part, answer) => {
        if (batch === 1) results[part] = answer;
        else for (let i = 0; i < answer.length; i++) results[batch * part + i] = answer[i];
      });
    });
    for (let part = 0; part < parts; part++) {
      const message = batch === 1 ? items[part] : items.slice(batch * part, batch * (part + 1));
      workers[part % workers.length].postMessage(message);
    }
    await Promise.all(answered);
    return results;
  }

  return { execute, map, close: () => end(workers) };
}

/** The answers to the parts `first`, `first + stride`, … up to `last`. */
function eachMessage(worker, first, last, stride, take) {
  return new Promise((resolve) => {
    let part = first;
    worker.on('message', function next(answer) {
      take(part, answer);
      if (part === last) {
        worker.off('message', next);
        resolve();
      }
      part += stride;
    });
  });
}

const BATCH = 256;

export const messages = { title: 'postMessage', open: (needs) => openNumbered(needs, 1) };
export const batches = { title: 'postMessage of 256', open: (needs) => openNumbered(needs, BATCH) };
export const bareMessages = { title: 'postMessage, bare values', open: (needs) => openBare(needs, 1) };
export const bareBatches = { title: 'postMessage of 256, bare values', open: (needs) => openBare(needs, BATCH) };
