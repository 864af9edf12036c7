// Makes the packages that are published, in build/packages, and looks at them as those who install them do: `make pack`.
//
// With --here only for the platform that this runs on.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addonFor } from './addon.js';
import { mainManifest, packageName, platformManifest } from './manifests.js';
import { isHere, PLATFORMS } from './platforms.js';
import { aboveFloor, highestVersions } from './symbols.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGES = join(ROOT, 'build/packages');
const STAGED = join(PACKAGES, 'staged');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

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
  const missing = aboveFloor(file, platform.floor);
  if (missing.length > 0) {
    const list = missing.map(({ symbol, library, version }) => `  ${symbol} of ${library} ${version}`).join('\n');
    throw new Error(`${file} wants more than the README says it does:\n${list}`);
  }
  const highest = Object.entries(highestVersions(file)).map(([library, version]) => `${library} ${version}`);
  console.log(`  ${packageName(platform)} wants ${highest.join(', ')}`);
}

function stageMain(platforms) {
  const directory = stage('heddle', mainManifest(manifest, platforms), readFileSync(join(ROOT, 'README.md'), 'utf8'));
  for (const name of manifest.files) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  return directory;
}

/** @returns {string} the tarball's path */
function pack(directory) {
  const args = ['pack', directory, '--pack-destination', PACKAGES, '--ignore-scripts', '--json'];
  const answer = JSON.parse(execFileSync('npm', args, { cwd: PACKAGES, encoding: 'utf8' }));
  const [{ filename, size }] = Array.isArray(answer) ? answer : Object.values(answer);
  console.log(`  build/packages/${filename} (${Math.round(size / 1024)} KB)`);
  return join(PACKAGES, filename);
}

function lint(command, ...args) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
}

rmSync(PACKAGES, { recursive: true, force: true });
mkdirSync(PACKAGES, { recursive: true });
const wanted = process.argv.includes('--here') ? PLATFORMS.filter(isHere) : PLATFORMS;
const platforms = wanted.flatMap(stagePlatform);
if (platforms.length === 0) throw new Error('there is no platform to make a package for');
const main = pack(stageMain(platforms.map(({ platform }) => platform)));
const tarballs = [main, ...platforms.map(({ directory }) => pack(directory))];
for (const tarball of tarballs) lint('publint', 'run', tarball, '--strict');
lint('attw', main, '--profile', 'esm-only', '--no-emoji');
