// A map of many keys, filled by a worker that has gone: what stays is the engine's, and none of it a thread's garbage.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SharedMap } from 'heddle';

/** What the engine keeps of a number, in bytes. */
const NUMBER = 16;

async function fill(name, count) {
  const worker = new Worker(new URL('./fill-worker.js', import.meta.url), { workerData: { name, count } });
  const [bytesOfKeys] = await once(worker, 'message');
  await once(worker, 'exit');
  return bytesOfKeys;
}

/**
 * What the keys take beside themselves and their values.
 *
 * @returns {Promise<{ samples: Record<string, number[]> }>} bytes for each key, by label
 */
export async function overhead({ entries: [counted, resident], keys }) {
  const map = new SharedMap({ name: 'million keys' });
  await fill(`${map.name}, to warm up`, keys / 100);
  const before = process.memoryUsage.rss();
  const payload = (await fill(map.name, keys)) + keys * NUMBER;
  const grown = process.memoryUsage.rss() - before;
  const each = (bytes) => [(bytes - payload) / keys];
  return { samples: { [counted.label]: each(map.memory), [resident.label]: each(grown) } };
}

/** Microseconds that `clear` takes, of so many fills. */
export async function clearing({ entries: [{ label }], keys }, { fills }) {
  const map = new SharedMap({ name: 'million keys' });
  const taken = [];
  for (let i = 0; i < fills; i++) {
    await fill(map.name, keys);
    if (map.size !== keys) throw new Error(`there are ${map.size} keys, not ${keys}`);
    const start = performance.now();
    map.clear();
    taken.push(1000 * (performance.now() - start));
  }
  return { samples: { [label]: taken } };
}
