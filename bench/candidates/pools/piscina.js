import { fileURLToPath } from 'node:url';

const filename = fileURLToPath(new URL('./tasks.js', import.meta.url));

async function open({ task, size }, options) {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({ filename, name: task, minThreads: size, maxThreads: size, ...options });
  return { execute: (argument) => pool.run(argument), close: () => pool.destroy() };
}

export const piscina = { title: 'piscina', open };

/**
 * As fast as its options make it for many small tasks: a worker takes more of them than it runs, and none is timed. Its other
 * queue (FixedQueue) and other waiting (atomics) are no faster in all three runtimes.
 */
export const piscinaTuned = {
  title: 'piscina, tuned',
  open: (needs) => open(needs, { concurrentTasksPerWorker: 1000, recordTiming: false }),
};
