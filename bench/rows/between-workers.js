// Rows of two workers, beside postMessage between the same two.
import { asking, streaming } from '../harness/streams.js';

const heddle = 'heddle';
const post = 'postMessage';

const entriesOf = (way, more) => [
  { label: heddle, candidate: 'heddle', way, ...more },
  { label: post, candidate: 'heddle', way: 'post', ...more },
];

/** How many of a kind (`number` or `object`) come through in a second. */
export const stream = ({ way, kind, rivals = [], ...row }) => ({
  ...row,
  better: 'higher',
  run: streaming,
  count: 20_000,
  entries: [...entriesOf(way, { kind }), ...rivals.map((rival) => ({ ...rival, kind }))],
  targets: [{ says: 'at least 5 × as many as postMessage', of: heddle, to: post, atLeast: 5 }],
});

/** How long one is on its way to a worker that waits for it. */
export const latency = ({ way, ...row }) => ({
  ...row,
  unit: 'µs',
  run: asking,
  count: 500,
  entries: entriesOf(way),
  targets: [
    { says: 'at most 1.25 × postMessage', of: heddle, to: post, atMost: 1.25, runtimes: ['node'] },
    { says: 'at most 1.4 × postMessage', of: heddle, to: post, atMost: 1.4, runtimes: ['bun'] },
    { says: 'at most 1.15 × postMessage', of: heddle, to: post, atMost: 1.15, runtimes: ['deno'] },
  ],
});
