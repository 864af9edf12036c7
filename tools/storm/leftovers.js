// What threads may leave behind: nothing.

import assert from 'node:assert/strict';
import { collections, inspectHeddle, SharedMap } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { assertCounted } from '../../test/support/counted.js';
import { untilCollected } from '../../test/support/gc.js';
import { until } from '../../test/support/wait.js';

/** What this thread has in store for what it inserts next, at most. A collection has one record that is never used again (C2). */
const RECORDS_IN_STORE = 96;

const NOTHING_OPEN = {
  transactions: [],
  waits: { changes: 0, items: 0 },
  watches: { open: 0, lag: 0, memory: 0 },
  pools: [],
  snapshots: 0,
  threadsInside: 0,
  memoryTasks: 0,
};

/** Waits until this thread is the only one; throws if one that has gone has left something open. */
export async function assertNothingOpen() {
  await until(() => native.stats().threads === 1, 'the engine to forget the threads');
  const { transactions, waits, watches, pools, snapshots } = inspectHeddle();
  const { threadsInside, memoryTasks } = native.stats();
  assert.deepEqual(
    { transactions, waits, watches, pools, snapshots: snapshots.open, threadsInside, memoryTasks },
    NOTHING_OPEN,
    'something has been left open',
  );
}

/** Waits until there is no shared state any more. All collections with names are destroyed. */
export async function untilNothingIsLeft() {
  await untilCollected(() => collections().length === 0, 'collections that nobody refers to to go');
  await untilCollected(() => {
    native.tidy();
    const { memory, retired } = native.stats();
    return memory === 0 && retired === 0;
  }, 'what nobody needs any more to go');
  assertCounted();
  const records = native.stats().recordsTaken - countMade();
  assert.ok(records <= RECORDS_IN_STORE, `${records} records of nobody`);
}

/** How many collections were ever made. */
function countMade() {
  const probe = new SharedMap();
  const { id } = collections().at(-1);
  probe.destroy();
  return id;
}
