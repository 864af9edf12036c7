// Runs the JavaScript tests on the engine of `make unlucky`, in a copy of the checkout that has it: node tools/unlucky.js [runtime] [pattern…]
//
// In that engine threads lose the processor before atomic operations, weak exchanges fail, commits have not foreseen what they need, and reads
// are said to have changed although they have not, all at random. All that may be seen of it from outside is that bodies run again: test files
// that count how often they do are in test/lucky.json, and are spared those conflicts. Says how often each happened; all the tests together fail if one never did.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfCheckout } from './check/copy.js';

/** What the engine counts, in the order of core/include/heddle/sync/luck.h. */
const KINDS = [
  'threads lost the processor',
  'weak exchanges failed',
  'commits had not foreseen what they needed',
  'commits were told of a conflict that there was not',
  'snapshots were not moved for no reason',
  'waits ended for no reason',
];

/** Prints how often each kind of event has happened; whether all have. */
function reportCounts(path) {
  const counts = [...new BigUint64Array(new Uint8Array(readFileSync(path)).buffer)];
  console.log(counts.map((count, kind) => `${count} ${KINDS[kind]}`).join(', '));
  return counts.every((count) => count > 0n);
}

const [runtime = 'node', ...patterns] = process.argv.slice(2);
const root = copyOfCheckout('build/unlucky/heddle.node');
const counts = join(root, 'counts');
writeFileSync(counts, new BigUint64Array(KINDS.length));
try {
  const { status } = spawnSync('node', ['tools/run-tests.js', `--runtime=${runtime}`, ...patterns], {
    cwd: root,
    env: { ...process.env, HEDDLE_UNLUCKY_COUNTS: counts },
    stdio: 'inherit',
  });
  const tried = reportCounts(counts) || patterns.length > 0;
  process.exitCode = status === 0 && tried ? 0 : 1;
} finally {
  rmSync(root, { recursive: true });
}
