// Streams between two workers.
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { orderOf } from './alternate.js';
import { CannotRun } from './stores.js';

const program = new URL('./queue-worker.js', import.meta.url);
const DROPPED = 3;

async function ends() {
  const { port1, port2 } = new MessageChannel();
  const name = 'a stream';
  const workers = [port1, port2].map(
    (port) => new Worker(program, { workerData: { name, port }, transferList: [port] }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return workers;
}

async function tell(worker, task) {
  const answer = once(worker, 'message');
  worker.postMessage(task);
  return (await answer)[0];
}

/** Does `measure(workers, entry)` for all entries in turn. */
async function inTurn({ entries }, rounds, measure) {
  const workers = await ends();
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  for (let round = 0; round < DROPPED + rounds; round++) {
    for (const index of orderOf(round, entries.length)) {
      const taken = await measure(workers, entries[index]);
      if (round >= DROPPED) samples[entries[index].label].push(taken);
    }
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { samples };
}

/** The channel of the package multithreading, by its own workers, which get functions without what is around them. */
async function channelOf(entry) {
  try {
    return await import('multithreading');
  } catch (error) {
    throw new CannotRun(entry.label, error.message);
  }
}

async function streamThroughChannel({ channel, move, spawn }, kind, count) {
  const [sender, receiver] = channel();
  const produced = spawn(move(sender, kind, count), async (sender, kind, count) => {
    const start = performance.timeOrigin + performance.now();
    for (let n = 0; n < count; n++) {
      await sender.send(
        kind === 'number'
          ? n
          : { id: n, name: `user ${n}`, email: `user${n}@example.com`, score: n * 1.5, active: n % 2 === 0 },
      );
    }
    return start;
  });
  const consumed = spawn(move(receiver, count), async (receiver, count) => {
    for (let n = 0; n < count; n++) {
      const { value } = await receiver.recv();
      if ((value.id ?? value) !== n) throw new Error(`not item ${n}`);
    }
    return performance.timeOrigin + performance.now();
  });
  const [start, end] = await Promise.all([produced.join(), consumed.join()]);
  return end.value - start.value;
}

/** Items a second, from the first one's way in to the last one's way out. */
export async function streaming(row, { largeRounds }) {
  const { count } = row;
  const rival = row.entries.find(({ way }) => way === 'channel');
  const channels = rival && (await channelOf(rival));
  return inTurn(row, largeRounds, async ([producer, consumer], { way, kind }) => {
    if (way === 'channel') return (1000 * count) / (await streamThroughChannel(channels, kind, count));
    const consumed = tell(consumer, { does: 'consume', way, kind, count });
    const start = await tell(producer, { does: 'produce', way, kind, count });
    return (1000 * count) / ((await consumed) - start);
  });
}

/** Microseconds for a way, half of there and back: whoever is asked waits for it. */
export function asking(row, { largeRounds }) {
  const { count } = row;
  return inTurn(row, largeRounds, async ([asker, answerer], { way }) => {
    const answered = tell(answerer, { does: 'answer', way, count });
    const us = await tell(asker, { does: 'ask', way, count });
    await answered;
    return us / 2;
  });
}
