import { setImmediate as turn } from 'node:timers/promises';
import { candidates } from '../candidates/index.js';
import { asEntry, checkTotal, closeStore, input, loopOf, openStore } from './stores.js';

// Why not mitata or tinybench: both finish one candidate before they start the next. On a machine whose speed drifts by tens of
// per cent within seconds, that compares two moments, not two candidates. Here all alternate in rounds of a few milliseconds.

// Calibration is the warm-up of each; these rounds are the warm-up of all together.
const DROPPED = 3;

/** Who runs first moves on by one each round, and every other round goes backwards: nobody keeps his neighbours. */
export function orderOf(round, count) {
  const order = Array.from({ length: count }, (_, i) => (i + round) % count);
  return round % 2 === 0 ? order : order.reverse();
}

async function timed(loop, count) {
  const start = performance.now();
  const pending = loop(count);
  if (pending instanceof Promise) await pending;
  return performance.now() - start;
}

/**
 * How many operations fill a round; running them until the compilers are done finds out. The best of five, as a single time may
 * have been another process's.
 */
async function calibrate(loop, { roundMs, warmUpMs }) {
  let count = 64;
  let spent = 0;
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) {
      const elapsed = await timed(loop, count);
      best = Math.min(best, elapsed);
      spent += elapsed;
    }
    if (best < roundMs / 2) count *= 2;
    else if (spent >= warmUpMs) return Math.max(1, Math.round((count * roundMs) / best));
  }
}

async function prepare(entry, { awaited }, settings) {
  const candidate = candidates[entry.candidate];
  const store = await openStore(entry, settings.scratch);
  const loop = loopOf(candidate, store, entry.op, input(entry.input), { awaited: awaited?.includes(entry.op) });
  const count = candidate.around?.[entry.op] ? 10_000 : await calibrate(loop, settings);
  return { entry, store, loop, count };
}

/**
 * One thread, all entries in turn.
 *
 * @returns {Promise<Record<string, number[]>>} nanoseconds per operation of each round, by the entry's label
 */
export async function alternate(row, settings) {
  const running = [];
  const samples = {};
  try {
    for (const entry of row.entries) {
      running.push(await asEntry(entry.label, () => prepare(entry, row, settings)));
      samples[entry.label] = [];
    }
    for (let round = -DROPPED; round < settings.rounds; round++) {
      for (const index of orderOf(round + DROPPED, running.length)) {
        const { entry, loop, count } = running[index];
        // Between two rounds the runtime may do what it put off: that is nobody's time.
        await turn();
        const elapsed = await asEntry(entry.label, () => timed(loop, count));
        if (round >= 0) samples[entry.label].push((elapsed * 1e6) / count);
      }
    }
    for (const { entry, store } of running) {
      if (entry.op.startsWith('transfer')) await asEntry(entry.label, () => checkTotal(entry, store));
    }
    return samples;
  } finally {
    for (const { entry, store } of running) await closeStore(entry, store);
  }
}
