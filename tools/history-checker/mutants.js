// Is the checker awake? Seeds one bug at a time into a copy of the checkout and demands that the checker goes red, and that it is green
// without: `node tools/history-checker/mutants.js`.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const TRANSACTIONS = '60000';
const VIOLATION = /^violation of .*/m;

/** Each edit replaces a text that its file has exactly once. */
const MUTANTS = [
  {
    name: 'a commit does not validate what it read',
    edits: [['core/src/txn/steps.h', '(read.stamp & 1) != 0 || now != read.stamp', 'false']],
  },
  {
    // It dawdles where it is wrong, so that catching it does not take luck.
    name: 'a stamp is even again before the new version is there',
    edits: [
      [
        'core/src/txn/steps.h',
        'stamp.store(next_stamp(now), std::memory_order_relaxed);',
        '{ stamp.store(now + 2); for (int pause = 0; pause < 10000; ++pause) (void)stamp.load(); }',
      ],
      [
        'core/src/txn/steps.h',
        'const Stamp even = next_stamp(stamp.load(std::memory_order_relaxed));',
        'const Stamp even = (stamp.load(std::memory_order_relaxed) + 1) & ~1;',
      ],
    ],
  },
  {
    name: 'a cached read does not ask its stamp',
    edits: [['dist/load.js', 'return entry.segment[entry.slot] === entry.stamp && cache', 'return cache']],
  },
  {
    name: 'a body takes a cached read that is newer than its snapshot',
    edits: [['dist/txn/body.js', '=== entry.stamp && entry.version <= this.rv;', '=== entry.stamp;']],
  },
];

function mutate(root, edits) {
  for (const [file, from, to] of edits) {
    const path = join(root, file);
    const source = readFileSync(path, 'utf8');
    const parts = source.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, instead of once: ${from}`);
    writeFileSync(path, parts.join(to));
  }
}

function restore(root, edits) {
  for (const [file] of edits) writeFileSync(join(root, file), readFileSync(join(CHECKOUT, file)));
}

/** A copy in which `import 'heddle'` finds the copy's own package and addon. */
function copyCheckout() {
  const root = mkdtempSync(join(tmpdir(), 'heddle-mutants-'));
  for (const part of ['CMakeLists.txt', 'package.json', 'core', 'binding', 'dist', 'tools/history-checker']) {
    cpSync(join(CHECKOUT, part), join(root, part), { recursive: true });
  }
  mkdirSync(join(root, 'node_modules'));
  symlinkSync('..', join(root, 'node_modules/heddle'));
  symlinkSync(join(CHECKOUT, 'node_modules/node-api-headers'), join(root, 'node_modules/node-api-headers'));
  // Lightly optimized and not as a whole program: a mutant is one file compiled and one link.
  const quick = ['-DHEDDLE_TESTS=OFF', '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_CXX_FLAGS=-O1'];
  execFileSync('cmake', ['-S', root, '-B', join(root, 'build'), ...quick], { stdio: 'ignore' });
  return root;
}

function build(root) {
  execFileSync('cmake', ['--build', join(root, 'build'), '--target', 'heddle', '-j', '2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The violation that the checker finds, undefined if it finds none. */
function verdict(root) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/history-checker/index.js'), TRANSACTIONS],
    {
      encoding: 'utf8',
    },
  );
  if (status === 0) return undefined;
  const violation = VIOLATION.exec(stdout);
  if (violation === null) throw new Error(`the checker did not finish:\n${stdout}${stderr}`);
  return violation[0];
}

const root = copyCheckout();
let failures = 0;
function report(name, ok, detail) {
  console.log(`${ok ? 'ok' : 'FAIL'} ${name}: ${detail}`);
  if (!ok) failures++;
}
try {
  build(root);
  const violation = verdict(root);
  report('no seeded bug', violation === undefined, violation ?? 'green');
  for (const { name, edits } of MUTANTS) {
    mutate(root, edits);
    build(root);
    const violation = verdict(root);
    report(name, violation !== undefined, violation ?? 'the checker saw nothing');
    restore(root, edits);
  }
} finally {
  rmSync(root, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;
