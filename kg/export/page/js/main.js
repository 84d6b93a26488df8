// Ties the parts together: selection, expansion, picks, the list, the address and the theme.
"use strict";
(() => {
  const { graph, el, view, panel, filters } = app;
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  let selected = null;
  let picked = [];
  const expanded = new Set();

  app.isExpanded = (node) => expanded.has(node);
  app.isPicked = (node) => picked.includes(node);

  const visible = () => {
    const wanted = new Set(graph.nodes.filter(filters.passes));
    const open = [...expanded, ...picked, ...(selected ? [selected] : [])];
    for (const node of open) {
      wanted.add(node);
      for (const edge of node.edges) {
        const other = graph.other(edge, node);
        if (filters.usable(edge) && filters.state.kinds.has(other.kind) && (!graph.isPaper(other) || filters.paperFits(other))) wanted.add(other);
      }
    }
    return wanted;
  };

  app.refresh = () => {
    const wanted = visible();
    filters.sync();
    view.show(wanted, filters.usable);
    view.highlight(picked.length > 1 ? picked : selected ? [selected] : []);
    const papers = [...wanted].filter(graph.isPaper).length;
    byId("shown").textContent = `${papers} papers and ${wanted.size - papers} entities shown, of ${graph.nodes.length} nodes`;
    if (byId("list").closest("details").open) fillList();
    writeAddress();
  };

  const fillList = () => {
    const order = {
      degree: (a, b) => b.edges.length - a.edges.length,
      name: (a, b) => a.label.localeCompare(b.label, "en"),
      year: (a, b) => b.year - a.year,
    }[byId("order").value];
    const nodes = [...view.shown()].sort((a, b) => order(a, b) || a.index - b.index).slice(0, 300);
    byId("list").replaceChildren(...nodes.map((node) => el("li", {}, el("button", { type: "button", onclick: () => app.select(node, { center: true }) },
      app.swatch(node.kind), el("span", {}, node.label), el("small", { class: "count" }, node.edges.length)))));
  };
  byId("list").closest("details").addEventListener("toggle", fillList);
  byId("order").addEventListener("change", fillList);
  byId("list").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...byId("list").querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) next.focus();
  });

  app.select = (node, { center = false } = {}) => {
    selected = node;
    if (node) picked = [];
    app.refresh();
    panel.show(node);
    if (node && center) view.center(node);
  };
  app.toggleExpanded = (node) => {
    if (!expanded.delete(node)) expanded.add(node);
    app.refresh();
    panel.show(selected);
  };
  app.togglePick = (node) => {
    picked = picked.includes(node) ? picked.filter((other) => other !== node) : [...picked, node];
    if (picked.length > 1) {
      selected = null;
      const way = panel.picked(picked);
      app.refresh();
      if (way.length > 2) view.highlight(way);
    } else {
      app.refresh();
      panel.show(selected || picked[0] || null);
    }
  };
  app.clearPicks = () => {
    picked = [];
    app.select(null);
  };

  view.onClick((node, event) => {
    if (node && event && event.shiftKey) {
      if (selected && !picked.length) picked = [selected];
      app.togglePick(node);
    } else if (node || selected || picked.length) {
      picked = [];
      app.select(node);
    }
  });
  view.onDouble((node) => node && app.toggleExpanded(node));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement !== byId("search")) app.clearPicks();
  });

  let address = "";
  const writeAddress = () => {
    const { state } = filters;
    const parts = [];
    if (selected) parts.push(`node=${encodeURIComponent(selected.id)}`);
    if (state.kinds.size < graph.kinds.length) parts.push(`kind=${[...state.kinds].join(",")}`);
    if (state.from !== filters.first || state.to !== filters.last) parts.push(`year=${state.from}-${state.to}`);
    if (!state.undated) parts.push("undated=0");
    if (state.least !== 2) parts.push(`least=${state.least}`);
    const next = parts.length ? `#${parts.join("&")}` : "";
    if (next === address) return;
    address = next;
    history.pushState(null, "", next || location.pathname + location.search);
  };
  const readAddress = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const { state } = filters;
    const kinds = wanted.get("kind");
    state.kinds.clear();
    for (const kind of kinds === null ? graph.kinds : kinds.split(",").filter((name) => graph.kinds.includes(name))) state.kinds.add(kind);
    const range = /^(\d{4})-(\d{4})$/.exec(wanted.get("year") || "");
    state.from = range ? Number(range[1]) : filters.first;
    state.to = range ? Number(range[2]) : filters.last;
    state.undated = wanted.get("undated") !== "0";
    state.least = Number(wanted.get("least")) || 2;
    address = location.hash;
    app.select(graph.node(wanted.get("node")) || null, { center: true });
  };
  window.addEventListener("popstate", readAddress);
  window.addEventListener("hashchange", () => location.hash !== address && readAddress());

  const system = matchMedia("(prefers-color-scheme: dark)");
  const setTheme = (name) => {
    root.dataset.theme = name;
    view.retheme();
  };
  system.addEventListener("change", () => setTheme(system.matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => setTheme(root.dataset.theme === "dark" ? "light" : "dark"));
  byId("fit").addEventListener("click", view.fit);
  byId("png").addEventListener("click", view.png);
  const setFilters = (open) => {
    byId("filters").hidden = !open;
    byId("toggle-filters").setAttribute("aria-expanded", String(open));
  };
  byId("toggle-filters").addEventListener("click", () => setFilters(byId("filters").hidden));

  setFilters(window.innerWidth > 760);
  setTheme(system.matches ? "dark" : "light");
  readAddress();
  if (!selected) view.fit();

  // For tests and bookmarklets: where a node is drawn, and what is selected.
  window.kg = {
    screen: (id) => view.screen(graph.node(id)),
    selected: () => selected && selected.id,
    shown: () => [...view.shown()].map((node) => node.id),
  };
})();
