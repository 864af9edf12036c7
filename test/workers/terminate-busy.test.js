// The same for a worker that never comes back to its event loop: it can be terminated at any instruction.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops } from '../support/random.js';
import { kill } from './kill.js';

for (const [task, times, callsTheEngine] of [
  ['transferSync', 30, true],
  ['iterateSync', 10, true],
  ['spinInBody', 5, false], // its reads are served from the cache
]) {
  test(`terminated in ${task}`, async () => {
    const { inBody, inside } = await kill(task, `terminate-busy:${task}`, loops(times), callsTheEngine);
    console.log(`${task}: of ${loops(times)} threads ${inBody} died with a body open, ${inside} inside the engine`);
    assert.ok(inBody > 0);
    if (callsTheEngine) assert.ok(inside > 0);
  });
}
