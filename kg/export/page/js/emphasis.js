// What stands out on the canvas: a selection, its surroundings, a path, what several picks share.

const emphasis = (function () {
  // `nodes` and `edges` are what is selected; those in front are painted once more, over the rest.
  const now = {
    on: false,
    dims: false,
    centres: [],
    nodes: [],
    edges: [],
    frontNodes: [],
    frontEdges: [],
    member: new Uint8Array(data.size),
  };

  /** Works it out anew, after what is visible. */
  function update() {
    now.centres = [];
    now.nodes = [];
    now.edges = [];
    now.member.fill(0);
    if (state.now.show === "path") followPath();
    else if (state.now.show === "shared") followShared();
    else if (state.now.node >= 0) followNode(state.now.node);
    now.on = now.nodes.length > 0;
    now.frontNodes = now.nodes.sort((a, b) => data.degree[a] - data.degree[b]);
    now.frontEdges = now.edges;
    // Where nothing but the surroundings of a node is drawn, all of it is the selection, and nothing is dimmed.
    now.dims = !state.surroundings();
    if (now.on && !now.dims) {
      now.nodes = visible.now.nodes.slice().reverse();
      now.edges = visible.now.edges;
    }
    for (const node of now.nodes) now.member[node] = 1;
  }

  function followNode(node) {
    if (!visible.now.node[node]) return;
    now.centres = [node];
    now.nodes.push(node);
    data.eachEdge(node, (edge, other) => {
      if (!visible.now.edge[edge]) return;
      now.nodes.push(other);
      now.edges.push(edge);
    });
  }

  function followShared() {
    const shared = new Set(queries.shared(state.now.picks));
    now.centres = state.now.picks.filter((node) => visible.now.node[node]);
    now.nodes = [...now.centres, ...shared].filter((node) => visible.now.node[node]);
    for (const node of now.centres)
      data.eachEdge(node, (edge, other) => {
        if (visible.now.edge[edge] && shared.has(other)) now.edges.push(edge);
      });
  }

  function followPath() {
    const path = queries.path(...state.now.picks);
    now.centres = path.nodes.length ? state.now.picks.slice(0, 2) : [];
    now.nodes = path.nodes.filter((node) => visible.now.node[node]);
    now.edges = path.edges.filter((edge) => visible.now.edge[edge]);
  }

  return { now, update };
})();
