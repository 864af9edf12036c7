// What the threads under load share, and what holds of it at every moment.

import assert from 'node:assert/strict';
import { readTransactionSync, SharedArray, SharedMap, SharedQueue, SharedRecord, SharedSet } from 'heddle';

export const ACCOUNTS = 64;
export const BALANCE = 1000;
const MOST_ITEMS = 500;
const COUNTS = /** @type {const} */ (['listed', 'enqueued', 'dequeued', 'present']);

/** The same collections in each thread of a process. */
export class World {
  /** @type {SharedMap<number, number>} */
  accounts = new SharedMap({ name: 'load: accounts' });
  list = new SharedArray({ name: 'load: list' });
  queue = new SharedQueue({ name: 'load: queue', capacity: MOST_ITEMS });
  totals = new SharedRecord({ name: 'load: totals', initial: { listed: 0, enqueued: 0, dequeued: 0, present: 0 } });
  present = new SharedSet({ name: 'load: present' });
  /** @type {SharedMap<number, { words: Int32Array, sum: number }>} */
  pages = new SharedMap({ name: 'load: pages' });
  cache = new SharedMap({ name: 'load: cache', maxEntries: 100, eviction: 'lru' });

  get all() {
    return [this.accounts, this.list, this.queue, this.totals, this.present, this.pages, this.cache];
  }

  open() {
    this.accounts.setMany(Array.from({ length: ACCOUNTS }, (_, n) => [n, BALANCE]));
  }

  /** Throws if something that every transaction leaves as it was is not. */
  check() {
    readTransactionSync(() => {
      const [listed, enqueued, dequeued, present] = COUNTS.map((key) => this.totals.get(key));
      let sum = 0;
      for (const balance of this.accounts.values()) sum += balance;
      assert.equal(sum, ACCOUNTS * BALANCE, 'money was made or lost');
      assert.equal(this.accounts.size, ACCOUNTS);
      assert.equal(this.list.length, listed, 'the list and its count');
      assert.equal(this.queue.size, enqueued - dequeued, 'an item was lost, or came twice');
      assert.equal(this.present.size, present, 'the set and its count');
      for (const [key, { words, sum: expected }] of this.pages) {
        assert.equal(sumOf(words), expected, `a torn page: ${key}`);
      }
      assert.ok(this.cache.size <= 100);
    });
  }

  destroy() {
    for (const collection of this.all) collection.destroy();
  }
}

/** A value that is torn if its parts are of two writes. */
export function page(random) {
  const words = new Int32Array(1 + Math.floor(random() * 20_000)).fill(Math.floor(random() * 1000));
  return { words, sum: sumOf(words) };
}

function sumOf(words) {
  return words.length === 0 ? 0 : words[0] * words.length + (words.at(-1) - words[0]) * 1e9;
}
