import { ABSENT } from './history.js';

/**
 * What the maps held at every commit number, built by replaying the writes in commit order.
 *
 * Each key has a chain of states `{ from, value, place, writer }`, `from` rising: the key had `value` from commit `from` until the next
 * state's. `place` is its turn in insertion order, kept by an overwrite and lost by a deletion, as in a `Map`.
 */
export class Model {
  #chains = new Map();
  #places = 0;
  /** Number of the last commit applied. */
  last = -1;

  /** Applies the writes of `run`, committed as `commit`; commits are applied in rising order. */
  apply(run, commit) {
    this.last = commit;
    for (const { op, map, key, value } of run.writes) {
      if (op === 'set') this.#put(map, key, value, commit, run);
      else if (op === 'delete') this.#put(map, key, ABSENT, commit, run);
      else for (const other of this.#map(map).keys()) this.#put(map, other, ABSENT, commit, run);
    }
  }

  #map(map) {
    let chains = this.#chains.get(map);
    if (chains === undefined) this.#chains.set(map, (chains = new Map()));
    return chains;
  }

  #put(map, key, value, commit, writer) {
    const chains = this.#map(map);
    let chain = chains.get(key);
    if (chain === undefined) chains.set(key, (chain = [{ from: -1, value: ABSENT, place: 0, writer: undefined }]));
    const last = chain.at(-1);
    if (last.value === ABSENT && value === ABSENT) return;
    const place = value !== ABSENT && last.value === ABSENT ? ++this.#places : last.place;
    if (last.from === commit) chain.pop();
    chain.push({ from: commit, value, place, writer });
  }

  /** The state of a key just after commit `version`: `{ from, value, place, writer }`. */
  at(map, key, version) {
    const chain = this.#map(map).get(key);
    return chain?.[indexAt(chain, version)] ?? NEVER;
  }

  /** The entries of a map just after commit `version`, in insertion order. */
  entries(map, version) {
    const live = [];
    for (const [key, chain] of this.#map(map)) {
      const state = chain[indexAt(chain, version)];
      if (state.value !== ABSENT) live.push({ key, state });
    }
    return live.sort((a, b) => a.state.place - b.state.place).map(({ key, state }) => [key, state.value]);
  }
}

const NEVER = { from: -1, value: ABSENT, place: 0, writer: undefined };

/** Position of the last state with `from <= version`. */
function indexAt(chain, version) {
  let low = 0;
  let high = chain.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (chain[middle].from <= version) low = middle;
    else high = middle - 1;
  }
  return low;
}
