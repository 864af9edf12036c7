import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from './wait.js';

/** The runtime's own collection, where it can be had; elsewhere so much garbage that it comes by itself. */
function findCollect() {
  if (globalThis.Bun !== undefined) return () => globalThis.Bun.gc(true);
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc');
  } catch {
    return () => Array.from({ length: 200 }, () => new Array(10_000).fill(Math.random()));
  }
}

const collect = findCollect();

/** Collects garbage until `condition()` is true. */
export function untilCollected(condition, what) {
  return until(() => {
    collect();
    return condition();
  }, what);
}
