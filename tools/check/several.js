// Runs the files of tests that it is given in one process of Node, one after the other: node tools/check/several.js test/….test.js …

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { native } from '../../dist/runtime/native.js';
import { until } from '../../test/support/wait.js';

for (const file of process.argv.slice(2)) {
  // A suite of its own: what is to be called before or after its tests is not called for others.
  describe(file, () => import(`../../${file}`));
  // When this has run all of the file has.
  await test(`${file} leaves no thread and no snapshot`, async () => {
    await until(() => native.stats().threads === 1, 'other threads to end');
    assert.equal(native.stats().openSnapshots, 0);
  });
}
