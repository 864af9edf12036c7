// heddle's collections in the workers of other pools.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SharedMap, SharedQueue } from 'heddle';
import { FixedThreadPool } from 'poolifier';
import { inTime } from '../support/wait.js';
import { tasks } from './support.js';

const url = tasks('interop').href;

const POOLS = {
  async piscina() {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({ filename: url, minThreads: 1, maxThreads: 2 });
    return { run: (message) => pool.run(message), end: () => pool.destroy() };
  },
  async tinypool() {
    const { Tinypool } = await import('tinypool');
    // Its workers block for their next task otherwise, which in Deno never comes.
    const useAtomics = globalThis.Deno === undefined;
    const pool = new Tinypool({ filename: url, minThreads: 1, maxThreads: 2, useAtomics });
    return { run: (message) => pool.run(message), end: () => pool.destroy() };
  },
  async poolifier() {
    const pool = new FixedThreadPool(2, fileURLToPath(url), {
      workerOptions: { env: { ...process.env, HEDDLE_INTEROP: 'poolifier' } },
    });
    // It may wait for the end of a worker that has ended before it listened, also of one that has nothing to do with heddle.
    return { run: (message) => pool.execute(message), end: () => void pool.destroy() };
  },
};

for (const [name, open] of Object.entries(POOLS)) {
  test(`${name}: tasks share collections that they are given`, async () => {
    const map = new SharedMap([['n', 0]]);
    const queue = new SharedQueue();
    const { run, end } = await open();
    try {
      const sums = await inTime(Promise.all(Array.from({ length: 20 }, () => run({ map, queue, by: 2 }))), 'the tasks');
      assert.deepEqual(
        sums.sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, n) => 2 * n + 2),
        'each has seen another sum',
      );
      assert.equal(map.get('n'), 40);
      assert.equal(queue.size, 20);
      assert.equal(queue.tryDequeue().map.get('n'), 40);
    } finally {
      await inTime(end(), 'the workers to end');
    }
  });
}
