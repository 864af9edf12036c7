// Two workers at once.
import { team } from '../harness/team.js';
import { compared } from './entries.js';

const job = (job, op, input) => ({ job, op, input });
const both = (one) => [one, one];
const alone = (one) => [one, null];

/** Operations per ms of all members together, from their common start until the last one ended. */
function throughput(members) {
  const working = members.filter(Boolean);
  const count = working.reduce((sum, member) => sum + member.count, 0);
  return count / (Math.max(...working.map(({ end }) => end)) - working[0].start);
}

const scaling = ([one, two]) => throughput(two) / throughput(one);

const transferring = job('rate', 'transfer', 'contended');

export const contention = {
  name: 'contention',
  title: 'the transfer by two workers that contend on 100 keys, time per commit of both together',
  unit: 'ns',
  run: team,
  entries: compared(['heddle', 'structs', 'ems', 'lmdb', 'sharedmap'], {
    values: 'number',
    steps: [both(transferring)],
  }),
  figure: ([two]) => 1e6 / throughput(two),
  targets: [{ says: 'at least 5 × faster than sharedmap', of: 'sharedmap', to: 'heddle', atLeast: 5 }],
};

export const firstGet = {
  name: 'first-get',
  title: 'first get of an object of 5 fields that another thread has just written',
  unit: 'ns',
  run: team,
  entries: compared(['heddle', 'structs', 'ems', 'lmdb', 'sharedmap'], {
    values: 'object',
    steps: [
      [job('sweep', 'setObject', 'users'), null],
      [null, job('sweep', 'getObject', 'keys')],
    ],
  }),
  figure: ([[writer], [, reader]]) => {
    if (writer.written !== reader.read) throw new Error('reads what was there before the other thread wrote');
    return reader.nsPerOp;
  },
  targets: [{ says: 'faster than lmdb', of: 'lmdb', to: 'heddle', atLeast: 1 }],
};

const reading = job('rate', 'getNumber', 'keys');

export const scalingReads = {
  name: 'scaling-reads',
  title: 'reads of unchanged numbers: throughput of two workers over that of one (plain Map: one for each worker)',
  unit: '×',
  better: 'higher',
  run: team,
  entries: compared(['map', 'heddle', 'structs', 'ems', 'lmdb', 'sharedmap'], {
    values: 'number',
    steps: [alone(reading), both(reading)],
  }),
  figure: scaling,
  targets: [{ says: 'at least 0.95 × as well as plain Map', of: 'heddle', to: 'plain Map', atLeast: 0.95 }],
};

const transferringOwn = job('rate', 'transfer', 'ownPairs');

export const scalingTransfers = {
  name: 'scaling-transfers',
  title: 'transfers on disjoint keys: throughput of two workers over that of one (plain Map: one for each worker)',
  unit: '×',
  better: 'higher',
  run: team,
  entries: compared(['map', 'heddle', 'structs', 'ems', 'lmdb', 'sharedmap'], {
    values: 'number',
    steps: [alone(transferringOwn), both(transferringOwn)],
  }),
  figure: scaling,
  targets: [{ says: 'at least 1.4 × one worker', of: 'heddle', atLeast: 1.4 }],
};

const pausing = job('pause', 'getNumber', 'keys');
const besideWriter = { values: 'number', steps: [[pausing, job('rate', 'transfer', 'pairs')]] };
const besideOf = (title) => `${title}, beside a writing worker`;
const idle = 'heddle, beside an idle worker';
const writing = besideOf('heddle');
const alien = besideOf('plain Map');

// A second busy thread costs the first one something on any machine: plain Map, where the two share nothing, shows how much.
export const readerPause = {
  name: 'reader-pause',
  title: 'the longest pause of a reading worker within one round (plain Map: one for each worker)',
  unit: 'µs',
  run: team,
  reference: idle,
  entries: [
    { label: idle, candidate: 'heddle', values: 'number', steps: [alone(pausing)] },
    ...compared(['heddle', 'map', 'structs', 'ems', 'lmdb', 'sharedmap'], besideWriter).map((entry) => ({
      ...entry,
      label: besideOf(entry.label),
    })),
  ],
  figure: ([[reader]]) => reader.longestUs,
  targets: [
    { says: 'no longer than beside an idle worker', of: writing, to: idle, atMost: 1 },
    { says: 'no longer than beside a worker that shares nothing', of: writing, to: alien, atMost: 1 },
  ],
};
