// Is a checker awake? Seeds one bug at a time into a copy of the checkout and demands that the checker goes red, and that it is green
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
 * Runs a checker on each mutant; reports, and sets the exit code.
 *
 * @param {object} options
 * @param {string[]} options.command a program, by its path in the checkout, and its arguments; it exits with 0 only if it found nothing
 * @param {RegExp} options.finding global: matches what it prints of each thing found; group 1 is the name
 * @param {Mutant[]} options.mutants
 */
export function runMutants({ command: [program, ...args], finding, mutants }) {
  const copy = new Copy();

  /** What the checker finds. */
  function findings() {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy.root, program), ...args], {
      encoding: 'utf8',
    });
    if (status === 0) return [];
    const found = [...stdout.matchAll(finding)];
    if (found.length === 0) throw new Error(`the checker did not finish:\n${stdout}${stderr}`);
    return found;
  }

  function report(name, ok, detail) {
    console.log(`${ok ? 'ok' : 'FAIL'} ${name}: ${detail}`);
    if (!ok) process.exitCode = 1;
  }

  try {
    const [falseAlarm] = findings();
    report('no seeded bug', falseAlarm === undefined, falseAlarm?.[0] ?? 'green');
    for (const { name, edits, expected = [] } of mutants) {
      const found = copy.with(edits, findings);
      const missed = expected.filter((name) => !found.some((finding) => finding[1] === name));
      const detail = found.length === 0 ? 'the checker saw nothing' : found.map(([text]) => text).join(', ');
      report(name, found.length > 0 && missed.length === 0, missed.length === 0 ? detail : `${detail}; not ${missed}`);
    }
  } finally {
    copy.remove();
  }
}
