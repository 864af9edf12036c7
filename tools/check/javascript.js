// The JavaScript tests, in each runtime.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { runSuite, sum } from './suite.js';

/** Where exceptions are listed: `[{ "file": "test/…", "runtime": "deno", "reason": "…" }]`. */
const EXCEPTIONS = 'test/exceptions.json';

/** Bun gives a test 5 seconds unless told otherwise; how long a test takes is not what it asserts. */
const BUN_TEST_TIMEOUT_MS = 30 * 60_000;

/** How each runtime runs one test file, and which lines of its standard output are not the tests' own. */
const RUNTIMES = {
  node: {
    command: (file, report) => ['node', '--test-reporter=junit', `--test-reporter-destination=${report}`, file],
  },
  bun: {
    command: (file, report) => [
      'node_modules/.bin/bun',
      'test',
      `--timeout=${BUN_TEST_TIMEOUT_MS}`,
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      `./${file}`,
    ],
    noise: /^bun test v/,
  },
  deno: {
    command: (file, report) => [
      'node_modules/.bin/deno',
      'test',
      '--allow-all',
      '--no-check',
      '--no-lock',
      `--junit-path=${report}`,
      file,
    ],
    noise: /^(running \d+ tests? from |-+ (post-test )?output( end)? -+$|ok \| )| \.\.\.( ok.*| ignored.*)?$/,
  },
};

export const RUNTIME_NAMES = Object.keys(RUNTIMES);

function testFiles() {
  if (!existsSync('test')) return [];
  return readdirSync('test', { recursive: true })
    .map((name) => `test/${name}`)
    .filter((name) => name.endsWith('.test.js'))
    .sort();
}

/** @param {string[]} files */
function readExceptions(files) {
  if (!existsSync(EXCEPTIONS)) return [];
  const exceptions = JSON.parse(readFileSync(EXCEPTIONS, 'utf8'));
  for (const { file, runtime, reason } of exceptions) {
    if (!files.includes(file)) throw new Error(`${EXCEPTIONS} names ${file}, which is not a test`);
    if (!RUNTIME_NAMES.includes(runtime)) throw new Error(`${EXCEPTIONS} names the unknown runtime ${runtime}`);
    if (!reason) throw new Error(`${EXCEPTIONS} gives no reason for ${file} in ${runtime}`);
  }
  return exceptions;
}

/**
 * Runs the test files in one runtime, one process after the other: a crash then has one file to blame, and each test
 * has the machine to itself.
 *
 * @param {string} runtime
 * @param {string[]} [patterns] run only files whose path contains one of these
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function testJavaScript(runtime, patterns = []) {
  const files = testFiles();
  const exceptions = readExceptions(files);
  const { command, noise } = RUNTIMES[runtime];
  const chosen = patterns.length === 0 ? files : files.filter((file) => patterns.some((part) => file.includes(part)));
  const counts = [];
  for (const [index, file] of chosen.entries()) {
    const title = `${runtime} [${index + 1}/${chosen.length}] ${file}`;
    const exception = exceptions.find((entry) => entry.file === file && entry.runtime === runtime);
    if (exception) console.log(`skip ${title}: ${exception.reason}`);
    else counts.push(await runSuite(title, (report) => command(file, report), { env: { NO_COLOR: '1' }, noise }));
  }
  if (counts.length === 0) {
    console.log(`FAIL ${runtime}: no test to run`);
    return { passed: 0, failed: 1 };
  }
  return sum(counts);
}
