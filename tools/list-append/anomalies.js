import { formatRun } from './history.js';

/** Names as in Adya's thesis and in Elle, and what they mean. */
const MEANINGS = new Map([
  ['internal', 'a run contradicts itself'],
  ['garbage read', 'an element from nowhere'],
  ['duplicate element', 'an append that happened twice'],
  ['incompatible order', 'two reads of a list of which neither is the beginning of the other'],
  ['lost update', 'a committed append that is not there'],
  ['G0', 'dirty write'],
  ['G1a', 'aborted read'],
  ['G1b', 'intermediate read'],
  ['G1c', 'circular information flow'],
  ['G-single', 'read skew'],
  ['G2-item', 'write skew'],
  ['G0-realtime', 'writes against real time'],
  ['G1c-realtime', 'a read from the future'],
  ['G-single-realtime', 'stale read'],
  ['G2-item-realtime', 'stale reads'],
]);

/**
 * What is wrong with a history: of each kind the first example.
 *
 * @typedef {{ name: string, message: string, runs: import('./history.js').Run[] }} Anomaly
 */
export class Anomalies {
  #runs;
  #found = new Map();

  /** @param {import('./history.js').Run[]} runs the history */
  constructor(runs) {
    this.#runs = runs;
  }

  /**
   * @param {string} name
   * @param {number[]} runs the positions of those that it takes to see it
   * @param {() => string} message
   */
  add(name, runs, message) {
    if (this.#found.has(name)) return;
    this.#found.set(name, { name, message: message(), runs: [...new Set(runs)].map((run) => this.#runs[run]) });
  }

  /** @returns {Anomaly[]} */
  get list() {
    return [...this.#found.values()];
  }
}

/**
 * An anomaly as text: its name, what is wrong, and the runs that it takes to see it, which the message calls R1, R2 …
 *
 * @param {Anomaly} anomaly
 */
export function formatAnomaly({ name, message, runs }) {
  const lines = runs.map((run, index) => `  R${index + 1}: ${formatRun(run)}`);
  return [`anomaly ${name} (${MEANINGS.get(name)}): ${message}`, ...lines].join('\n');
}
