// The pieces that the panel is made of: links to nodes, marked texts, sentences with their relation.

const pieces = (function () {
  function head(node, facts) {
    const kind = data.kinds[data.kind[node]];
    return dom.el(
      "p",
      { class: "kind-line" },
      dom.el("i", { class: `dot kind-${kind}` }),
      [kind, ...facts].filter(Boolean).join(" · "),
    );
  }

  function section(title, children) {
    return dom.el("section", {}, dom.el("h3", {}, title), children);
  }

  /** A link to a node inside the page. */
  function anchor(node, children, title) {
    const hash =
      "#node=" +
      encodeURIComponent(data.id(node).toWellFormed ? data.id(node).toWellFormed() : data.id(node));
    return dom.el(
      "a",
      {
        href: hash,
        title,
        class: "inside",
        click: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          main.go(node);
        },
      },
      children,
    );
  }

  function go(node, text, dotted) {
    return anchor(
      node,
      dotted ? [dom.el("i", { class: `dot kind-${data.kinds[data.kind[node]]}` }), text] : [text],
    );
  }

  function chip(node, count) {
    return dom.el(
      "span",
      { class: "chip" },
      anchor(node, [
        dom.el("i", { class: `dot kind-${data.kinds[data.kind[node]]}` }),
        data.label(node),
        count > 1 ? dom.el("small", {}, " " + count) : null,
      ]),
    );
  }

  function actions(node) {
    const opened = state.now.opened.has(node);
    const picked = state.now.picks.includes(node);
    const steps = [1, 2, 3, 0].map((focus) =>
      dom.button(focus ? String(focus) : "all", () => state.set({ focus }, true), {
        "aria-pressed": String(state.now.focus === focus),
        "data-action": "steps-" + focus,
        "aria-label": focus ? `Only what is within ${dom.plural(focus, "step")}` : "all: the whole graph",
      }),
    );
    return dom.el(
      "div",
      { class: "actions" },
      dom.button(opened ? "Collapse" : "Expand", () => view.toggle(node), {
        "data-action": "expand",
        "aria-pressed": String(opened),
        title: "Keep all of its neighbours on the canvas",
      }),
      dom.button(picked ? "Picked" : "Pick", () => picks.toggle(node), {
        "data-action": "pick",
        "aria-pressed": String(picked),
        title: "Pick several to see what they share (shift-click)",
      }),
      dom.button("Copy link", () => dom.copy(location.href.split("#")[0] + "#" + state.encode())),
      dom.el(
        "span",
        { class: "steps", role: "group", "aria-label": "Steps around it" },
        dom.el("span", { class: "lead" }, "Steps around it "),
        steps,
      ),
    );
  }

  /** A text with its mentions marked in the colour of their kind; where two overlap, the longer one. */
  function marked(text, mentions, linked) {
    const parts = [];
    let done = 0;
    for (const mention of mentions.slice().sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (mention.start < done || mention.end > text.length) continue;
      const kind = data.kinds[data.kind[mention.entity]];
      const words = dom.el("mark", { class: `kind-${kind}` }, text.slice(mention.start, mention.end));
      parts.push(
        text.slice(done, mention.start),
        linked ? anchor(mention.entity, words, `${kind}: ${data.label(mention.entity)}`) : words,
      );
      done = mention.end;
    }
    parts.push(text.slice(done));
    return parts;
  }

  /** The sentence an edge stands on, its mentions marked, with its relation and a way to quote it. */
  function evidenceLine(edge) {
    const evidence = data.evidence(edge);
    const paper = data.source[edge];
    const entity = data.target[edge];
    const url = data.paper(paper).url;
    const marks =
      evidence.place < 0
        ? []
        : data
            .mentionsOf(paper)
            .filter((mention) => mention.entity === entity)
            .map((mention) => ({
              ...mention,
              start: mention.start - evidence.place,
              end: mention.end - evidence.place,
            }));
    return dom.el(
      "div",
      { class: "evidence" },
      dom.el(
        "span",
        { class: `relation relation-${data.relations[data.relation[edge]]}` },
        data.relations[data.relation[edge]],
      ),
      evidence.text ? dom.el("q", {}, marked(evidence.text, marks, false)) : null,
      dom.el(
        "span",
        { class: "item-tools" },
        dom.safeUrl(url) ? dom.link(url, "source") : null,
        evidence.text
          ? dom.button("copy", () => dom.copy(citation(evidence.text, paper)), {
              class: "text-button",
              "aria-label": "Copy the sentence with its citation",
            })
          : null,
      ),
    );
  }

  function citation(sentence, node) {
    const { title, date, url, authors } = data.paper(node);
    const by = authors.length
      ? authors.slice(0, 3).join(", ") + (authors.length > 3 ? " et al." : "") + ". "
      : "";
    return `“${sentence}” — ${by}${title}${date ? ` (${date})` : ""}${dom.safeUrl(url) ? `. ${url}` : ""}`;
  }

  return { head, section, anchor, go, chip, actions, marked, evidenceLine };
})();
