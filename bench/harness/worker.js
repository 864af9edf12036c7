import { parentPort, workerData } from 'node:worker_threads';
import { candidates } from '../candidates/index.js';
import { Barrier } from './barrier.js';
import { jobs } from './jobs.js';
import { asEntry, attachStore, input, loopOf } from './stores.js';

const { member, members, buffer, entries, shares, schedule, roundMs } = workerData;
const barrier = new Barrier(buffer, members);

async function prepare(entry, shared) {
  const candidate = candidates[entry.candidate];
  const store = await attachStore(entry, shared);
  const steps = entry.steps.map((step) => {
    const mine = step[member];
    if (!mine) return null;
    return jobs[mine.job](loopOf(candidate, store, mine.op, input(mine.input, member)));
  });
  return { steps, refresh: () => candidate.refresh?.(store) };
}

async function work() {
  const prepared = [];
  for (const [index, entry] of entries.entries()) {
    prepared.push(await asEntry(entry.label, () => prepare(entry, shares[index])));
  }
  const seen = [];
  let met = 0;
  for (const index of schedule) {
    const { steps, refresh } = prepared[index];
    const results = [];
    for (const step of steps) {
      const start = barrier.meet(++met);
      await asEntry(entries[index].label, () => {
        refresh();
        results.push(step?.(start, start + roundMs) ?? null);
      });
    }
    seen.push(results);
  }
  return seen;
}

try {
  parentPort.postMessage({ seen: await work() });
} catch (error) {
  barrier.fail();
  parentPort.postMessage({ failed: { label: error.label, message: error.message } });
}
