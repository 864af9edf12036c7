// What the workers of these tests do.

import assert from 'node:assert/strict';
import { readTransaction, SharedMap, transaction, transactionSync } from 'heddle';

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

/** Moves amounts between two accounts until word 1 is raised. Raises word 0 after each. */
export function transferSync(name, accounts, words) {
  const map = new SharedMap({ name });
  for (let round = 0; Atomics.load(words, 1) === 0; round++) {
    const [from, to] = [round % accounts, (round * 7 + 1) % accounts];
    if (from === to) continue;
    transactionSync(() => {
      const { balance } = map.get(from);
      const other = map.get(to).balance;
      map.set(from, { balance: balance - 1, note: `round ${round}` });
      map.set(to, { balance: other + 1, note: 'x'.repeat(round % 300) });
    });
    Atomics.store(words, 0, 1);
  }
}

/**
 * The same for ever in async bodies, several at a time. Raises word 0 when a body is open: beside a busy synchronous writer
 * of the same accounts none may ever commit.
 */
export async function transferAsync(name, accounts, words) {
  const map = new SharedMap({ name });
  const lane = async (offset) => {
    for (let round = offset; ; round++) {
      const [from, to] = [round % accounts, (round * 7 + 1) % accounts];
      if (from === to) continue;
      await transaction(
        async () => {
          const { balance } = map.get(from);
          map.set(from, { balance: balance - 1, note: `round ${round}` });
          Atomics.store(words, 0, 1);
          await new Promise((resolve) => setTimeout(resolve, 0));
          map.set(to, { balance: map.get(to).balance + 1, note: '' });
        },
        { maxRetries: Number.POSITIVE_INFINITY },
      );
    }
  };
  await Promise.all([0, 3, 5].map(lane));
}

/** A body that writes and never ends. */
export function spinInBody(name, accounts, words) {
  const map = new SharedMap({ name });
  transactionSync(() => {
    for (let key = 0; key < accounts; key++) map.set(key, 'never committed');
    Atomics.store(words, 0, 1);
    for (;;) map.get(0);
  });
}

/** A body that waits for ever with writes and a snapshot open. */
export async function sleepInBody(name, _accounts, words) {
  const map = new SharedMap({ name });
  await transaction(async () => {
    map.get(0);
    map.set(1, 'never committed');
    assert.ok([...map.keys()].length > 0);
    Atomics.store(words, 0, 1);
    await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  });
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

/** Iterates for ever, in bodies that write and fail. */
export function iterateSync(name, _accounts, words) {
  const map = new SharedMap({ name });
  for (;;) {
    try {
      transactionSync(() => {
        for (const [key] of map) map.set(key, 'never committed');
        Atomics.store(words, 0, 1);
        for (const _entry of map);
        throw new Error('undone');
      });
    } catch (error) {
      if (error.message !== 'undone') throw error;
    }
  }
}

/** Iterates with a pause at each entry, for ever, in a body that has written. */
export async function iterateAsync(name, _accounts, words) {
  const map = new SharedMap({ name });
  for (;;) {
    await transaction(
      async () => {
        map.set('extra', 'never committed');
        for (const [key] of map) {
          Atomics.store(words, 0, 1);
          await new Promise((resolve) => setTimeout(resolve, 0));
          map.has(`${key} is no account`);
        }
        map.delete('extra');
      },
      { maxRetries: Number.POSITIVE_INFINITY },
    );
  }
}

/** Waits for ever in a read transaction, with an iterator open. */
export async function readAsync(name, _accounts, words) {
  const map = new SharedMap({ name });
  await readTransaction(async () => {
    for (const _entry of map) {
      Atomics.store(words, 0, 1);
      await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
    }
  });
}

/** Waits for ever in a nested body. */
export async function sleepInNestedBody(name, _accounts, words) {
  const map = new SharedMap({ name });
  await transaction(async () => {
    map.set(0, 'never committed');
    await transaction(async () => {
      map.set(1, 'never committed');
      Atomics.store(words, 0, 1);
      await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
    });
  });
}
