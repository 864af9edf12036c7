// What workers do with accounts (scenes.js) until they are terminated. Each raises word 0 when it is at it.

import assert from 'node:assert/strict';
import { readTransaction, SharedMap, transaction, transactionSync } from 'heddle';
import { seededRandom } from '../../tools/recording/random.js';
import { turn } from '../support/wait.js';
import { ACCOUNTS } from './scenes.js';

/** Moves amounts between two accounts until word 2 is raised. Raises word 0 after each. */
export function transferSync(name, words) {
  const map = new SharedMap({ name });
  for (let round = 0; Atomics.load(words, 2) === 0; round++) {
    const [from, to] = [round % ACCOUNTS, (round * 7 + 1) % ACCOUNTS];
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
export async function transferAsync(name, words) {
  const map = new SharedMap({ name });
  const lane = async (offset) => {
    for (let round = offset; ; round++) {
      const [from, to] = [round % ACCOUNTS, (round * 7 + 1) % ACCOUNTS];
      if (from === to) continue;
      await transaction(
        async () => {
          const { balance } = map.get(from);
          map.set(from, { balance: balance - 1, note: `round ${round}` });
          Atomics.store(words, 0, 1);
          await turn();
          map.set(to, { balance: map.get(to).balance + 1, note: '' });
        },
        { maxRetries: Number.POSITIVE_INFINITY },
      );
    }
  };
  await Promise.all([0, 3, 5].map(lane));
}

/** A body that writes and never ends. */
export function spinInBody(name, words) {
  const map = new SharedMap({ name });
  transactionSync(() => {
    for (let key = 0; key < ACCOUNTS; key++) map.set(key, 'never committed');
    Atomics.store(words, 0, 1);
    for (;;) map.get(0);
  });
}

/** A body that waits for ever with writes and a snapshot open. */
export async function sleepInBody(name, words) {
  const map = new SharedMap({ name });
  await transaction(async () => {
    map.get(0);
    map.set(1, 'never committed');
    assert.ok([...map.keys()].length > 0);
    Atomics.store(words, 0, 1);
    await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  });
}

/** Iterates for ever, in bodies that write and fail. */
export function iterateSync(name, words) {
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
export async function iterateAsync(name, words) {
  const map = new SharedMap({ name });
  for (;;) {
    await transaction(
      async () => {
        map.set('extra', 'never committed');
        for (const [key] of map) {
          Atomics.store(words, 0, 1);
          await turn();
          map.has(`${key} is no account`);
        }
        map.delete('extra');
      },
      { maxRetries: Number.POSITIVE_INFINITY },
    );
  }
}

/** Waits for ever in a read transaction, with an iterator open. */
export async function readAsync(name, words) {
  const map = new SharedMap({ name });
  await readTransaction(async () => {
    for (const _entry of map) {
      Atomics.store(words, 0, 1);
      await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
    }
  });
}

/** Waits for ever in a nested body. */
export async function sleepInNestedBody(name, words) {
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

/** Moves money in a body within a body, of which every third fails. */
export function nestSync(name, words, seed) {
  const random = seededRandom(seed);
  const map = new SharedMap({ name });
  const add = (key, amount) => map.update(key, (account) => ({ ...account, balance: account.balance + amount }));
  for (;;) {
    const [from, to] = [Math.floor(random() * ACCOUNTS), Math.floor(random() * ACCOUNTS)];
    transactionSync(() => {
      add(from, -1);
      Atomics.store(words, 0, 1);
      try {
        transactionSync(() => {
          add(to, 1);
          if (random() < 0.3) throw new RangeError('undone');
        });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        add(from, 1);
      }
    });
  }
}

/** The same with a pause in each body. */
export async function nestAsync(name, words, seed) {
  const random = seededRandom(seed);
  const map = new SharedMap({ name });
  const add = (key, amount) => map.update(key, (account) => ({ ...account, balance: account.balance + amount }));
  for (;;) {
    const [from, to] = [Math.floor(random() * ACCOUNTS), Math.floor(random() * ACCOUNTS)];
    await transaction(async () => {
      add(from, -1);
      Atomics.store(words, 0, 1);
      await turn();
      await transaction(async () => {
        add(to, 1);
        await turn();
      });
    });
  }
}

/** Does nothing, but that heddle is there. */
export async function rest(_name, words) {
  Atomics.store(words, 0, 1);
  await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
}
