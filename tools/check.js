// Everything `make test` checks, stage by stage, with one summary: node tools/check.js
import { existsSync, readdirSync } from 'node:fs';
import { atOnce } from './check/at-once.js';
import { RUNTIME_NAMES, testJavaScript } from './check/javascript.js';
import { checkConformance } from './check/passed.js';
import { run, secondsSince } from './check/process.js';
import { runSuite, sum } from './check/suite.js';

/** Lines of a GoogleTest run that are GoogleTest's own. */
const GTEST_NOISE = /^(\[|Running main\(\)|Note: )/;

/** What the sanitizers are told; each is ignored by a program that is not built with it. */
const SANITIZER_OPTIONS = {
  TSAN_OPTIONS: 'halt_on_error=1 second_deadlock_stack=1',
  ASAN_OPTIONS: 'detect_leaks=1 detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

const LOOPS = Number(process.env.HEDDLE_LOOPS ?? 1);
const SOAK = LOOPS > 1;

/** How many times as often the loops of stress tests run without a sanitizer. */
const RELEASE_LOOPS = 6;

/** The schedule explorer is one thread, so two parts of its tests run at once; more parts are more even. */
const EXPLORER_SHARDS = 6;

/** Whether a program needs both processors, for its threads to meet. */
const isAlone = (/** @type {string} */ name) => name === 'stress_tests';

/** A command as one check. */
async function command(...words) {
  const { ok } = await run(words, { live: true });
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

const make = (target, ...variables) => command('make', '--no-print-directory', target, ...variables);

/** The packages for this platform, and the first steps with them: one package manager for each runtime. */
async function testPackages() {
  const packed = await command('node', 'tools/pack/index.js', '--here');
  return packed.failed > 0 ? packed : sum([packed, await command('node', 'tools/start/index.js')]);
}

/** Builds under way, by preset: what `run` promises. */
const builds = new Map();

/**
 * Starts to build for the sanitizers, in directories of their own, beside the tests in JavaScript, which leave some of two
 * processors idle. One compiler at a time and at the lowest priority, for some tests need two threads to meet.
 */
function buildBeside() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  for (const preset of ['tsan', 'asan']) {
    const build = last.then(() =>
      run(['nice', '-n', '19', 'make', '--no-print-directory', `build-${preset}`, 'JOBS=1']),
    );
    builds.set(preset, build);
    last = build;
  }
}

/** A build as one check; one that was started before is awaited, and shown only now. */
async function build(preset, targets) {
  if (!builds.has(preset)) return make(`build-${preset}`, `TARGETS=${targets.join(' ')}`);
  const { ok, stdout, stderr, reason } = await builds.get(preset);
  console.log(stdout + stderr);
  if (!ok) console.log(`FAIL build-${preset}: ${reason}`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

/** GoogleTest programs of a build, after building them; all that it has, unless they are named. */
async function testEngine(preset, directory, targets = []) {
  const built = await build(preset, targets);
  if (built.failed > 0) return built;
  // ThreadSanitizer of Clang 14 cannot place its shadow memory under a kernel that randomizes 32 bits of addresses.
  const fixedAddresses = preset === 'tsan' && (await run(['setarch', '-R', 'true'])).ok ? ['setarch', '-R'] : [];
  const found = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('_tests')) : [];
  const programs = targets.length > 0 ? targets : found;
  const runsOf = (name) => {
    const command = (report) => [...fixedAddresses, `${directory}/${name}`, `--gtest_output=xml:${report}`];
    const shards = name === 'schedule_tests' ? EXPLORER_SHARDS : 1;
    return Array.from({ length: shards }, (_, index) => {
      // At full speed a stress test may be over before its threads have met.
      const loops = LOOPS * (preset === 'release' && name === 'stress_tests' ? RELEASE_LOOPS : 1);
      const env = {
        ...SANITIZER_OPTIONS,
        HEDDLE_LOOPS: String(loops),
        GTEST_TOTAL_SHARDS: String(shards),
        GTEST_SHARD_INDEX: String(index),
      };
      const title = shards === 1 ? `${preset} ${name}` : `${preset} ${name} [${index + 1}/${shards}]`;
      return () => runSuite(title, command, { env, noise: GTEST_NOISE });
    });
  };
  const [alone, beside] = [programs.filter(isAlone), programs.filter((name) => !isAlone(name))];
  const counts = [built, ...(await atOnce(beside.flatMap(runsOf), 2)), ...(await atOnce(alone.flatMap(runsOf), 1))];
  if (programs.length === 0) {
    console.log(`FAIL ${preset}: no test program in ${directory}`);
    counts.push({ passed: 0, failed: 1 });
  }
  return sum(counts);
}

const STAGES = [
  { name: 'build', check: () => make('build'), required: true },
  { name: 'lint', check: () => make('lint') },
  { name: 'types', check: () => make('types') },
  { name: 'packages', check: testPackages },
  // The explorer cannot run under a sanitizer. Unit and stress tests run under two of them; at full speed in `make soak`.
  {
    name: 'engine',
    check: () => testEngine('release', 'build/bin', ['schedule_tests', ...(SOAK ? ['stress_tests'] : [])]),
  },
  ...RUNTIME_NAMES.map((runtime) => ({ name: runtime, check: () => testJavaScript(runtime) })),
  // What they seed seldom finds other checkers than the last time, and takes long: `make soak` and `make mutants`.
  ...(SOAK ? [{ name: 'mutants', check: () => make('mutants') }] : []),
  { name: 'engine, TSan', check: () => testEngine('tsan', 'build/tsan/bin') },
  { name: 'engine, ASan+UBSan', check: () => testEngine('asan', 'build/asan/bin') },
  { name: 'conformance', check: checkConformance },
];

const results = [];
for (const { name, check, required } of STAGES) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  if (name === RUNTIME_NAMES[0]) buildBeside();
  const count = await check();
  results.push({ name, ...count, seconds: secondsSince(start) });
  if (required && count.failed > 0) break;
}

console.log(`\n${'stage'.padEnd(20)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`);
for (const { name, passed, failed, seconds } of results) {
  console.log(
    `${name.padEnd(20)}${String(passed).padStart(8)}${String(failed).padStart(8)}${String(seconds).padStart(9)}`,
  );
}
const skipped = STAGES.slice(results.length).map(({ name }) => name);
if (skipped.length > 0) console.log(`not run, because the build failed: ${skipped.join('; ')}`);

const { passed, failed } = sum(results);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
