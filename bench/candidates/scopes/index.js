// Functions of one thread that run many asynchronous ones: each does the same work, in a form that it is made for.

import { concurrent, pipeline, WorkerPool } from 'heddle';
import parallel from 'it-parallel';
import { parallelMap } from 'streaming-iterables';
import { increment, spin } from './tasks.js';

/** As many calls of a stage at a time for all. */
const PARALLELISM = 4;

const tasksOf = (items) => items.map((item) => async () => item + 1);

async function drained(results) {
  const all = [];
  for await (const result of results) all.push(result);
  return all;
}

/** it-parallel takes functions that make the items: those of the stage before, called by this one. */
async function* callsOf(items, fn) {
  for await (const item of items) yield () => fn(item);
}

const inParallel = (items, fn) => parallel(callsOf(items, fn), { concurrency: PARALLELISM, ordered: true });

let pool;

/** Results of `items` in their order. */
export const scopes = {
  heddle: { title: 'heddle', all: (items) => concurrent(tasksOf(items)) },
  promiseAll: { title: 'Promise.all', all: (items) => Promise.all(tasksOf(items).map((task) => task())) },
  heddlePipeline: {
    title: 'heddle',
    all: (items) => drained(pipeline(items, [increment, increment, increment], { parallelism: PARALLELISM })),
  },
  streamingIterables: {
    title: 'streaming-iterables',
    all(items) {
      const stage = parallelMap(PARALLELISM, increment);
      return drained(stage(stage(stage(items))));
    },
  },
  itParallel: {
    title: 'it-parallel',
    all: (items) => drained(inParallel(inParallel(inParallel(items, increment), increment), increment)),
  },
  pooled: {
    title: 'heddle, a pool of 2',
    all(items) {
      pool ??= new WorkerPool(new URL('tasks.js', import.meta.url), { size: 2 });
      return drained(pipeline(items, [{ fn: spin, pool, parallelism: PARALLELISM }]));
    },
  },
  oneThread: { title: 'heddle, one thread', all: (items) => drained(pipeline(items, [spin])) },
};
