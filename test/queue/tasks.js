// What the workers of these tests do.

import { collections, registerClass, SharedMap, SharedQueue } from 'heddle';
import { turn } from '../support/wait.js';

/** Leaves maps that nothing refers to but the queue; says which. */
export function enqueueMaps(name, count) {
  const queue = new SharedQueue({ name });
  return Array.from({ length: count }, (_, n) => {
    queue.enqueue(new SharedMap([['n', n]]));
    return collections().at(-1).id;
  });
}

/** Takes the first map and looks at the next one. */
export function takeAndPeek(name) {
  const queue = new SharedQueue({ name });
  return queue.tryDequeue().get('n') + queue.peek().get('n');
}

/** A class that the threads which run tests do not know. */
class Stranger {
  constructor(n) {
    this.n = n;
  }
}

function openWithStrangers(name) {
  registerClass(Stranger, { name: `${name}: Stranger` });
  return new SharedQueue({ name });
}

export function enqueueStrangers(name) {
  openWithStrangers(name).enqueueMany([new Stranger(1), 2, { deep: new Stranger(3) }, 4]);
}

/** The same beside maps that nothing else refers to, every other item a large value; says which. */
export function enqueueMapsOfStrangers(name, count) {
  const queue = openWithStrangers(name);
  return Array.from({ length: count }, (_, n) => {
    const stranger = new Stranger(n % 2 === 0 ? 0 : 'x'.repeat(100_000));
    queue.enqueue({ stranger, map: new SharedMap() });
    return collections().at(-1).id;
  });
}

/** Stands in line, behind those who do already, and adds what goes to the first of them. Returns what comes back from there. */
export async function waitBehind(name) {
  const queue = openWithStrangers(name);
  const item = queue.dequeue();
  queue.enqueue(new Stranger('for whoever knows it'));
  return (await item).n;
}

/** Adds `count` items, every third a stranger, and takes what comes to this thread until all are taken: `taken` counts. Returns their numbers. */
export async function produceAndTake(name, count, taken) {
  const queue = openWithStrangers(name);
  const seen = [];
  for (let n = 0; Atomics.load(taken, 0) < count; ) {
    for (const batch = n + 16; n < batch && n < count; n++) queue.enqueue(n % 3 === 0 ? new Stranger(n) : { n });
    await turn();
    while (queue.peek() instanceof Stranger) {
      seen.push(queue.tryDequeue().n);
      Atomics.add(taken, 0, 1);
    }
  }
  return seen;
}
