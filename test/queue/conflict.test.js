// What conflicts with what, as the table in docs/guarantees.md says it: each cell is tried.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runOutside, SharedMap, SharedQueue, transaction, transactionSync } from 'heddle';

const guarantees = readFileSync(new URL('../../docs/guarantees.md', import.meta.url), 'utf8');

/** The rows of the table whose header begins so, each as its cells. */
function tableOf(header) {
  const [table] = guarantees.slice(guarantees.indexOf(header)).split('\n\n');
  const [head, , ...rows] = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return { head, rows };
}

/** By row: the operations, and what is in the queue before. */
const READS = {
  '`enqueue`, `clear`, `close`': {
    items: [1, 2, 3],
    reads: [
      (queue) => queue.enqueue(4),
      (queue) => queue.enqueueMany([4, 5]),
      (queue) => queue.enqueueAsync(4),
      (queue) => queue.clear(),
      (queue) => queue.clear() ?? queue.size,
    ],
  },
  '`dequeue`, `tryDequeue`, `discard`, `peek`, `isEmpty` that find an item': {
    items: [1, 2, 3],
    reads: [
      (queue) => queue.tryDequeue(),
      (queue) => queue.discard(),
      (queue) => queue.dequeue(),
      (queue) => queue.dequeueMany(2),
      (queue) => queue.peek(),
      (queue) => queue.isEmpty,
      (queue) => queue.enqueue(queue.tryDequeue()),
    ],
  },
  'the same that find none': {
    items: [],
    reads: [
      (queue) => queue.tryDequeue(),
      (queue) => queue.peek(),
      (queue) => queue.isEmpty,
      (queue) => queue.enqueue(4) ?? queue.tryDequeue(),
    ],
  },
  '`dequeueMany`, iterating that take all there is': {
    items: [1, 2, 3],
    reads: [
      (queue) => queue.dequeueMany(4),
      (queue) => [1, 2, 3, undefined].map((item) => assert.equal(queue.tryDequeue(), item)),
    ],
  },
  '`size`; `enqueueAsync` if there is a `capacity`': {
    items: [1, 2, 3],
    reads: [(queue) => queue.size, (_, limited) => limited.enqueueAsync(4)],
  },
  '`isClosed`': { items: [1, 2, 3], reads: [(queue) => queue.isClosed] },
  '`memory`, `stats`': { items: [1, 2, 3], reads: [(queue) => queue.memory, (queue) => queue.stats()] },
};

const COMMITS = {
  '`enqueue`': (queue) => queue.enqueue(9),
  'an item is taken': (queue) => queue.tryDequeue(),
  'both, size as before': (queue) => transactionSync(() => queue.enqueue(9) ?? queue.tryDequeue()),
  '`clear`': (queue) => queue.clear(),
  '`close`': (queue) => queue.close(),
  'an item [comes back](#who-gets-an-item)': (_, comesBack) => comesBack(),
};

/** A queue with these items, and one more on its way to somebody who may give up. */
function prepare(items, options) {
  const queue = new SharedQueue(options);
  const controller = new AbortController();
  queue.dequeue({ signal: controller.signal }).catch(() => {});
  queue.enqueue(0);
  queue.enqueueMany(items);
  return { queue, comesBack: () => controller.abort() };
}

/** How often a body runs if somebody else commits during its first run. */
async function runsOf(items, read, commit) {
  const { queue, comesBack } = prepare(items, read.length > 1 ? { capacity: 10 } : {});
  const log = new SharedMap();
  let runs = 0;
  await transaction(async () => {
    runs++;
    log.set('runs', runs);
    if (runs > 1) return;
    await read(queue, queue);
    runOutside(() => commit(queue, comesBack));
  });
  return { runs, conflicts: queue.stats().conflicts };
}

const { head, rows } = tableOf('| read or done | `enqueue`');

test('the table has a test for each row and column, and the other way round', () => {
  assert.deepEqual(head.slice(1), Object.keys(COMMITS));
  assert.deepEqual(
    rows.map(([read]) => read),
    Object.keys(READS),
  );
});

for (const [row, ...cells] of rows) {
  test(`${row} against what others do`, async () => {
    const { items, reads } = READS[row];
    let lost = 0;
    for (const [n, commit] of Object.values(COMMITS).entries()) {
      for (const read of reads) {
        const closes = cells[n] === '' && head[n + 1] === '`close`' && /enqueue/i.test(`${read}`);
        if (closes) continue; // it fails: see below
        const { runs, conflicts } = await runsOf(items, read, commit);
        const expected = cells[n] === '✗' ? 1 : 0;
        assert.deepEqual([runs, conflicts], [1 + expected, expected], `${read} and ${head[n + 1]}`);
        lost += conflicts;
      }
    }
    console.log(`${row}: ${lost} conflicts`);
  });
}

test('an enqueue into a queue that was closed meanwhile fails, and does not run again', async () => {
  const { queue } = prepare([]);
  let runs = 0;
  await assert.rejects(
    transaction(async () => {
      runs++;
      queue.enqueue(1);
      runOutside(() => queue.close());
    }),
    { name: 'QueueClosedError' },
  );
  assert.equal(runs, 1);
});

test('what a lone operation does is never lost, and never runs again', async () => {
  const queue = new SharedQueue();
  queue.enqueueMany([1, 2, 3]);
  transactionSync(() => {
    queue.size;
    runOutside(() => queue.tryDequeue());
  });
  await queue.dequeue();
  assert.equal(queue.stats().conflicts, 0);
});
