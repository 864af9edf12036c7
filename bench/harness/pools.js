// Pools of two workers. All are open from the start; those that have nothing to do sleep.
import { pools } from '../candidates/pools/index.js';
import { orderOf } from './alternate.js';
import { input } from './inputs.js';
import { asEntry } from './stores.js';

const SIZE = 2;
const DROPPED = 2;
/** For tasks that are all done within seconds: a pool that loses one would never end. */
const PATIENCE_MS = 60_000;
/** For the first task, which all of them can do with 0. */
const FIRST_PATIENCE_MS = 10_000;

/** `promise`, or a rejection if that does not settle in time. */
async function patiently(promise, patienceMs = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`does not answer within ${patienceMs / 1000} seconds`);
    timer = setTimeout(() => reject(error), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function closePool(pool) {
  try {
    await patiently(pool.close());
  } catch {
    // Who has failed may not be able to end either; the process ends with the row.
  }
}

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
  const open = async ({ candidate }) => {
    const pool = await pools[candidate].open({ task, size: SIZE });
    opened.push(pool);
    await pool.execute(0);
  };
  try {
    for (const entry of entries) await asEntry(entry.label, () => patiently(open(entry), FIRST_PATIENCE_MS));
    for (let round = 0; round < DROPPED + poolRounds; round++) {
      for (const index of orderOf(round, entries.length)) {
        const { label } = entries[index];
        const figure = await asEntry(label, () => patiently(measure(opened[index], entries[index])));
        if (round >= DROPPED) samples[label].push(figure);
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
    // Of the first time, as later ones have the memory of those before.
    notes[label] ??= `${engine.toFixed(0)} B a task in the engine, ${all.toFixed(0)} B with promises`;
    return (1000 * items.length) / taken;
  });
  return { samples, notes };
}
