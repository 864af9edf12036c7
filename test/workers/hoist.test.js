// No compiler of any runtime may move a cached read of shared memory out of a loop: a thread that spins sees what another
// commits, also when its loop has long been compiled by the best of compilers. (Rule 20 of docs/internals/protocol.md.)

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedMap } from 'heddle';
import { sleep } from '../support/wait.js';
import { sharedWords, spawn } from '../support/workers.js';
import * as spins from './spin.js';

const file = new URL('./spin.js', import.meta.url);
/** Long enough for the loop to be compiled by every tier. */
const SPINNING_MS = 150;

const CHANGES = {
  'a write': (map) => {
    map.set('flag', 1);
    map.set(['flag', 1], 1);
    map.set('object', { flag: 1 });
    map.delete('doomed');
  },
  'a clear': (map) => map.clear(),
};

for (const [change, commit] of Object.entries(CHANGES)) {
  for (const task of Object.keys(spins)) {
    test(`${task} in a loop sees ${change}`, async () => {
      const name = `hoist:${task}:${change}`;
      const entries = [
        ['flag', 0],
        [['flag', 1], 0],
        ['object', { flag: 0 }],
        ['doomed', true],
      ];
      const map = new SharedMap(entries, { name });
      const ready = sharedWords(1);
      const spinning = spawn(file, task, name, ready);
      await spinning.until(() => Atomics.load(ready, 0) === 1, 'the worker to spin');
      await sleep(SPINNING_MS);
      let turns;
      spinning.result.then((result) => {
        turns = result;
      });
      commit(map);
      try {
        await spinning.until(() => turns !== undefined, `the loop to end: its read of shared memory is gone`);
      } finally {
        if (turns === undefined) spinning.terminate();
      }
      assert.ok(turns > 1000, `it only had ${turns} turns to be compiled`);
      console.log(`${task}: ended after ${turns} turns`);
      map.destroy();
    });
  }
}
