// Tasks that need more memory than their worker may have.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkerCrashedError } from 'heddle';
import { heddleError } from '../support/errors.js';
import { inTime } from '../support/wait.js';
import { withPool } from './support.js';

test('a worker that runs out of memory is one that has crashed, and the pool heals', () =>
  withPool(undefined, { size: 1, maxMemoryPerWorker: 32 << 20, grace: 100 }, async (pool) => {
    const grows = pool.execute(() => {
      const all = [];
      for (;;) all.push({ n: all.length, list: [all.length] });
    });
    const waits = pool.execute((n) => n, 1);
    await assert.rejects(inTime(grows, 'the task'), heddleError(WorkerCrashedError, /OUT_OF_MEMORY/));
    assert.equal(await inTime(waits, 'the one that waited'), 1);
    assert.equal(pool.stats().crashes, 1);
  }));
