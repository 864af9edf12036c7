// One thread, one operation at a time.
import { alternate } from '../harness/alternate.js';
import { compared } from './entries.js';

const all = ['map', 'heddle', 'structs', 'ems', 'lmdb', 'sharedmap'];

const nearMap = [
  { says: 'at most 3.5 × plain Map', of: 'heddle', to: 'plain Map', atMost: 3.5, runtimes: ['node', 'bun'] },
  { says: 'at most 4 × plain Map', of: 'heddle', to: 'plain Map', atMost: 4, runtimes: ['deno'] },
];

export const getNumber = {
  name: 'get-number',
  title: 'get of an unchanged key, a number',
  unit: 'ns',
  run: alternate,
  entries: compared(all, { op: 'getNumber', values: 'number', input: 'keys' }),
  targets: nearMap,
};

export const viewNumber = {
  name: 'view-number',
  title: 'view of an unchanged key, a number (get of plain Map)',
  unit: 'ns',
  run: alternate,
  entries: [
    ...compared(['map'], { op: 'getNumber', values: 'number', input: 'keys' }),
    ...compared(['heddle'], { op: 'viewNumber', values: 'number', input: 'keys' }),
  ],
  targets: nearMap,
};

export const getObject = {
  name: 'get-object',
  title: 'get of an unchanged key, an object of 5 fields (plain Map and structs give no copy)',
  unit: 'ns',
  run: alternate,
  entries: compared(all, { op: 'getObject', values: 'object', input: 'keys' }),
  targets: [
    { says: 'at most 6 × plain Map', of: 'heddle', to: 'plain Map', atMost: 6 },
    { says: 'at least 10 × faster than lmdb', of: 'lmdb', to: 'heddle', atLeast: 10 },
  ],
};

export const setNumber = {
  name: 'set-number',
  title: 'set of a number (lmdb: 10,000 in one transaction)',
  unit: 'ns',
  run: alternate,
  entries: compared(all, { op: 'setNumber', values: 'number', input: 'numbers' }),
  targets: [
    { says: 'faster than ems', of: 'ems', to: 'heddle', atLeast: 1, runtimes: ['node', 'bun'] },
    { says: 'faster than lmdb', of: 'lmdb', to: 'heddle', atLeast: 1 },
  ],
};

export const setObject = {
  name: 'set-object',
  title: 'set of an object of 5 fields (lmdb: 10,000 in one transaction)',
  unit: 'ns',
  run: alternate,
  entries: compared(all, { op: 'setObject', values: 'object', input: 'users' }),
  targets: [{ says: 'faster than lmdb', of: 'lmdb', to: 'heddle', atLeast: 1 }],
};

const transfer = { op: 'transfer', values: 'number', input: 'pairs' };

export const transferSync = {
  name: 'transfer',
  title: 'transfer between two keys: 2 reads and 2 writes in one transaction or under one lock',
  unit: 'ns',
  run: alternate,
  entries: compared(all, transfer),
  targets: [
    { says: 'at least 4 × faster than sharedmap', of: 'sharedmap', to: 'heddle', atLeast: 4 },
    { says: 'at least 12 × faster than lmdb', of: 'lmdb', to: 'heddle', atLeast: 12 },
    { says: 'at most 2.5 × V8 shared structs', of: 'heddle', to: 'V8 shared structs', atMost: 2.5 },
  ],
};

const syncBody = 'await transaction(sync body)';
const asyncBody = 'await transaction(body of one await)';

export const transferAwaited = {
  name: 'transfer-awaited',
  title: 'the same transfer in transactionSync (heddle) and in an awaited transaction',
  unit: 'ns',
  run: alternate,
  awaited: ['transferAwaited', 'transferAsync'],
  entries: [
    { ...transfer, label: 'heddle', candidate: 'heddle' },
    { ...transfer, label: syncBody, candidate: 'heddle', op: 'transferAwaited' },
    { ...transfer, label: asyncBody, candidate: 'heddle', op: 'transferAsync' },
  ],
  targets: [
    { says: 'sync body at most 3 × transactionSync', of: syncBody, to: 'heddle', atMost: 3 },
    { says: 'body of one await at most 10 × transactionSync', of: asyncBody, to: 'heddle', atMost: 10 },
  ],
};

export const postMessage = {
  name: 'post-message',
  title: 'for reference: an object of 5 fields to a worker and back by postMessage',
  unit: 'ns',
  run: alternate,
  reference: 'postMessage',
  awaited: ['roundTrip'],
  entries: compared(['message'], { op: 'roundTrip', input: 'users' }),
  targets: [],
};
