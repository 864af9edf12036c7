// Pools of two workers, beside the messages that they are made of.
import { pools } from '../candidates/pools/index.js';
import { executing, outstanding, spinning, waiting } from '../harness/pools.js';

/** The slowest rival takes seconds for a round. */
const patienceMs = 600_000;

const entriesOf = (names, by) => names.map((candidate) => ({ label: pools[candidate].title, candidate, by }));

const heddle = pools.heddle.title;
const single = pools.messages.title;
const batched = pools.batches.title;
const tuned = pools.piscinaTuned.title;

const rivals = ['piscina', 'piscinaTuned', 'tinypool', 'workerpool', 'poolifier'];

const atOnce = (row) => ({
  unit: 'tasks/s',
  better: 'higher',
  run: executing,
  count: 20_000,
  patienceMs,
  ...row,
});

const submitted = [
  ...entriesOf(['heddle'], 'execute'),
  ...entriesOf(['messages'], 'execute'),
  ...entriesOf(['bareMessages'], 'map'),
  ...entriesOf(rivals, 'execute'),
];
const mapped = [
  ...entriesOf(['heddle'], 'map'),
  ...entriesOf(['batches'], 'execute'),
  ...entriesOf(['bareBatches', 'poolifier'], 'map'),
];

const numbers = { kind: 'numbers', task: 'increment' };
/** The whole object comes back: for the worker, that is as much again. */
const objects = { kind: 'objects', task: 'same' };

export const executeNumbers = atOnce({
  ...numbers,
  name: 'pool-execute-numbers',
  title: '20,000 tasks of x => x + 1 at once, submitted one by one (postMessage: one in a message)',
  entries: submitted,
  targets: [
    { says: 'at least 3 × tuned piscina', of: heddle, to: tuned, atLeast: 3 },
    { says: 'at least as many as postMessage', of: heddle, to: single, atLeast: 1 },
  ],
});

const asManyAsBatches = { says: 'at least as many as postMessage of 256', of: heddle, to: batched, atLeast: 1 };

export const mapNumbers = atOnce({
  ...numbers,
  name: 'pool-map-numbers',
  title: '20,000 tasks of x => x + 1 by one map',
  entries: mapped,
  targets: [asManyAsBatches],
});

export const executeObjects = atOnce({
  ...objects,
  name: 'pool-execute-objects',
  title: '20,000 objects of 1 KB there and back at once, submitted one by one (postMessage: one in a message)',
  entries: submitted,
  targets: [{ says: 'at least 2 × tuned piscina', of: heddle, to: tuned, atLeast: 2 }],
});

export const mapObjects = atOnce({
  ...objects,
  name: 'pool-map-objects',
  title: '20,000 objects of 1 KB there and back by one map',
  entries: mapped,
  targets: [asManyAsBatches],
});

export const roundTrip = {
  name: 'pool-round-trip',
  title: 'x => x + 1, one task at a time',
  unit: 'µs',
  run: waiting,
  count: 500,
  task: 'increment',
  patienceMs,
  entries: entriesOf(['heddle', 'bareMessages', ...rivals], 'execute'),
  targets: [{ says: 'at most 1.3 × postMessage', of: heddle, to: pools.bareMessages.title, atMost: 1.3 }],
};

const byMap = 'heddle, by map';

export const skew = {
  name: 'pool-skew',
  title: 'a task that is busy for 300 ms and 150 for 2 ms, submitted at once in this order',
  unit: 'ms',
  run: spinning,
  tasks: [300, ...new Array(150).fill(2)],
  task: 'spin',
  patienceMs,
  entries: [
    ...entriesOf(['heddle'], 'execute'),
    { label: byMap, candidate: 'heddle', by: 'map' },
    ...entriesOf([...rivals, 'poolifierQueues'], 'execute'),
  ],
  targets: [
    { says: 'at most 320 ms', of: heddle, atMost: 320 },
    { says: 'by map: at most 320 ms', of: byMap, atMost: 320 },
  ],
};

export const million = {
  ...numbers,
  name: 'pool-million',
  title: 'a million tasks of x => x + 1 outstanding at once',
  unit: 'tasks/s',
  better: 'higher',
  run: outstanding,
  count: 1_000_000,
  patienceMs,
  entries: entriesOf(['heddle'], 'execute'),
  reference: null,
  targets: [],
};

export const all = [executeNumbers, mapNumbers, executeObjects, mapObjects, roundTrip, skew, million];
