// The black-box checker on histories written by hand, and on what two busy workers do through the public API.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, formatAnomalies } from '../../tools/list-append/check.js';
import { decode, pushOperation, pushRun } from '../../tools/list-append/history.js';
import { record, summarize } from '../../tools/list-append/record.js';
import { Log } from '../../tools/recording/log.js';
import { loops, seed } from '../support/random.js';

// ---------------------------------------------------------------- histories in short

const [x, y] = [0, 1];
const read = (list, ...elements) => ({ op: 'read', list, elements });
const append = (list, element) => ({ op: 'append', list, elements: [element] });
const savepoint = { op: 'savepoint' };
const release = { op: 'release' };
const rollback = { op: 'rollback' };

const run =
  (outcome) =>
  ([start, end], ...operations) => ({ thread: 1, call: start, start, end, outcome, operations });
const committed = run('committed');
const aborted = run('aborted');
const lost = run('lost');
/** What the lists were in the end. */
const atLast = (...reads) => committed([98, 99], ...reads);

function accepts(name, ...runs) {
  test(`accepts ${name}`, () => {
    const { anomalies } = check(runs);
    assert.deepEqual(anomalies, [], formatAnomalies(anomalies));
  });
}

function refuses(name, expected, ...runs) {
  test(`refuses ${name}: ${expected}`, () => {
    const { anomalies } = check(runs);
    assert.deepEqual(anomalies.map(({ name }) => name).sort(), [expected].flat().sort(), formatAnomalies(anomalies));
    assert.match(formatAnomalies(anomalies), /^anomaly .+ \(.+\): .+\n {2}R1: thread 1 call /);
  });
}

// ---------------------------------------------------------------- what a correct engine may do

accepts(
  'commits one after another',
  committed([1, 2], read(x), append(x, 1)),
  committed([3, 4], read(x, 1), append(x, 2), read(y), append(y, 3)),
  committed([5, 6], read(x, 1, 2), read(y, 3)),
  atLast(read(x, 1, 2), read(y, 3)),
);
accepts(
  'a read that looks stale, but overlaps the commit',
  committed([1, 4], read(x), append(x, 1)),
  committed([2, 5], read(x)),
  committed([3, 6], read(x, 1)),
  atLast(read(x, 1)),
);
accepts(
  'an old but whole snapshot of a run that overlaps the commit and then loses',
  lost([1, 6], read(x), read(y), append(y, 9)),
  committed([2, 3], read(x), append(x, 1), read(y), append(y, 2)),
  committed([6, 7], read(x, 1), read(y, 2), append(y, 3)),
  atLast(read(x, 1), read(y, 2, 3)),
);
accepts(
  'blind appends that cross',
  committed([1, 4], append(x, 1), append(y, 2)),
  committed([2, 3], append(x, 3), append(y, 4)),
  atLast(read(x, 3, 1), read(y, 4, 2)),
);
accepts(
  'a crosswise read and write of which one saw the other',
  committed([1, 4], read(x), read(y), append(x, 1)),
  committed([2, 5], read(x, 1), read(y), append(y, 2)),
  atLast(read(x, 1), read(y, 2)),
);
accepts(
  'what a run reads of its own, and what a savepoint keeps and takes back',
  committed(
    [1, 2],
    ...[read(x), append(x, 1), read(x, 1), savepoint, append(x, 2), savepoint, append(y, 3), read(y, 3), rollback],
    ...[read(y), append(x, 4), release, read(x, 1, 2, 4), append(x, 5)],
  ),
  atLast(read(x, 1, 2, 4, 5), read(y)),
);
accepts(
  'aborted runs, which nobody saw',
  aborted([1, 2], read(x), append(x, 1)),
  committed([3, 4], read(x), append(x, 2)),
  aborted([5, 6], read(x, 2), append(x, 3), read(x, 2, 3)),
  atLast(read(x, 2)),
);

// ---------------------------------------------------------------- what it may not

