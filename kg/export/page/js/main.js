// Putting it together: what follows from a change of state, and the parts of the page that belong to nobody else.

const main = (function () {
  const SELECTION = ["node", "picks", "show", "opened", "focus"];
  const FILTERS = ["kinds", "relations", "years", "undated", "least", "near"];

  function start() {
    startTheme();
    startFrame();
    state.read();
    visible.update();
    emphasis.update();
    view.start();
    finder.start();
    filters.start();
    list.start();
    save.start();
    refresh(true);
    state.listen(change);
    if (state.now.at) view.restore();
    else view.reveal(false);
    addEventListener("popstate", state.read);
    addEventListener("hashchange", state.read);
  }

  function change(names, restored) {
    const selected = SELECTION.some((name) => names.has(name));
    if (!selected && !FILTERS.some((name) => names.has(name))) return;
    visible.update();
    emphasis.update();
    view.update();
    refresh(selected);
    if (restored && state.now.at) view.restore();
    const asked = (state.now.show && names.has("show")) || (state.now.focus && names.has("focus"));
    if (restored ? !state.now.at : asked && !names.has("node")) view.reveal(true);
  }

  function refresh(selected) {
    filters.update();
    list.update();
    if (selected) {
      picks.update();
      panel.update();
    }
    save.update();
  }

  /** Selects a node that was named elsewhere than on the canvas, and brings it into sight. */
  function go(node) {
    state.select(node);
    view.reveal(true);
    closeRail();
  }

  function startFrame() {
    // A page inside another one, as in a notebook, has no history of its own: going back would leave the other.
    for (const id of ["back", "forward"]) dom.byId(id).hidden = window !== window.top;
    dom.byId("back").addEventListener("click", () => history.back());
    dom.byId("forward").addEventListener("click", () => history.forward());
    dom.byId("zoom-in").addEventListener("click", () => view.zoom(1.4));
    dom.byId("zoom-out").addEventListener("click", () => view.zoom(1 / 1.4));
    dom.byId("zoom-fit").addEventListener("click", () => view.fit(true));
    dom.byId("rail-switch").addEventListener("click", () => {
      const open = document.body.classList.toggle("has-rail");
      dom.byId("rail-switch").setAttribute("aria-expanded", String(open));
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.body.classList.contains("has-rail")) closeRail();
      else if (state.now.show) state.set({ show: "" }, true);
      else if (state.now.node >= 0) state.select(-1);
    });
  }

  function closeRail() {
    document.body.classList.remove("has-rail");
    dom.byId("rail-switch").setAttribute("aria-expanded", "false");
  }

  function startTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    const kept = stored();
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    dom.byId("theme").addEventListener("click", () => {
      const current = root.dataset.theme || (dark.matches ? "dark" : "light");
      root.dataset.theme = current === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("kg-theme", root.dataset.theme);
      } catch {
        // No storage in this frame: the choice lasts as long as the page.
      }
      view.recolor();
    });
    dark.addEventListener("change", () => view.recolor());
  }

  function stored() {
    try {
      return localStorage.getItem("kg-theme");
    } catch {
      return null;
    }
  }

  return { start, go };
})();

main.start();

// For tests and for the console: where things are, not a way to change them.
window.kg = Object.freeze({
  position: (id) => view.screen(data.find(id)),
  isVisible: (id) => visible.now.node[data.find(id)] === 1,
  counts: () => Object.fromEntries(data.kinds.map((kind, at) => [kind, visible.now.counts[at]])),
  emphasised: () => emphasis.now.nodes.map((node) => data.id(node)).sort(),
  search: (text) => match.search(text, 12).map((entry) => data.id(entry.node)),
  scale: () => view.scale(),
});
