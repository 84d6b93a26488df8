// The legend and the other filters: what is switched off here leaves the canvas.

const filters = (function () {
  const FINE = ["task", "metric"].map((kind) => data.kinds.indexOf(kind));
  // How many papers there are of each year.
  const counts = countYears();
  const first = counts.size ? Math.min(...counts.keys()) : 0;
  const last = counts.size ? Math.max(...counts.keys()) : 0;
  const kindRows = [];
  const relationRows = [];
  const bars = [];

  function countYears() {
    const found = new Map();
    for (let node = 0; node < data.nPapers; node++) {
      const year = data.yearOf(node);
      if (year !== null) found.set(year, (found.get(year) || 0) + 1);
    }
    return found;
  }

  function start() {
    dom.byId("kinds").append(...data.kinds.map(kindRow));
    dom.byId("relations").append(...data.relations.map(relationRow));
    dom.byId("fine-kinds").addEventListener("click", toggleFine);
    dom.byId("reset").addEventListener("click", reset);
    startLeast();
    startYears();
  }

  function kindRow(kind, number) {
    const shown = dom.el("b", {});
    const row = dom.el(
      "button",
      {
        type: "button",
        class: `legend-row kind-${kind}`,
        "aria-pressed": "true",
        "data-kind": kind,
        click: () => toggleKind(number),
      },
      dom.el("i", { class: `dot kind-${kind}` }),
      dom.el("span", { class: "name" }, plural(kind)),
      dom.el(
        "span",
        { class: "count" },
        shown,
        dom.el("span", { class: "of" }, "\u2009/\u2009" + visible.totals[number].toLocaleString("en")),
      ),
    );
    const only = dom.button("only", () => onlyKind(number), {
      class: "only",
      "aria-label": `Only ${plural(kind)}`,
      title: `Papers and ${plural(kind).toLowerCase()} only`,
    });
    kindRows.push({ row, shown });
    return dom.el("li", { hidden: visible.totals[number] === 0 }, row, kind === "paper" ? null : only);
  }

  function plural(kind) {
    const name = kind[0].toUpperCase() + kind.slice(1);
    return name + "s";
  }

  function relationRow(relation, number) {
    const count = data.relation.reduce((sum, each) => sum + (each === number), 0);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", "stroke");
    line.setAttribute("viewBox", "0 0 26 8");
    line.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M0 4h26");
    path.setAttribute("stroke-width", paint.STROKES[number].width);
    path.setAttribute("stroke-dasharray", paint.STROKES[number].dash.join(" ") || "none");
    line.append(path);
    const row = dom.el(
      "button",
      {
        type: "button",
        class: "legend-row",
        "aria-pressed": "true",
        "data-relation": relation,
        click: () => toggleRelation(number),
      },
      line,
      dom.el("span", { class: "name" }, relation.replace("_", " ")),
      dom.el("span", { class: "count" }, count.toLocaleString("en")),
    );
    relationRows.push(row);
    return dom.el("li", { hidden: count === 0 }, row);
  }

  function toggleKind(number) {
    state.set({ kinds: state.now.kinds.with(number, !state.now.kinds[number]) }, true);
  }

  function onlyKind(number) {
    const already = state.now.kinds.every((on, kind) => on === (kind === 0 || kind === number));
    state.set({ kinds: data.kinds.map((_, kind) => already || kind === 0 || kind === number) }, true);
  }

  function toggleFine() {
    const hide = FINE.some((kind) => state.now.kinds[kind]);
    state.set({ kinds: state.now.kinds.map((on, kind) => (FINE.includes(kind) ? !hide : on)) }, true);
  }

  function toggleRelation(number) {
    state.set({ relations: state.now.relations.with(number, !state.now.relations[number]) }, true);
  }

  function reset() {
    const { kinds, relations, years, undated, least, opened, focus } = state.fresh();
    state.set({ kinds, relations, years, undated, least, opened, focus }, true);
  }

  function startLeast() {
    const slider = dom.byId("least");
    slider.max = String(Math.max(2, Math.min(20, mostPapers())));
    slider.addEventListener("input", () => state.set({ least: Number(slider.value) }, false));
    dom
      .byId("show-all")
      .addEventListener("click", () => state.set({ least: state.now.least > 1 ? 1 : 2 }, true));
  }

  function mostPapers() {
    return data.degree.subarray(data.nPapers).reduce((most, each) => Math.max(most, each), 0);
  }

  function startYears() {
    if (!counts.size) {
      dom.byId("years-section").hidden = true;
      return;
    }
    const most = Math.max(...counts.values());
    for (let year = first; year <= last; year++) {
      const bar = dom.el("i", { title: `${year}: ${dom.plural(counts.get(year) || 0, "paper")}` });
      bar.style.setProperty("--height", String((counts.get(year) || 0) / most));
      bars.push(bar);
    }
    dom.byId("years").append(...bars);
    for (const [id, value] of [
      ["year-from", first],
      ["year-to", last],
    ]) {
      const slider = dom.byId(id);
      slider.min = String(first);
      slider.max = String(last);
      slider.value = String(value);
      slider.addEventListener("input", () => slideYears(id));
    }
    const undated = data.nPapers - [...counts.values()].reduce((sum, count) => sum + count, 0);
    dom.byId("undated-label").hidden = undated === 0;
    dom.byId("undated-count").textContent = undated.toLocaleString("en");
    dom
      .byId("undated")
      .addEventListener("change", (event) => state.set({ undated: event.target.checked }, true));
  }

  function slideYears(moved) {
    let from = Number(dom.byId("year-from").value);
    let to = Number(dom.byId("year-to").value);
    if (from > to) [from, to] = moved === "year-from" ? [to, to] : [from, from];
    state.set({ years: from === first && to === last ? null : [from, to] }, false);
  }

  /** Shows the state and the counts. */
  function update() {
    kindRows.forEach(({ row, shown }, kind) => {
      row.setAttribute("aria-pressed", String(state.now.kinds[kind]));
      shown.textContent = visible.now.counts[kind].toLocaleString("en");
    });
    relationRows.forEach((row, relation) =>
      row.setAttribute("aria-pressed", String(state.now.relations[relation])),
    );
    const fineOff = FINE.every((kind) => !state.now.kinds[kind]);
    dom.byId("fine-kinds").setAttribute("aria-pressed", String(fineOff));
    dom.byId("fine-kinds").textContent = fineOff ? "Show tasks and metrics" : "Hide tasks and metrics";
    dom.byId("least").value = String(state.now.least);
    dom.byId("least-value").textContent = dom.plural(state.now.least, "paper");
    updateYears();
    updateStatus();
  }

  function updateYears() {
    if (!counts.size) return;
    const [from, to] = state.now.years || [first, last];
    dom.byId("year-from").value = String(from);
    dom.byId("year-to").value = String(to);
    dom.byId("years-value").textContent = from === to ? String(from) : `${from} – ${to}`;
    bars.forEach((bar, at) => bar.classList.toggle("off", first + at < from || first + at > to));
    dom.byId("undated").checked = state.now.undated;
  }

  function updateStatus() {
    const count = visible.now.nodes.length;
    const shown = count.toLocaleString("en");
    const links = dom.plural(visible.now.edges.length, "link");
    const rest = visible.now.cut ? " · zoom in or search for the rest" : "";
    dom.byId("status").textContent =
      data.size === 0
        ? "The graph is empty."
        : count === data.size
          ? `All ${dom.plural(count, "node")} · ${links}`
          : `${shown} of ${dom.plural(data.size, "node")} · ${links}${rest}`;
    const button = dom.byId("show-all");
    button.hidden = data.size === 0 || (visible.now.cut > 0 && state.now.least > 1);
    button.textContent = state.now.least > 1 ? "Show all" : "Show the core";
    button.title =
      state.now.least > 1
        ? "Bring in the entities of one paper as well"
        : "Leave out the entities of one paper";
  }

  return { start, update, plural };
})();
