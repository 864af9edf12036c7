// What the pools of a storm run.

import { turn } from '../../test/support/wait.js';
import { doOne, OPERATIONS } from '../load/operations.js';
import { seededRandom } from '../recording/random.js';
import { StormWorld } from './world.js';

let world;

export function work(seed) {
  world ??= new StormWorld();
  return doOne(world, seededRandom(seed));
}

/** Takes no notice of being cancelled. */
export async function workForEver(seed) {
  world ??= new StormWorld();
  const random = seededRandom(seed);
  for (;;) {
    OPERATIONS['a synchronous transfer'](world, random);
    await turn();
  }
}
