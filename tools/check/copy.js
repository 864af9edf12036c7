// A copy of the checkout with another addon, for tests of the package on an engine that was built for them.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const NOT_COPIED = new Set(['.git', 'build', 'node_modules']);

/**
 * Makes it, and returns where it is; the caller removes it.
 *
 * @param {string} addon the path of its addon in the checkout
 */
export function copyOfCheckout(addon) {
  const root = mkdtempSync(join(tmpdir(), 'heddle-copy-'));
  for (const name of readdirSync(CHECKOUT)) {
    if (!NOT_COPIED.has(name)) cpSync(join(CHECKOUT, name), join(root, name), { recursive: true });
  }
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(CHECKOUT, 'node_modules'))) {
    const target = name === 'heddle' ? '..' : join(CHECKOUT, 'node_modules', name);
    symlinkSync(target, join(root, 'node_modules', name));
  }
  mkdirSync(join(root, 'build'));
  cpSync(join(CHECKOUT, addon), join(root, 'build/heddle.node'));
  return root;
}
