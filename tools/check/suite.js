// One process that runs tests and reports them as JUnit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReport } from './junit.js';
import { notePassed } from './passed.js';
import { run, secondsSince } from './process.js';

/**
 * Runs a test process, prints one line for it, what its tests said, and everything if it failed.
 *
 * A process that ends badly without a failed test (a crash, a module that does not load) counts as one failure, and so
 * does one that ran no test at all.
 *
 * @param {string} title
 * @param {(report: string) => string[]} command given where to write the JUnit report
 * @param {{ files?: string[], env?: Record<string, string>, noise?: RegExp }} [options] `files` are those of JavaScript that it runs;
 *   `noise` matches the lines of output that are the test runner's own
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSuite(title, command, { files = [], env, noise } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-tests-'));
  const report = join(directory, 'junit.xml');
  const start = performance.now();
  try {
    const { ok, stdout, stderr, reason } = await run(command(report), { env });
    const { passed: names, failed: failures, skipped } = readReport(report);
    const [passed, failed] = [names.length, failures.length];
    notePassed(files, names);
    const broken = failed === 0 && (!ok || passed + skipped === 0) ? 1 : 0;
    const verdict = failed + broken === 0 ? 'ok  ' : 'FAIL';
    const skips = skipped === 0 ? '' : `, ${skipped} skipped`;
    console.log(`${verdict} ${title}: ${passed} passed, ${failed + broken} failed${skips} (${secondsSince(start)} s)`);
    if (verdict === 'FAIL') {
      console.log(stdout + stderr + failures.join('\n\n'));
      if (broken) console.log(ok ? 'No test ran.' : `The process ended badly: ${reason}.`);
    } else {
      for (const line of stdout.split('\n'))
        if (line.trim() !== '' && !noise?.test(line)) console.log(`       ${line}`);
    }
    return { passed, failed: failed + broken };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {{ passed: number, failed: number }[]} counts */
export function sum(counts) {
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of counts) {
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}
