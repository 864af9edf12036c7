// The engine alone: `engine_bench` lets its candidates take turns by itself and answers with a line of JSON for each.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { engineProgram } from './lanes.js';
import { CannotRun } from './stores.js';

/** Its exit status when a candidate cannot run. */
const CANNOT_RUN = 3;

async function ask(...words) {
  if (!existsSync(engineProgram)) throw new Error('the engine has no bench program yet: `make bench` builds it');
  const { stdout } = await promisify(execFile)(engineProgram, words.map(String), { maxBuffer: 1 << 24 });
  return stdout.trimEnd().split('\n').map(JSON.parse);
}

const percent = (share) => `${Number((100 * share).toFixed(4))} %`;

/** How many rounds of all entries fill so many milliseconds. */
export const roundsIn = (milliseconds, entries, roundMs) => Math.ceil(milliseconds / (entries.length * roundMs));

/**
 * A row of entries whose `plays` is what the program calls them, over `keys` keys.
 *
 * @returns {Promise<{ samples: Record<string, number[]>, notes: Record<string, string>, answers: Record<string, object> }>}
 *   transactions per second of each round and how many were run in vain, by the entry's label; and all that the program said
 */
export async function rates({ entries, workload, keys }, { engine: { rounds, roundMs } }) {
  const plays = entries.map((entry) => entry.plays);
  try {
    const answers = await ask('rates', workload, keys, rounds, roundMs, ...plays);
    const labelled = (part) => Object.fromEntries(entries.map(({ label }, i) => [label, part(answers[i])]));
    return {
      samples: labelled((answer) => answer.rates),
      notes: labelled(({ aborted }) => `${percent(aborted)} aborted`),
      answers: labelled((answer) => answer),
    };
  } catch (error) {
    if (error.code !== CANNOT_RUN) throw error;
    const [name, reason] = error.stderr.trim().split(': ');
    throw new CannotRun(entries.find(({ plays: it }) => it.startsWith(name)).label, reason);
  }
}

/** The same for so long as a snapshot is held open; counts the versions that it has kept, by key. */
export async function ratesUnderSnapshot(row, settings) {
  const { roundMs } = settings.engine.underSnapshot;
  const rounds = roundsIn(settings.heldMs, row.entries, roundMs);
  const { samples, notes, answers } = await rates(row, { engine: { rounds, roundMs } });
  const { label } = row.entries.find(({ held }) => held);
  return { samples, notes, counts: { [row.counted]: answers[label].kept / row.keys } };
}

/** What so many keys take beside themselves and their values: in bytes for each, of three fills in processes of their own. */
export async function overhead({ entries, keys }, { fills }) {
  const samples = Object.fromEntries(entries.map(({ label }) => [label, []]));
  for (let i = 0; i < fills; i++) {
    const [answer] = await ask('memory', keys, 1);
    for (const { label, plays } of entries) samples[label].push(answer[plays]);
  }
  return { samples };
}

/** What it takes to clear them, in microseconds. */
export async function clearing({ entries: [{ label }], keys }, { fills }) {
  const [{ clearMicros }] = await ask('memory', keys, fills);
  return { samples: { [label]: clearMicros } };
}

/** Bytes for each watch, of as many keys. */
export async function watching({ entries: [{ label }], keys }) {
  const [{ bytes }] = await ask('watches', keys);
  return { samples: { [label]: [bytes] } };
}

/** Nanoseconds for a write, by round, to so many keys. */
export async function telling({ entries, keys, tellings }) {
  const [answer] = await ask('telling', keys, tellings);
  return { samples: Object.fromEntries(entries.map(({ label, plays }) => [label, answer[plays]])) };
}
