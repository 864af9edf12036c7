// What becomes of a worker of Deno that comes to its memory limit.
//
// Deno stops the code that runs, raises the limit, and lets the event loop go on as if nothing had been: no `catch` and no `finally` of that
// code runs, its promises stay pending, and unless the event loop itself had called it nobody is told. What remains is the limit: V8 raises
// it for this reason only, so a worker that blocks, or computes for long, is never taken for one that was stopped.

import { clearInterval, setInterval } from 'node:timers';
import { rare } from '../runtime/rare.js';

/** How often a worker looks, in ms. */
const EVERY = 200;

const limitNow = () => rare.v8.getHeapStatistics().heap_size_limit;

const never = () => false;

/**
 * Calls `passed` once the worker has come to its limit. Returns a function that says at any time whether it has: then what the thread has in
 * its variables may be half done, and nothing that comes of it counts.
 */
export function watchHeapLimit(passed: () => void): () => boolean {
  if (!('Deno' in globalThis)) return never; // Node ends the worker, Bun has no limit
  const limit = limitNow();
  const isPassed = () => limitNow() > limit;
  const timer = setInterval(() => {
    if (!isPassed()) return;
    clearInterval(timer);
    passed();
  }, EVERY);
  timer.unref();
  return isPassed;
}

/** So many bytes are the least that a worker of Deno starts with: with fewer the process ends. */
const LEAST = 16 << 20;

/** What the runtime ends a worker at that is meant to have so many bytes. */
export function hardLimit(bytes: number): number {
  const limit = bytes * 1.5;
  return 'Deno' in globalThis ? Math.max(limit, LEAST) : limit;
}
