// What the panel says of several nodes: what they share, the way from one to another.

const severalPanel = (function () {
  /** What the picked nodes share. */
  function shared() {
    const found = queries.shared(state.now.picks);
    const ofPapers = state.now.picks.every(data.isPaper);
    const what = ofPapers
      ? dom.plural(found.length, "entity", "entities")
      : dom.plural(found.length, "paper");
    return [
      dom.el("p", { class: "kind-line" }, "Shared"),
      dom.el("h2", {}, what),
      dom.el(
        "p",
        { class: "chips" },
        dom.el("span", { class: "lead" }, ofPapers ? "in all of " : "with all of "),
        state.now.picks.map((node) => pieces.chip(node)),
      ),
      found.length
        ? pieces.section(ofPapers ? "Entities" : "Papers", [
            dom.el("div", { class: "papers" }, found.slice(0, 200).map(sharedItem)),
          ])
        : dom.el(
            "p",
            { class: "missing" },
            "Nothing is tied to all of them. The path between two may tell more.",
          ),
    ];
  }

  function sharedItem(node) {
    const lines = state.now.picks.map((pick) => edgeBetween(node, pick)).filter((edge) => edge >= 0);
    return dom.el(
      "article",
      { class: "paper-item" },
      dom.el(
        "h5",
        {},
        pieces.go(node, data.label(node)),
        data.isPaper(node) && data.yearOf(node) ? dom.el("small", {}, " " + data.yearOf(node)) : null,
      ),
      lines.slice(0, 6).map(pieces.evidenceLine),
    );
  }

  function edgeBetween(a, b) {
    let found = -1;
    data.eachEdge(a, (edge, other) => {
      if (other === b && data.relation[edge] !== data.VARIANT) found = edge;
    });
    return found;
  }

  /** The way from the first picked node to the second. */
  function path() {
    const [from, to] = state.now.picks;
    if (to === undefined) return null;
    const path = queries.path(from, to);
    const steps = path.nodes.map((node, at) => [
      dom.el(
        "li",
        { class: `step kind-${data.kinds[data.kind[node]]}` },
        pieces.go(node, data.label(node), true),
      ),
      at < path.edges.length ? dom.el("li", { class: "between" }, edgeText(path.edges[at])) : null,
    ]);
    return [
      dom.el("p", { class: "kind-line" }, "Shortest path"),
      dom.el("h2", {}, path.nodes.length ? dom.plural(path.edges.length, "step") : "No path"),
      dom.el(
        "p",
        { class: "facts" },
        path.nodes.length
          ? `from ${data.label(from)} to ${data.label(to)}`
          : `Nothing ties ${data.label(from)} to ${data.label(to)}.`,
      ),
      path.nodes.length ? dom.el("ol", { class: "path" }, steps.flat()) : null,
    ];
  }

  function edgeText(edge) {
    if (data.relation[edge] === data.VARIANT) return dom.el("span", { class: "relation" }, "variant of");
    return pieces.evidenceLine(edge);
  }

  return { shared, path };
})();
