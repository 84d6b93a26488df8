// The panel: what is known of the node, or of the several nodes, that were picked.
"use strict";
app.panel = (() => {
  const { graph, el } = app;
  const panel = document.getElementById("panel");

  const row = (node, note) => {
    const button = el("button", { type: "button", onclick: () => app.select(node) }, app.swatch(node.kind), el("span", { title: node.label }, node.label));
    if (note) button.append(el("small", { class: "count" }, note));
    return button;
  };

  const head = (node, note) => [
    el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => app.select(null) }, "×"),
    el("div", { class: "kind" }, app.swatch(node.kind), note ? `${node.kind} · ${note}` : node.kind),
    el("h3", {}, node.label),
  ];

  const actions = (node) => el("div", { class: "actions" },
    el("button", { type: "button", onclick: () => app.toggleExpanded(node) }, app.isExpanded(node) ? "Collapse neighbours" : "Expand neighbours"),
    el("button", { type: "button", onclick: () => app.togglePick(node) }, app.isPicked(node) ? "Unpick" : "Pick"),
    el("button", { type: "button", onclick: () => saveCsv(node) }, "CSV"));

  const saveCsv = (node) => {
    const quote = (value) => `"${String(value).replaceAll('"', '""').replace(/^([=+@-])/, "'$1")}"`;
    const lines = node.edges.map((edge) => [edge.from.id, edge.from.label, edge.relation, edge.to.id, edge.to.label, graph.evidence(edge)]);
    const text = [["source", "source_label", "relation", "target", "target_label", "evidence"], ...lines].map((cells) => cells.map(quote).join(",")).join("\n");
    app.save("selection.csv", new Blob([`${text}\n`], { type: "text/csv" }));
  };

  const showPaper = (node) => {
    const { extra } = node;
    const abstract = graph.abstract(node);
    const facts = [extra.date, extra.organization, extra.venue, extra.n_authors && `${extra.n_authors} authors`].filter(Boolean);
    const links = [extra.url && app.link(extra.url, "paper")].filter(Boolean);
    const text = abstract ? abstract.text.slice(abstract.start) : "";
    for (const url of app.urlsIn(text)) links.push(app.link(url, new URL(url).host + new URL(url).pathname.replace(/\/$/, "")));
    links.push(app.link(`https://arxiv.org/search/?searchtype=title&query=${encodeURIComponent(node.label)}`, "search the title"));
    const list = el("p", {});
    links.forEach((link, n) => list.append(...(n ? [" · ", link] : [link])));
    const tied = node.edges.filter((edge) => edge.from === node);
    panel.replaceChildren(
      ...head(node, facts.join(" · ")),
      list,
      actions(node),
      el("p", { id: "abstract" }, ...(abstract ? marked(abstract) : [graph.hasTexts ? "No abstract." : "Abstracts are not in this page: it was made from GraphML alone."])),
      ...graph.relations.flatMap((relation) => {
        const some = tied.filter((edge) => edge.relation === relation);
        return some.length ? [el("h2", {}, `${relation} (${some.length})`), el("ul", {}, ...some.map((edge) => el("li", { class: "row" }, row(edge.to, edge.weight > 1 ? `${edge.weight}×` : ""))))] : [];
      }));
  };

  const marked = (abstract) => {
    const parts = [];
    let position = abstract.start;
    for (const [start, end, node] of [...abstract.mentions].sort((a, b) => a[0] - b[0])) {
      if (start < position) continue;
      const mark = el("mark", { title: `${node.kind}: ${node.label}`, onclick: () => app.select(node) }, abstract.text.slice(start, end));
      mark.style.setProperty("--color", `var(--${node.kind})`);
      parts.push(abstract.text.slice(position, start), mark);
      position = end;
    }
    return [...parts, abstract.text.slice(position)];
  };

  const showEntity = (node) => {
    const papers = node.edges.filter((edge) => edge.to === node && graph.isPaper(edge.from))
      .sort((a, b) => graph.relations.indexOf(a.relation) - graph.relations.indexOf(b.relation) || b.from.year - a.from.year || a.from.index - b.from.index);
    const family = node.edges.filter((edge) => edge.from === node && edge.relation === "variant_of").map((edge) => edge.to);
    const variants = node.edges.filter((edge) => edge.to === node && edge.relation === "variant_of").map((edge) => edge.from);
    const together = new Map();
    for (const edge of papers) {
      for (const next of edge.from.edges) if (next.to !== node) together.set(next.to, (together.get(next.to) || 0) + 1);
    }
    const top = [...together].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1] || a[0].index - b[0].index).slice(0, 12);
    const section = (name, items) => (items.length ? [el("h2", {}, name), el("ul", {}, ...items)] : []);
    panel.replaceChildren(
      ...head(node, `${papers.length} ${papers.length === 1 ? "paper" : "papers"}${node.extra.code ? ` · ISO 639-3 ${node.extra.code}` : ""}`),
      ...(node.aliases.length ? [el("p", { class: "soft" }, `also ${node.aliases.slice(0, 12).join(", ")}`)] : []),
      actions(node),
      ...section("variant of", family.map((other) => el("li", { class: "row" }, row(other)))),
      ...section(`variants (${variants.length})`, variants.map((other) => el("li", { class: "row" }, row(other, other.extra.n)))),
      ...section("together with", top.map(([other, count]) => el("li", { class: "row" }, row(other, count)))),
      ...graph.relations.flatMap((relation) => {
        const some = papers.filter((edge) => edge.relation === relation);
        return section(`${relation} (${some.length})`, some.map((edge) => el("li", { class: "row" }, row(edge.from, edge.from.year || ""), el("span", { class: "evidence" }, graph.evidence(edge)))));
      }).filter((part, n, all) => part.tagName !== "H2" || all[n + 1]));
  };

  const showPicked = (picked) => {
    const papersOf = (node) => new Set(graph.isPaper(node) ? [node] : graph.neighbors(node).filter(graph.isPaper));
    const shared = picked.map(papersOf).reduce((a, b) => new Set([...a].filter((paper) => b.has(paper))));
    const way = picked.length === 2 ? graph.path(picked[0], picked[1]) : [];
    panel.replaceChildren(
      el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => app.clearPicks() }, "×"),
      el("h3", {}, `${picked.length} picked`),
      el("ul", {}, ...picked.map((node) => el("li", { class: "row" }, row(node)))),
      el("h2", {}, `papers they share (${shared.size})`),
      el("ul", {}, ...[...shared].map((paper) => el("li", { class: "row" }, row(paper, paper.year || "")))),
      ...(way.length > 1 ? [el("h2", {}, "shortest path"), el("ol", {}, ...way.map((node) => el("li", { class: "row" }, row(node))))] : []));
    return way;
  };

  return {
    show: (node) => {
      panel.hidden = !node;
      if (node) (graph.isPaper(node) ? showPaper : showEntity)(node);
      panel.scrollTop = 0;
    },
    picked: (nodes) => {
      panel.hidden = false;
      return showPicked(nodes);
    },
  };
})();
