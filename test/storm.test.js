// That `make storm` works: some threads of it. What it is to find takes longer.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BETWEEN, MIDST } from '../tools/storm/words.js';
import { seed } from './support/random.js';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];
const run = fileURLToPath(new URL('../tools/storm/run.js', import.meta.url));

test('a small storm finds nothing', () => {
  const args = [...flags, run, '16', String(seed)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  const { ended, failure, caught, ...counts } = JSON.parse(stdout.trim().split('\n').at(-1));
  // Whether one of so few has done its whole job by then is chance; `make storm` fails if none has.
  const begun = Object.values(caught).reduce((sum, places) => sum + places[BETWEEN] + places[MIDST], 0);
  console.log(`${counts.terminated} threads terminated, ${begun} of them at work, after ${counts.rounds} rounds`);
  assert.deepEqual([ended, failure], [true, undefined]);
  for (const [kind, places] of Object.entries(caught)) {
    assert.equal(
      places.reduce((a, b) => a + b),
      1,
      kind,
    );
  }
  assert.ok(begun > 0);
  for (const event of ['batches', 'commits']) assert.ok(counts[event] > 0, event);
});
