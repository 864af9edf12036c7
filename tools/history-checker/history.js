// A history is a list of runs: what each run of a transaction body saw, wrote and became, ordered by a clock that all threads
// share. Threads keep it as a flat list of numbers (a run is `HEADER` numbers, then four per operation), because recording must
// cost less than the transactions that it records.
//
// Keys are small integers, values positive integers, every written value unique, so that a value names its writer. 0 is absence.

/**
 * @typedef {object} Run
 * @property {number} thread
 * @property {number} call the runs of one call of `transaction` share a number
 * @property {number} start a tick that precedes the run's snapshot
 * @property {number} end a tick that follows its last operation, and its commit if it has one: `a.end < b.start` means that b began when a
 *   was over
 * @property {number} snapshot the number of the commit after which its reads are taken; UNKNOWN for a lone operation
 * @property {string} outcome one of OUTCOMES
 * @property {number} commit the number of its commit; UNKNOWN if it has none, or for a lone write
 * @property {Operation[]} reads in program order, without those of the run's own writes
 * @property {Operation[]} writes in program order
 *
 * @typedef {object} Operation
 * @property {string} op one of OPERATIONS
 * @property {number} map
 * @property {number} [key]
 * @property {number} [value] for `size` the size, for `has` 0 or 1
 * @property {[key: number, value: number][]} [entries] of a `scan`
 */

export const ABSENT = 0;
export const UNKNOWN = -1;

export const OUTCOMES = ['committed', 'read-only', 'aborted', 'lone'];
export const OPERATIONS = ['get', 'has', 'size', 'scan', 'entry', 'set', 'delete', 'clear'];

const HEADER = 9;
const OPERATION = 4;
const codeOf = new Map(OPERATIONS.map((name, code) => [name, code]));

/** Appends one operation to a flat list: `scan` has the number of entries as its value, and that many `entry` operations follow. */
export function pushOperation(list, op, map, key, value) {
  list.push(codeOf.get(op), map, key, value);
}

/** Appends one run to a `Log` (../recording/log.js); `run.reads` and `run.writes` are flat lists themselves. */
export function pushRun(log, run) {
  log.push([
    run.thread,
    run.call,
    run.start,
    run.end,
    run.snapshot,
    OUTCOMES.indexOf(run.outcome),
    run.commit,
    run.reads.length / OPERATION,
    run.writes.length / OPERATION,
  ]);
  log.push(run.reads);
  log.push(run.writes);
}

/**
 * The runs of a flat list.
 *
 * @param {Float64Array} numbers
 * @returns {Run[]}
 */
export function decode(numbers) {
  const runs = [];
  for (let at = 0; at < numbers.length; ) {
    const firstRead = at + HEADER;
    const firstWrite = firstRead + numbers[at + 7] * OPERATION;
    const next = firstWrite + numbers[at + 8] * OPERATION;
    runs.push({
      thread: numbers[at],
      call: numbers[at + 1],
      start: numbers[at + 2],
      end: numbers[at + 3],
      snapshot: numbers[at + 4],
      outcome: OUTCOMES[numbers[at + 5]],
      commit: numbers[at + 6],
      reads: decodeOperations(numbers, firstRead, firstWrite),
      writes: decodeOperations(numbers, firstWrite, next),
    });
    at = next;
  }
  return runs;
}

function decodeOperations(numbers, from, to) {
  const operations = [];
  for (let at = from; at < to; at += OPERATION) {
    const op = OPERATIONS[numbers[at]];
    const map = numbers[at + 1];
    const key = numbers[at + 2];
    const value = numbers[at + 3];
    if (op === 'entry') operations.at(-1).entries.push([key, value]);
    else if (op === 'scan') operations.push({ op, map, entries: [] });
    else operations.push({ op, map, key, value });
  }
  return operations;
}

/**
 * One line of a report: who ran it, when, what it saw and what it did.
 *
 * @param {Run} run
 */
export function formatRun(run) {
  const place = run.snapshot === UNKNOWN ? '' : `, snapshot ${run.snapshot}`;
  const commit = run.commit === UNKNOWN ? '' : `, commit ${run.commit}`;
  const operations = [...run.reads, ...run.writes].map(formatOperation).join('; ');
  return `thread ${run.thread} call ${run.call} (${run.outcome}, ticks ${run.start}-${run.end}${place}${commit}): ${operations}`;
}

/** @param {Operation} operation */
export function formatOperation({ op, map, key, value, entries }) {
  if (entries !== undefined) return `scan m${map} = [${entries.map(([k, v]) => `${k}: ${formatValue(v)}`).join(', ')}]`;
  if (op === 'clear') return `clear m${map}`;
  if (op === 'size') return `size m${map} = ${value}`;
  if (op === 'has') return `has m${map}[${key}] = ${value === 1}`;
  return op === 'delete' ? `delete m${map}[${key}]` : `${op} m${map}[${key}] = ${formatValue(value)}`;
}

export function formatValue(value) {
  return value === ABSENT ? 'absent' : String(value);
}
