// What the workers of workers.test.js do.

import { currentTransaction, readTransactionSync, SharedArray, SharedMap, SharedQueue, transactionSync } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';
import { sleep, turn } from '../support/wait.js';

/** Hears of `count` commits that each write `n` and `twice`; returns what is wrong with them, and how often it has looked. */
export async function hear(name, count, words) {
  const map = new SharedMap({ name });
  const [all, one] = [map.watchAll({ buffer: 1 << 20 }), map.watch('n', { buffer: 1 << 20 })];
  Atomics.add(words, 0, 1);
  let wrong = 0;
  let reads = 0;
  let waits = 0;
  const both = async () => {
    for (let n = 1; n <= count; n++) {
      const events = [(await all.next()).value, (await all.next()).value];
      const [{ version }] = events;
      if (events[1].version !== version) wrong++;
      for (const { key, oldValue, newValue } of events) {
        if (newValue !== (key === 'n' ? n : 2 * n) || oldValue !== (key === 'n' ? n - 1 : 2 * n - 2)) wrong++;
      }
      // Whoever has seen an event reads at least that commit.
      reads++;
      if (map.get('n') < n || map.view('twice') < 2 * n) wrong++;
      if (readTransactionSync(() => currentTransaction().version) < version) wrong++;
    }
  };
  const alone = async () => {
    for (let n = 1; n <= count; n++) {
      if (one.lag === 0) waits++;
      const { value } = await one.next();
      if (value.newValue !== n || value.oldValue !== n - 1) wrong++;
      reads++;
      if (transactionSync(() => map.get('twice')) < 2 * n) wrong++;
    }
  };
  await Promise.all([both(), alone()]);
  return { wrong, reads, waits };
}

/** Writes what `hear` expects, the first half of it with rests. */
export async function say(name, count) {
  const map = new SharedMap({ name });
  for (let n = 1; n <= count; n++) {
    transactionSync(() => {
      map.set('n', n);
      map.set('twice', 2 * n);
    });
    if (n < count / 2 && n % 20 === 0) await sleep(1);
  }
}

function openAll(name) {
  return {
    map: new SharedMap({ name }),
    array: new SharedArray({ name: `${name}: array` }),
    queue: new SharedQueue({ name: `${name}: queue` }),
  };
}

/** Ways to watch something of it. */
const WATCHES = [
  ({ map }, n) => map.watch(n % 8, { initial: n % 2 === 0 }),
  ({ map }, n) => map.watchAll({ initial: n % 2 === 0, buffer: 1 + (n % 20), overflow: 'coalesce' }),
  ({ map }, n) => map.watchAll({ buffer: 1 + (n % 20) }),
  ({ array }, n) => array.watch({ initial: n % 2 === 0, buffer: 1 + (n % 20) }),
  ({ array }, n) => array.watchIndex(n % 8),
  ({ queue }) => queue.watch({ initial: true }),
];

/** Watches, takes some of what that tells, writes, and ends watches, for ever. Word 1 counts events. */
export async function watchOnAndOn(name, words, seed) {
  const all = openAll(name);
  const random = seededRandom(seed);
  const subscriptions = [];
  const watchers = [];
  const note = ({ value }) => value?.newValue !== undefined && Atomics.add(words, 1, 1);
  for (let n = 0; ; n++) {
    const watcher = WATCHES[Math.floor(random() * WATCHES.length)](all, n);
    watchers.push(watcher);
    if (random() < 0.2) subscriptions.push(all.map.subscribe(() => Atomics.add(words, 1, 1), { key: n % 8 }));
    all.map.set(n % 8, { n, text: 'x'.repeat((n % 50) * 40) });
    if (watchers.length > 12) watchers.splice(Math.floor(random() * 12), 1)[0].return();
    if (subscriptions.length > 4) subscriptions.shift()();
    Atomics.store(words, 0, 1);
    if (random() < 0.5) await turn();
    for (const each of watchers) {
      // Some more than there are events.
      for (let left = random() * 3; left > 1; left--) each.next().then(note);
    }
  }
}

/** Begins and ends watches as fast as it can, until word 0 is 2; word 1 says how many so far. */
export async function storm(name, words, seed) {
  const all = openAll(name);
  const random = seededRandom(seed);
  let begun = 0;
  let told = 0;
  while (Atomics.load(words, 0) !== 2) {
    const watchers = Array.from({ length: 1 + Math.floor(random() * 8) }, () =>
      WATCHES[Math.floor(random() * WATCHES.length)](all, begun++),
    );
    const ends = [all.map.subscribe(() => {}), all.map.subscribe(() => {}, { key: begun % 8 })];
    all.map.set(begun % 8, begun);
    for (const watcher of watchers) {
      told += watcher.lag;
      if (random() < 0.5) watcher.next().catch(() => {});
    }
    if (random() < 0.3) await turn();
    for (const watcher of watchers) watcher.return();
    for (const end of ends) end();
    Atomics.store(words, 1, begun);
  }
  return { begun, told };
}

/** Ends with watches of all kinds open, some of which wait. */
export async function leaveOpen(name) {
  const all = openAll(name);
  WATCHES.map((watch, n) => watch(all, n).next());
  const watchers = WATCHES.map((watch, n) => watch(all, n + 1));
  all.map.subscribe(() => {});
  all.map.set(1, 'x'.repeat(100_000));
  return watchers.length;
}
