// Values of megabytes: what it takes to open, copy and change one, and how often one is in memory.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { SharedMap } from 'heddle';
import { orderOf } from './alternate.js';
import { ARRAY_BYTES, config } from './large.js';

const WORKERS = 4;

async function team(name, count) {
  const program = new URL('./large-worker.js', import.meta.url);
  const workers = Array.from({ length: count }, () => new Worker(program, { workerData: { name } }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return workers;
}

async function tell(worker, way, value) {
  const answer = once(worker, 'message');
  worker.postMessage({ way, value });
  return (await answer)[0];
}

function timed(work) {
  const start = performance.now();
  work();
  return 1000 * (performance.now() - start);
}

/** Proportional bytes of this process's mappings of what is shared: a page that is mapped five times counts once. */
function sharedBytes() {
  let bytes = 0;
  for (const mapping of readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    if (/^\S+ \S+ \S+ \S+ \S+ +\/memfd:heddle/.test(mapping)) bytes += 1024 * Number(/\nPss: +(\d+)/.exec(mapping)[1]);
  }
  return bytes;
}

/** Runs the measurements of all entries in turn; microseconds by label. */
async function inTurn({ entries }, measure, { largeRounds }) {
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  const dropped = 3;
  for (let round = 0; round < dropped + largeRounds; round++) {
    for (const index of orderOf(round, entries.length)) {
      const { label, does } = entries[index];
      const taken = await measure[does]();
      if (round >= dropped) samples[label].push(taken);
    }
  }
  return samples;
}

/** One field of a configuration that is new to the worker that reads it; and other ways to it. */
export async function opening(row, settings) {
  const map = new SharedMap({ name: 'opening' });
  const value = config();
  const [worker] = await team(map.name, 1);
  const samples = await inTurn(
    row,
    {
      async view() {
        map.set('config', value);
        return (await tell(worker, 'view')).us;
      },
      clone: () => timed(() => structuredClone(value).limits.requests),
    },
    settings,
  );
  await worker.terminate();
  map.destroy();
  return { samples };
}

/** One field of a configuration is changed. */
export async function changing(row, settings) {
  const map = new SharedMap({ name: 'changing' });
  const value = config();
  map.set('config', value);
  let turn = 0;
  const change = (config) => {
    config.limits.requests = ++turn;
  };
  const samples = await inTurn(
    row,
    {
      update: () => timed(() => map.update('config', change)),
      set: () =>
        timed(() => {
          change(value);
          map.set('config', value);
        }),
    },
    settings,
  );
  if (map.view('config').limits.requests !== turn) throw new Error('the last change is not there');
  map.destroy();
  return { samples };
}

/** What a configuration takes that four workers read: bytes of each one's heap, and copies of it beside the heaps. */
export async function reading({ entries, counted }) {
  const map = new SharedMap({ name: 'reading' });
  const value = config();
  map.set('config', value);
  const samples = {};
  const counts = {};
  for (const { label, does } of entries) {
    const workers = await team(map.name, WORKERS);
    const heaps = [];
    for (const worker of workers) heaps.push((await tell(worker, does, does === 'keep' ? value : undefined)).heap);
    samples[label] = heaps;
    if (does === 'hold') counts[counted] = sharedBytes() / map.memory;
    for (const worker of workers) await worker.terminate();
  }
  map.destroy();
  return { samples, counts };
}

/** An array of 128 MB: what its owned copy costs, and how often it is in memory when four workers have one. */
export async function copying(row, settings) {
  const map = new SharedMap({ name: 'copying' });
  const array = new Float32Array(ARRAY_BYTES / Float32Array.BYTES_PER_ELEMENT).fill(1);
  map.set('array', array);
  const samples = await inTurn(
    row,
    {
      get: () => timed(() => map.get('array')[7]),
      slice: () => timed(() => array.slice()[7]),
    },
    settings,
  );
  const workers = await team(map.name, WORKERS);
  for (const worker of workers) {
    const { sum } = await tell(worker, 'sum');
    if (sum !== array.length / 1024) throw new Error(`a worker has seen ${sum}`);
  }
  const counts = { [row.counted]: sharedBytes() / ARRAY_BYTES };
  for (const worker of workers) await worker.terminate();
  map.destroy();
  return { samples, counts };
}
