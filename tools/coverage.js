// What the tests have run of the engine, by line and branch: `make coverage`, after its build. The tests are the engine's own but for the explorer,
// and those of the package on Node.
//
// Branches that only an exception takes are left out: core/test/faults makes each allocation fail, and nothing else throws. Every other line that
// was never run, or has a branch that was not, is to be in core/test/uncovered.json, with the reason: one that is not there fails the run.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { copyOfCheckout } from './check/copy.js';

const CHECKOUT = resolve(import.meta.dirname, '..');
const BUILD = join(CHECKOUT, 'build/coverage');
const PROGRAMS = ['unit_tests', 'fault_tests', 'stress_tests'];

/** `[{ "reason", "places": { "core/…": ["the text of a line"] } }]`: by text, as numbers of lines change with every edit. */
const EXPLAINED = 'core/test/uncovered.json';

/** What a line has, or goes on with, that has a condition. The branches of any other are the compiler's: null checks of `delete`, ends of scopes. */
const CONDITION = /\b(if|for|while|switch|case)\b|\?|&&|\|\|/;
const GOES_ON = /(&&|\|\||\?|[:(,])$/;

/** Of one source file. */
class Source {
  /** Whether the line with the index has a condition. */
  #conditional;

  /** How often, by line. */
  #lines = new Map();
  /** By line, and by number within it; a template has those of all its instances. */
  #branches = new Map();

  constructor(path) {
    const lines = trimmedLines(path);
    this.#conditional = lines.map((line, i) => CONDITION.test(line) || (i > 0 && GOES_ON.test(lines[i - 1])));
  }

  add({ line_number, count, branches }) {
    this.#lines.set(line_number, (this.#lines.get(line_number) ?? 0) + count);
    if (!this.#conditional[line_number - 1]) return;
    const taken = branches.filter((branch) => !branch.throw).map((branch) => branch.count);
    const known = this.#branches.get(line_number) ?? [];
    this.#branches.set(
      line_number,
      Array.from({ length: Math.max(known.length, taken.length) }, (_, n) => (known[n] ?? 0) + (taken[n] ?? 0)),
    );
  }

  get lines() {
    return tally([...this.#lines.values()]);
  }

  get branches() {
    return tally([...this.#branches.values()].flat());
  }

  /** Lines that were never run, or have a branch that was not. */
  get missed() {
    const lines = [...this.#lines].filter(([, count]) => count === 0).map(([line]) => line);
    const branches = [...this.#branches].filter(([, counts]) => counts.includes(0)).map(([line]) => line);
    return [...new Set([...lines, ...branches])].sort((a, b) => a - b);
  }
}

function trimmedLines(path) {
  const text = readFileSync(join(CHECKOUT, path), 'utf8');
  return text.split('\n').map((line) => line.trim());
}

function tally(counts) {
  return { all: counts.length, run: counts.filter((count) => count > 0).length };
}

function gcov(file) {
  const { stdout, status } = spawnSync('gcov', ['--json-format', '--stdout', '--branch-probabilities', file], {
    cwd: BUILD,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`gcov could not read ${file}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => JSON.parse(line).files);
}

function collect() {
  /** @type {Map<string, Source>} */
  const sources = new Map();
  const counted = readdirSync(BUILD, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.gcda'));
  for (const name of counted) {
    for (const { file, lines } of gcov(join(BUILD, name))) {
      const path = relative(CHECKOUT, resolve(BUILD, file));
      if (!/^core\/(src|include)\//.test(path)) continue;
      const source = sources.get(path) ?? new Source(path);
      sources.set(path, source);
      for (const line of lines) source.add(line);
    }
  }
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const percent = ({ run, all }) => (all === 0 ? '' : `${((100 * run) / all).toFixed(1)} %`);
const total = (tallies) => ({
  run: tallies.reduce((sum, { run }) => sum + run, 0),
  all: tallies.reduce((sum, { all }) => sum + all, 0),
});

function runPrograms() {
  for (const program of PROGRAMS) {
    console.log(`${program} …`);
    const { status, stdout } = spawnSync(join(BUILD, 'bin', program), { encoding: 'utf8', maxBuffer: 2 ** 30 });
    if (status !== 0) throw new Error(`${program} has failed:\n${stdout}`);
  }
}

/** The package's tests, of which a part can be chosen. */
function runPackage(patterns) {
  const root = copyOfCheckout('build/coverage/heddle.node');
  try {
    const { status } = spawnSync('node', ['tools/run-tests.js', '--runtime=node', ...patterns], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('tests of the package have failed');
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Prints the missed lines that nobody has explained, and explanations of lines that there are not; whether there are none of both. */
function checkExplained(sources) {
  const explained = new Set();
  let good = true;
  for (const { places } of JSON.parse(readFileSync(join(CHECKOUT, EXPLAINED), 'utf8'))) {
    for (const [path, texts] of Object.entries(places)) {
      const lines = new Set(trimmedLines(path));
      for (const text of texts) {
        explained.add(`${path}: ${text}`);
        if (lines.has(text)) continue;
        console.log(`${EXPLAINED} explains a line that is not there: ${path}: ${text}`);
        good = false;
      }
    }
  }
  for (const [path, { missed }] of sources) {
    const lines = trimmedLines(path);
    for (const line of missed) {
      const text = lines[line - 1];
      if (explained.has(`${path}: ${text}`)) continue;
      console.log(`not run, or a branch of it, and not explained: ${path}:${line}: ${text}`);
      good = false;
    }
  }
  return good;
}

runPrograms();
runPackage(process.argv.slice(2));
const sources = collect();
console.log('\n| | lines | branches |\n|---|---|---|');
for (const [path, { lines, branches }] of sources) {
  if (lines.run < lines.all || branches.run < branches.all)
    console.log(`| ${path} | ${percent(lines)} | ${percent(branches)} |`);
}
const all = [...sources.values()];
const [lines, branches] = [total(all.map((one) => one.lines)), total(all.map((one) => one.branches))];
console.log(
  `| all ${all.length} files | ${percent(lines)} of ${lines.all} | ${percent(branches)} of ${branches.all} |\n`,
);
process.exitCode = checkExplained(sources) ? 0 : 1;
