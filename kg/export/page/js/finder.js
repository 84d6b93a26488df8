// The search field with its suggestions.

const finder = (function () {
  const MOST = 12;
  const field = dom.byId("finder");
  const list = dom.byId("suggestions");
  let found = [];
  let active = -1;

  function start() {
    field.addEventListener("input", suggest);
    field.addEventListener("focus", () => field.value && suggest());
    field.addEventListener("blur", () => setTimeout(close, 120));
    field.addEventListener("keydown", key);
    list.addEventListener("mousedown", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => {
      const typing =
        event.target.closest &&
        event.target.closest("input:not([type=range]):not([type=checkbox]), textarea, select");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    });
  }

  function suggest() {
    found = match.search(field.value, MOST);
    active = found.length ? 0 : -1;
    const typed = field.value.trim();
    list.replaceChildren(
      ...found.map(option),
      ...(typed && !found.length
        ? [
            dom.el(
              "li",
              { class: "nothing", role: "option", "aria-disabled": "true" },
              "Nothing has a name like that.",
            ),
          ]
        : []),
    );
    list.hidden = !typed;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  function option(entry, at) {
    const kind = data.kinds[data.kind[entry.node]];
    const facts = data.isPaper(entry.node)
      ? data.yearOf(entry.node) || ""
      : dom.plural(data.degree[entry.node], "paper");
    return dom.el(
      "li",
      {
        role: "option",
        id: "suggestion-" + at,
        click: () => choose(at),
        mousemove: () => ((active = at), mark()),
      },
      dom.el("i", { class: `dot kind-${kind}` }),
      dom.el(
        "span",
        { class: "name" },
        data.label(entry.node),
        entry.alias ? dom.el("small", {}, "also " + entry.name) : null,
      ),
      dom.el(
        "span",
        { class: "facts" },
        data.isPaper(entry.node) ? String(facts || "paper") : `${kind} · ${facts}`,
      ),
    );
  }

  function mark() {
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === active)));
    if (active >= 0) {
      field.setAttribute("aria-activedescendant", "suggestion-" + active);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) suggest();
      if (found.length) active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      mark();
    } else if (event.key === "Enter") {
      if (active >= 0 && !list.hidden) choose(active);
    } else if (event.key === "Escape") {
      if (list.hidden) field.value = "";
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  function choose(at) {
    const { node } = found[at];
    close();
    field.value = "";
    main.go(node);
    dom.byId("panel").focus({ preventScroll: true });
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  return { start };
})();
