// Questions asked of the whole graph, whatever stands on the canvas.

const queries = (function () {
  let latestPath = { ends: "", nodes: [], edges: [] };

  /** Papers of an entity, or entities of a paper: [{node, edge}], without variants. */
  function ties(node) {
    const found = [];
    data.eachEdge(node, (edge, other) => {
      if (data.relation[edge] !== data.VARIANT) found.push({ node: other, edge });
    });
    return found;
  }

  /** The families and the variants of an entity: [{node, edge}] each. */
  function family(node) {
    const found = { families: [], variants: [] };
    data.eachEdge(node, (edge, other) => {
      if (data.relation[edge] === data.VARIANT)
        (data.source[edge] === node ? found.families : found.variants).push({ node: other, edge });
    });
    return found;
  }

  /** The papers that have a variant of an entity, or a variant of that, and not the entity: [{node, edge, via}]. */
  function variantTies(node) {
    const found = new Map();
    const seen = new Set([node]);
    const own = new Set(ties(node).map((tie) => tie.node));
    const front = [node];
    while (front.length)
      for (const variant of family(front.pop()).variants) {
        if (seen.has(variant.node)) continue;
        seen.add(variant.node);
        front.push(variant.node);
        for (const tie of ties(variant.node))
          if (!own.has(tie.node) && !found.has(tie.node)) found.set(tie.node, { ...tie, via: variant.node });
      }
    return [...found.values()];
  }

  /** Entities that stand in the most papers with this one: [{node, papers}]. */
  function together(node, limit) {
    const counts = new Map();
    for (const tie of ties(node))
      for (const other of ties(tie.node))
        if (other.node !== node) counts.set(other.node, (counts.get(other.node) || 0) + 1);
    return [...counts]
      .map(([other, papers]) => ({ node: other, papers }))
      .filter(({ papers }) => papers > 1)
      .sort((a, b) => b.papers - a.papers || data.degree[a.node] - data.degree[b.node] || a.node - b.node)
      .slice(0, limit);
  }

  /** Papers about the same entities, a rare entity counting more: [{node, shared: [entities]}]. */
  function similar(paper, limit) {
    const found = new Map();
    for (const tie of ties(paper)) {
      const worth = 1 / Math.log2(1 + data.degree[tie.node]);
      for (const other of ties(tie.node)) {
        if (other.node === paper || data.degree[tie.node] < 2) continue;
        const entry = found.get(other.node) || { node: other.node, worth: 0, shared: [] };
        entry.worth += worth;
        entry.shared.push(tie.node);
        found.set(other.node, entry);
      }
    }
    return [...found.values()].sort((a, b) => b.worth - a.worth || a.node - b.node).slice(0, limit);
  }

  /** Nodes tied to each of several: the papers that entities share, the entities that papers share. */
  function shared(nodes) {
    if (!nodes.length) return [];
    const sets = nodes.map((node) => new Set(ties(node).map((tie) => tie.node)));
    sets.sort((a, b) => a.size - b.size);
    return [...sets[0]]
      .filter((node) => sets.every((set) => set.has(node)))
      .sort(
        (a, b) => (data.yearOf(b) || 0) - (data.yearOf(a) || 0) || data.degree[b] - data.degree[a] || a - b,
      );
  }

  /** A shortest path, over papers and entities or a variant's family: its nodes, and the edges between them. */
  function path(from, to) {
    const ends = from + " " + to;
    if (ends !== latestPath.ends) latestPath = { ends, ...search(from, to) };
    return latestPath;
  }

  function search(from, to) {
    if (from === undefined || to === undefined) return { nodes: [], edges: [] };
    const before = new Int32Array(data.size).fill(-1);
    const by = new Int32Array(data.size).fill(-1);
    before[from] = from;
    let front = [from];
    while (front.length && before[to] < 0) {
      const next = [];
      for (const node of front)
        data.eachEdge(node, (edge, other) => {
          if (before[other] >= 0) return;
          before[other] = node;
          by[other] = edge;
          next.push(other);
        });
      front = next;
    }
    if (before[to] < 0) return { nodes: [], edges: [] };
    const nodes = [to];
    const edges = [];
    for (let node = to; node !== from; node = before[node]) {
      edges.unshift(by[node]);
      nodes.unshift(before[node]);
    }
    return { nodes, edges };
  }

  return { ties, family, variantTies, together, similar, shared, path };
})();
