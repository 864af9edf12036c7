// What workers do in the scenes until they are terminated: word 0 is raised when they are at it, and word 1 counts what they are there
// for: items that were moved, or thrown.

import { orElse, SharedMap, SharedQueue, transaction, transactionSync } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';
import { turn } from '../support/wait.js';

const LOOPS = 5;

function note(words) {
  Atomics.add(words, 1, 1);
  Atomics.store(words, 0, 1);
}

function openTickets(name) {
  const places = ['here', 'there'];
  const queues = places.map((place) => new SharedQueue({ name: `${name}: ${place}` }));
  const where = new SharedMap({ name });
  return { places, queues, where };
}

export async function moveAsync(name, words, seed) {
  const { places, queues, where } = openTickets(name);
  const random = seededRandom(seed);
  for (;;) {
    const from = random() < 0.5 ? 0 : 1;
    await transaction(async () => {
      const item = await orElse(
        () => queues[from].dequeue(),
        () => queues[1 - from].dequeue(),
      );
      note(words);
      if (random() < 0.3) await turn();
      const to = random() < 0.5 ? 0 : 1;
      await queues[to].enqueueAsync(item);
      where.set(item.ticket, places[to]);
    });
  }
}

export function moveSync(name, words, seed) {
  const { places, queues, where } = openTickets(name);
  const random = seededRandom(seed);
  for (;;) {
    const [from, to] = random() < 0.5 ? [0, 1] : [1, 0];
    transactionSync(() => {
      for (let n = random() * 4; n > 0; n--) {
        const item = queues[from].tryDequeue();
        if (item === undefined) break;
        note(words);
        queues[to].enqueue(item);
        where.set(item.ticket, places[to]);
      }
    });
  }
}

/** More loops than balls: whoever throws it hands it over to the next in line. */
export async function throwRound(name, words) {
  const queue = new SharedQueue({ name: `${name}: ball` });
  const loop = async () => {
    for (;;) {
      const item = await queue.dequeue();
      queue.enqueue(item);
      note(words);
    }
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
}

/** The same alone, without waiting. */
export function juggle(name, words) {
  const queue = new SharedQueue({ name: `${name}: ball` });
  for (;;) {
    queue.enqueue(queue.tryDequeue());
    note(words);
  }
}

/** Stands in line in all ways, behind nobody. */
export async function standInLine(name, words) {
  const queue = new SharedQueue({ name });
  const all = [queue.dequeue(), queue.dequeueMany(2), queue[Symbol.asyncIterator]().next()];
  note(words);
  await Promise.all(all);
}

/** Stands in line, and does not come back to its event loop; ends itself when word 2 is raised. */
export function standInLineBusily(name, words, count) {
  const queue = new SharedQueue({ name });
  for (let n = 0; n < count; n++) queue.dequeue();
  note(words);
  while (Atomics.load(words, 2) === 0);
  process.exit();
}

/** Takes items in transactions that tell which. */
export async function takeAndTell(name, words) {
  const queue = new SharedQueue({ name });
  const got = new SharedMap({ name: `${name}: got` });
  note(words);
  for (;;) {
    await transaction(async () => {
      got.set(await queue.dequeue(), 'received');
    });
  }
}

/** Takes two items in a transaction that never ends. */
export async function takeAndSleep(name, words) {
  const queue = new SharedQueue({ name });
  await transaction(async () => {
    await queue.dequeueMany(2);
    queue.enqueue('never');
    note(words);
    await new Promise(() => setInterval(() => {}, 1000));
  });
}
