import { lastResult } from './loop.js';

// Time is looked at once per chunk; a chunk is short against a round and long against a look at the clock.
const CHUNK_MS = 0.05;

/**
 * What a worker can be told to do in a step. Each makes, once per entry and member, a function that does the job and
 * returns what it saw.
 */
export const jobs = {
  /** As many operations as fit into `ms`. */
  rate(loop) {
    let chunk = 1;
    return (ms) => {
      const start = performance.now();
      const end = start + ms;
      let count = 0;
      let now = start;
      for (;;) {
        loop(chunk);
        count += chunk;
        const before = now;
        now = performance.now();
        if (now >= end) return { perMs: count / (now - start) };
        if (now - before < CHUNK_MS) chunk *= 2;
        else if (now - before > 4 * CHUNK_MS && chunk > 1) chunk >>= 1;
      }
    };
  },

  /** Every key once; with the ids of the object that was written or read last. */
  sweep(loop, { first }) {
    return () => {
      const start = performance.now();
      const argument = loop(first.length);
      const elapsed = performance.now() - start;
      return { nsPerOp: (elapsed * 1e6) / first.length, written: argument.id, read: lastResult()?.id };
    };
  },

  /** Single operations for `ms`; the longest time from the end of one to the end of the next. */
  pause(loop) {
    return (ms) => {
      let last = performance.now();
      const end = last + ms;
      let longest = 0;
      while (last < end) {
        loop(1);
        const now = performance.now();
        if (now - last > longest) longest = now - last;
        last = now;
      }
      return { longestUs: longest * 1000 };
    };
  },
};
