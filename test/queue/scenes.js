// The shared state that workers of terminate.test.js die in: see test/workers/scenes.js.

import assert from 'node:assert/strict';
import { SharedMap, SharedQueue, transactionSync } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { until } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';

const sceneTasks = new URL('./scene-tasks.js', import.meta.url);
const TICKETS = 12;

class Undo extends Error {}

/** All items of a queue, which stay. */
export function itemsOf(queue) {
  const items = [];
  try {
    transactionSync(() => {
      while (!queue.isEmpty) items.push(queue.tryDequeue());
      throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
  return items;
}

/** A queue as kill.js counts collections: its items have no records of their own. */
const counted = (queue) => ({
  name: queue.name,
  size: 0,
  get memory() {
    return queue.memory;
  },
  destroy: () => queue.destroy(),
});

/** Tickets in two queues, and a map that says in which: each is in one, once. */
export function tickets(name) {
  const here = new SharedQueue({ name: `${name}: here` });
  const there = new SharedQueue({ name: `${name}: there`, capacity: TICKETS });
  const where = new SharedMap(
    Array.from({ length: TICKETS }, (_, ticket) => [ticket, 'here']),
    { name },
  );
  here.enqueueMany(Array.from({ length: TICKETS }, (_, ticket) => ({ ticket, text: 'x'.repeat(ticket * 10) })));
  return {
    tasks: sceneTasks,
    maps: [where, counted(here), counted(there)],
    assertWhole() {
      transactionSync(() => {
        const found = { here: itemsOf(here), there: itemsOf(there) };
        const places = Object.entries(found).flatMap(([place, items]) => items.map(({ ticket }) => [ticket, place]));
        assert.deepEqual(
          places.sort(([a], [b]) => a - b),
          [...where].sort(([a], [b]) => a - b),
        );
        assert.equal(places.length, TICKETS);
      });
    },
    goOn() {
      transactionSync(() => {
        for (const [queue, place] of [
          [here, 'here'],
          [there, 'there'],
        ]) {
          const item = queue.tryDequeue();
          if (item === undefined) continue;
          queue.enqueue(item);
          where.set(item.ticket, place);
        }
      });
    },
  };
}

/** One ball that is thrown round: who dies may have had it in hand, else it is in the queue; there are never two. */
export function ball(name) {
  const queue = new SharedQueue({ name: `${name}: ball` });
  const counts = new SharedMap([['thrown', 0]], { name });
  queue.enqueue({ ball: 1 });
  const outcomes = { returned: 0, lost: 0 };
  return {
    tasks: sceneTasks,
    maps: [counts, counted(queue)],
    outcomes,
    assertWhole() {
      const items = itemsOf(queue);
      assert.ok(items.length <= 1);
      for (const item of items) assert.deepEqual(item, { ball: 1 });
    },
    goOn() {
      outcomes[queue.isEmpty ? 'lost' : 'returned']++;
      if (queue.isEmpty) queue.enqueue({ ball: 1 });
      counts.set('thrown', counts.get('thrown') + 1);
    },
  };
}

/** Starts a victim; resolves when it is at its task, with what ends it. */
export async function victimAt(task, name, ...args) {
  const { threads } = native.stats();
  const words = sharedWords(3);
  const victim = spawn(sceneTasks, task, name, words, ...args);
  await victim.until(() => Atomics.load(words, 0) === 1, `the victim to ${task}`);
  return async (byItself = false) => {
    if (byItself) Atomics.store(words, 2, 1);
    else await victim.terminate();
    await until(() => native.stats().threads === threads, 'the engine to forget the thread');
  };
}
