// What the workers of these tests do.

import { MemoryLimitError, readTransactionSync, SharedMap, transactionSync } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';

/**
 * Adds and removes the same entries in two maps, of which one is limited, and now and then something large in a third; says how
 * often which limit was met.
 */
export function fillPairs(name, seed, times) {
  const random = seededRandom(seed + 1);
  const limited = new SharedMap({ name });
  const log = new SharedMap({ name: `${name}: log` });
  const large = new SharedMap({ name: `${name}: large` });
  const refused = { maxMemory: 0, process: 0 };
  for (let i = 0; i < times; i++) {
    const key = Math.floor(random() * 40);
    const value = 'x'.repeat(random() * 3000);
    try {
      transactionSync(() => {
        if (random() < 0.3) {
          log.delete(key);
          limited.delete(key);
        } else {
          log.set(key, value);
          limited.set(key, value);
          if (i % 10 === 0) large.set(key % 8, 'x'.repeat(random() * 300_000));
        }
      });
    } catch (error) {
      if (!(error instanceof MemoryLimitError)) throw error;
      refused[/configure/.test(error.message) ? 'process' : 'maxMemory']++;
    }
    readTransactionSync(() => {
      if (limited.get(key) !== log.get(key)) throw new Error(`half of a transaction at ${key}`);
    });
  }
  return refused;
}

/** Uses a cache as caches are used: looks, computes what is missing, stores it. */
export function useCache(name, seed, times, keys) {
  const random = seededRandom(seed + 1);
  const cache = new SharedMap({ name });
  let hits = 0;
  for (let i = 0; i < times; i++) {
    const key = Math.floor(random() ** 4 * keys);
    const found = cache.get(key);
    if (found === undefined) cache.set(key, key * 2);
    else if (found !== key * 2) throw new Error(`${key} has the value ${found}`);
    else hits++;
  }
  return hits;
}
