// What the workers of these tests do.

import { SharedMap, transaction, transactionSync } from 'heddle';

export function writeAll(name, entries) {
  const map = new SharedMap({ name });
  map.setMany(entries);
  return [...map];
}

export function readAll(name) {
  return [...new SharedMap({ name })];
}

/** Waits until two threads have come here. */
function meet(gate) {
  Atomics.add(gate, 0, 1);
  while (Atomics.load(gate, 0) < 2);
}

/** Adds 1 to `key`, `times` times, in the way asked for, while another thread does the same. */
export async function count(name, key, times, how, gate) {
  const map = new SharedMap({ name });
  const increment = {
    sync: () => transactionSync(() => map.set(key, map.get(key) + 1)),
    update: () => map.update(key, (value) => value + 1),
    async: () =>
      transaction(
        async () => {
          const value = map.get(key);
          await null;
          map.set(key, value + 1);
        },
        { maxRetries: Number.POSITIVE_INFINITY },
      ),
  }[how];
  meet(gate);
  for (let i = 0; i < times; i++) await increment();
}

/** Inserts what is not there, for keys 0 to `keys`; returns what this thread inserted. */
export function claim(name, owner, keys, gate) {
  const map = new SharedMap({ name });
  meet(gate);
  const mine = [];
  for (let key = 0; key < keys; key++) {
    if (map.getOrInsert(key, owner) === owner) mine.push(key);
  }
  return mine;
}

/** Opens a map with entries of its own, at the same time as others: the map gets one thread's entries, whole. */
export function openWith(name, owner, size, gate) {
  meet(gate);
  const map = new SharedMap(
    Array.from({ length: size }, (_, key) => [key, owner]),
    { name },
  );
  return [...map.values()];
}

/** Reads `key` until it has `value`; the value is cached from the first read on. */
export function awaitValue(name, key, value, ready) {
  const map = new SharedMap({ name });
  map.get(key);
  Atomics.store(ready, 0, 1);
  while (map.get(key) !== value);
  return true;
}

/** Imports another copy of heddle; returns what is thrown. */
export async function importCopy(url) {
  try {
    await import(url);
    return { name: 'nothing was thrown' };
  } catch ({ name, code, loaded, refused, message }) {
    return { name, code, loaded, refused, message };
  }
}
