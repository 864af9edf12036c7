// What the pool of a soak runs.

import { currentScope } from 'heddle';
import { doOne } from '../load/operations.js';
import { World } from '../load/world.js';
import { seededRandom } from '../recording/random.js';

let world;

export function work(seed) {
  world ??= new World();
  return doOne(world, seededRandom(seed));
}

export async function workUntilCancelled(seed) {
  const { signal } = currentScope();
  for (let n = 0; !signal.aborted; n++) await work(seed + n);
}

export function crash() {
  process.exit(3);
}
