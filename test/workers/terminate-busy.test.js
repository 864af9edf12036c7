// The same for a worker that never comes back to its event loop: it can be terminated at any instruction.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loops } from '../support/random.js';
import { kill } from './kill.js';

for (const [task, times] of [
  ['transferSync', 30],
  ['iterateSync', 10],
  ['spinInBody', 5],
]) {
  test(`terminated in ${task}`, async () => {
    const { inBody, inside } = await kill(task, `terminate-busy:${task}`, loops(times));
    console.log(`${task}: of ${loops(times)} threads ${inBody} died with a body open, ${inside} inside the engine`);
    assert.ok(inBody > 0);
    if (task !== 'spinInBody') assert.ok(inside > 0); // its reads are served from the cache
  });
}
