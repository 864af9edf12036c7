// What the workers of these tests do.

import { collections, registerClass, SharedMap, SharedQueue } from 'heddle';

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

class Stranger {
  n = 1;
}

/** Every other item is of a class that this thread alone knows. */
export function enqueueStrangers(name) {
  registerClass(Stranger, { name: 'queue: Stranger' });
  new SharedQueue({ name }).enqueueMany([new Stranger(), 2, { deep: new Stranger() }, 4]);
}
