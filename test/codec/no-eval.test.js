import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('values come back where code may not be made from strings', () => {
  for (const name of ['values', 'shapes', 'copy-view', 'reentrancy', 'fuzz', '../classes/classes']) {
    const file = fileURLToPath(new URL(`./${name}.test.js`, import.meta.url));
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const args = ['--disallow-code-generation-from-strings', '--test-reporter=tap', file];
    const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.match(stdout, /^# pass [1-9]/m);
    assert.equal(status, 0, stdout);
  }
});
