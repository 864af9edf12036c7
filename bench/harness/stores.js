import { candidates } from '../candidates/index.js';
import { initial, input, keys, TOTAL } from './inputs.js';
import { compileLoop } from './loop.js';

/** A candidate cannot take part in a row here; `label` names the entry, the message says why. */
export class CannotRun extends Error {
  constructor(label, cause) {
    super(cause?.message ?? String(cause), { cause });
    this.label = label;
  }
}

/**
 * Calls `work`; what it throws becomes a CannotRun of that entry.
 */
export async function asEntry(label, work) {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof CannotRun ? cause : new CannotRun(label, cause);
  }
}

/** What a loop of the entry's candidate needs round it, if anything. */
export function loopOf(candidate, store, op, walked, options) {
  if (!candidate.ops[op]) throw new Error(`has no ${op}`);
  const loop = compileLoop(candidate.ops[op], store, walked, options);
  const around = candidate.around?.[op];
  return around ? (count) => around(store, () => loop(count)) : loop;
}

let opened = 0;

/** Opens the entry's own store; fills it with all keys if the entry says with which kind of values. */
export async function openStore(entry, scratch) {
  const candidate = candidates[entry.candidate];
  const store = await candidate.open({ name: `store-${++opened}`, keys, values: initial.object, scratch });
  if (entry.values) {
    const set = entry.values === 'object' ? 'setObject' : 'setNumber';
    loopOf(candidate, store, set, { first: keys, second: initial[entry.values] })(keys.length);
  }
  return store;
}

/** Worker's side of `openStore`. */
export const attachStore = (entry, shared) =>
  candidates[entry.candidate].attach(shared, { keys, values: initial[entry.values] });

/** After transfers only: throws if the candidate has lost updates. */
export function checkTotal(entry, store) {
  const candidate = candidates[entry.candidate];
  candidate.refresh?.(store);
  let total = 0;
  for (const key of keys) total += candidate.ops.getNumber(store, key);
  if (total !== TOTAL) throw new Error(`loses updates: the numbers sum up to ${total}, not to ${TOTAL}`);
}

export const closeStore = (entry, store) => candidates[entry.candidate].close?.(store);

export { input };
