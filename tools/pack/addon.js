// The addon of a platform: where it is after it has been built, if it can be.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { has, isHere } from './platforms.js';

/** The processors of CMake. */
const PROCESSORS = { x64: 'x86_64', arm64: 'aarch64' };
const SYSTEMS = { linux: 'Linux' };

/**
 * @param {import('./platforms.js').Platform} platform
 * @param {string} root of the checkout
 * @returns {{ path: string, strip: string } | { because: string }}
 */
export function addonFor(platform, root) {
  const { impossible, compiler, hint } = platform;
  if (impossible !== undefined) return { because: impossible };
  if (isHere(platform)) return { path: join(root, 'build/heddle.node'), strip: 'strip' };
  if (!has(compiler)) return { because: `there is no ${compiler}${hint === undefined ? '' : ` (${hint})`}` };
  return { path: crossBuild(platform, root), strip: compiler.replace(/g\+\+$/, 'strip') };
}

/**
 * @param {import('./platforms.js').Platform} platform
 * @param {string} root
 */
function crossBuild({ name, os, cpu, compiler }, root) {
  const directory = join(root, 'build/cross', name);
  const settings = {
    CMAKE_SYSTEM_NAME: SYSTEMS[os],
    CMAKE_SYSTEM_PROCESSOR: PROCESSORS[cpu],
    CMAKE_CXX_COMPILER: compiler,
    CMAKE_BUILD_TYPE: 'Release',
    HEDDLE_TESTS: 'OFF',
  };
  const defines = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
  execFileSync('cmake', ['-S', root, '-B', directory, ...defines], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('cmake', ['--build', directory, '--target', 'heddle', '-j', process.env.JOBS ?? '2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(directory, 'heddle.node');
}
