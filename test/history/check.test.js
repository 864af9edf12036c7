// The checker on histories written by hand: it must accept what a correct engine may do and name what it may not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, formatViolation } from '../../tools/history-checker/check.js';
import { decode, pushOperation, pushRun } from '../../tools/history-checker/history.js';
import { Log } from '../../tools/recording/log.js';

// Every history starts with x = 1, y = 2 in map 0, put there by commit 10.
const [x, y, z] = [0, 1, 2];
const SETUP = { at: [0, 1], snapshot: 9, commit: 10, set: { [x]: 1, [y]: 2 } };

/** Runs in short: `get` and `set` map keys to values. */
function run({
  thread = 1,
  at: [start, end],
  snapshot = -1,
  commit = -1,
  outcome,
  get = {},
  set = {},
  reads = [],
  writes = [],
}) {
  const operations = (op, values) =>
    Object.entries(values).map(([key, value]) => ({ op, map: 0, key: Number(key), value }));
  return {
    thread,
    call: start,
    start,
    end,
    snapshot,
    commit,
    outcome: outcome ?? (commit === -1 ? 'read-only' : 'committed'),
    reads: [...operations('get', get), ...reads],
    writes: [...operations('set', set), ...writes],
  };
}

const verdict = (...runs) => check([SETUP, ...runs].map(run));

function accepts(name, ...runs) {
  test(`accepts ${name}`, () => assert.equal(verdict(...runs), undefined));
}

function refuses(name, rule, ...runs) {
  test(`refuses ${name}`, () => {
    const violation = verdict(...runs);
    assert.equal(violation?.rule, rule);
    assert.match(formatViolation(violation), new RegExp(`^violation of ${rule}: .+\n  thread `));
  });
}

accepts(
  'commits one after another',
  { at: [2, 3], snapshot: 10, commit: 11, get: { [x]: 1 }, set: { [x]: 3 } },
  { at: [4, 5], snapshot: 11, commit: 12, get: { [x]: 3, [y]: 2 }, set: { [x]: 4, [y]: 5 } },
  { at: [6, 7], snapshot: 12, get: { [x]: 4, [y]: 5 } },
);
accepts(
  'an old but whole snapshot of a run that overlaps the commit, read-only or aborted',
  { at: [2, 7], snapshot: 10, get: { [x]: 1, [y]: 2 } },
  { at: [3, 8], snapshot: 10, outcome: 'aborted', get: { [y]: 2 }, set: { [y]: 9 } },
  { at: [4, 5], snapshot: 10, commit: 11, set: { [x]: 3, [y]: 4 } },
);
accepts(
  'blind writes that cross',
  { thread: 1, at: [2, 5], snapshot: 10, commit: 12, set: { [x]: 3 } },
  { thread: 2, at: [3, 4], snapshot: 10, commit: 11, set: { [x]: 4 } },
  { at: [6, 7], snapshot: 12, get: { [x]: 3 } },
);
accepts(
  'deletions, re-insertions and clear, in insertion order',
  { at: [2, 3], snapshot: 10, commit: 11, writes: [{ op: 'delete', map: 0, key: x, value: 0 }], set: { [z]: 3 } },
  { at: [4, 5], snapshot: 11, commit: 12, set: { [x]: 4 } },
  {
    at: [6, 7],
    snapshot: 12,
    reads: [
      {
        op: 'scan',
        map: 0,
        entries: [
          [y, 2],
          [z, 3],
          [x, 4],
        ],
      },
    ],
  },
  {
    at: [8, 9],
    snapshot: 12,
    commit: 13,
    writes: [
      { op: 'clear', map: 0 },
      { op: 'set', map: 0, key: y, value: 5 },
    ],
  },
  {
    at: [10, 11],
    snapshot: 13,
    get: { [x]: 0 },
    reads: [
      { op: 'has', map: 0, key: y, value: 1 },
      { op: 'size', map: 0, value: 1 },
    ],
  },
);
accepts(
  'lone writes in the free commit numbers and lone reads in between',
  { at: [2, 3], outcome: 'lone', set: { [x]: 3 } },
  { at: [4, 9], outcome: 'lone', get: { [y]: 5 } },
  { at: [5, 6], snapshot: 11, commit: 12, get: { [x]: 3 }, set: { [y]: 5 } },
  { at: [7, 8], outcome: 'lone', set: { [x]: 6 } },
  { at: [10, 11], outcome: 'lone', get: { [x]: 6 } },
);

