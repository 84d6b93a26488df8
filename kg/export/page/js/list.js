// The list: what stands on the canvas, as rows that a keyboard and a screen reader reach.

const list = (function () {
  const STEP = 100;
  const rows = dom.byId("rows");
  const sorting = dom.byId("sorting");
  const more = dom.byId("more-rows");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const orders = {
    degree: () => 0,
    label: (a, b) => collator.compare(data.label(a), data.label(b)),
    year: (a, b) => yearOf(b) - yearOf(a),
    kind: (a, b) => data.kind[a] - data.kind[b],
  };
  let length = STEP;
  let order = [];
  let listed = null;
  let stale = true;

  function start() {
    for (const tab of document.querySelectorAll("[role=tab]")) {
      tab.addEventListener("click", () => open(tab));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = tab.nextElementSibling || tab.previousElementSibling;
        open(other);
        other.focus();
      });
    }
    sorting.addEventListener("change", () => ((length = STEP), fill()));
    more.addEventListener("click", () => {
      const next = rows.children.length;
      length += STEP;
      fill();
      rows.children[next]?.firstChild.focus();
    });
    rows.addEventListener("keydown", walk);
  }

  function open(tab) {
    for (const each of document.querySelectorAll("[role=tab]")) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      dom.byId(each.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (stale) fill();
  }

  function yearOf(node) {
    return data.isPaper(node) ? data.yearOf(node) || 0 : parseInt(data.entity(node).first_date, 10) || 0;
  }

  function walk(event) {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const next = step && document.activeElement.closest("li")?.[step];
    if (!step) return;
    event.preventDefault();
    next?.firstChild.focus();
  }

  function fill() {
    stale = false;
    const focused = rows.contains(document.activeElement) && document.activeElement.dataset.node;
    order = visible.now.nodes.slice().sort(orders[sorting.value]);
    rows.replaceChildren(...order.slice(0, length).map(row));
    more.hidden = order.length <= length;
    mark();
    if (focused) rows.querySelector(`[data-node="${focused}"]`)?.focus({ preventScroll: true });
  }

  function row(node) {
    const kind = data.kinds[data.kind[node]];
    return dom.el(
      "li",
      {},
      dom.el(
        "button",
        { type: "button", class: "row", "data-node": node, click: () => main.go(node) },
        dom.el("i", { class: `dot kind-${kind}` }),
        dom.el("span", { class: "name" }, data.label(node)),
        dom.el(
          "span",
          { class: "facts" },
          dom.el("span", { class: "unseen" }, `${kind}, `),
          data.isPaper(node) ? String(data.yearOf(node) || "") : String(data.degree[node]),
        ),
      ),
    );
  }

  function mark() {
    for (const each of rows.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
    rows.querySelector(`[data-node="${state.now.node}"]`)?.setAttribute("aria-current", "true");
  }

  /** Follows what is visible, at once where the list is open, else when it is opened. */
  function update() {
    mark();
    if (listed === visible.now.nodes) return;
    listed = visible.now.nodes;
    length = STEP;
    stale = true;
    dom.byId("tab-list").textContent = `List ${visible.now.nodes.length.toLocaleString("en")}`;
    if (!dom.byId("list").hidden) fill();
  }

  return { start, update };
})();
