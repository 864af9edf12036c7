import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const flags = globalThis.Deno === undefined ? [] : ['run', '--allow-all', '--no-lock'];

test('where pages cannot be mapped, values are copied and all is the same', () => {
  const program = fileURLToPath(new URL('./fixtures/copied.js', import.meta.url));
  const env = { ...process.env, HEDDLE_MAPPING: 'off' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program], { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), 'all the same');
});
