// A history of list-append: what each run of a transaction body read from lists and appended to them, and what became of it, ordered by
// a clock that all threads share. Nothing in it comes from inside the engine: no commit number, no snapshot number.
//
// A list is named by a number, and so are its elements: positive integers, each appended once in a history. A list that is not there
// is empty.

/**
 * @typedef {object} Run
 * @property {number} thread
 * @property {number} call the runs of one call of `transaction` share a number
 * @property {number} start a tick that precedes all that the run does
 * @property {number} end a tick that follows it, its commit included: `a.end <= b.start` means that b began when a was over (they are the
 *   same only if b is the run of a call after a)
 * @property {string} outcome one of OUTCOMES
 * @property {Operation[]} operations in program order
 *
 * @typedef {object} Operation
 * @property {string} op one of OPERATIONS; a savepoint is ended by its `release`, which keeps what was appended since, or by its `rollback`
 * @property {number} [list] of a `read` or an `append`
 * @property {number[]} [elements] all that a `read` showed; the one of an `append`
 */

export const OUTCOMES = ['committed', 'aborted', 'lost'];
export const OPERATIONS = ['read', 'append', 'savepoint', 'release', 'rollback'];

const HEADER = 6;
const OPERATION = 3;
const codeOf = new Map(OPERATIONS.map((name, code) => [name, code]));

/** Appends one operation to a flat list of numbers; `list` is -1 if it has none. */
export function pushOperation(numbers, op, list, elements) {
  numbers.push(codeOf.get(op), list, elements.length, ...elements);
}

/** Appends one run to a `Log` (../recording/log.js); `run.operations` is a flat list itself. */
export function pushRun(log, run) {
  const { operations } = run;
  log.push([run.thread, run.call, run.start, run.end, OUTCOMES.indexOf(run.outcome), operations.length]);
  log.push(operations);
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
    const [thread, call, start, end, outcome, length] = numbers.subarray(at, at + HEADER);
    at += HEADER;
    runs.push({
      thread,
      call,
      start,
      end,
      outcome: OUTCOMES[outcome],
      operations: decodeOperations(numbers.subarray(at, at + length)),
    });
    at += length;
  }
  return runs;
}

function decodeOperations(numbers) {
  const operations = [];
  for (let at = 0; at < numbers.length; ) {
    const op = OPERATIONS[numbers[at]];
    const first = at + OPERATION;
    const next = first + numbers[at + 2];
    const list = numbers[at + 1];
    operations.push(list === -1 ? { op } : { op, list, elements: [...numbers.subarray(first, next)] });
    at = next;
  }
  return operations;
}

/**
 * One line of a report: who ran it, when, what it saw and what it did.
 *
 * @param {Run} run
 */
export function formatRun(run) {
  const { thread, call, outcome, start, end } = run;
  return `thread ${thread} call ${call} (${outcome}, ticks ${start}-${end}): ${run.operations.map(formatOperation).join('; ')}`;
}

/** @param {Operation} operation */
export function formatOperation({ op, list, elements }) {
  if (op === 'read') return `read l${list} = ${formatList(elements)}`;
  return op === 'append' ? `append ${elements[0]} to l${list}` : op;
}

export function formatList(elements) {
  return `[${elements.join(' ')}]`;
}
