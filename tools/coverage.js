// What the tests of the engine have run of it, by line and branch: `make coverage`, after its build.
//
// Branches that only an exception takes are left out: core/test/faults makes each allocation fail, and nothing else throws. Lists what was never
// run, for whoever wants to know why.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '..');
const BUILD = join(CHECKOUT, 'build/coverage');
const PROGRAMS = ['unit_tests', 'fault_tests', 'stress_tests'];

/** Of one source file. */
class Source {
  /** How often, by line. */
  #lines = new Map();
  /** By line, and by number within it; a template has those of all its instances. */
  #branches = new Map();

  add({ line_number, count, branches }) {
    this.#lines.set(line_number, (this.#lines.get(line_number) ?? 0) + count);
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

  get neverRun() {
    return [...this.#lines].filter(([, count]) => count === 0).map(([line]) => line);
  }
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
      const source = sources.get(path) ?? new Source();
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

for (const program of PROGRAMS) {
  console.log(`${program} …`);
  const { status, stdout } = spawnSync(join(BUILD, 'bin', program), { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${program} has failed:\n${stdout}`);
}
const sources = collect();
console.log('\n| | lines | branches | never run |\n|---|---|---|---|');
for (const [path, { lines, branches, neverRun }] of sources) {
  if (lines.run < lines.all || branches.run < branches.all)
    console.log(`| ${path} | ${percent(lines)} | ${percent(branches)} | ${neverRun.join(' ')} |`);
}
const all = [...sources.values()];
const [lines, branches] = [total(all.map((one) => one.lines)), total(all.map((one) => one.branches))];
console.log(
  `| all ${all.length} files | ${percent(lines)} of ${lines.all} | ${percent(branches)} of ${branches.all} | |`,
);
