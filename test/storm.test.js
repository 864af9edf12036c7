// That `make storm` works: some threads of it. What it is to find takes longer.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seed } from './support/random.js';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];
const run = fileURLToPath(new URL('../tools/storm/run.js', import.meta.url));

test('a small storm finds nothing', () => {
  const args = [...flags, run, '16', String(seed)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  const { ended, failure, caught, ...counts } = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(`${counts.terminated} threads terminated, after ${counts.rounds} rounds of their jobs`);
  assert.deepEqual([ended, failure], [true, undefined]);
  for (const [kind, places] of Object.entries(caught)) {
    assert.equal(
      places.reduce((a, b) => a + b),
      1,
      kind,
    );
  }
  for (const event of ['rounds', 'batches', 'commits']) assert.ok(counts[event] > 0, event);
});
