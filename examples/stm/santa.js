// The Santa Claus problem (Trono 1994): Santa sleeps until all nine reindeer are back, or three of his ten elves have a question;
// the reindeer come first. As in Peyton Jones's "Beautiful Concurrency", the whole difficulty is one `orElse`.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { orElse, SharedQueue, transaction } from 'heddle';

const KINDS = {
  reindeer: { members: 9, together: 9, away: 12 },
  elves: { members: 10, together: 3, away: 4 },
};
const doors = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, new SharedQueue({ name: `santa: ${kind}` })]));

/** A whole group, or the transaction waits: then those who have come are still at the door. */
async function group(kind) {
  const members = [];
  while (members.length < KINDS[kind].together) members.push(await doors[kind].dequeue());
  return { kind, members };
}

if (isMainThread) {
  const workers = Object.keys(KINDS).map((kind) => new Worker(new URL(import.meta.url), { workerData: kind }));
  const served = { reindeer: 0, elves: 0 };
  while (served.reindeer < 10) {
    const { kind, members } = await transaction(() =>
      orElse(
        () => group('reindeer'),
        () => group('elves'),
      ),
    );
    assert.equal(new Set(members.map(({ number }) => number)).size, KINDS[kind].together);
    served[kind]++;
    for (const { goHome } of members) goHome.enqueue(kind);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  console.log(`Santa delivered toys ${served.reindeer} times and answered ${served.elves} groups of elves`);
} else {
  const { members } = KINDS[workerData];
  await Promise.all(Array.from({ length: members }, (_, number) => live(workerData, number)));
}

async function live(kind, number) {
  const goHome = new SharedQueue(); // one's own, which Santa gets along with the number
  for (;;) {
    await sleep(Math.random() * KINDS[kind].away);
    doors[kind].enqueue({ number, goHome });
    assert.equal(await goHome.dequeue(), kind);
  }
}
