// Makes the packages that are published, in build/packages, and looks at them as those who install them do: `make pack`.
//
// With --here only for the platform that this runs on.

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { run } from '../check/process.js';
import { addonFor } from './addon.js';
import { mainManifest, packageName, platformManifest } from './manifests.js';
import { isHere, PLATFORMS } from './platforms.js';
import { aboveFloor, highestVersions } from './symbols.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = join(ROOT, 'build/packages');
const STAGED = join(PACKAGES, 'staged');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What is wrong with the packages. */
const problems = [];

/** Lays out a package, with its README and the licence. */
function stage(folder, json, readme) {
  const directory = join(STAGED, folder);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(join(directory, 'README.md'), readme);
  copyFileSync(join(ROOT, 'LICENSE'), join(directory, 'LICENSE'));
  return directory;
}

/** The package of a platform, or nothing and the reason. */
function stagePlatform(platform) {
  const addon = addonFor(platform, ROOT);
  if ('because' in addon) {
    console.log(`  ${packageName(platform)}: not built: ${addon.because}`);
    return [];
  }
  const readme = `The engine of [heddle](https://www.npmjs.com/package/heddle) for ${platform.name}. Install \`heddle\`.\n`;
  const directory = stage(platform.name, platformManifest(manifest, platform), readme);
  const file = join(directory, 'heddle.node');
  execFileSync(addon.strip, ['--strip-debug', '-o', file, addon.path]);
  if (platform.floor !== undefined) checkFloor(file, platform);
  return [{ platform, directory }];
}

function checkFloor(file, platform) {
  const highest = Object.entries(highestVersions(file)).map(([library, version]) => `${library} ${version}`);
  console.log(`  ${packageName(platform)} wants ${highest.join(', ')}`);
  for (const { symbol, library, version } of aboveFloor(file, platform.floor)) {
    problems.push(`${packageName(platform)} wants ${symbol} of ${library} ${version}: more than the README says.`);
  }
}

function stageMain(platforms) {
  const directory = stage('heddle', mainManifest(manifest, platforms), readFileSync(join(ROOT, 'README.md'), 'utf8'));
  for (const name of manifest.files) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  return directory;
}

/**
 * @param {string[]} directories
 * @returns {string[]} the tarballs of the packages in them
 */
function pack(directories) {
  const args = ['pack', ...directories, '--pack-destination', PACKAGES, '--ignore-scripts', '--json'];
  const answer = JSON.parse(execFileSync('npm', args, { cwd: PACKAGES, encoding: 'utf8' }));
  return Object.values(answer).map(({ filename, size }) => {
    console.log(`  build/packages/${filename} (${Math.round(size / 1024)} KB)`);
    return join(PACKAGES, filename);
  });
}

async function lint(name, ...args) {
  const { ok, stdout, stderr } = await run([join(ROOT, 'node_modules/.bin', name), ...args]);
  if (!ok) problems.push(`${name} ${args.join(' ')}:\n${stdout}${stderr}`);
}

rmSync(PACKAGES, { recursive: true, force: true });
mkdirSync(PACKAGES, { recursive: true });
const wanted = process.argv.includes('--here') ? PLATFORMS.filter(isHere) : PLATFORMS;
const platforms = wanted.flatMap(stagePlatform);
if (platforms.length === 0) problems.push('There is no platform to make a package for.');

const main = stageMain(platforms.map(({ platform }) => platform));
const tarballs = pack([main, ...platforms.map(({ directory }) => directory)]);
await Promise.all([
  lint('attw', tarballs[0], '--profile', 'esm-only', '--no-emoji'),
  ...tarballs.map((tarball) => lint('publint', 'run', tarball, '--strict')),
]);
for (const problem of problems) console.log(`FAIL ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
