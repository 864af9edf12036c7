// The same for a worker that never comes back to its event loop: it can be terminated at any instruction.

import { test } from 'node:test';
import { loops } from '../support/random.js';
import { anyMoment, insideOrAnywhere, kill, report } from './kill.js';
import { accounts, caches, rooms, stores } from './scenes.js';

const INSIDE = 'inside the engine';

for (const [scene, task, times, moment, happened] of [
  [accounts, 'transferSync', 6, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'nestSync', 4, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'iterateSync', 4, insideOrAnywhere, ['inBody', INSIDE]],
  [accounts, 'spinInBody', 3, anyMoment, ['inBody']], // its reads are served from the cache
  [caches, 'cacheSync', 6, insideOrAnywhere, ['inBody', 'evictions', 'events', INSIDE]],
  [stores, 'fillSync', 6, insideOrAnywhere, ['inBody', 'events', INSIDE]],
  [rooms, 'roomsSync', 6, insideOrAnywhere, ['events', INSIDE]],
]) {
  test(`terminated in ${task}`, async () => {
    report(task, await kill({ scene, task, name: `terminate-busy:${task}`, times: loops(times), moment }), happened);
  });
}
