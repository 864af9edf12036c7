// An open snapshot concerns the whole engine, and a process has one engine: so these entries have a process each. They take turns
// by the clock, which all of them share, and need not talk to each other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clock } from './clock.js';
import { runtimes } from './lanes.js';
import { asEntry } from './stores.js';

/** Between two turns, for threads that are a little late. */
const GAP_MS = 2;
/** Work of a thread until the compilers are done. */
const WARM_UP_MS = 300;
const LEAST_ROUNDS = 15;
/** From the word to the first turn. */
const NOTICE_MS = 200;
const PROGRAM = fileURLToPath(new URL('./slot.js', import.meta.url));

function start([program, ...args], task) {
  const child = spawn(program, [...args, PROGRAM, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const gone = once(child, 'close');
  return {
    /** What the child says next. */
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the process ended with ${(await gone).find((part) => part !== null)}`);
      return JSON.parse(value);
    },
    say: (word) => child.stdin.write(`${JSON.stringify(word)}\n`),
    async end() {
      child.kill();
      await gone;
    },
  };
}

/**
 * Two workers of each entry write for `heldMs` in all; those of an entry that is `held` under a snapshot that is open all the time.
 *
 * @returns {Promise<{ samples: Record<string, number[]>, counts: Record<string, number> }>} transactions per second of both workers
 *   in each turn, by the entry's label, and the versions that the snapshot has kept, by key
 */
export async function slots({ entries, counted }, { runtime, scratch, heldMs, slotMs }) {
  const turns = entries.length;
  const rounds = Math.ceil(heldMs / (turns * (slotMs + GAP_MS)));
  const children = [];
  try {
    for (const [turn, entry] of entries.entries()) {
      const every = turns * (slotMs + GAP_MS);
      const slot = { first: turn * (slotMs + GAP_MS), every, lasts: slotMs, rounds };
      children.push(start(runtimes[runtime], { entry, scratch, slot }));
    }
    for (const [i, { label }] of entries.entries()) await asEntry(label, () => children[i].line());
    const begin = clock() + NOTICE_MS;
    for (const child of children) child.say({ begin });
    const seen = [];
    for (const [i, { label }] of entries.entries()) seen.push(await asEntry(label, () => children[i].line()));
    const dropped = Math.ceil(WARM_UP_MS / slotMs);
    // On a busy machine a thread may sleep through its turn: that round says nothing.
    const whole = (_, round) => round >= dropped && seen.every(({ rates }) => rates[round] > 0);
    if (seen[0].rates.filter(whole).length < LEAST_ROUNDS)
      throw new Error('the machine is too busy for rounds by the clock');
    const samples = Object.fromEntries(entries.map(({ label }, i) => [label, seen[i].rates.filter(whole)]));
    return { samples, counts: { [counted]: seen[entries.findIndex(({ held }) => held)].kept } };
  } finally {
    for (const child of children) await child.end();
  }
}
