// A bounded buffer: two producers that must not run ahead of one consumer by more than four items. The queue makes those wait that find it
// full, and the one that finds it empty; closing it ends the consumer's loop.

import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { SharedMap, SharedQueue, transaction } from 'heddle';

const ITEMS = 200;
/** @type {SharedQueue<{ id: string, n: number }>} */
const buffer = new SharedQueue({ name: 'buffer', capacity: 4 });
const producers = new SharedMap({ name: 'producers at work' });

async function produce(id) {
  for (let n = 0; n < ITEMS; n++) await buffer.enqueueAsync({ id, n });
  // The last one out closes the buffer, in the transaction in which it leaves.
  await transaction(() => {
    producers.delete(id);
    if (producers.size === 0) buffer.close();
  });
}

if (isMainThread) {
  for (const id of ['ada', 'grace']) {
    producers.set(id, true);
    new Worker(new URL(import.meta.url), { workerData: { id } });
  }
  const next = { ada: 0, grace: 0 };
  let most = 0;
  for await (const { id, n } of buffer) {
    if (n !== next[id]++) throw new Error(`${id}'s item ${n} is out of order`);
    most = Math.max(most, buffer.size);
  }
  console.log(`${next.ada} + ${next.grace} items, in the order of each producer; never more than ${most} waited`);
} else {
  await produce(workerData.id);
}