refuses(
  'a lost update',
  'serializability',
  { thread: 1, at: [2, 5], snapshot: 10, commit: 11, get: { [x]: 1 }, set: { [x]: 3 } },
  { thread: 2, at: [3, 6], snapshot: 10, commit: 12, get: { [x]: 1 }, set: { [x]: 4 } },
);
refuses(
  'write skew',
  'serializability',
  { thread: 1, at: [2, 5], snapshot: 10, commit: 11, get: { [x]: 1, [y]: 2 }, set: { [x]: 3 } },
  { thread: 2, at: [3, 6], snapshot: 10, commit: 12, get: { [x]: 1, [y]: 2 }, set: { [y]: 4 } },
);
refuses(
  'a phantom: an insertion that a committed scan missed',
  'serializability',
  { thread: 1, at: [2, 5], snapshot: 10, commit: 11, set: { [z]: 3 } },
  { thread: 2, at: [3, 6], snapshot: 10, commit: 12, reads: [{ op: 'size', map: 0, value: 2 }], set: { [x]: 4 } },
);
refuses(
  'a stale read at a new snapshot',
  'opacity',
  { at: [2, 3], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { at: [4, 5], snapshot: 11, get: { [x]: 1 } },
);
for (const outcome of ['read-only', 'aborted']) {
  refuses(
    `a torn snapshot of a run that is ${outcome}`,
    'opacity',
    { at: [2, 4], snapshot: 10, commit: 11, set: { [x]: 3, [y]: 4 } },
    { at: [3, 5], outcome, snapshot: 10, get: { [x]: 1, [y]: 4 } },
  );
}
refuses(
  'a read of what was rolled back',
  'opacity',
  { at: [2, 3], outcome: 'aborted', snapshot: 10, set: { [x]: 3 } },
  { at: [4, 5], snapshot: 10, get: { [x]: 3 } },
);
refuses('a scan in the wrong order', 'opacity', {
  at: [2, 3],
  snapshot: 10,
  reads: [
    {
      op: 'scan',
      map: 0,
      entries: [
        [y, 2],
        [x, 1],
      ],
    },
  ],
});
refuses(
  'a snapshot older than a commit that had ended',
  'real time',
  { thread: 1, at: [2, 3], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { thread: 2, at: [4, 5], snapshot: 10, get: { [x]: 1 } },
);
refuses(
  'a snapshot that goes back behind an earlier reader',
  'real time',
  { thread: 1, at: [2, 9], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { thread: 2, at: [3, 4], snapshot: 11, get: { [x]: 3 } },
  { thread: 3, at: [5, 6], snapshot: 10, get: { [x]: 1 } },
);
refuses(
  'a snapshot from the future',
  'real time',
  { thread: 1, at: [2, 3], snapshot: 11, get: { [x]: 3 } },
  { thread: 2, at: [4, 5], snapshot: 10, commit: 11, set: { [x]: 3 } },
);
refuses(
  'a lone read of a value that was overwritten before it began',
  'real time',
  { thread: 1, at: [2, 3], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { thread: 2, at: [4, 5], outcome: 'lone', get: { [x]: 1 } },
);
refuses(
  'two lone reads that see two commits in opposite orders',
  'real time',
  { thread: 1, at: [2, 9], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { thread: 2, at: [3, 4], outcome: 'lone', get: { [x]: 3 } },
  { thread: 3, at: [5, 6], outcome: 'lone', get: { [x]: 1 } },
);
refuses(
  'a commit number that is taken twice',
  'numbering',
  { at: [2, 3], snapshot: 10, commit: 11, set: { [x]: 3 } },
  { at: [4, 5], snapshot: 10, commit: 11, set: { [y]: 4 } },
);
refuses('a commit that nobody made', 'numbering', { at: [2, 3], snapshot: 10, commit: 12, set: { [x]: 3 } });

test('a history survives its flat form', () => {
  const original = run({
    at: [2, 3],
    snapshot: 10,
    commit: 11,
    get: { [x]: 1 },
    reads: [
      {
        op: 'scan',
        map: 0,
        entries: [
          [x, 1],
          [y, 2],
        ],
      },
      { op: 'has', map: 1, key: z, value: 0 },
    ],
    set: { [x]: 2 ** 40 },
  });
  const log = new Log();
  const reads = [];
  pushOperation(reads, 'get', 0, x, 1);
  pushOperation(reads, 'scan', 0, -1, 2);
  pushOperation(reads, 'entry', 0, x, 1);
  pushOperation(reads, 'entry', 0, y, 2);
  pushOperation(reads, 'has', 1, z, 0);
  const writes = [];
  pushOperation(writes, 'set', 0, x, 2 ** 40);
  pushRun(log, { ...original, reads, writes });
  assert.deepEqual(decode(log.numbers), [original]);
});
