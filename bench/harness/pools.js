// Pools of two workers. All are open from the start; those that have nothing to do sleep.
import { pools } from '../candidates/pools/index.js';
import { orderOf } from './alternate.js';
import { input } from './inputs.js';
import { asEntry } from './stores.js';

const SIZE = 2;
const DROPPED = 2;
/** Of tasks that answer within seconds: some pools lose one and would never end. */
const PATIENCE_MS = 30_000;

/** `promise`, or a rejection if that does not settle in time. */
async function patiently(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    const seconds = PATIENCE_MS / 1000;
    timer = setTimeout(() => reject(new Error(`does not answer within ${seconds} seconds`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const openPool = (entry, task) =>
  asEntry(entry.label, () => patiently(pools[entry.candidate].open({ task, size: SIZE })));

/** Whoever has failed may not be able to end either. */
const closePool = (pool) => patiently(pool.close()).catch(() => {});

/** What becomes of `items`, submitted at once: by a `map` of the pool's own, or one by one. */
function submit(pool, by, items) {
  if (by === 'map') return pool.map(items);
  return Promise.all(items.map((item) => pool.execute(item)));
}

/** The time of `work`, in milliseconds; what came out is checked after it. */
async function timed(work, look) {
  const start = performance.now();
  const results = await work();
  const taken = performance.now() - start;
  look(results);
  return taken;
}

/** Opens the pools of all entries and does `measure(pool, entry)` for each in turn. */
async function inTurn({ entries, task }, { poolRounds }, measure) {
  const opened = [];
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  try {
    for (const entry of entries) opened.push(await openPool(entry, task));
    for (let round = 0; round < DROPPED + poolRounds; round++) {
      for (const index of orderOf(round, entries.length)) {
        const { label } = entries[index];
        const taken = await asEntry(label, () => patiently(measure(opened[index], entries[index])));
        if (round >= DROPPED) samples[label].push(taken);
      }
    }
    return { samples };
  } finally {
    await Promise.all(opened.map(closePool));
  }
}

const KINDS = {
  numbers: (count) => Array.from({ length: count }, (_, i) => i),
  objects(count) {
    const { second: orders } = input('orders');
    return Array.from({ length: count }, (_, i) => orders[i % orders.length]);
  },
};

/** What makes a result wrong, by task; one of an object must be whole. */
const WRONG = {
  increment: (item, result) => result !== item + 1,
  same: (item, result) => result?.id !== item.id || result.note !== item.note,
  spin: (ms, result) => result !== ms,
};

/** Each result must be that of the task in its place. */
function check(task, items, results) {
  if (results.length !== items.length) throw new Error(`${items.length} tasks have ${results.length} results`);
  const place = items.findIndex((item, i) => WRONG[task](item, results[i]));
  if (place >= 0) throw new Error(`task ${place} has a wrong result`);
}

/** Tasks a second, of `count` that are submitted at once. */
export function executing(row, settings) {
  const items = KINDS[row.kind](row.count);
  return inTurn(row, settings, async (pool, { by }) => {
    const taken = await timed(
      () => submit(pool, by, items),
      (results) => check(row.task, items, results),
    );
    return (1000 * items.length) / taken;
  });
}

/** Microseconds for a task and its result, of which there is one at a time. */
export function waiting(row, settings) {
  const { count } = row;
  return inTurn(row, settings, async (pool) => {
    const start = performance.now();
    for (let n = 0; n < count; n++) {
      if ((await pool.execute(n)) !== n + 1) throw new Error(`task ${n} has a wrong result`);
    }
    return (1000 * (performance.now() - start)) / count;
  });
}

/** Milliseconds for tasks that are busy for as many milliseconds as `tasks` says, submitted in this order at once. */
export function spinning(row, settings) {
  const { task, tasks } = row;
  return inTurn(row, settings, (pool, { by }) =>
    timed(
      () => submit(pool, by, tasks),
      (results) => check(task, tasks, results),
    ),
  );
}

/** Tasks a second of `count` that are all outstanding before the first one's result is looked at, and what they take meanwhile. */
export async function outstanding(row, settings) {
  const { stats } = await import('heddle');
  const items = KINDS[row.kind](row.count);
  const [{ label }] = row.entries;
  const notes = {};
  const { samples } = await inTurn(row, { ...settings, poolRounds: settings.fills }, async (pool) => {
    const held = stats().memory.held;
    const resident = process.memoryUsage.rss();
    let engine;
    let all;
    const ranBefore = pool.pool.completedTasks;
    const taken = await timed(
      () => {
        const pending = submit(pool, 'execute', items);
        engine = (stats().memory.held - held) / items.length;
        all = (process.memoryUsage.rss() - resident) / items.length;
        return pending;
      },
      (results) => {
        check(row.task, items, results);
        const ran = pool.pool.completedTasks - ranBefore;
        if (ran !== items.length) throw new Error(`${items.length} tasks ran ${ran} times`);
      },
    );
    notes[label] ??= `${engine.toFixed(0)} B a task in the engine, ${all.toFixed(0)} B with promises`;
    return (1000 * items.length) / taken;
  });
  return { samples, notes };
}
