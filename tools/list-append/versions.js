// In which order a list was appended to: what its longest read shows. That is all of it if the history ends with a read of every list.

import { formatList } from './history.js';
import { isPrefix } from './observe.js';

/**
 * @typedef {object} Append
 * @property {number} list
 * @property {number} run position of the run that made it
 * @property {boolean} installed the run committed, and no savepoint took it back
 * @property {boolean} last no append of that run to that list came after it
 *
 * @typedef {object} Read
 * @property {number} run position of the run
 * @property {number} list
 * @property {number[]} base
 */

/**
 * The appends of a history, by element.
 *
 * @param {import('./history.js').Run[]} runs
 * @param {import('./observe.js').Observation[]} observations of the same runs
 * @returns {Map<number, Append>}
 */
export function appendsOf(runs, observations) {
  const appends = new Map();
  for (const [run, { views, undone }] of observations.entries()) {
    const installed = runs[run].outcome === 'committed';
    for (const [list, { own }] of views) {
      for (const element of own) appends.set(element, { list, run, installed, last: element === own.at(-1) });
    }
    for (const { list, element } of undone) appends.set(element, { list, run, installed: false, last: false });
  }
  return appends;
}

/**
 * The reads of a history: one for each list that a run looked at.
 *
 * @param {import('./observe.js').Observation[]} observations
 * @returns {Read[]}
 */
export function readsOf(observations) {
  const reads = [];
  for (const [run, { views }] of observations.entries()) {
    for (const [list, { base }] of views) if (base !== undefined) reads.push({ run, list, base });
  }
  return reads;
}

/**
 * The longest read of each list; its base is the list's order. Adds to `anomalies` what cannot be explained by any order.
 *
 * @param {Read[]} reads
 * @param {Map<number, Append>} appends
 * @param {import('./anomalies.js').Anomalies} anomalies
 * @returns {{ orders: Map<number, Read>, inOrder: Read[] }} the orders by list, and the reads that are the beginning of one
 */
export function ordersOf(reads, appends, anomalies) {
  const orders = new Map();
  for (const read of reads) {
    if (read.base.length > (orders.get(read.list)?.base.length ?? -1)) orders.set(read.list, read);
  }
  const inOrder = reads.filter((read) => {
    const longest = orders.get(read.list);
    if (isPrefix(read.base, longest.base)) return true;
    anomalies.add('incompatible order', [read.run, longest.run], () => {
      return `l${read.list} was ${formatList(read.base)}, and also ${formatList(longest.base)}`;
    });
    checkElements(read, appends, anomalies);
    return false;
  });
  for (const longest of orders.values()) checkElements(longest, appends, anomalies);
  for (const read of reads) checkLast(read, appends, anomalies);
  checkLost(appends, orders, anomalies);
  return { orders, inOrder };
}

/** Every committed append must be in its list's order. */
function checkLost(appends, orders, anomalies) {
  for (const [element, { list, run, installed }] of appends) {
    const longest = orders.get(list);
    if (!installed || longest?.base.includes(element)) continue;
    const readers = longest === undefined ? [run] : [run, longest.run];
    anomalies.add('lost update', readers, () => {
      return `${element} was committed, but l${list} is ${longest === undefined ? 'never there' : formatList(longest.base)}`;
    });
  }
}

function checkElements({ run, list, base }, appends, anomalies) {
  const seen = new Set();
  for (const element of base) {
    const append = appends.get(element);
    if (append?.list !== list) {
      anomalies.add('garbage read', [run], () => `nobody has appended ${element} to l${list}`);
    } else if (!append.installed) {
      anomalies.add('G1a', [run, append.run], () => `${element} in l${list} was never committed`);
    }
    if (seen.has(element)) anomalies.add('duplicate element', [run], () => `l${list} has ${element} twice`);
    seen.add(element);
  }
}

/** A read that ends within the appends of another run saw a state that the run had not meant for others. */
function checkLast({ run, list, base }, appends, anomalies) {
  const append = appends.get(base.at(-1));
  if (append === undefined || !append.installed || append.last || append.run === run) return;
  anomalies.add('G1b', [run, append.run], () => `a read of l${list} ends with ${base.at(-1)}, which is not all of it`);
}
