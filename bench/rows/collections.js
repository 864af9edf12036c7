// Queues and arrays.
import { iterations, pushes, splices } from '../harness/arrays.js';
import { latency, stream } from './between-workers.js';

const rivals = [{ label: 'the channel of multithreading', candidate: 'heddle', way: 'channel' }];

const passed = (name, what, kind) =>
  stream({
    name: `queue-${name}`,
    title: `${what} from one worker to another, enqueued and dequeued one by one`,
    unit: 'items/s',
    way: 'queue',
    kind,
    rivals,
  });

export const queueNumbers = passed('numbers', 'numbers', 'number');
export const queueObjects = passed('objects', 'objects of 5 fields', 'object');

export const queueLatency = latency({
  name: 'queue-latency',
  title: 'the way of a number to a worker that waits for it',
  way: 'queue',
});

const shared = 'heddle';
const plain = 'a plain array';
const small = 'heddle, in 1,000';

export const arraySplice = {
  name: 'array-splice',
  title: 'splice of one element in the middle of a million',
  unit: 'µs',
  run: splices,
  entries: [
    { label: shared, candidate: 'heddle', does: 'shared' },
    { label: plain, candidate: 'heddle', does: 'plain' },
    { label: small, candidate: 'heddle', does: 'small' },
  ],
  targets: [
    { says: 'at least 10 × faster than a plain array', of: plain, to: shared, atLeast: 10 },
    { says: 'at most 4 × as long as in 1,000', of: shared, to: small, atMost: 4 },
  ],
};

export const arrayIterate = {
  name: 'array-iterate',
  title: 'for … of over 100,000 numbers, for each',
  unit: 'ns',
  run: iterations,
  entries: [
    { label: shared, candidate: 'heddle', does: 'shared' },
    { label: plain, candidate: 'heddle', does: 'plain' },
  ],
  targets: [{ says: 'at most 10 × a plain array', of: shared, to: plain, atMost: 10 }],
};

const map = 'set of a new key of a SharedMap';

export const arrayPush = {
  name: 'array-push',
  title: 'push of a number',
  unit: 'ns',
  run: pushes,
  entries: [
    { label: shared, candidate: 'heddle', does: 'shared' },
    { label: map, candidate: 'heddle', does: 'map' },
    { label: plain, candidate: 'heddle', does: 'plain' },
  ],
  targets: [{ says: 'no slower than set of a new key', of: shared, to: map, atMost: 1 }],
};
