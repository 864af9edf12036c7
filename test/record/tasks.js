// What the workers of these tests do.

import { SharedRecord, transactionSync } from 'heddle';

/** Waits until two threads have come here. */
function meet(gate) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < 2);
}

export function assign(name, fields) {
  const record = new SharedRecord({ name });
  record.assign(fields);
  return record.toObject();
}

/** Keeps three fields in step, by turns with `update` and `assign`, until word 0 is raised; returns how often. */
export function raise(name, words) {
  const record = new SharedRecord({ name });
  let n = 0;
  while (Atomics.load(words, 0) === 0) {
    n++;
    record[n % 2 === 0 ? 'update' : 'assign']({ low: n, high: n, text: String(n) });
  }
  return n;
}

/** Opens a record with fields of its own, at the same time as another thread. */
export function openWith(name, owner, size, gate) {
  const initial = Object.fromEntries(Array.from({ length: size }, (_, i) => [`field ${i}`, owner]));
  meet(gate);
  return new SharedRecord({ name, initial }).values();
}

/** Counts in a field of its own and in one for all. */
export function count(name, field, times, gate) {
  const record = new SharedRecord({ name });
  meet(gate);
  for (let i = 1; i <= times; i++) {
    transactionSync(() => record.update({ [field]: i, sum: (record.get('sum') ?? 0) + 1 }));
  }
}
