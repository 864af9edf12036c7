// What the workers of workers.test.js do.

import { SharedMap, SharedQueue, transaction, transactionSync } from 'heddle';
import { until } from '../support/wait.js';

/** Ways to add an item. */
export const ADD = {
  alone: (queue, item) => queue.enqueue(item),
  room: (queue, item) => queue.enqueueAsync(item),
  sync: (queue, item) => transactionSync(() => queue.enqueue(item)),
  transaction: (queue, item) => transaction(() => queue.enqueueAsync(item)),
};

/** Ways to take items, each a loop that ends when the queue is closed and drained. */
export const TAKE = {
  async loop(queue, got) {
    for await (const item of queue) got.push(item);
  },
  alone: (queue, got) => untilClosed(async () => got.push(await queue.dequeue())),
  many: (queue, got) => untilClosed(async () => got.push(...(await queue.dequeueMany(3)))),
  transaction: (queue, got) => untilClosed(async () => got.push(await transaction(() => queue.dequeue()))),
};

async function untilClosed(step) {
  try {
    for (;;) await step();
  } catch (error) {
    if (error.code !== 'ERR_HEDDLE_QUEUE_CLOSED') throw error;
  }
}

/** Adds `count` items in one way or several, and takes some meanwhile in others; says what it has got in each. */
export async function produceAndConsume(name, me, count, adding, taking, words) {
  const queue = new SharedQueue({ name });
  const got = taking.map(() => []);
  const loops = taking.map((way, n) => TAKE[way](queue, got[n]));
  for (let n = 0; n < count; n++) await ADD[adding[n % adding.length]](queue, { from: me, n });
  Atomics.add(words, 0, 1);
  await Promise.all(loops);
  return got;
}

/** Adds items in transactions that write a map as well; says how often their bodies ran. */
export function enqueueInTransactions(name, me, count, gate) {
  const [queue, map] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: map` })];
  let runs = 0;
  meet(gate);
  for (let n = 0; n < count; n++) {
    transactionSync(() => {
      runs++;
      queue.enqueue({ from: me, n });
      map.set([me, n % 10], n);
    });
  }
  return runs;
}

/** Takes items in transactions that note them in a map, until there are none; says how often their bodies ran. */
export function takeInTransactions(name, me, gate) {
  const [queue, map] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: taken` })];
  let runs = 0;
  meet(gate);
  for (;;) {
    const item = transactionSync(() => {
      runs++;
      const item = queue.tryDequeue();
      if (item !== undefined) map.set(item, map.get(item) === undefined ? me : 'twice');
      return item;
    });
    if (item === undefined) return runs;
  }
}

/** Begins when both threads have come. */
function meet(gate) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < 2);
}

/** Moves items from one queue to the next in transactions that count them. */
export async function move(from, to) {
  const [source, target, counts] = [from, to, `${from}: counts`].map((name, n) =>
    n < 2 ? new SharedQueue({ name }) : new SharedMap({ name }),
  );
  let moved = 0;
  await untilClosed(async () => {
    await transaction(async () => {
      await target.enqueueAsync(await source.dequeue());
      counts.set('moved', counts.get('moved') + 1);
    });
    moved++;
  });
  return moved;
}

/** Stands in line whenever word 0 says so, and tells what it has got. */
export async function standInLine(name, me, words) {
  const [queue, got] = [new SharedQueue({ name }), new SharedMap({ name: `${name}: got` })];
  for (;;) {
    await until(() => Atomics.load(words, 0) === me || Atomics.load(words, 1) === 1, 'my turn');
    if (Atomics.load(words, 1) === 1) return;
    const waiting = queue.dequeue();
    Atomics.store(words, 0, -1);
    got.set(me, await waiting);
  }
}
