// What the workers of these tests do.

import { SharedArray, stats, transactionSync } from 'heddle';

/** Waits until two threads have come here. */
function meet(gate) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < 2);
}

/** Pushes [id, n] for each n, in transactions or alone; returns the lengths that push gave. */
export function push(name, id, times, gate, inTransactions) {
  const array = new SharedArray({ name });
  const lengths = [];
  meet(gate);
  for (let n = 0; n < times; n++) {
    lengths.push(inTransactions ? transactionSync(() => array.push([id, n])) : array.push([id, n]));
  }
  return lengths;
}

/** Adds to the elements [from, to), by turns; returns the conflicts of the whole array since. */
export function raise(name, from, to, times, gate) {
  const array = new SharedArray({ name });
  meet(gate);
  for (let n = 0; n < times; n++) array.update(from + (n % (to - from)), (value) => value + 1);
}

/** Pops until there is nothing. */
export function popAll(name, gate) {
  const array = new SharedArray({ name });
  const popped = [];
  meet(gate);
  for (let value = array.pop(); value !== undefined; value = array.pop()) popped.push(value);
  return popped;
}

/** Moves elements about, of which the sum stays the same, until word 0 is raised. */
export function shuffle(name, words) {
  const array = new SharedArray({ name });
  let moves = 0;
  while (Atomics.load(words, 0) === 0) {
    transactionSync(() => {
      const from = (moves * 7919) % array.length;
      const [value] = array.splice(from, 1);
      if (moves % 3 === 0) array.push(value);
      else array.splice((moves * 104_729) % (array.length + 1), 0, value);
    });
    moves++;
  }
  return { moves, reruns: stats().reruns };
}
