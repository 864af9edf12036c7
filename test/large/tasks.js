// What the workers of these tests do.

import { SharedMap } from 'heddle';

/** The value of `key` as this thread sees it, and what it becomes in its hands. */
export function scribble(name, key) {
  const { bytes } = new SharedMap({ name }).get(key);
  const seen = [bytes[0], bytes.at(-1)];
  bytes.fill(9);
  return seen;
}

let held;

/** Keeps a view of `key`, says so, and compares it with what it was after `gate` has been opened. */
export async function holdView(name, key, gate) {
  held = new SharedMap({ name }).view(key);
  const before = JSON.stringify(held.rows.at(-1)) + held.bytes[5];
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  while (Atomics.load(gate, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return before === JSON.stringify(held.rows.at(-1)) + held.bytes[5];
}

/** Reads and overwrites large values of one letter until it is terminated; `ready` says that it has begun. */
export function churn(name, ready) {
  const map = new SharedMap({ name });
  for (let turn = 0; ; turn++) {
    map.set(turn % 3, { letter: turn % 26, bytes: new Uint8Array(80_000).fill(turn % 26), rows: rowsOf(3000, turn) });
    const { letter, bytes, rows } = map.view((turn + 1) % 3) ?? { letter: 1, bytes: [1], rows: [{ turn: 0 }] };
    if (bytes[0] !== letter || rows.length === 0) throw new Error('a torn value');
    Atomics.add(ready, 0, 1);
  }
}

export function rowsOf(count, turn) {
  return Array.from({ length: count }, (_, i) => ({ i, turn, text: `row ${i}` }));
}
