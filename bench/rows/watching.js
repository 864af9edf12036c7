// Watching: changes on their way to who watches, and what they cost who writes.
import { writing } from '../harness/streams.js';
import { latency as latencyOf, stream } from './between-workers.js';

const told = (name, what, kind) =>
  stream({
    name: `watch-${name}`,
    title: `${what} set in one worker, told to another that watches the map`,
    unit: 'changes/s',
    way: 'watch',
    kind,
  });

export const numbers = told('numbers', 'numbers', 'number');
export const objects = told('objects', 'objects of 5 fields', 'object');

export const latency = latencyOf({
  name: 'watch-latency',
  title: 'the way of a number to a worker that watches its key',
  way: 'watch',
});

const watched = 'watched by 100, in 4 workers';
const unwatched = 'watched by nobody';

export const cost = {
  name: 'watch-cost',
  title: 'processor time of a set of one of 100 keys',
  unit: 'ns',
  run: writing,
  keys: 100,
  sets: 50_000,
  entries: [
    { label: watched, candidate: 'heddle', workers: 4 },
    { label: unwatched, candidate: 'heddle', workers: 0 },
  ],
  reference: unwatched,
  targets: [{ says: 'at most 2 × as long as unwatched', of: watched, to: unwatched, atMost: 2 }],
};
