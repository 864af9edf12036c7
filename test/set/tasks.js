// What the workers of these tests do.

import { readTransactionSync, SharedSet, transactionSync } from 'heddle';

/** Waits until two threads have come here. */
function meet(gate) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < 2);
}

/** Adds numbers, alone and in transactions by turns, at the same time as another thread; none of these reads. */
export function add(name, first, count, gate) {
  const set = new SharedSet({ name });
  meet(gate);
  for (let i = 0; i < count; i += 3) {
    set.add(first + i);
    set.addMany([first + i + 1, 'both']);
    transactionSync(() => void set.add(first + i + 2).add('both'));
  }
}

/** Makes numbers unique: each is added by one thread only. Returns how many this one has added. */
export function claim(name, count, gate) {
  const set = new SharedSet({ name });
  let claimed = 0;
  meet(gate);
  for (let i = 0; i < count; i++) {
    claimed += transactionSync(() => {
      if (set.has(i)) return 0;
      set.add(i);
      return 1;
    });
  }
  return claimed;
}

/** Moves elements from one set to the other and back until word 0 is raised; returns how many times. */
export function move(names, elements, words) {
  const sets = names.map((name) => new SharedSet({ name }));
  let moves = 0;
  while (Atomics.load(words, 0) === 0) {
    const element = elements[moves % elements.length];
    transactionSync(() => {
      const from = sets.find((set) => set.has(element));
      from.delete(element);
      sets.find((set) => set !== from).add(element);
    });
    moves++;
  }
  return moves;
}

/** Opens a set with elements of its own, at the same time as another thread. */
export function openWith(name, owner, size, gate) {
  const elements = Array.from({ length: size }, (_, i) => [owner, i]);
  meet(gate);
  return [...new SharedSet(elements, { name })];
}

export function common(names) {
  const [first, second] = names.map((name) => new SharedSet({ name }));
  return readTransactionSync(() => first.intersection(second));
}
