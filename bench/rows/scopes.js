// Structured concurrency, beside what does the same without waiting for what it leaves behind.
import { scopes } from '../candidates/scopes/index.js';
import { spin } from '../candidates/scopes/tasks.js';
import { flowing } from '../harness/scopes.js';

const entriesOf = (...names) => names.map((candidate) => ({ label: scopes[candidate].title, candidate }));

export const concurrent = {
  name: 'scope-concurrent',
  title: '1,000 trivial asynchronous tasks at once',
  unit: 'µs',
  run: flowing,
  count: 1000,
  expected: (n) => n + 1,
  warmUpRounds: 100,
  entries: entriesOf('heddle', 'promiseAll'),
  targets: [{ says: 'at most 3 × Promise.all', of: 'heddle', to: 'Promise.all', atMost: 3 }],
};

export const trivialStages = {
  name: 'scope-pipeline',
  title: '5,000 items through three trivial asynchronous stages, in order, four at a time',
  unit: 'items/s',
  better: 'higher',
  run: flowing,
  count: 5000,
  expected: (n) => n + 3,
  entries: entriesOf('heddlePipeline', 'streamingIterables', 'itParallel'),
  targets: [
    { says: 'at least as many as streaming-iterables', of: 'heddle', to: 'streaming-iterables', atLeast: 1 },
    { says: 'at least as many as it-parallel', of: 'heddle', to: 'it-parallel', atLeast: 1 },
  ],
};

const pooled = scopes.pooled.title;
const alone = scopes.oneThread.title;

export const busyStage = {
  name: 'scope-pipeline-pool',
  title: '200 items through a stage that keeps a processor busy for a millisecond or two',
  unit: 'items/s',
  better: 'higher',
  run: flowing,
  count: 200,
  expected: spin,
  warmUpRounds: 2,
  rounds: 9,
  reference: pooled,
  entries: entriesOf('pooled', 'oneThread'),
  targets: [{ says: 'at least 1.7 × one thread', of: pooled, to: alone, atLeast: 1.7 }],
};

export const all = [concurrent, trivialStages, busyStage];
