// That `make soak MINUTES=n` works: a few seconds of it. What it is to find takes longer.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seed } from './support/random.js';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];
const run = fileURLToPath(new URL('../tools/soak/run.js', import.meta.url));

test('a soak of a few seconds finds nothing, and leaves nothing open', () => {
  const args = [...flags, run, '3', String(seed)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  const { failure, threads, ...counts } = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(`${counts.operations} operations, ${counts.terminated} threads terminated, ${counts.tasks} tasks`);
  for (const event of ['operations', 'terminated', 'checks', 'commits']) assert.ok(counts[event] > 0, event);
  assert.equal(failure, undefined);
  assert.equal(threads, 0);
});
