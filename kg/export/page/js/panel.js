// The panel: opened with what is selected, closed without.

const panel = (function () {
  const place = dom.byId("panel");
  let shown = "";

  /** Shows what is selected; hides itself where nothing is. */
  function update() {
    const body = content();
    const opening = place.hidden && body;
    const { node, show, picks } = state.now;
    const subject = [show, ...(show ? picks : [node])].join();
    const same = subject === shown;
    const focused = same && place.contains(document.activeElement) && document.activeElement.dataset.action;
    const scrolled = same ? place.scrollTop : 0;
    shown = subject;
    place.hidden = !body;
    document.body.classList.toggle("has-panel", Boolean(body));
    if (!body) return place.replaceChildren();
    const close = dom.el(
      "button",
      { type: "button", class: "icon-button close", "aria-label": "Close", title: "Close", click: leave },
      dom.icon("close"),
    );
    place.replaceChildren(close, ...body.filter(Boolean));
    place.scrollTop = scrolled;
    if (focused) place.querySelector(`[data-action="${focused}"]`)?.focus({ preventScroll: true });
    if (opening && !dom.reduced.matches)
      place.animate([{ transform: "translateX(24px)", opacity: 0 }, {}], {
        duration: 160,
        easing: "ease-out",
      });
  }

  function leave() {
    if (state.now.show) state.set({ show: "" }, true);
    else state.select(-1);
    dom.byId("canvas").focus({ preventScroll: true });
  }

  function content() {
    if (state.now.show === "path") return severalPanel.path();
    if (state.now.show === "shared") return severalPanel.shared();
    if (state.now.node < 0) return null;
    return data.isPaper(state.now.node) ? paperPanel.body(state.now.node) : entityPanel.body(state.now.node);
  }

  return { update };
})();
