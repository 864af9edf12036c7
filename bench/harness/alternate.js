import { setImmediate as turn } from 'node:timers/promises';
import { candidates } from '../candidates/index.js';
import { KEYS } from './inputs.js';
import { asEntry, checkTotal, closeStore, input, loopOf, openStore } from './stores.js';

// Why not mitata or tinybench: both finish one candidate before they start the next. On a machine whose speed drifts by tens of
// per cent within seconds, that compares two moments, not two candidates. Here all alternate in rounds of a few milliseconds.

const SOME = 1000;

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

/** Nanoseconds per operation once the compilers are done. The best of five, as a single time may have been another process's. */
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
    else if (spent >= warmUpMs) return best / count;
  }
}

/**
 * How a round goes: `count` operations that are timed after `leadIn` that are not. Cheap operations get a whole pass over the keys
 * as their lead-in, and at least another in the round: the other entries have emptied the processor's caches, and how much of that
 * a round pays would depend on how many keys it visits.
 */
async function planRound(loop, settings) {
  const perOp = await calibrate(loop, settings);
  const count = Math.max(1, Math.round(settings.roundMs / perOp));
  const cheap = KEYS * perOp <= 4 * settings.roundMs;
  return cheap ? { count: Math.max(KEYS, count), leadIn: KEYS } : { count, leadIn: 0 };
}

async function open(entry, { awaited }, { scratch }) {
  const candidate = candidates[entry.candidate];
  const store = await openStore(entry, scratch);
  const loop = loopOf(candidate, store, entry.op, input(entry.input), { awaited: awaited?.includes(entry.op) });
  return { entry, store, loop, batched: Boolean(candidate.around?.[entry.op]) };
}

/**
 * One thread, all entries in turn.
 *
 * @returns {Promise<{ samples: Record<string, number[]> }>} nanoseconds per operation of each round, by the entry's label
 */
export async function alternate(row, settings) {
  const running = [];
  const samples = {};
  try {
    // All are open and have run a little before any is warmed up: what was compiled for one entry alone is thrown away when the
    // next one starts, and is not always compiled again.
    for (const entry of row.entries) running.push(await asEntry(entry.label, () => open(entry, row, settings)));
    for (const { entry, loop } of running) await asEntry(entry.label, () => loop(SOME));
    for (const one of running) {
      one.plan = one.batched
        ? { count: KEYS, leadIn: 0 }
        : await asEntry(one.entry.label, () => planRound(one.loop, settings));
      samples[one.entry.label] = [];
    }
    const dropped = Math.ceil(settings.warmUpMs / settings.roundMs);
    for (let round = 0; round < dropped + settings.rounds; round++) {
      for (const index of orderOf(round, running.length)) {
        const { entry, loop, plan } = running[index];
        // Between two rounds the runtime may do what it put off: that is nobody's time.
        await turn();
        const elapsed = await asEntry(entry.label, async () => {
          await loop(plan.leadIn);
          return timed(loop, plan.count);
        });
        if (round >= dropped) samples[entry.label].push((elapsed * 1e6) / plan.count);
      }
    }
    for (const { entry, store } of running) {
      if (entry.op.startsWith('transfer')) await asEntry(entry.label, () => checkTotal(entry, store));
    }
    return { samples };
  } finally {
    for (const { entry, store } of running) await closeStore(entry, store);
  }
}
