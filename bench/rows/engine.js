// The engine alone, without a runtime round it (core/bench/engine).
import { clearing, overhead, rates, ratesUnderSnapshot, telling, watching } from '../harness/engine.js';

const MILLION = 1_000_000;
const common = { runtimes: ['engine'], unit: 'tx/s', better: 'higher' };
const threads = (count) => (count === 1 ? '1 thread' : `${count} threads`);

const besideLibitm = (percent, count) => ({
  ...common,
  name: `engine-writers-${percent}-threads-${count}`,
  title: `4 reads, and 2 writes in ${percent} % of the transactions; a million keys, ${threads(count)}`,
  run: rates,
  workload: `writers-${percent}`,
  keys: MILLION,
  entries: ['heddle', 'libitm'].map((name) => ({ label: name, candidate: name, plays: `${name}@${count}` })),
  targets: [{ says: 'at least as fast as libitm', of: 'heddle', to: 'libitm', atLeast: 1 }],
});

const MIXES = {
  A: 'half of the operations write',
  B: '1 of 20 operations writes',
  C: 'all operations read',
  F: 'half of the operations read and write',
};

const ycsb = ([letter, mix]) => ({
  ...common,
  name: `engine-ycsb-${letter.toLowerCase()}`,
  title: `YCSB ${letter}: ${mix}; transactions of 4, a million keys, Zipf 0.99`,
  run: rates,
  workload: `ycsb-${letter.toLowerCase()}`,
  keys: MILLION,
  entries: [1, 2, 4].map((count) => ({ label: threads(count), candidate: 'heddle', plays: `heddle@${count}` })),
  reference: '1 thread',
  targets: [],
});

const none = 'no snapshot';
const held = 'a snapshot open all the time';
const kept = 'versions kept for each key';

export const underSnapshot = {
  ...common,
  name: 'engine-snapshot',
  title: '4 reads and 2 writes by 2 threads, 10,000 keys, for 10 s',
  run: ratesUnderSnapshot,
  workload: 'writers-100',
  keys: 10_000,
  entries: [
    { label: none, candidate: 'heddle', plays: 'heddle@2' },
    { label: held, candidate: 'heddle', plays: 'heddle-held@2', held: true },
  ],
  reference: none,
  counted: kept,
  targets: [
    { says: 'at least 0.95 × as fast as without a snapshot', of: held, to: none, atLeast: 0.95 },
    { says: 'at most one version kept for each key', of: kept, atMost: 1 },
  ],
};

export const memory = {
  ...common,
  name: 'engine-memory',
  title: 'bytes for each of a million keys, beside the key and its value of 16 bytes',
  unit: 'B',
  better: 'lower',
  run: overhead,
  keys: MILLION,
  entries: [
    { label: 'as the engine counts them', candidate: 'heddle', plays: 'counted' },
    { label: 'allocated', candidate: 'heddle', plays: 'allocated' },
    { label: 'resident memory of the process', candidate: 'heddle', plays: 'resident' },
  ],
  reference: null,
  targets: [
    { says: 'counted: less than 150', of: 'as the engine counts them', atMost: 150 },
    { says: 'allocated: less than 150', of: 'allocated', atMost: 150 },
    { says: 'resident: less than 150', of: 'resident memory of the process', atMost: 150 },
  ],
};

export const clear = {
  ...common,
  name: 'engine-clear',
  title: 'clear of a million keys',
  unit: 'µs',
  better: 'lower',
  run: clearing,
  keys: MILLION,
  entries: [{ label: 'clear', candidate: 'heddle' }],
  reference: null,
  targets: [{ says: 'less than 1 ms', of: 'clear', atMost: 1000 }],
};

export const watches = {
  ...common,
  name: 'engine-watches',
  title: 'bytes for each of a million watched keys, with the key',
  unit: 'B',
  better: 'lower',
  run: watching,
  keys: MILLION,
  entries: [{ label: 'allocated', candidate: 'heddle' }],
  reference: null,
  targets: [{ says: 'less than 500', of: 'allocated', atMost: 500 }],
};

const watched = 'watched by 100';
const unwatched = 'watched by nobody';

export const told = {
  ...common,
  name: 'engine-telling',
  title: 'a new value of one of 100 keys, where the thread that writes also takes what it is told',
  unit: 'ns',
  better: 'lower',
  run: telling,
  keys: 100,
  tellings: 400,
  entries: [
    { label: watched, candidate: 'heddle', plays: 'watched' },
    { label: unwatched, candidate: 'heddle', plays: 'unwatched' },
  ],
  reference: unwatched,
  targets: [],
};

export const all = [
  ...[100, 10].flatMap((percent) => [1, 2, 4].map((count) => besideLibitm(percent, count))),
  ...Object.entries(MIXES).map(ycsb),
  underSnapshot,
  memory,
  clear,
  watches,
  told,
];
