// Workers that use the ends of arrays and queues at the same time, and record when.

import { SharedArray, SharedQueue } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';

const KINDS = {
  queue: {
    open: (name) => new SharedQueue({ name }),
    ops: ['enqueue', 'enqueue', 'tryDequeue', 'tryDequeue', 'peek', 'size'],
  },
  array: {
    open: (name) => new SharedArray({ name }),
    ops: ['push', 'push', 'pop', 'shift', 'unshift', 'length'],
  },
};

function perform(target, op, value) {
  if (op === 'size' || op === 'length') return target[op];
  return value === undefined ? target[op]() : target[op](value);
}

/**
 * Does `each` operations on the collection of each round, at the same time as another thread. Word 0 is a clock, word 1 counts those that
 * have come to a round.
 */
export function record(kind, name, thread, rounds, each, seed, words) {
  const { open, ops } = KINDS[kind];
  const random = seededRandom(seed + thread);
  const histories = [];
  for (let round = 0; round < rounds; round++) {
    const target = open(`${name} ${round}`);
    const history = [];
    Atomics.add(words, 1, 1);
    while (Atomics.load(words, 1) < 2 * (round + 1));
    for (let n = 0; n < each; n++) {
      const op = ops[Math.floor(random() * ops.length)];
      const args = ['enqueue', 'push', 'unshift'].includes(op) ? [`${thread}.${n}`] : [];
      const called = Atomics.add(words, 0, 1);
      const result = perform(target, op, args[0]);
      history.push({ thread, op, args, result, called, returned: Atomics.add(words, 0, 1) });
    }
    histories.push(history);
  }
  return histories;
}
