// What the workers of these tests do.

import { workerData } from 'node:worker_threads';
import { attach, CollectionDestroyedError, collections, SharedMap } from 'heddle';

/** Adds a guest to a room, and makes another room. */
export function enter(name, room) {
  const rooms = new SharedMap({ name });
  rooms.get(room).map.update('guests', (guests) => guests + 1);
  rooms.set('made there', { map: new SharedMap([['guests', 7]]) });
}

/** Stores a handle of a collection that ends then. */
export function leaveEnded(name) {
  const inner = new SharedMap([['a', 1]]);
  new SharedMap({ name }).set('inner', inner);
  inner.destroy();
}

/** Writes into what was sent, and sends a collection of its own back. */
export function useSent(message) {
  const { map, list } = attach(message);
  map.set('seen', list[0].get('n'));
  return { made: new SharedMap([['from', 'the worker']]) };
}

/** As it is in this worker's own data. */
export function isInWorkerData() {
  const [sent] = attach(workerData.args);
  return sent.get('a');
}

/** Fills a map of its own name with anonymous maps, some of them in cycles, and goes. */
export function makeMany(name, count) {
  const map = new SharedMap({ name });
  for (let i = 0; i < count; i++) {
    const first = new SharedMap([['i', i]]);
    const second = new SharedMap([['first', first]]);
    if (i % 2 === 0) first.set('second', second);
    map.set(i % 10, second);
  }
  return collections().length;
}

/** Opens a map with an entry again and again, while another thread destroys it; says how often it was gone before it was read. */
export function openFilled(name, stop) {
  let gone = 0;
  let opened = 0;
  for (; Atomics.load(stop, 0) === 0; opened++) {
    const map = new SharedMap([['a', 1]], { name });
    try {
      if (map.get('a') !== 1) throw new Error(`opened empty, after ${opened} times`);
    } catch (error) {
      if (!(error instanceof CollectionDestroyedError)) throw error;
      gone++;
    }
  }
  return { opened, gone };
}
