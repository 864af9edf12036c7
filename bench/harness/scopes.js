// Many asynchronous functions in one thread, or from one.
import { setImmediate as turn } from 'node:timers/promises';
import { scopes } from '../candidates/scopes/index.js';
import { orderOf } from './alternate.js';
import { asEntry } from './stores.js';

/** Milliseconds of rounds before those that count: the compilers are done then. */
const WARM_UP_ROUNDS = 10;

/**
 * `row.count` items at a time.
 *
 * @returns {Promise<{ samples: Record<string, number[]> }>} items a second, or microseconds for all, of each round
 */
export async function flowing({ entries, count, expected, unit, warmUpRounds = WARM_UP_ROUNDS, rounds }, settings) {
  const items = Array.from({ length: count }, (_, n) => n);
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  for (let round = 0; round < warmUpRounds + (rounds ?? settings.rounds); round++) {
    for (const index of orderOf(round, entries.length)) {
      const { label, candidate } = entries[index];
      await turn();
      const ms = await asEntry(label, async () => {
        const start = performance.now();
        const results = await scopes[candidate].all(items);
        const taken = performance.now() - start;
        const wrong = items.findIndex((item, n) => results[n] !== expected(item));
        if (results.length !== count || wrong >= 0) throw new Error(`has a wrong result in place ${wrong}`);
        return taken;
      });
      if (round >= warmUpRounds) samples[label].push(unit === 'µs' ? ms * 1000 : (1000 * count) / ms);
    }
  }
  return { samples };
}
