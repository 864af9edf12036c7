// What is promised of snapshots, of many keys and of the start of workers.
import { clearing, overhead } from '../harness/million.js';
import { slots } from '../harness/slots.js';
import { starting } from '../harness/starts.js';

const none = 'no snapshot';
const held = 'a readTransaction open all the time';
const kept = 'versions kept for each key';
const writing = { candidate: 'heddle', values: 'number', op: 'transfer', input: 'pairs' };

export const heldSnapshot = {
  name: 'held-snapshot',
  title: 'transfers by two workers on 10,000 keys for 10 s, beside a main thread',
  unit: 'tx/s',
  better: 'higher',
  run: slots,
  entries: [
    { ...writing, label: none },
    { ...writing, label: held, held: true },
  ],
  reference: none,
  counted: kept,
  targets: [
    { says: 'at least 0.95 × as fast as without a snapshot', of: held, to: none, atLeast: 0.95 },
    { says: 'at most one version kept for each key', of: kept, atMost: 1 },
  ],
};

const MILLION = 1_000_000;
const counted = 'map.memory';
const resident = 'resident memory of the process';

export const memory = {
  name: 'million-memory',
  title:
    'bytes for each of a million keys, beside the key and its value of 16 bytes; filled by a worker that has ended',
  unit: 'B',
  run: overhead,
  keys: MILLION,
  entries: [counted, resident].map((label) => ({ label, candidate: 'heddle' })),
  reference: null,
  targets: [{ says: 'map.memory: less than 150', of: counted, atMost: 150 }],
};

export const clear = {
  name: 'million-clear',
  title: 'clear of a million keys',
  unit: 'µs',
  run: clearing,
  keys: MILLION,
  entries: [{ label: 'clear', candidate: 'heddle' }],
  reference: null,
  targets: [{ says: 'less than 1 ms', of: 'clear', atMost: 1000 }],
};

const plain = 'a worker';
const addon = 'a worker that loads the addon alone';
const whole = 'a worker that imports the package and opens a map';

export const workerStart = {
  name: 'worker-start',
  title: 'the start of a worker, until it says that it runs',
  unit: 'ms',
  run: starting,
  entries: [
    { label: plain, candidate: 'heddle', starts: 'plain' },
    { label: addon, candidate: 'heddle', starts: 'addon' },
    { label: whole, candidate: 'heddle', starts: 'package' },
  ],
  reference: plain,
  targets: [
    { says: 'with the addon: at most 1.2 × one without', of: addon, to: plain, atMost: 1.2 },
    { says: 'with the package: at most 1.2 × one without', of: whole, to: plain, atMost: 1.2 },
  ],
};
