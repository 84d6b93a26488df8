// The legend that is the filter: kinds, relations, years and the least number of papers.
"use strict";
app.filters = (() => {
  const { graph, el } = app;
  const byId = (id) => document.getElementById(id);
  const papers = graph.nodes.filter(graph.isPaper);
  const years = papers.map((paper) => paper.year).filter(Boolean);
  const first = years.length ? Math.min(...years) : 0;
  const last = years.length ? Math.max(...years) : 0;
  const state = { kinds: new Set(graph.kinds), relations: new Set(graph.relations), from: first, to: last, undated: true, least: 2 };

  const count = (list, key) => list.reduce((counts, item) => counts.set(item[key], (counts.get(item[key]) || 0) + 1), new Map());
  const switches = (parent, names, chosen, counts, colored) => {
    parent.replaceChildren(...names.filter((name) => counts.get(name)).map((name) => {
      const box = el("input", { type: "checkbox", value: name, checked: true, onchange: () => {
        if (box.checked) chosen.add(name); else chosen.delete(name);
        app.refresh();
      } });
      return el("li", {}, el("label", {}, box, colored ? app.swatch(name) : null, name.replace("_", " "), el("small", { class: "count" }, counts.get(name))));
    }));
  };
  switches(byId("kinds"), graph.kinds, state.kinds, count(graph.nodes, "kind"), true);
  switches(byId("relations"), graph.relations, state.relations, count(graph.edges, "relation"), false);

  const perYear = count(papers, "year");
  const most = Math.max(1, ...[...perYear].filter(([year]) => year).map(([, n]) => n));
  for (let year = first; first && year <= last; year += 1) {
    const bar = el("i", { title: `${year}: ${perYear.get(year) || 0}` });
    bar.style.height = `${(100 * (perYear.get(year) || 0)) / most}%`;
    byId("histogram").append(bar);
  }
  byId("undated-count").textContent = `(${papers.length - years.length})`;
  for (const id of ["year-from", "year-to"]) {
    Object.assign(byId(id), { min: first, max: last, disabled: !first });
    byId(id).addEventListener("change", () => {
      state.from = Number(byId("year-from").value) || first;
      state.to = Number(byId("year-to").value) || last;
      app.refresh();
    });
  }
  byId("undated").addEventListener("change", () => { state.undated = byId("undated").checked; app.refresh(); });
  byId("least").addEventListener("input", () => { state.least = Number(byId("least").value); app.refresh(); });

  const sync = () => {
    byId("year-from").value = first ? state.from : "";
    byId("year-to").value = last ? state.to : "";
    byId("undated").checked = state.undated;
    byId("least").value = state.least;
    byId("least-value").value = state.least;
    for (const box of byId("kinds").querySelectorAll("input")) box.checked = state.kinds.has(box.value);
    for (const box of byId("relations").querySelectorAll("input")) box.checked = state.relations.has(box.value);
  };

  const paperFits = (paper) => state.kinds.has("paper") && (paper.year ? paper.year >= state.from && paper.year <= state.to : state.undated);
  const usable = (edge) => state.relations.has(edge.relation);
  const passes = (node) => {
    if (graph.isPaper(node)) return paperFits(node);
    if (!state.kinds.has(node.kind)) return false;
    if (node.edges.length === 0) return true;
    let papersLeft = 0;
    for (const edge of node.edges) {
      if (edge.to === node && usable(edge) && graph.isPaper(edge.from) && (state.kinds.has("paper") ? paperFits(edge.from) : true)) papersLeft += 1;
    }
    return papersLeft >= state.least;
  };

  return { state, sync, passes, usable, paperFits, first, last };
})();
