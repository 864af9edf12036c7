// What pools mean to their process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inTime } from '../support/wait.js';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

async function run(...args) {
  const program = fileURLToPath(new URL('./fixtures/alive.js', import.meta.url));
  const child = spawn(process.execPath, [...flags, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  try {
    const [code] = await inTime(once(child, 'close'), 'the process to end');
    return { printed, code };
  } finally {
    child.kill('SIGKILL');
  }
}

for (const what of ['task', 'map', 'drain', 'close', 'terminate']) {
  test(`a process stays alive for what it waits for, and no longer: ${what}`, async () => {
    assert.deepEqual(await run(what), { printed: `waiting\n${what} done\n`, code: 0 });
  });
}

for (const what of ['new', 'minSize', 'done', 'interval']) {
  test(`it does not stay alive for a pool that has nothing to do: ${what}`, async () => {
    assert.deepEqual(await run(what), { printed: 'waiting\n', code: 0 });
  });
}
