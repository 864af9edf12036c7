// Two copies of heddle in one process would be two engines that share nothing: the second one is refused, in any thread.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SharedMap } from 'heddle';
import { spawn } from '../support/workers.js';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'heddle-copy-'));
mkdirSync(join(copy, 'build'));
cpSync(join(checkout, 'dist'), join(copy, 'dist'), { recursive: true });
cpSync(join(checkout, 'build/heddle.node'), join(copy, 'build/heddle.node'));
writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
after(() => rmSync(copy, { recursive: true }));

const theirs = pathToFileURL(join(copy, 'dist/index.js')).href;

function assertRefused({ name, code, loaded, refused, message }) {
  assert.equal(name, 'DuplicateEngineError');
  assert.equal(code, 'ERR_HEDDLE_DUPLICATE_ENGINE');
  assert.equal(loaded, join(checkout, 'build/heddle.node'));
  assert.equal(refused, join(copy, 'build/heddle.node'));
  assert.ok(message.includes(loaded) && message.includes(refused));
}

test('a second copy is refused in the same thread', async () => {
  await assert.rejects(import(theirs), (error) => {
    assertRefused(error);
    return true;
  });
});

test('and in another one, where the first copy goes on', async () => {
  const map = new SharedMap([['a', 1]], { name: 'duplicate' });
  const tasks = new URL('./tasks.js', import.meta.url);
  assertRefused(await spawn(tasks, 'importCopy', theirs).result);
  assert.deepEqual(await spawn(tasks, 'readAll', 'duplicate').result, [['a', 1]]);
  map.destroy();
});
