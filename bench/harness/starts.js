import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
// The thread that starts workers uses the package itself: the engine is there already.
import 'heddle';
import { orderOf } from './alternate.js';

/** Milliseconds until a worker says that it runs; each is terminated before the next one starts. */
async function start(program) {
  const begin = performance.now();
  const worker = new Worker(new URL(`../starts/${program}.js`, import.meta.url));
  await once(worker, 'message');
  const taken = performance.now() - begin;
  await worker.terminate();
  return taken;
}

/**
 * Workers of all entries in turn, each of the program that the entry `starts`.
 *
 * @returns {Promise<{ samples: Record<string, number[]> }>} milliseconds of each round, by the entry's label
 */
export async function starting({ entries }, { starts }) {
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  const dropped = 2;
  for (let round = 0; round < dropped + starts; round++) {
    for (const index of orderOf(round, entries.length)) {
      const { label, starts: program } = entries[index];
      const taken = await start(program);
      if (round >= dropped) samples[label].push(taken);
    }
  }
  return { samples };
}
