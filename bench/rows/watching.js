// Watching: changes on their way to who watches, and what they cost who writes.
import { asking, streaming, writing } from '../harness/streams.js';

const watch = 'heddle';
const post = 'postMessage';

const stream = (name, title, kind) => ({
  name: `watch-${name}`,
  title: `${title} set in one worker, told to another that watches the map`,
  unit: 'changes/s',
  better: 'higher',
  run: streaming,
  count: 20_000,
  entries: [
    { label: watch, candidate: 'heddle', way: 'watch', kind },
    { label: post, candidate: 'heddle', way: 'post', kind },
  ],
  targets: [{ says: 'at least 5 × as many as postMessage', of: watch, to: post, atLeast: 5 }],
});

export const numbers = stream('numbers', 'numbers', 'number');
export const objects = stream('objects', 'objects of 5 fields', 'object');

export const latency = {
  name: 'watch-latency',
  title: 'the way of a number to a worker that watches its key',
  unit: 'µs',
  run: asking,
  count: 500,
  entries: [
    { label: watch, candidate: 'heddle', way: 'watch' },
    { label: post, candidate: 'heddle', way: 'post' },
  ],
  targets: [
    { says: 'at most 1.25 × postMessage', of: watch, to: post, atMost: 1.25, runtimes: ['node'] },
    { says: 'at most 1.4 × postMessage', of: watch, to: post, atMost: 1.4, runtimes: ['bun'] },
    { says: 'at most 1.15 × postMessage', of: watch, to: post, atMost: 1.15, runtimes: ['deno'] },
  ],
};

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