refuses(
  'two updates of which one is gone',
  'lost update',
  committed([1, 3], read(x), append(x, 1)),
  committed([2, 4], read(x), append(x, 2)),
  atLast(read(x, 2)),
);
refuses(
  'an update that was seen and then is gone',
  ['lost update', 'incompatible order'],
  committed([1, 2], read(x), append(x, 1)),
  committed([3, 4], read(x, 1)),
  committed([1, 5], read(x), append(x, 2)),
  committed([6, 7], read(x, 2), append(x, 3)),
  atLast(read(x, 2, 3)),
);
refuses('a commit to a list that never was there', 'lost update', committed([1, 2], append(x, 1)), atLast());
refuses(
  'write skew',
  'G2-item',
  committed([1, 3], read(x), read(y), append(x, 1)),
  committed([2, 4], read(x), read(y), append(y, 2)),
  atLast(read(x, 1), read(y, 2)),
);
refuses(
  'two readers that see two commits in opposite orders',
  'G2-item',
  committed([1, 5], append(x, 1)),
  committed([2, 6], append(y, 2)),
  committed([3, 7], read(x, 1), read(y)),
  committed([4, 8], read(x), read(y, 2)),
  atLast(read(x, 1), read(y, 2)),
);
for (const reader of [committed, aborted, lost]) {
  refuses(
    `a fractured read of a run that is ${reader([0, 0]).outcome}`,
    'G-single',
    committed([1, 3], append(x, 1), append(y, 2)),
    reader([2, 4], read(x, 1), read(y)),
    atLast(read(x, 1), read(y, 2)),
  );
}
refuses(
  'a stale read',
  'G-single-realtime',
  committed([1, 2], read(x), append(x, 1)),
  committed([3, 4], read(x)),
  atLast(read(x, 1)),
);
refuses(
  'a stale read by a run that changes something else, long after',
  'G-single-realtime',
  committed([1, 2], read(x), append(x, 1)),
  committed([3, 4], read(y), append(y, 2)),
  committed([5, 6], read(x, 1), append(x, 3)),
  committed([7, 8], read(x, 1), read(y, 2), append(y, 4)),
  atLast(read(x, 1, 3), read(y, 2, 4)),
);
refuses(
  'a reader that goes back behind an earlier one',
  'G-single-realtime',
  committed([1, 9], append(x, 1)),
  committed([2, 3], read(x, 1)),
  committed([4, 5], read(x)),
  atLast(read(x, 1)),
);
refuses(
  'a run that goes back behind the one of its call before it',
  'G-single-realtime',
  committed([1, 9], append(x, 1)),
  lost([2, 3], read(x, 1)),
  committed([3, 5], read(x)),
  atLast(read(x, 1)),
);
refuses(
  'two stale reads that only together are wrong',
  'G2-item-realtime',
  committed([1, 4], append(y, 2)),
  committed([2, 9], append(x, 1)),
  committed([3, 8], read(x, 1), read(y)),
  committed([5, 7], read(x)),
  atLast(read(x, 1), read(y, 2)),
);
refuses(
  'an append that comes before one that was over',
  'G0-realtime',
  committed([1, 2], append(x, 1)),
  committed([3, 4], append(x, 2)),
  atLast(read(x, 2, 1)),
);
refuses(
  'a read from the future',
  'G1c-realtime',
  committed([1, 2], read(x, 1)),
  committed([3, 4], append(x, 1)),
  atLast(read(x, 1)),
);
refuses(
  'appends that interleave',
  'G0',
  committed([1, 3], append(x, 1), append(y, 2)),
  committed([2, 4], append(x, 3), append(y, 4)),
  atLast(read(x, 1, 3), read(y, 4, 2)),
);
refuses(
  'two runs that see each other',
  'G1c',
  committed([1, 3], append(x, 1), read(y, 2)),
  committed([2, 4], append(y, 2), read(x, 1)),
  atLast(read(x, 1), read(y, 2)),
);
for (const writer of [aborted, lost]) {
  refuses(
    `a read of what a run appended that is ${writer([0, 0]).outcome}`,
    'G1a',
    writer([1, 3], append(x, 1)),
    committed([2, 4], read(x, 1)),
    atLast(read(x)),
  );
}
refuses(
  'a read of what a savepoint took back',
  'G1a',
  committed([1, 3], savepoint, append(x, 1), rollback, append(x, 2)),
  atLast(read(x, 1, 2)),
);
refuses(
  'a read between two appends of one run',
  ['G1b', 'G-single'],
  committed([1, 3], append(x, 1), append(x, 2)),
  committed([2, 4], read(x, 1)),
  atLast(read(x, 1, 2)),
);
refuses(
  'a run that does not see its own append',
  'internal',
  committed([1, 2], read(x), append(x, 1), read(x)),
  atLast(read(x, 1)),
);
refuses(
  'a run that sees two states of a list',
  'internal',
  committed([1, 3], append(x, 1)),
  lost([2, 4], read(x), read(x, 1)),
  atLast(read(x, 1)),
);
refuses(
  'a run that still sees what its savepoint took back',
  'internal',
  committed([1, 2], read(x), savepoint, append(x, 1), rollback, read(x, 1)),
  atLast(read(x)),
);
refuses('an append that happened twice', 'duplicate element', committed([1, 2], append(x, 1)), atLast(read(x, 1, 1)));
refuses('an element from nowhere', 'garbage read', atLast(read(x, 1)));
refuses(
  'an element of another list',
  ['garbage read', 'lost update'],
  committed([1, 2], append(x, 1)),
  atLast(read(x), read(y, 1)),
);

