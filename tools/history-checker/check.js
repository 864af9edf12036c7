// Decides whether a history (see history.js) could have come from a correct engine. Four rules, each a line of the guarantees:
//
//   numbering        every commit number after the first is taken by exactly one run.
//   opacity          what a run reads is the state at its snapshot, whatever becomes of the run.
//   serializability  what a committed run read is still the state just before its commit.
//   real time        a run begins at or after the commits that had ended before it, and at or before those that began when it was over.
//
// A lone read has no snapshot number of its own: it is placed at the earliest commit, not before those that ended before it, at which
// it would read what it read. Earliest is safe, because a place only ever bounds later runs from below.

import { ABSENT, formatOperation, formatRun, formatValue, UNKNOWN } from './history.js';
import { Model } from './model.js';

/** @typedef {{ rule: string, message: string, runs: import('./history.js').Run[] }} Violation */

/**
 * Checks a history.
 *
 * @param {import('./history.js').Run[]} runs in any order. At most one thread may write outside transactions: its writes take the commit numbers that
 *   nobody else has, in its own order.
 * @returns {Violation | undefined} the first violation.
 */
export function check(runs) {
  const misnumbered = checkNumbering(runs);
  if (misnumbered !== undefined) return misnumbered;
  const model = new Model();
  for (const run of runs.filter(isWriter).sort(byCommit)) model.apply(run, run.commit);
  return checkReads(runs, model) ?? checkRealTime(runs, model);
}

/**
 * A violation as text: the rule, what is wrong, and the runs that it takes to see it.
 *
 * @param {Violation} violation
 */
export function formatViolation({ rule, message, runs }) {
  return [`violation of ${rule}: ${message}`, ...runs.map((run) => `  ${formatRun(run)}`)].join('\n');
}

const byCommit = (a, b) => a.commit - b.commit;
const isWriter = (run) => run.commit !== UNKNOWN;

function checkNumbering(runs) {
  const lone = runs.filter((run) => run.outcome === 'lone' && run.writes.length > 0).sort((a, b) => a.start - b.start);
  const numbered = runs.filter(isWriter).sort(byCommit);
  let nextLone = 0;
  let last = numbered[0];
  for (const run of numbered.slice(1)) {
    if (run.commit === last.commit) {
      return { rule: 'numbering', message: `two runs have commit ${run.commit}`, runs: [last, run] };
    }
    for (let commit = last.commit + 1; commit < run.commit; commit++) {
      if (nextLone === lone.length) {
        return { rule: 'numbering', message: `nobody made commit ${commit}`, runs: [last, run] };
      }
      lone[nextLone++].commit = commit;
    }
    last = run;
  }
  // Lone writes after the last numbered commit.
  for (let commit = last.commit + 1; nextLone < lone.length; commit++) lone[nextLone++].commit = commit;
  return undefined;
}

function checkReads(runs, model) {
  const position = (run) => (isWriter(run) ? run.commit : run.snapshot);
  for (const run of runs.filter((run) => run.outcome !== 'lone').sort((a, b) => position(a) - position(b))) {
    if (isWriter(run) && run.commit <= run.snapshot) {
      return {
        rule: 'real time',
        message: `commit ${run.commit} is not after its snapshot ${run.snapshot}`,
        runs: [run],
      };
    }
    const broken = mismatch(model, run, run.snapshot);
    if (broken !== undefined) return explain('opacity', broken, `at its snapshot ${run.snapshot}`, runs, run);
    const lost = isWriter(run) ? mismatch(model, run, run.commit - 1) : undefined;
    if (lost !== undefined) return explain('serializability', lost, `just before its commit ${run.commit}`, runs, run);
  }
  return undefined;
}

/** The first read of `run` that differs from the state at `version`, with that state, or undefined. */
function mismatch(model, run, version) {
  for (const read of run.reads) {
    const { op, map, key, value } = read;
    if (op === 'get' || op === 'has') {
      const state = model.at(map, key, version);
      const same = op === 'get' ? state.value === value : (state.value !== ABSENT) === (value === 1);
      if (!same) return { read, expected: formatValue(state.value), writer: state.writer };
    } else {
      const entries = model.entries(map, version);
      const same = op === 'size' ? entries.length === value : sameEntries(entries, read.entries);
      if (!same) return { read, expected: formatOperation({ op: 'scan', map, entries }), writer: undefined };
    }
  }
  return undefined;
}

function sameEntries(a, b) {
  return a.length === b.length && a.every(([key, value], index) => key === b[index][0] && value === b[index][1]);
}

function explain(rule, { read, expected, writer }, place, runs, run) {
  const wrote = ({ writes }) => writes.some(({ op, value }) => op === 'set' && value === read.value);
  const source = read.op === 'get' ? runs.find(wrote) : undefined;
  return {
    rule,
    message: `${formatOperation(read)}, but ${place} it is ${expected}`,
    runs: [run, ...new Set([source, writer].filter((other) => other !== undefined))],
  };
}

function checkRealTime(runs, model) {
  const events = runs.flatMap((run) => [
    { tick: run.start, run, starts: true },
    { tick: run.end, run, starts: false },
  ]);
  events.sort((a, b) => a.tick - b.tick);

  // The first commit of the runs that start after a run's end: the run must come before it.
  const ceilings = new Map();
  let ceiling = NOBODY_AFTER;
  for (const { run, starts } of events.toReversed()) {
    if (!starts) ceilings.set(run, ceiling);
    else if (isWriter(run) && run.commit < ceiling.commit) ceiling = run;
  }

  // The latest place of the runs that ended before a run's start: the run must not come before it.
  const floors = new Map();
  let floor = { place: UNKNOWN, run: undefined };
  for (const { run, starts } of events) {
    if (starts) {
      floors.set(run, floor);
      continue;
    }
    const before = floors.get(run);
    const after = ceilings.get(run);
    const place = placeOf(run, before.place, after.commit, model);
    if (place === undefined) {
      return {
        rule: 'real time',
        message: `no state between commits ${before.place} and ${after.commit - 1} has what the lone read saw`,
        runs: [run, before.run, after].filter((other) => other?.start !== undefined),
      };
    }
    if (isWriter(run) ? run.commit <= before.place : place < before.place) {
      return {
        rule: 'real time',
        message: `it comes before a run that had ended when it started`,
        runs: [run, before.run],
      };
    }
    if (place >= after.commit) {
      return {
        rule: 'real time',
        message: `it saw commit ${after.commit}, which began when it was over`,
        runs: [run, after],
      };
    }
    if (place > floor.place) floor = { place, run };
  }
  return undefined;
}

const NOBODY_AFTER = { commit: Infinity };

/** The commit number at which a run takes effect; for a lone read the earliest that fits, undefined if none does. */
function placeOf(run, floor, ceiling, model) {
  if (isWriter(run)) return run.commit;
  if (run.outcome !== 'lone') return run.snapshot;
  const last = Number.isFinite(ceiling) ? ceiling - 1 : model.last;
  for (let place = floor; place <= last; place++) {
    if (mismatch(model, run, place) === undefined) return place;
  }
  return undefined;
}
