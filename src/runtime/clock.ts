// The number of the last published commit, read from the one word that the engine writes: a mirror of it would lag.

import { native } from './native.js';

/** Captured at import: nobody can replace it later, and engines inline it. */
export const load = Atomics.load as (words: Int32Array, index: number) => number;

const words = new Int32Array(native.clock());

/** The number of the last published commit. */
export function latest(): number {
  for (;;) {
    // High, low, high until the highs agree: the word is stored at once but can only be read in halves.
    const high = load(words, 1);
    const low = load(words, 0);
    if (load(words, 1) === high) return high * 2 ** 32 + (low >>> 0);
  }
}
