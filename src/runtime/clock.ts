// How JavaScript reads words that the engine writes: the stamps and the number of the last published commit.
//
// By plain loads, because `Atomics.load` is a call of 7 ns in V8, and in JavaScriptCore a locked addition of 0 that takes the
// cache line away from all other readers. Two things have to be seen to:
//
//  - The compiler must not keep a word from an earlier turn of a loop. `refresh` stores to an Int32Array, and no compiler can
//    know that this is not the one that is loaded from next: loads after it are made anew. test/workers/hoist.test.js spins on
//    every kind of read in every runtime.
//  - The processor must not let a later load overtake an earlier one. x64 does not. Elsewhere `latest` uses atomic loads, which
//    what is loaded after them cannot overtake; between the stamps of one lone read the order does not matter, because each
//    one proves its part from when it was cached until it was looked at.

import { native, oncePerThread } from './native.js';

const own = new Int32Array(2);

/** Loads of Int32Arrays after this are made after this. */
export function refresh(): void {
  own[0] = (own[0] + 1) | 0;
}

/** The same, for a look at whether what is cached still holds; these are counted. */
export function look(): void {
  own[1] = (own[1] + 1) | 0;
}

/** How often this thread has looked, modulo 2^32. */
export function looks(): number {
  return own[1];
}

/** Captured at import: nobody can replace it later. */
const atomicLoad = Atomics.load as (words: Int32Array, index: number) => number;
const plainLoad = (words: Int32Array, index: number): number => {
  refresh();
  return words[index];
};
const load = process.arch === 'x64' ? plainLoad : atomicLoad;

const words = oncePerThread('clock', () => new Int32Array(native.clock()));

/** The number of the last published commit. Stamps that are loaded after it are of this commit or a later one. */
export function latest(): number {
  for (;;) {
    // High, low, high until the highs agree: the word is stored at once but can only be read in halves.
    const high = load(words, 1);
    const low = load(words, 0);
    if (load(words, 1) === high) {
      refresh();
      return high * 2 ** 32 + (low >>> 0);
    }
  }
}
