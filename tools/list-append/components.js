/**
 * The strongly connected components of a graph (Tarjan, without recursion), over the edges of some kinds. O(nodes + edges).
 *
 * @param {import('./graph.js').Graph} graph
 * @param {number} kinds
 * @returns {{ component: Int32Array, cyclic: boolean }} the component of each node, and whether any has more than one
 */
export function componentsOf({ edges }, kinds) {
  const count = edges.length;
  const component = new Int32Array(count).fill(-1);
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const next = new Int32Array(count); // which edge to follow
  const path = []; // from the root of the search to where it is
  const stack = []; // visited, and in no component yet
  let visited = 0;
  let components = 0;
  let cyclic = false;

  function enter(node) {
    index[node] = low[node] = visited++;
    path.push(node);
    stack.push(node);
  }

  function leave(node) {
    path.pop();
    if (path.length > 0) low[path.at(-1)] = Math.min(low[path.at(-1)], low[node]);
    if (low[node] !== index[node]) return;
    cyclic ||= stack.at(-1) !== node;
    let member;
    do component[(member = stack.pop())] = components;
    while (member !== node);
    components++;
  }

  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const node = path.at(-1);
      const edge = edges[node][next[node]++];
      if (edge === undefined) leave(node);
      else if ((edge.kind & kinds) === 0) continue;
      else if (index[edge.to] === -1) enter(edge.to);
      else if (component[edge.to] === -1) low[node] = Math.min(low[node], index[edge.to]);
    }
  }
  return { component, cyclic };
}
