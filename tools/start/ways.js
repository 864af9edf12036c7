// The ways to begin: runtimes, and what installs heddle for them.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const MATRIX = join(import.meta.dirname, 'matrix/node_modules');

/**
 * @typedef {object} Way
 * @property {string} title
 * @property {'node' | 'bun' | 'deno'} runtime
 * @property {'npm' | 'pnpm' | 'bun' | 'deno'} manager
 * @property {string} [install] in place of what the page says
 * @property {Record<string, string>} programs what is on the path
 */

const NODE = process.execPath;
const LOCAL = { bun: bin('bun'), deno: bin('deno') };

/** What installs two files that it is given. Deno takes packages from registries only, and runs with what others have installed. */
const FROM_FILES = { npm: 'npm install', pnpm: 'pnpm add', bun: 'bun add' };

/** One manager for each runtime, with what the checkout has anyway. @returns {Way[]} */
export function shortWays() {
  const programs = { ...LOCAL, node: NODE };
  return [
    { title: 'Node, npm', runtime: 'node', manager: 'npm', programs },
    { title: 'Bun, bun', runtime: 'bun', manager: 'bun', programs },
    { title: 'Deno, deno', runtime: 'deno', manager: 'deno', programs },
  ];
}

/**
 * Every version of Node, Bun and Deno, with every manager, from a registry and from the tarballs themselves.
 *
 * @param {string[]} tarballs by name, as they lie in the directory
 * @returns {Way[]}
 */
export function allWays(tarballs) {
  if (!existsSync(MATRIX)) throw new Error(`${MATRIX} is missing: run "make start"`);
  const pnpm = join(MATRIX, 'pnpm/pnpm');
  const files = tarballs.map((name) => `./${name}`).join(' ');
  const runtimes = [
    ...[20, 22, 24, 26].map((version) => ({
      title: `Node ${version}`,
      runtime: /** @type {const} */ ('node'),
      programs: { ...LOCAL, pnpm, node: join(MATRIX, `node-${version}/bin/node`) },
    })),
    { title: 'Bun', runtime: /** @type {const} */ ('bun'), programs: { ...LOCAL, pnpm, node: NODE } },
    { title: 'Deno', runtime: /** @type {const} */ ('deno'), programs: { ...LOCAL, pnpm, node: NODE } },
  ];
  const managers = /** @type {const} */ (['npm', 'pnpm', 'bun']);
  return runtimes.flatMap(({ title, ...rest }) => [
    ...(rest.runtime === 'deno' ? [{ title: 'Deno, deno', manager: /** @type {const} */ ('deno'), ...rest }] : []),
    ...managers.map((manager) => ({ title: `${title}, ${manager}`, manager, ...rest })),
    ...managers.map((manager) => ({
      title: `${title}, ${manager} from tarballs`,
      manager,
      install: `${FROM_FILES[manager]} ${files}`,
      ...rest,
    })),
  ]);
}
