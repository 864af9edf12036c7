// The platforms that heddle has packages for, and what builds its addon there.
//
// A package is made of what can be built at hand: the addon of `make build` for the platform that this runs on, others by a compiler
// for them, if there is one.

import { spawnSync } from 'node:child_process';

/**
 * What the addon may want of the C and C++ libraries, as the README states it: that much have Debian 12, Ubuntu 22.04 and RHEL 9. By the
 * names of the versions that symbols have; those of libstdc++ and libgcc are of GCC 11.
 */
export const FLOOR = { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13', GCC: '11.0' };

const ELF_ONLY = 'binding/CMakeLists.txt links for ELF: what keeps the addon loaded elsewhere is not written';

/**
 * @typedef {object} Platform
 * @property {string} name of the package in our scope; src/runtime/addon.ts knows how it is made up
 * @property {string} os as Node has it
 * @property {string} cpu as Node has it
 * @property {string} [libc] as npm has it
 * @property {string} [compiler] for it on another machine
 * @property {string} [hint] where to get that
 * @property {string} [impossible] why there is no package whatever compilers there are
 * @property {Record<string, string>} [floor]
 */

/** @type {Platform[]} */
export const PLATFORMS = [
  { name: 'linux-x64-gnu', os: 'linux', cpu: 'x64', libc: 'glibc', compiler: 'x86_64-linux-gnu-g++', floor: FLOOR },
  {
    name: 'linux-arm64-gnu',
    os: 'linux',
    cpu: 'arm64',
    libc: 'glibc',
    compiler: 'aarch64-linux-gnu-g++',
    hint: 'g++-aarch64-linux-gnu of Debian',
    floor: FLOOR,
  },
  {
    name: 'linux-x64-musl',
    os: 'linux',
    cpu: 'x64',
    libc: 'musl',
    compiler: 'x86_64-linux-musl-g++',
    hint: 'or run this on Alpine',
  },
  { name: 'darwin-arm64', os: 'darwin', cpu: 'arm64', impossible: ELF_ONLY },
  { name: 'darwin-x64', os: 'darwin', cpu: 'x64', impossible: ELF_ONLY },
  { name: 'win32-x64', os: 'win32', cpu: 'x64', impossible: ELF_ONLY },
];

/**
 * Whether this runs on it.
 *
 * @param {Platform} platform
 */
export function isHere({ os, cpu, libc }) {
  if (os !== process.platform || cpu !== process.arch) return false;
  const { header } = /** @type {any} */ (process.report.getReport());
  return libc === undefined || (libc === 'glibc') === (header.glibcVersionRuntime !== undefined);
}

/** Whether there is such a command. */
export function has(command) {
  return spawnSync(command, ['--version']).error === undefined;
}
