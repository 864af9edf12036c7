// Begins with heddle as its users do: an empty directory, the packages of `make pack`, and docs/start.md followed to the letter.
//
//   node tools/start/index.js [--all] [part of a title …]
//
// With --all in every way there is, which `make start` has installed; otherwise with one package manager for each runtime.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { atOnce } from '../check/at-once.js';
import { secondsSince } from '../check/process.js';
import { isHere, PLATFORMS } from '../pack/platforms.js';
import { execute, follow } from './follow.js';
import { stepsOf } from './page.js';
import { packDependencies, serveRegistry } from './registry.js';
import { allWays, shortWays } from './ways.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = join(ROOT, 'build/packages');
const all = process.argv.includes('--all');
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const steps = stepsOf(readFileSync(join(ROOT, 'docs/start.md'), 'utf8'));
const tarballs = readdirSync(PACKAGES)
  .filter((name) => name.endsWith('.tgz'))
  .map((name) => join(PACKAGES, name));
const here = PLATFORMS.find(isHere).name;
/** What is installed when no registry knows heddle: itself and the engine for this machine. */
const two = tarballs.filter(
  (path) => /^heddle-\d/.test(basename(path)) || basename(path).startsWith(`heddle-${here}-`),
);

const npm = execFileSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();

/** Type-checks what the page shows in TypeScript against what was installed. */
async function checkTypes(project) {
  const files = steps.flatMap((step) => ('file' in step && /\.m?ts$/.test(step.file) ? [step.file] : []));
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const flags = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', ...types];
  const line = [join(ROOT, 'node_modules/.bin/tsc'), ...flags, ...files].join(' ');
  const { code, stdout } = await execute(line, project, process.env);
  if (code !== 0) throw new Error(`what the page shows in TypeScript does not compile:\n${stdout}`);
}

const dependencies = packDependencies(ROOT);
const published = await serveRegistry([...dependencies, ...tarballs.map((path) => readFileSync(path))]);
const unpublished = await serveRegistry(dependencies);

async function tryOut(way) {
  const start = performance.now();
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'heddle-start-'));
  const fromFiles = way.install !== undefined;
  const place = { directory, npm, registry: (fromFiles ? unpublished : published).url, tarballs: fromFiles ? two : [] };
  try {
    const { project, commands } = await follow(steps, way, place);
    if (way === ways[0]) await checkTypes(project);
    console.log(`ok   ${way.title}: ${commands} commands (${secondsSince(start)} s)`);
    return true;
  } catch (error) {
    console.log(`FAIL ${way.title}: ${error.message}`);
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const ways = (all ? allWays(two.map((path) => basename(path))) : shortWays()).filter(
  ({ title }) => patterns.length === 0 || patterns.some((part) => title.includes(part)),
);
const results = await atOnce(
  ways.map((way) => () => tryOut(way)),
  2,
);
published.close();
unpublished.close();
const passed = results.filter(Boolean).length;
console.log(`${passed} of ${results.length} ways to begin work`);
process.exitCode = passed === results.length && passed > 0 ? 0 : 1;
