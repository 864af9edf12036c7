// Settings that workers read at every request, while the main thread changes them. `view` costs next to nothing as long
// as nothing changed: it returns the same read-only object (===), so a worker can even tell whether there is news.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { SharedMap } from 'heddle';

/** @type {SharedMap<string, any>} */
const config = new SharedMap({ name: 'live-config: config' });

if (isMainThread) {
  config.set('limits', { open: true, requestsPerSecond: 0, hosts: ['a.example', 'b.example'] });

  const workers = [new Worker(new URL(import.meta.url)), new Worker(new URL(import.meta.url))];
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const reports = Promise.all(workers.map((worker) => once(worker, 'message')));

  for (let requestsPerSecond = 10; requestsPerSecond <= 50; requestsPerSecond += 10) {
    await sleep(10);
    config.update('limits', (limits) => {
      limits.requestsPerSecond = requestsPerSecond;
    });
  }
  config.set('limits', { ...config.get('limits'), open: false });

  for (const [{ requests, changes, last }] of await reports) {
    console.log(
      `A worker read the limits ${requests} times, saw ${changes} changes, and ended with ${last} requests/s`,
    );
    assert.equal(last, 50);
  }
} else {
  parentPort?.postMessage('ready');
  parentPort?.postMessage(serve());
}

function serve() {
  let requests = 0;
  let changes = 0;
  let known = config.view('limits');
  while (known.open) {
    const limits = config.view('limits');
    if (limits !== known) changes++;
    known = limits;
    requests++;
  }
  return { requests, changes, last: known.requestsPerSecond };
}
