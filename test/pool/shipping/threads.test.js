// The same between threads of their own: sources are what the runtime makes of a file in each of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { describeFunction } from '../../../dist/pool/shipping/describe.js';
import { unpackFailure } from '../../../dist/pool/shipping/failure.js';
import { runInWorker } from '../../support/workers.js';
import { FORMS } from './forms.js';
import * as tasks from './tasks.js';
import { NotFoundError } from './throwing.js';

const MODULE = new URL('./thread-tasks.js', import.meta.url);

test('a worker finds the exports of its script and makes all other functions', async () => {
  const captured = [...FORMS];
  const fns = [tasks.scaled, tasks.default, tasks.aliased, (x) => x + captured.length];
  const sent = [...fns, ...FORMS.map(([, fn]) => fn)].map(describeFunction);
  const found = await runInWorker(MODULE, 'find', sent);
  assert.deepEqual(found.slice(0, 4), [
    ['export', 60],
    ['export', 17],
    ['export', 23],
    ['TaskScopeError', ['captured']],
  ]);
  for (const [i, [form]] of FORMS.entries()) assert.deepEqual(found[4 + i], ['source', 21], form);
});

test('a failure of a worker has its class and the stack of the worker', async () => {
  const failures = new SharedMap({ name: 'pool: shipping: failures' });
  await runInWorker(MODULE, 'fail', failures.name);
  const unpacked = async (key) =>
    /** @type {any} */ ((await unpackFailure(failures.get(key), () => import('./throwing.js'))).thrown);
  const error = await unpacked('error');
  assert.equal(Object.getPrototypeOf(error), NotFoundError.prototype);
  assert.equal(error.explain(), 'of the worker: 404');
  assert.match(error.stack, /thread-tasks\.js/);
  assert.ok(error.cause instanceof TypeError);
  const stranger = await unpacked('stranger');
  assert.ok(stranger instanceof RangeError);
  assert.equal(stranger.failures, failures);
  assert.match(stranger.data, /^\[UnknownClassError: .*threads: OnlyHere/);
  failures.destroy();
});
