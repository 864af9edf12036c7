// What is published: manifests without surprises, and an addon that wants no more of the system than the README says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mainManifest, platformManifest } from '../../tools/pack/manifests.js';
import { FLOOR, PLATFORMS } from '../../tools/pack/platforms.js';
import { aboveFloor, highestVersions, wantedVersions } from '../../tools/pack/symbols.js';

const file = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const addon = file('build/heddle.node');
const manifest = JSON.parse(readFileSync(file('package.json'), 'utf8'));

test('heddle is installed anywhere, runs no script, and takes the engines of its own version', () => {
  const { optionalDependencies, ...rest } = mainManifest(manifest, PLATFORMS);
  for (const field of ['scripts', 'os', 'cpu', 'libc', 'devDependencies']) assert.ok(!(field in rest), field);
  assert.equal(Object.keys(optionalDependencies).length, PLATFORMS.length);
  assert.deepEqual(new Set(Object.values(optionalDependencies)), new Set([manifest.version]));
});

test('an engine is installed on its platform alone, and is what its package is loaded as', () => {
  for (const platform of PLATFORMS) {
    const { name, os, cpu, libc, main, files, scripts } = platformManifest(manifest, platform);
    assert.equal(name, `@heddle/${[os, cpu].join('-')}${{ glibc: '-gnu', musl: '-musl' }[libc] ?? ''}`);
    assert.deepEqual([os, cpu, libc?.[0]], [[platform.os], [platform.cpu], platform.libc]);
    assert.equal(main, `./${files}`);
    assert.equal(scripts, undefined);
  }
});

test('the README states the floor', () => {
  const readme = readFileSync(file('README.md'), 'utf8');
  assert.ok(readme.includes(`glibc ${FLOOR.GLIBC} or later`));
});

test('the addon keeps to it', () => {
  console.log(`${wantedVersions(addon).length} symbols, up to ${JSON.stringify(highestVersions(addon))}`);
  assert.deepEqual(aboveFloor(addon, FLOOR), []);
});

test('what is above a floor is found, library by library, by number', () => {
  const highest = highestVersions(addon);
  for (const [library, version] of Object.entries(highest)) {
    const below = version.replace(/\d+$/, (last) => String(Number(last) - 1));
    const found = aboveFloor(addon, { ...highest, [library]: below });
    assert.ok(found.length > 0 && found.every((each) => each.library === library && each.version === version), library);
  }
  // As text 2.4 would come after 2.34.
  assert.ok(aboveFloor(addon, { ...highest, GLIBC: '2.4' }).length > 0);
});

test('a library that the floor does not know is above it', () => {
  const { GLIBCXX: _, ...others } = FLOOR;
  assert.ok(aboveFloor(addon, others).some(({ library }) => library === 'GLIBCXX'));
});

test('what has no versions at all was not understood', () => {
  assert.throws(() => wantedVersions(file('package.json')));
});
