// Which nodes and edges stand on the canvas, given what the reader has chosen.

const visible = (function () {
  // The canvas moves at 30 frames a second with so many nodes, drawn without a graphics card.
  const MOST = 5000;
  // What comes in first where not all may: what was asked for, what the view is close to, the rest.
  const [ASKED, NEAR, REST] = [3, 2, 1];
  const now = {
    node: new Uint8Array(data.size),
    edge: new Uint8Array(data.nEdges),
    nodes: [],
    edges: [],
    counts: [],
    cut: 0,
  };
  const totals = data.kinds.map(() => 0);
  for (const kind of data.kind) totals[kind]++;
  // The best connected first: the order in which nodes come in, are listed and get labels.
  const ranked = Int32Array.from({ length: data.size }, (_, node) => node).sort(
    (a, b) => data.degree[b] - data.degree[a] || a - b,
  );

  function paperPasses(node) {
    const year = data.yearOf(node);
    if (year === null) return state.now.undated;
    return !state.now.years || (year >= state.now.years[0] && year <= state.now.years[1]);
  }

  function passes(node) {
    return state.now.kinds[data.kind[node]] && (!data.isPaper(node) || paperPasses(node));
  }

  /** Works all of it out anew. */
  function update() {
    const allowed = new Uint8Array(data.size);
    for (let node = 0; node < data.size; node++) allowed[node] = passes(node) ? 1 : 0;
    // The selected node itself is there whatever the filters say: a link or a search led to it.
    if (state.now.node >= 0) allowed[state.now.node] = 1;
    const live = new Uint8Array(data.nEdges);
    const ties = new Int32Array(data.size);
    for (let edge = 0; edge < data.nEdges; edge++) {
      const from = data.source[edge];
      const to = data.target[edge];
      if (!state.now.relations[data.relation[edge]]) continue;
      if (data.isPaper(from) && paperPasses(from)) ties[to]++;
      if (allowed[from] && allowed[to]) live[edge] = 1;
    }
    const wanted = state.surroundings() ? around(state.now.node, state.now.focus, live) : core(ties, live);
    fill(wanted, allowed, live);
  }

  /** Papers, the entities that tie enough of them, and whatever was opened, selected or picked. */
  function core(ties, live) {
    const wanted = new Uint8Array(data.size);
    for (let node = 0; node < data.size; node++)
      if (data.isPaper(node) || (ties[node] > 0 && data.degree[node] >= state.now.least)) wanted[node] = REST;
    if (state.now.least <= 2) for (const node of state.now.near) open(node, wanted, live, NEAR);
    for (const node of state.now.opened) open(node, wanted, live, ASKED);
    for (const node of [state.now.node, ...state.now.picks]) if (node >= 0) open(node, wanted, live, ASKED);
    if (state.now.show === "path")
      for (const node of queries.path(...state.now.picks).nodes) wanted[node] = ASKED;
    return wanted;
  }

  function open(node, wanted, live, rank) {
    wanted[node] = Math.max(wanted[node], rank);
    data.eachEdge(node, (edge, other) => {
      if (live[edge]) wanted[other] = Math.max(wanted[other], rank);
    });
  }

  /** Everything within so many edges of a node, its own neighbours before the others. */
  function around(start, steps, live) {
    const wanted = new Uint8Array(data.size);
    wanted[start] = ASKED;
    let front = [start];
    for (let step = 0; step < steps; step++) {
      const next = [];
      for (const node of front)
        data.eachEdge(node, (edge, other) => {
          if (live[edge] && !wanted[other]) {
            wanted[other] = step ? REST : NEAR;
            next.push(other);
          }
        });
      front = next;
    }
    return wanted;
  }

  /** Fills it in; what came out the same stays the same array, so that others need not start anew. */
  function fill(wanted, allowed, live) {
    const nodes = [];
    const edges = [];
    now.node.fill(0);
    let found = 0;
    for (const rank of [ASKED, NEAR, REST])
      for (const node of ranked)
        if (wanted[node] === rank && allowed[node]) {
          found++;
          if (nodes.length < MOST) {
            now.node[node] = 1;
            nodes.push(node);
          }
        }
    now.cut = found - nodes.length;
    nodes.sort((a, b) => data.degree[b] - data.degree[a] || a - b);
    if (differ(nodes, now.nodes)) now.nodes = nodes;
    now.counts = data.kinds.map(() => 0);
    for (const node of now.nodes) now.counts[data.kind[node]]++;
    for (let edge = 0; edge < data.nEdges; edge++) {
      now.edge[edge] = live[edge] && now.node[data.source[edge]] && now.node[data.target[edge]] ? 1 : 0;
      if (now.edge[edge]) edges.push(edge);
    }
    if (differ(edges, now.edges)) now.edges = edges;
  }

  function differ(a, b) {
    return a.length !== b.length || a.some((each, at) => each !== b[at]);
  }

  /** From where to where the visible nodes reach along an axis, but for a few outliers. */
  function extent(axis) {
    const values = now.nodes.map((node) => axis[node]).sort((a, b) => a - b);
    if (!values.length) return [-100, 100];
    const margin = Math.floor(values.length / 400);
    return [values[margin], values[values.length - 1 - margin]];
  }

  return { now, extent, update, totals, ranked };
})();
