// What versions of the C and C++ libraries an addon wants, held against the least that is promised.

import { execFileSync } from 'node:child_process';

/** An undefined symbol that has a version, in what readelf prints: `… UND memcpy@GLIBC_2.14 (5)`. */
const WANTED = /\bUND (\w+)@{1,2}([A-Z]+)_([\d.]+)\b/g;

/** Versions by their numbers: below 0 if `a` is the lower. */
function compare(a, b) {
  const [as, bs] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(as.length, bs.length); i++) {
    const difference = (as[i] ?? 0) - (bs[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * @param {string} path of an ELF file
 * @returns {{ symbol: string, library: string, version: string }[]}
 */
export function wantedVersions(path) {
  const table = execFileSync('readelf', ['--dyn-syms', '--wide', path], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const wanted = [...table.matchAll(WANTED)].map(([, symbol, library, version]) => ({ symbol, library, version }));
  // Every program wants something of libc: a table that says otherwise has not been understood.
  if (wanted.length === 0) throw new Error(`readelf names no version of any symbol of ${path}`);
  return wanted;
}

/**
 * Those that a system of that floor would lack; what the floor says nothing of is one of them.
 *
 * @param {string} path
 * @param {Readonly<Record<string, string>>} floor
 */
export function aboveFloor(path, floor) {
  return wantedVersions(path).filter(
    ({ library, version }) => floor[library] === undefined || compare(version, floor[library]) > 0,
  );
}

/** The highest that is wanted of each library. */
export function highestVersions(path) {
  const highest = {};
  for (const { library, version } of wantedVersions(path)) {
    if (highest[library] === undefined || compare(version, highest[library]) > 0) highest[library] = version;
  }
  return highest;
}
