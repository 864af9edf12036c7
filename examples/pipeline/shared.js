// What the threads of this program share.
import { SharedMap, transactionSync } from 'heddle';

/**
 * What a text of that digest weighs, compressed. A cache with limits: what was not used for longest goes first.
 * @type {SharedMap<string, number>}
 */
export const cache = new SharedMap({
  name: 'pipeline: cache',
  maxEntries: 50_000,
  maxMemory: 2 ** 24,
  eviction: 'lru',
});

/** @type {SharedMap<string, number>} how far all workers together have come: files, bytes, computed, reused */
export const progress = new SharedMap({ name: 'pipeline: progress' });

/** Adds to several counters at once: whoever looks sees all of it or nothing. @param {Record<string, number>} counts */
export function advance(counts) {
  transactionSync(() => {
    for (const [name, more] of Object.entries(counts)) progress.update(name, (n = 0) => n + more);
  });
}
