// Decides whether a history (see history.js) could have come from a strictly serializable and opaque engine, from what was seen outside
// alone: the way of Elle (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020). Lists
// show in which order they were appended to; what a run saw of them tells which runs it came after and before; a cycle is an anomaly.

import { Anomalies, formatAnomaly } from './anomalies.js';
import { findCycles } from './cycles.js';
import { addDependencies, addRealTime, Graph, RT, RW, WR, WW } from './graph.js';
import { formatList, formatOperation } from './history.js';
import { observe } from './observe.js';
import { appendsOf, ordersOf, readsOf } from './versions.js';

/**
 * Checks a history. O(n log n) for n operations on short lists, if there is no cycle.
 *
 * @param {import('./history.js').Run[]} runs in any order; the last read of a list must come after all appends to it, or the appends that no
 *   read shows pass for lost
 * @returns {{ anomalies: import('./anomalies.js').Anomaly[], edges: Record<'ww' | 'wr' | 'rw' | 'realtime', number> }}
 */
export function check(runs) {
  const anomalies = new Anomalies(runs);
  const observations = runs.map(observe);
  for (const [run, { contradiction }] of observations.entries()) {
    if (contradiction === undefined) continue;
    const { read, expected } = contradiction;
    anomalies.add('internal', [run], () => `${formatOperation(read)}, but the run knows it as ${formatList(expected)}`);
  }
  const appends = appendsOf(runs, observations);
  const { orders, inOrder } = ordersOf(readsOf(observations), appends, anomalies);

  const graph = new Graph(runs.length);
  addDependencies(graph, inOrder, appends, orders);
  addRealTime(graph, runs);
  for (const [name, cycle] of findCycles(graph, runs)) {
    const members = cycle.map((edge) => edge.from);
    anomalies.add(name, members, () => explain(cycle, runs));
  }
  const edges = { ww: graph.count(WW), wr: graph.count(WR), rw: graph.count(RW), realtime: graph.count(RT) };
  return { anomalies: anomalies.list, edges };
}

/** All that is wrong, as text. */
export function formatAnomalies(anomalies) {
  return anomalies.map(formatAnomaly).join('\n');
}

/** Why each run of a cycle comes before the next. The runs are R1, R2 … in the order of the cycle. */
function explain(cycle, runs) {
  const nameOf = new Map(cycle.map(({ from }, index) => [from, `R${index + 1}`]));
  return cycle.map((edge) => explainEdge(edge, runs, nameOf.get(edge.from), nameOf.get(edge.to))).join('; ');
}

function explainEdge({ kind, from, to, list, element }, runs, before, after) {
  switch (kind) {
    case WW:
      return `${after} appended ${element} to l${list} next after ${before} (ww)`;
    case WR:
      return `${after} read ${element} in l${list}, which ${before} appended (wr)`;
    case RW:
      return `${before} did not see ${element} in l${list}, which ${after} appended (rw)`;
    default:
      return `${before} was over at ${runs[from].end}, ${after} began at ${runs[to].start} (rt)`;
  }
}