test('an explanation tells why each run comes before the next', () => {
  const { anomalies } = check([
    committed([1, 2], read(x), append(x, 1)),
    committed([3, 4], append(y, 2)),
    committed([5, 6], read(y, 2), read(x)),
    atLast(read(x, 1), read(y, 2)),
  ]);
  assert.equal(
    formatAnomalies(anomalies),
    [
      'anomaly G-single-realtime (stale read): R1 did not see 1 in l0, which R2 appended (rw); R2 was over at 2, R1 began at 5 (rt)',
      '  R1: thread 1 call 5 (committed, ticks 5-6): read l1 = [2]; read l0 = []',
      '  R2: thread 1 call 1 (committed, ticks 1-2): read l0 = []; append 1 to l0',
    ].join('\n'),
  );
});

test('a history of list-append survives its flat form', () => {
  const original = committed(
    [1, 2],
    ...[read(x), read(y, 1, 2 ** 40), savepoint, append(x, 3), rollback, savepoint, append(y, 4), release],
  );
  const log = new Log();
  for (const outcome of ['committed', 'aborted', 'lost']) {
    const operations = [];
    for (const { op, list = -1, elements = [] } of original.operations) pushOperation(operations, op, list, elements);
    pushRun(log, { ...original, outcome, operations });
  }
  assert.deepEqual(decode(log.numbers), [
    original,
    { ...original, outcome: 'aborted' },
    { ...original, outcome: 'lost' },
  ]);
});

// ---------------------------------------------------------------- heddle

test('list-append by two workers shows no anomaly', async () => {
  // One history after the other: a single one would take memory in proportion to HEDDLE_LOOPS.
  const histories = loops(1);
  const transactions = loops(30_000) / histories;
  const total = {};
  for (let history = 0; history < histories; history++) {
    const runs = await record({ transactions, seed: seed + 2 * history, name: `test:list-append:${history}` });
    const { anomalies, edges } = check(runs);
    assert.deepEqual(anomalies, [], formatAnomalies(anomalies));
    for (const [event, times] of Object.entries({ ...summarize(runs), ...edges })) {
      total[event] = (total[event] ?? 0) + times;
    }
  }
  console.log('list-append:', JSON.stringify(total));
  assert.ok(total.transactions >= loops(30_000));
  for (const [event, times] of Object.entries(total)) assert.ok(times > 0, `no ${event} happened`);
});
