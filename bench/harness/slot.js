// One entry of `slots.js`, in a process of its own: `slot.js '{"entry", "scratch", "slot"}'`. Says when it is ready, is told when
// to begin, and says what it saw.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { readTransaction, runOutside } from 'heddle';
import { native } from '../../dist/runtime/native.js';
import { candidates } from '../candidates/index.js';
import { initial, KEYS, keys } from './inputs.js';
import { checkTotal, openStore } from './stores.js';

const WORKERS = 2;

const { entry, scratch, slot } = JSON.parse(process.argv[2]);
const say = (word) => process.stdout.write(`${JSON.stringify(word)}\n`);

const store = await openStore(entry, scratch);
const shared = candidates[entry.candidate].share(store);
const workers = Array.from(
  { length: WORKERS },
  (_, member) =>
    new Worker(new URL('./slot-worker.js', import.meta.url), { workerData: { entry, shared, member, slot } }),
);
const word = async (worker) => (await once(worker, 'message'))[0];
await Promise.all(workers.map(word));
const before = native.stats();
say('ready');
const [line] = await once(createInterface(process.stdin), 'line');

function work() {
  const results = Promise.all(workers.map(word));
  for (const worker of workers) worker.postMessage(JSON.parse(line));
  return results;
}

/**
 * The versions that are kept beside the newest ones, by key: every transfer writes two. What was kept for the last transactions of
 * the workers goes with the next commits, each of which looks at some dozens of keys.
 */
function versionsKept() {
  const { transfer } = candidates[entry.candidate].ops;
  runOutside(() => {
    for (let i = 1; i < KEYS; i += 8) transfer(store, keys[i - 1], keys[i]);
  });
  const { commits, versionsDropped } = native.stats();
  return (2 * (commits - before.commits) - (versionsDropped - before.versionsDropped)) / KEYS;
}

const unchanged = () => keys.every((key, i) => store.map.get(key) === initial[entry.values][i]);

async function underSnapshot() {
  const seen = await work();
  if (!unchanged()) throw new Error('the snapshot has changed');
  return { seen, kept: versionsKept() };
}

const { seen, kept } = entry.held ? await readTransaction(underSnapshot) : { seen: await work() };
checkTotal(entry, store);
// Both must have had their turn.
const together = (round) =>
  seen.every((member) => member[round] > 0) ? seen.reduce((sum, member) => sum + member[round], 0) : 0;
const rates = seen[0].map((_, round) => together(round));
say({ rates, kept });
