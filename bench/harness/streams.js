// Streams between two workers: through a queue, a channel, or by watching a map.
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { orderOf } from './alternate.js';
import { CannotRun } from './stores.js';

const program = new URL('./stream-worker.js', import.meta.url);
const DROPPED = 3;

/** The first two have the ports of a channel. */
async function workersOf(count) {
  const { port1, port2 } = new MessageChannel();
  const name = 'a stream';
  const ports = [port1, port2];
  const workers = Array.from({ length: count }, (_, n) => {
    const port = ports[n];
    return new Worker(program, { workerData: { name, port }, transferList: port === undefined ? [] : [port] });
  });
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
  const workers = await workersOf(2);
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
    if (way === 'watch') await tell(consumer, { does: 'watch' });
    const consumed = tell(consumer, { does: 'consume', way, kind, count });
    const start = await tell(producer, { does: 'produce', way, kind, count });
    return (1000 * count) / ((await consumed) - start);
  });
}

/** Microseconds for a way, half of there and back: whoever is asked waits for it. */
export function asking(row, { largeRounds }) {
  const { count } = row;
  return inTurn(row, largeRounds, async ([asker, answerer], { way }) => {
    if (way === 'watch') await tell(answerer, { does: 'watch', key: 'question' });
    const answered = tell(answerer, { does: 'answer', way, count });
    const us = await tell(asker, { does: 'ask', way, count });
    await answered;
    return us / 2;
  });
}

/** Nanoseconds of processor time for a `set` of one of 100 keys, with so many workers that watch a part of them each. */
export async function writing({ entries, keys, sets }, { largeRounds }) {
  const [writer, ...watchers] = await workersOf(1 + Math.max(...entries.map(({ workers }) => workers)));
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  for (let round = 0; round < DROPPED + largeRounds; round++) {
    for (const index of orderOf(round, entries.length)) {
      const { label, workers } = entries[index];
      const mine = keys / Math.max(1, workers);
      const chosen = watchers.slice(0, workers);
      await Promise.all(
        chosen.map((worker, n) => tell(worker, { does: 'watchKeys', from: n * mine, to: (n + 1) * mine })),
      );
      const ns = await tell(writer, { does: 'write', keys, sets });
      await Promise.all(chosen.map((worker) => tell(worker, { does: 'unwatchKeys' })));
      if (round >= DROPPED) samples[label].push(ns);
    }
  }
  await Promise.all([writer, ...watchers].map((worker) => worker.terminate()));
  return { samples };
}
