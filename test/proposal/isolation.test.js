// Nothing is shared beyond the process.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SharedMap } from 'heddle';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

test('another process has nothing of what this one shares, under whatever name', () => {
  const map = new SharedMap([['made by', 'this process']], { name: 'isolation' });
  const program = fileURLToPath(new URL('./fixtures/opens.js', import.meta.url));
  const printed = execFileSync(process.execPath, [...flags, program, map.name], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(printed), { before: 0, entries: { 'made by': 'the other process' } });
  assert.equal(map.get('made by'), 'this process');
  map.destroy();
});
