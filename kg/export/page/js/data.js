// The graph as the other files read it: nodes, edges and who is tied to whom.
"use strict";
const app = {};

app.graph = (() => {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const nodes = raw.nodes.map(([id, label, kind, x, y, size, year, aliases, extra], index) => ({
    index, id, label, kind: raw.kinds[kind], x, y, size, year, extra,
    aliases: aliases ? aliases.split("|") : [], edges: [],
  }));
  const edges = raw.edges.map(([from, to, relation, weight, evidence], index) => ({
    index, from: nodes[from], to: nodes[to], relation: raw.relations[relation], weight, evidence,
  }));
  for (const edge of edges) {
    edge.from.edges.push(edge);
    edge.to.edges.push(edge);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const text = (node) => raw.texts[node.index];

  return {
    nodes, edges, kinds: raw.kinds, relations: raw.relations, options: raw.options,
    node: (id) => byId.get(id),
    isPaper: (node) => node.kind === "paper",
    other: (edge, node) => (edge.from === node ? edge.to : edge.from),
    hasTexts: Object.keys(raw.texts).length > 0,
    abstract: (node) => {
      const found = text(node);
      return found && { start: found[0], text: found[1], mentions: found[2].map(([a, b, n]) => [a, b, nodes[n]]) };
    },
    evidence: (edge) => {
      if (typeof edge.evidence === "string") return edge.evidence;
      return text(edge.from)[1].slice(edge.evidence[0], edge.evidence[1]);
    },
    neighbors: (node) => [...new Set(node.edges.map((edge) => (edge.from === node ? edge.to : edge.from)))],
    path: (start, end) => {
      const before = new Map([[start, null]]);
      for (const queue = [start]; queue.length && !before.has(end);) {
        const node = queue.shift();
        for (const edge of node.edges) {
          const next = edge.from === node ? edge.to : edge.from;
          if (!before.has(next)) {
            before.set(next, node);
            queue.push(next);
          }
        }
      }
      const way = [];
      if (before.has(end)) for (let node = end; node; node = before.get(node)) way.unshift(node);
      return way;
    },
  };
})();
