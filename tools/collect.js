// The runtime's own garbage collection, to be called at once.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Where it cannot be had: so much garbage that it comes by itself. */
function findCollect() {
  if (globalThis.Bun !== undefined) return () => globalThis.Bun.gc(true);
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc');
  } catch {
    return () => Array.from({ length: 200 }, () => new Array(10_000).fill(Math.random()));
  }
}

export const collect = findCollect();
