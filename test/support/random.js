// Seeds and sizes of tests that draw at random. CI fixes HEDDLE_SEED; HEDDLE_LOOPS multiplies what they draw.

import { seededRandom } from '../../tools/recording/random.js';

export const seed = Number(process.env.HEDDLE_SEED ?? Date.now() % 2 ** 31);

console.log(`HEDDLE_SEED=${seed}`);

/** Like Math.random, from the seed. */
export const random = seededRandom(seed);

/** `count` times HEDDLE_LOOPS. */
export function loops(count) {
  return Math.ceil(count * Number(process.env.HEDDLE_LOOPS ?? 1));
}
