// Cycles of a graph (see graph.js): runs of which each must come before the next. Their edges tell the anomaly.

import { componentsOf } from './components.js';
import { RT, RW, WR, WW } from './graph.js';

/** What a cycle of each kind of anomaly must have, and what it may have besides, weakest guarantee first. */
const SEARCHES = [0, RT].flatMap((time) => [
  { through: WW, over: WW | time }, // G0
  { through: WR, over: WW | WR | time }, // G1c
  { through: RW, over: WW | WR | time }, // G-single
  { through: RW, over: WW | WR | RW | time }, // G2-item
]);

/**
 * Edges to look at in one search. It is met only where very much is wrong; the cycles found by then stand for the rest. The first cycle
 * is always found.
 */
const BUDGET = 2_000_000;

/**
 * The shortest cycle found of each name; none iff there is none. O(nodes + edges) then.
 *
 * @param {import('./graph.js').Graph} graph
 * @param {import('./history.js').Run[]} runs
 * @returns {Map<string, import('./graph.js').Edge[]>} each from one run to another, the last to the first
 */
export function findCycles(graph, runs) {
  const found = new Map();
  if (!componentsOf(graph, WW | WR | RW | RT).cyclic) return found;
  for (const { through, over } of SEARCHES) {
    for (const cycle of search(graph, runs, through, over)) {
      const name = nameOf(cycle);
      if (cycle.length < (found.get(name)?.length ?? Infinity)) found.set(name, cycle);
    }
  }
  return found;
}

/** Cycles of one edge of a kind and a shortest path back over edges of some kinds. */
function* search(graph, runs, through, over) {
  const { component } = componentsOf(graph, through | over);
  const inside = (edge) => component[edge.from] === component[edge.to];
  const lead = ({ from, to }) => runs[to].start - runs[from].start;
  // What points back in time closes the shortest cycles.
  const first = graph.edges.flatMap((leaving) => leaving.filter((edge) => edge.kind === through && inside(edge)));
  first.sort((a, b) => lead(a) - lead(b));
  const budget = { left: BUDGET };
  for (const edge of first) {
    if (budget.left < 0) return;
    const back = shortestPath(graph, edge.to, edge.from, (edge) => (edge.kind & over) !== 0 && inside(edge), budget);
    if (back !== undefined) yield [edge, ...withoutMoments(graph, back)];
  }
}

/** Breadth first; the way from a run to a moment, and from one moment to another, counts for nothing. */
function shortestPath(graph, from, to, allows, budget) {
  const arrivals = new Map([[from, undefined]]);
  for (let level = [from]; level.length > 0; ) {
    const next = [];
    for (const node of level) {
      budget.left -= graph.edges[node].length;
      for (const edge of graph.edges[node]) {
        if (!allows(edge) || arrivals.has(edge.to)) continue;
        arrivals.set(edge.to, edge);
        if (edge.to === to) return pathTo(to, arrivals);
        (graph.isMoment(edge.to) ? level : next).push(edge.to);
      }
    }
    level = next;
  }
  return undefined;
}

function pathTo(node, arrivals) {
  const path = [];
  for (let edge = arrivals.get(node); edge !== undefined; edge = arrivals.get(edge.from)) path.unshift(edge);
  return path;
}

/** Makes one edge of what leads from a run over moments to another run. */
function withoutMoments(graph, path) {
  const edges = [];
  let from;
  for (const edge of path) {
    if (!graph.isMoment(edge.from)) from = edge.from;
    if (!graph.isMoment(edge.to)) edges.push({ ...edge, from });
  }
  return edges;
}

function nameOf(cycle) {
  const count = (kind) => cycle.filter((edge) => edge.kind === kind).length;
  const readers = count(RW);
  let name = readers === 1 ? 'G-single' : 'G2-item';
  if (readers === 0) name = count(WR) === 0 ? 'G0' : 'G1c';
  return count(RT) === 0 ? name : `${name}-realtime`;
}
