// The scripts of pools: where they are, and those that cannot be loaded.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PoolTerminatedError, TaskNotFoundError, TaskTimeoutError, WorkerCrashedError, WorkerPool } from 'heddle';
import { assertAllReject, heddleError, nativeError } from '../support/errors.js';
import { inTime } from '../support/wait.js';
import { end, tasks, withPool } from './support.js';

const basic = tasks('basic');

/** What the pool makes of a script that is stated as `script`. */
async function greets(pool) {
  try {
    return await inTime(pool.run('greet', ['you']), 'a task');
  } finally {
    await end(pool);
  }
}

test('a script is stated by its path, from the module that makes the pool', async () => {
  assert.equal(await greets(new WorkerPool('./tasks/basic.js', { size: 1 })), 'hello you');
  assert.equal(await greets(new WorkerPool('../pool/tasks/basic.js', { size: 1 })), 'hello you');
  assert.equal(await greets(new WorkerPool('tasks/basic.js', { size: 1 })), 'hello you');
  class MyPool extends WorkerPool {}
  assert.equal(await greets(new MyPool('./tasks/basic.js', { size: 1 })), 'hello you');
});

test('else from the working directory, or as it is', async () => {
  const path = fileURLToPath(basic);
  assert.equal(await greets(new WorkerPool(relative(process.cwd(), path), { size: 1 })), 'hello you');
  assert.equal(await greets(new WorkerPool(path, { size: 1 })), 'hello you');
});

test('or by its URL', async () => {
  assert.equal(await greets(new WorkerPool(basic, { size: 1 })), 'hello you');
  assert.equal(await greets(new WorkerPool(basic.href, { size: 1 })), 'hello you');
  assert.equal(await greets(new WorkerPool(import.meta.resolve('./tasks/basic.js'), { size: 1 })), 'hello you');
});

test('a script that is nowhere: the error names both places', () => {
  const here = fileURLToPath(new URL('./no-such-script.js', import.meta.url));
  const there = join(process.cwd(), 'no-such-script.js');
  assert.throws(
    () => new WorkerPool('./no-such-script.js'),
    (error) => {
      assert.ok(nativeError(TypeError)(error));
      assert.ok(error.message.includes(here) && error.message.includes(there), error.message);
      return true;
    },
  );
});

test('what is no script', () => {
  for (const wrong of ['', 7, {}, [], true, () => {}]) {
    assert.throws(() => new WorkerPool(wrong), nativeError(TypeError, /path or a URL/));
  }
});

const [major, minor] = process.versions.node.split('.').map(Number);
const isNode = globalThis.Bun === undefined && globalThis.Deno === undefined;
const takesTypeScript = !isNode || major > 22 || (major === 22 && minor >= 18);

test('a script in TypeScript', { skip: takesTypeScript ? false : 'this Node does not take it' }, () =>
  withPool('./tasks/scripts/typed.ts', { size: 1 }, async (pool) => {
    assert.equal(await pool.run('sum', [{ x: 1, y: 2 }]), 3);
  }),
);

function isLoadError(error) {
  assert.equal(error.message, 'not today');
  assert.equal(error.code, 'E_NOT_TODAY');
  assert.match(error.stack, /throws\.js/);
  return true;
}

test('a script that throws rejects all that waits with that error, and what comes later', () =>
  withPool(tasks('scripts/throws'), { size: 2 }, async (pool) => {
    for (let round = 0; round < 3; round++) {
      const waiting = Array.from({ length: 10 }, (_, n) => pool.execute((n) => n, n));
      waiting.push(
        pool.run('anything', []),
        pool.map([1, 2], (n) => n),
      );
      await assertAllReject(waiting, isLoadError);
    }
    assert.deepEqual([pool.queuedTasks, pool.completedTasks], [0, 0]);
    await pool.drain();
  }));

test('one that is not there or is no JavaScript', async () => {
  for (const wrong of [tasks('scripts/none'), 'data:text/javascript,this is none', 'no-such-scheme:x']) {
    await withPool(wrong, { size: 1 }, async (pool) => {
      await assert.rejects(
        pool.execute((n) => n, 1),
        (error) => error instanceof Error,
      );
    });
  }
});

test('a script that is mended is loaded by the next worker', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-pool-'));
  try {
    const path = join(directory, 'script.mjs');
    writeFileSync(path, 'throw new Error("broken");\n');
    await withPool(pathToFileURL(path), { size: 1 }, async (pool) => {
      await assert.rejects(pool.run('works'), /broken/);
      writeFileSync(path, 'export const works = () => "works";\n');
      assert.equal(await pool.run('works'), 'works');
      await assert.rejects(pool.run('broken'), heddleError(TaskNotFoundError, /works/));
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

for (const [what, name] of [
  ['ends its worker', 'exits'],
  ['never gets to its end, and leaves nothing to wait for', 'never'],
]) {
  // A worker of Deno does not end while its module waits, though there is nothing to wait for.
  const skip = name === 'never' && globalThis.Deno !== undefined;
  test(`a script that ${what} rejects all that waits`, { skip }, () =>
    withPool(tasks(`scripts/${name}`), { size: 1 }, async (pool) => {
      await assertAllReject(
        Array.from({ length: 5 }, () => pool.run('anything', [])),
        heddleError(WorkerCrashedError),
      );
    }),
  );
}

test('a script that waits for ever: what has a timeout rejects, and terminate settles the rest', async () => {
  const pool = new WorkerPool(tasks('scripts/waits'), { size: 1, grace: 100 });
  const rest = assertAllReject(
    Array.from({ length: 5 }, () => pool.run('anything')),
    heddleError(PoolTerminatedError),
  );
  const limited = pool.run('anything', [], { timeout: 1 });
  await assert.rejects(inTime(limited, 'the task'), heddleError(TaskTimeoutError));
  await end(pool);
  await inTime(rest, 'the others');
});
