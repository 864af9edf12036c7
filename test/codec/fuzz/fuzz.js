// Inputs that are made of the committed ones, as many as are asked for, and what has come of them.

import { readFileSync } from 'node:fs';
import { tryKey, tryValue } from './decode.js';
import { MUTATIONS, mutate } from './mutate.js';

const fromHex = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const { values, keys, found } = JSON.parse(readFileSync(new URL('./corpus.json', import.meta.url), 'utf8'));

/** What each target does with bytes, and the inputs to begin with. */
const TARGETS = {
  values: { run: tryValue, entries: Object.entries(values).map(([name, hex]) => [name, fromHex(hex)]) },
  keys: { run: tryKey, entries: Object.entries(keys).map(([name, hex]) => [name, fromHex(hex)]) },
};
const FOUND = Object.entries(found).map(([name, hex]) => [name, fromHex(hex)]);

/** Each committed input: those that an encoder made are values, those that were found end somehow. */
export function runCorpus() {
  for (const [target, { run, entries }] of Object.entries(TARGETS)) {
    for (const [name, bytes] of entries) {
      const refused = attempt(target, run, bytes);
      if (refused !== undefined) throw new Error(`${target}: ${name} is refused`, { cause: refused });
    }
  }
  for (const [, bytes] of FOUND) for (const { run } of Object.values(TARGETS)) attempt('found', run, bytes);
  return { values: TARGETS.values.entries.length, keys: TARGETS.keys.entries.length, found: FOUND.length };
}

function attempt(target, run, bytes) {
  try {
    return run(bytes);
  } catch (error) {
    throw new Error(`${target}: these bytes show it: ${Buffer.from(bytes).toString('hex')}`, { cause: error });
  }
}

/** Why, without what the bytes say. */
function reasonOf({ code, message }) {
  if (code !== 'ERR_HEDDLE_INTERNAL') return code;
  return message
    .replace(/^.*?: /, '')
    .replace(/\d+/g, 'n')
    .replace(/(expression|RegExp).*/, '$1');
}

/** Tries inputs while `wanted(how many there were)`; returns how often each thing happened, by its name. */
export function runMutations(random, wanted) {
  const counts = new Map();
  const count = (event) => counts.set(event, (counts.get(event) ?? 0) + 1);
  for (const name of Object.keys(MUTATIONS)) counts.set(name, 0);
  for (const target of Object.keys(TARGETS)) {
    counts.set(`${target} refused`, 0);
    counts.set(`${target} read as something`, 0);
  }
  const entries = Object.fromEntries(
    Object.entries(TARGETS).map(([target, { entries }]) => [target, [...entries, ...FOUND].map(([, bytes]) => bytes)]),
  );
  for (let n = 0; wanted(n); n++) {
    const target = n % 8 === 7 ? 'keys' : 'values';
    const refused = attempt(target, TARGETS[target].run, mutate(entries[target], random, count));
    count(`${target} ${refused === undefined ? 'read as something' : 'refused'}`);
    if (refused !== undefined) count(`refused: ${reasonOf(refused)}`);
  }
  return counts;
}
