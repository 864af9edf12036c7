// Which run must come before which, in any serial order that explains a history. The nodes are the runs, by position, those that were
// given up included: what they read must fit into the order as well (that is opacity); what they appended is in no list.
//
//   WW  the next append to a list
//   WR  a read that shows an append as the last one
//   RW  a read that does not show the next append yet: an anti-dependency
//   RT  real time: one was over when the other began
//
// Each run that was over stands before each that began after it: too many pairs. So behind the runs come nodes that stand for moments, in a
// chain: a run that is over leads to the next moment, and a moment to the runs that begin before the one after it.

export const WW = 1;
export const WR = 2;
export const RW = 4;
export const RT = 8;

/**
 * @typedef {object} Edge
 * @property {number} kind
 * @property {number} from
 * @property {number} to
 * @property {number} list
 * @property {number} element what `to` appended, for WR what `from` did
 */

export class Graph {
  /** @type {Edge[][]} by the node that they leave */
  edges;
  /** The nodes below are runs, the others moments. */
  runs;

  constructor(runs) {
    this.runs = runs;
    this.edges = Array.from({ length: runs }, () => []);
  }

  add(kind, from, to, list = -1, element = -1) {
    if (from !== to) this.edges[from].push({ kind, from, to, list, element });
  }

  addMoment() {
    return this.edges.push([]) - 1;
  }

  isMoment(node) {
    return node >= this.runs;
  }

  count(kind) {
    return this.edges.reduce((sum, leaving) => sum + leaving.filter((edge) => edge.kind === kind).length, 0);
  }
}

/**
 * Adds what lists tell. Elements that no commit appended tell nothing.
 *
 * @param {Graph} graph
 * @param {import('./versions.js').Read[]} reads those that begin their list's order
 * @param {Map<number, import('./versions.js').Append>} appends
 * @param {Map<number, import('./versions.js').Read>} orders
 */
export function addDependencies(graph, reads, appends, orders) {
  const writerOf = (element) => {
    const append = appends.get(element);
    return append?.installed ? append.run : undefined;
  };
  const link = (kind, from, to, list, element) => {
    if (from !== undefined && to !== undefined) graph.add(kind, from, to, list, element);
  };
  for (const [list, { base: order }] of orders) {
    for (let at = 1; at < order.length; at++) {
      link(WW, writerOf(order[at - 1]), writerOf(order[at]), list, order[at]);
    }
  }
  for (const { run, list, base } of reads) {
    const next = orders.get(list).base[base.length];
    link(WR, writerOf(base.at(-1)), run, list, base.at(-1));
    link(RW, run, writerOf(next), list, next);
  }
}

/**
 * Adds real time, in O(runs) edges after sorting.
 *
 * @param {Graph} graph
 * @param {import('./history.js').Run[]} runs
 */
export function addRealTime(graph, runs) {
  const events = runs.flatMap(({ start, end }, run) => [
    { tick: start, run, starts: true },
    { tick: end, run, starts: false },
  ]);
  events.sort((a, b) => a.tick - b.tick || Number(a.starts) - Number(b.starts));
  let moment;
  let used = true; // some run has begun after the moment: what ends now must not lead there
  for (const { run, starts } of events) {
    if (starts) {
      if (moment !== undefined) graph.add(RT, moment, run);
      used = true;
      continue;
    }
    if (used) {
      const next = graph.addMoment();
      if (moment !== undefined) graph.add(RT, moment, next);
      moment = next;
      used = false;
    }
    graph.add(RT, run, moment);
  }
}
