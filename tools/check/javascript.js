// The JavaScript tests, in each runtime.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { atOnce } from './at-once.js';
import { runSuite, sum } from './suite.js';

/** Where exceptions are listed: `[{ "file": "test/…", "runtime": "deno", "reason": "…" }]`. */
const EXCEPTIONS = 'test/exceptions.json';

/** Which files have the machine to themselves: `[{ "file": "test/…", "reason": "…" }]`. */
const ALONE = 'test/alone.json';

/** Which files the engine of `make unlucky` spares conflicts that are none: `[{ "file": "test/…", "reason": "…" }]`. */
const LUCKY = 'test/lucky.json';

/** How many of the other files run at once: by itself each of them leaves much of two processors idle. */
const AT_ONCE = 2;

/** How many files share a process: to start one that tests costs 0.3 to 0.4 s of processor time in each runtime. */
const FILES_OF_A_PROCESS = 8;

/** Bun gives a test 5 seconds unless told otherwise; how long a test takes is not what it asserts. */
const BUN_TEST_TIMEOUT_MS = 30 * 60_000;

/** How each runtime runs test files in one process, and which lines of its standard output are not the tests' own. */
const RUNTIMES = {
  node: {
    command: (files, report) => [
      'node',
      '--test-reporter=junit',
      `--test-reporter-destination=${report}`,
      'tools/check/several.js',
      ...files,
    ],
  },
  bun: {
    command: (files, report) => [
      'node_modules/.bin/bun',
      'test',
      `--timeout=${BUN_TEST_TIMEOUT_MS}`,
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    noise: /^bun test v/,
  },
  deno: {
    command: (files, report) => [
      'node_modules/.bin/deno',
      'test',
      '--allow-all',
      '--no-check',
      '--no-lock',
      `--junit-path=${report}`,
      ...files,
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
 * Files that share a process, which have a folder in common: what one of them does to the process does not reach far.
 *
 * @param {string[]} files sorted
 */
function grouped(files) {
  /** @type {string[][]} */
  const groups = [];
  for (const file of files) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < FILES_OF_A_PROCESS && folder(last[0]) === folder(file)) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

/** The first one below test/. */
const folder = (file) => file.split('/')[1];

/**
 * Runs the test files in one runtime, those whose threads have to meet one after the other, when the rest have run.
 *
 * @param {string} runtime
 * @param {string[]} [patterns] run only files whose path contains one of these
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function testJavaScript(runtime, patterns = []) {
  const files = testFiles();
  const exceptions = readList(EXCEPTIONS, files).filter((entry) => entry.runtime === runtime);
  const alone = new Set(readList(ALONE, files).map(({ file }) => file));
  const lucky = new Set(readList(LUCKY, files).map(({ file }) => file));
  const { command, noise } = RUNTIMES[runtime];
  const chosen = patterns.length === 0 ? files : files.filter((file) => patterns.some((part) => file.includes(part)));
  const able = chosen.filter((file) => {
    const exception = exceptions.find((entry) => entry.file === file);
    if (exception) console.log(`skip ${runtime} ${file}: ${exception.reason}`);
    return !exception;
  });
  const beside = grouped(able.filter((file) => !alone.has(file)));
  const byItself = able.filter((file) => alone.has(file)).map((file) => [file]);
  const total = beside.length + byItself.length;
  const job = (group, index) => () => {
    const name = group.length === 1 ? group[0] : `${group[0]} and ${group.length - 1} more`;
    const title = `${runtime} [${index + 1}/${total}] ${name}`;
    const spared = group.some((file) => lucky.has(file)) ? { HEDDLE_LUCKY: '1' } : {};
    const env = { NO_COLOR: '1', ...spared };
    return runSuite(title, (report) => command(group, report), { files: group, env, noise });
  };
  const counts = [
    ...(await atOnce(beside.map(job), AT_ONCE)),
    ...(await atOnce(
      byItself.map((group, i) => job(group, beside.length + i)),
      1,
    )),
  ];
  if (counts.length === 0) {
    console.log(`FAIL ${runtime}: no test to run`);
    return { passed: 0, failed: 1 };
  }
  return sum(counts);
}
