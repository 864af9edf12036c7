import { Worker } from 'node:worker_threads';
import { candidates } from '../candidates/index.js';
import { orderOf } from './alternate.js';
import { barrierBuffer } from './barrier.js';
import { asEntry, CannotRun, checkTotal, closeStore, openStore } from './stores.js';

const MEMBERS = 2;

function start(workerData) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const done = new Promise((resolve, reject) => {
    worker.once('message', ({ seen, failed }) => {
      // A failure without a label only tells that the other worker failed, which reports for itself.
      if (failed?.label) reject(new CannotRun(failed.label, failed.message));
      else resolve(seen);
    });
    for (const event of ['error', 'messageerror']) worker.once(event, reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code} before its schedule did`)));
  });
  // It ends by itself when its schedule is through or has failed: some candidates abort the process if a thread is terminated.
  const gone = new Promise((resolve) => {
    worker.once('exit', resolve);
  });
  return { done, gone };
}

/** Runs the schedule; `seen[member][turn][step]` is what the member's job of that step returned. */
async function run(entries, stores, schedule, roundMs) {
  const shared = {
    members: MEMBERS,
    buffer: barrierBuffer(),
    entries,
    shares: entries.map(({ candidate }, i) => candidates[candidate].share?.(stores[i])),
    schedule,
    roundMs,
  };
  const members = Array.from({ length: MEMBERS }, (_, member) => start({ ...shared, member }));
  try {
    return await Promise.all(members.map(({ done }) => done));
  } finally {
    await Promise.all(members.map(({ gone }) => gone));
  }
}

/**
 * Two workers that keep to one schedule: the entries in turn, in each round all steps of an entry.
 *
 * @returns {Promise<{ samples: Record<string, number[]> }>} by label, per round, what the row's `figure` makes of `[[member 0, member 1], …]`,
 *   one pair of results per step
 */
export async function team({ entries, figure }, { rounds, roundMs, warmUpMs, scratch }) {
  // Nothing is compiled when a worker starts: its first rounds are its warm-up.
  const dropped = Math.ceil(warmUpMs / roundMs);
  const schedule = Array.from({ length: dropped + rounds }, (_, round) => orderOf(round, entries.length)).flat();
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  const stores = [];
  try {
    for (const entry of entries) stores.push(await asEntry(entry.label, () => openStore(entry, scratch)));
    const seen = await run(entries, stores, schedule, roundMs);
    for (const [turn, index] of schedule.entries()) {
      if (turn < dropped * entries.length) continue;
      const { label, steps } = entries[index];
      const pairs = steps.map((_, step) => seen.map((results) => results[turn][step]));
      samples[label].push(await asEntry(label, () => figure(pairs)));
    }
    for (const [index, entry] of entries.entries()) {
      const transfers = entry.steps.flat().some((job) => job?.op === 'transfer');
      if (transfers) await asEntry(entry.label, () => checkTotal(entry, stores[index]));
    }
    return { samples };
  } finally {
    for (const [index, store] of stores.entries()) await closeStore(entries[index], store);
  }
}
