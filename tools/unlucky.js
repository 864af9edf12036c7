// Runs the JavaScript tests on the engine of `make unlucky`, in a copy of the checkout that has it: node tools/unlucky.js [runtime] [pattern…]
//
// In that engine threads lose the processor before atomic operations, weak exchanges fail, and commits find that they have not foreseen what
// they need, all at random. None of it may be seen from outside: there are no exceptions.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '..');
const OTHERS_OWN = new Set(['.git', 'build', 'node_modules']);

function copyOfCheckout() {
  const root = mkdtempSync(join(tmpdir(), 'heddle-unlucky-'));
  for (const name of readdirSync(CHECKOUT)) {
    if (!OTHERS_OWN.has(name)) cpSync(join(CHECKOUT, name), join(root, name), { recursive: true });
  }
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(CHECKOUT, 'node_modules'))) {
    const target = name === 'heddle' ? '..' : join(CHECKOUT, 'node_modules', name);
    symlinkSync(target, join(root, 'node_modules', name));
  }
  mkdirSync(join(root, 'build'));
  cpSync(join(CHECKOUT, 'build/unlucky/heddle.node'), join(root, 'build/heddle.node'));
  return root;
}

const [runtime = 'node', ...patterns] = process.argv.slice(2);
const root = copyOfCheckout();
try {
  const { status } = spawnSync('node', ['tools/run-tests.js', `--runtime=${runtime}`, ...patterns], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(root, { recursive: true });
}
