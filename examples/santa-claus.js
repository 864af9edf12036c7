// The Santa Claus problem (Trono, 1994), after Peyton Jones, Beautiful Concurrency (2007). Santa sleeps until nine reindeer are back, or three
// elves have questions, and reindeer come first: `orElse` waits for either, in that order. Groups gather in queues and are woken through them.

import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { orElse, retry, SharedQueue, transaction } from 'heddle';

const KINDS = { reindeer: { number: 9, group: 9 }, elf: { number: 10, group: 3 } };
const waiting = { reindeer: new SharedQueue({ name: 'stable' }), elf: new SharedQueue({ name: 'study' }) };
const called = (kind, id) => new SharedQueue({ name: `${kind} ${id}` });

/** Comes back again and again, until it is told that it was the last time. */
async function live(kind, id) {
  const mine = called(kind, id);
  do waiting[kind].enqueue(id);
  while (await mine.dequeue());
}

/** A whole group of those who wait; none is taken as long as some are missing. */
function group(kind) {
  if (waiting[kind].size < KINDS[kind].group) retry();
  return { kind, ids: Array.from({ length: KINDS[kind].group }, () => waiting[kind].tryDequeue()) };
}

async function santa(years) {
  const served = { reindeer: 0, elf: 0 };
  const told = new Set();
  const all = KINDS.reindeer.number + KINDS.elf.number;
  while (told.size < all - (KINDS.elf.number % KINDS.elf.group)) {
    const { kind, ids } = await transaction(() =>
      orElse(
        () => group('reindeer'),
        () => group('elf'),
      ),
    );
    if (kind === 'reindeer') served.reindeer++;
    else served.elf++;
    const over = served.reindeer >= years;
    for (const id of ids) {
      if (over) told.add(`${kind} ${id}`);
      called(kind, id).enqueue(!over);
    }
  }
  return served;
}

if (isMainThread) {
  const workers = Object.keys(KINDS).map((kind) => new Worker(new URL(import.meta.url), { workerData: { kind } }));
  const { reindeer, elf } = await santa(5);
  console.log(`${reindeer} rounds of presents, ${elf} meetings with elves`);
  for (const worker of workers) await worker.terminate(); // an elf is left, who waits for two others
} else {
  const { kind } = workerData;
  await Promise.all(Array.from({ length: KINDS[kind].number }, (_, id) => live(kind, id)));
}
