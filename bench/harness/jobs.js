import { clock } from './clock.js';
import { lastResult } from './loop.js';

// Time is looked at once per chunk; a chunk is short against a round and long against a look at the clock.
const CHUNK_MS = 0.05;

const SWEEP = 1000;

/**
 * What a worker can be told to do in a step. Each makes, once per entry and member, a function that does the job from `start`
 * until `end` of the step and returns what it saw.
 */
export const jobs = {
  /** As many operations as fit in. */
  rate(loop) {
    let chunk = 1;
    return (start, end) => {
      let count = 0;
      let now = start;
      while (now < end) {
        const before = now;
        loop(chunk);
        count += chunk;
        now = clock();
        if (now - before < CHUNK_MS) chunk *= 2;
        else if (now - before > 4 * CHUNK_MS && chunk > 1) chunk >>= 1;
      }
      return { count, start, end: now };
    };
  },

  /** The next thousand, however long they take; with the id of the object that was written or read last. */
  sweep(loop) {
    return () => {
      const start = performance.now();
      const argument = loop(SWEEP);
      const elapsed = performance.now() - start;
      return { nsPerOp: (elapsed * 1e6) / SWEEP, written: argument.id, read: lastResult()?.id };
    };
  },

  /** Single operations; the longest time from the end of one to the end of the next. */
  pause(loop) {
    return (start, end) => {
      let longest = 0;
      let last = performance.now();
      const stop = last + end - start;
      while (last < stop) {
        loop(1);
        const now = performance.now();
        if (now - last > longest) longest = now - last;
        last = now;
      }
      return { longestUs: longest * 1000 };
    };
  },
};
