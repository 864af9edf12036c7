// What the worker of replay.test.js does, and the main thread beside it.

import { transactionSync } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';
import { KINDS, ONES } from './kinds.js';

class Undone extends Error {}

function randomStep(kind, random) {
  const names = Object.keys(kind.perform).filter((name) => name !== 'clear' || random() < 0.05);
  const n = Math.floor(random() * 1e6);
  return {
    op: names[Math.floor(random() * names.length)],
    key: n % ONES,
    index: n % 40,
    value: n % 3 === 0 ? { n } : n % 1000 === 1 ? 'large '.repeat(12_000) : n,
  };
}

/** `count` operations, some of them several in a transaction, some of which are undone. */
export function performRandomly(kind, collection, random, count) {
  const perform = () => {
    const step = randomStep(kind, random);
    kind.perform[step.op](collection, step);
  };
  for (let n = 0; n < count; n++) {
    if (random() < 0.6) {
      transactionSync(perform);
      continue;
    }
    try {
      transactionSync(() => {
        for (let left = 1 + random() * 4; left > 0; left--) perform();
        if (random() < 0.2) throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
  }
}

/** Word 0 is 1 while it is at it. */
export function churn(kindName, name, seed, count, words) {
  const kind = KINDS[kindName];
  Atomics.store(words, 0, 1);
  performRandomly(kind, kind.make({ name }), seededRandom(seed), count);
  Atomics.store(words, 0, 2);
}
