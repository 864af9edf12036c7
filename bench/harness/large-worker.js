// A worker that reads large values when it is told to, in the way that it is told.
import { parentPort, workerData } from 'node:worker_threads';
import { SharedMap } from 'heddle';
import { collect } from '../../tools/collect.js';

const map = new SharedMap({ name: workerData.name });
const kept = [];

const ways = {
  /** Microseconds until one field of a configuration that this thread has not seen before has been read through a view. */
  view() {
    const start = performance.now();
    const { requests } = map.view('config').limits;
    return { us: 1000 * (performance.now() - start), requests };
  },
  /** The same, kept. */
  hold() {
    kept.push(map.view('config'));
    return { requests: kept.at(-1).limits.requests };
  },
  /** What has come as a message. */
  keep(value) {
    kept.push(value);
    return { requests: value.limits.requests };
  },
  /** The large array, read from end to end. */
  sum() {
    const array = map.get('array');
    kept.push(array);
    let sum = 0;
    for (let i = 0; i < array.length; i += 1024) sum += array[i];
    return { sum };
  },
};

/** What the heap takes once its garbage is gone, in bytes. */
function heapUsed() {
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  // Bun counts there what buffers show, whoever has it.
  return globalThis.Bun ? heapUsed - external : heapUsed;
}

// Before the first message has come: it brings its value with it.
const before = heapUsed();

parentPort.on('message', ({ way, value }) => {
  const seen = ways[way](value);
  parentPort.postMessage({ ...seen, heap: way === 'view' ? 0 : heapUsed() - before });
});
parentPort.postMessage('ready');
