// Are the checkers awake? Seeds one bug at a time into a copy of the checkout and demands that a checker goes red, and that it is green
// without.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Copy } from './copy.js';

/**
 * @typedef {object} Mutant
 * @property {string} name what is wrong
 * @property {import('./copy.js').Edit[]} edits that make it so
 * @property {string[]} [expected] names that the checker must give to it, others aside; without them any name will do
 */

/**
 * @typedef {object} Checker
 * @property {string} name
 * @property {string[]} command a program, by its path in the checkout, and its arguments; it exits with 0 only if it found nothing
 * @property {RegExp} finding global: matches what it prints of each thing found; group 1 is the name
 * @property {Mutant[]} mutants
 */

/**
 * Runs checkers on their mutants; reports, and sets the exit code. A mutant that several have is built once.
 *
 * @param {Checker[]} checkers
 */
export function runMutants(checkers) {
  const copy = new Copy();
  try {
    for (const checker of checkers) {
      const [falseAlarm] = findings(copy, checker);
      report(checker, 'no seeded bug', falseAlarm === undefined, falseAlarm?.[0] ?? 'green');
    }
    for (const { edits, tests } of byEdits(checkers)) {
      copy.with(edits, () => {
        for (const { checker, mutant } of tests) demand(copy, checker, mutant);
      });
    }
  } finally {
    copy.remove();
  }
}

/** @param {Checker[]} checkers */
function byEdits(checkers) {
  /** @type {Map<string, { edits: import('./copy.js').Edit[], tests: { checker: Checker, mutant: Mutant }[] }>} */
  const groups = new Map();
  for (const checker of checkers) {
    for (const mutant of checker.mutants) {
      const { edits } = mutant;
      const key = JSON.stringify(edits);
      const group = groups.get(key) ?? { edits, tests: [] };
      group.tests.push({ checker, mutant });
      groups.set(key, group);
    }
  }
  return groups.values();
}

/**
 * What a checker finds in the copy.
 *
 * @param {Copy} copy
 * @param {Checker} checker
 */
function findings(copy, { command: [program, ...args], finding }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy.root, program), ...args], {
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const found = [...stdout.matchAll(finding)];
  if (found.length === 0) throw new Error(`the checker did not finish:\n${stdout}${stderr}`);
  return found;
}

function demand(copy, checker, { name, expected = [] }) {
  const found = findings(copy, checker);
  const missed = expected.filter((name) => !found.some((finding) => finding[1] === name));
  const detail = found.length === 0 ? 'the checker saw nothing' : found.map(([text]) => text).join(', ');
  const ok = found.length > 0 && missed.length === 0;
  report(checker, name, ok, missed.length === 0 ? detail : `${detail}; not ${missed}`);
}

function report(checker, name, ok, detail) {
  console.log(`${ok ? 'ok' : 'FAIL'} ${checker.name}: ${name}: ${detail}`);
  if (!ok) process.exitCode = 1;
}
