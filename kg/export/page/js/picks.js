// The tray of picked nodes: what they share, and the way from one to another.

const picks = (function () {
  const tray = dom.byId("tray");

  function toggle(node) {
    const { picks } = state.now;
    const left = picks.includes(node) ? picks.filter((each) => each !== node) : [...picks, node];
    const show = left.length < 2 || (state.now.show === "path" && left.length !== 2) ? "" : state.now.show;
    state.set({ picks: left, show }, true);
  }

  function update() {
    const { picks, show } = state.now;
    tray.hidden = picks.length === 0;
    tray.replaceChildren(
      dom.el("div", { class: "tray-picks" }, picks.map(pick)),
      dom.el(
        "div",
        { class: "tray-tools" },
        picks.length > 1
          ? [
              dom.button(
                `Shared ${queries.shared(picks).length}`,
                () => state.set({ show: "shared" }, true),
                { "aria-pressed": String(show === "shared") },
              ),
              dom.button("Path", () => state.set({ show: "path" }, true), {
                "aria-pressed": String(show === "path"),
                disabled: picks.length !== 2,
                title: picks.length === 2 ? null : "Between two",
              }),
            ]
          : dom.el("span", { class: "lead" }, "Pick another to compare"),
        dom.button("Clear", () => state.set({ picks: [], show: "" }, true)),
      ),
    );
  }

  function pick(node) {
    return dom.el(
      "span",
      { class: "chip" },
      dom.el("i", { class: `dot kind-${data.kinds[data.kind[node]]}` }),
      dom.shortened(data.label(node), 28),
      dom.el(
        "button",
        {
          type: "button",
          class: "drop",
          "aria-label": `Unpick ${data.label(node)}`,
          click: () => toggle(node),
        },
        dom.icon("close"),
      ),
    );
  }

  return { toggle, update };
})();
