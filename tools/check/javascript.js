// The JavaScript tests, in each runtime.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { atOnce } from './at-once.js';
import { runSuite, sum } from './suite.js';

/** Where exceptions are listed: `[{ "file": "test/…", "runtime": "deno", "reason": "…" }]`. */
const EXCEPTIONS = 'test/exceptions.json';

/** Which files have the machine to themselves: `[{ "file": "test/…", "reason": "…" }]`. */
const ALONE = 'test/alone.json';

/** How many of the other files run at once: by itself each of them leaves much of two processors idle. */
const AT_ONCE = 2;

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

/**
 * What a list says of test files.
 *
 * @param {string} path of the list
 * @param {string[]} files that there are
 * @returns {{ file: string, runtime?: string, reason: string }[]}
 */
function readList(path, files) {
  const entries = JSON.parse(readFileSync(path, 'utf8'));
  for (const { file, runtime, reason } of entries) {
    if (!files.includes(file)) throw new Error(`${path} names ${file}, which is not a test`);
    if (runtime !== undefined && !RUNTIME_NAMES.includes(runtime))
      throw new Error(`${path} names the unknown runtime ${runtime}`);
    if (!reason) throw new Error(`${path} gives no reason for ${file}`);
  }
  return entries;
}

/**
 * Runs the test files in one runtime, each in a process of its own: a crash then has one file to blame. Those whose
 * threads have to meet run one after the other, when the rest have run.
 *
 * @param {string} runtime
 * @param {string[]} [patterns] run only files whose path contains one of these
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function testJavaScript(runtime, patterns = []) {
  const files = testFiles();
  const exceptions = readList(EXCEPTIONS, files).filter((entry) => entry.runtime === runtime);
  const alone = new Set(readList(ALONE, files).map(({ file }) => file));
  const { command, noise } = RUNTIMES[runtime];
  const chosen = patterns.length === 0 ? files : files.filter((file) => patterns.some((part) => file.includes(part)));
  const beside = [];
  const byItself = [];
  for (const [index, file] of chosen.entries()) {
    const title = `${runtime} [${index + 1}/${chosen.length}] ${file}`;
    const exception = exceptions.find((entry) => entry.file === file);
    const job = () => runSuite(title, (report) => command(file, report), { env: { NO_COLOR: '1' }, noise });
    if (exception) console.log(`skip ${title}: ${exception.reason}`);
    else (alone.has(file) ? byItself : beside).push(job);
  }
  const counts = [...(await atOnce(beside, AT_ONCE)), ...(await atOnce(byItself, 1))];
  if (counts.length === 0) {
    console.log(`FAIL ${runtime}: no test to run`);
    return { passed: 0, failed: 1 };
  }
  return sum(counts);
}
