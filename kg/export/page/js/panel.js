// The panel: all that is known of the selected node, with the sentences that say so.

const panel = (function () {
  const FIRST = 12;
  const place = dom.byId("panel");
  let shown = "";
  // An address in running text, with or without its scheme; what follows it as punctuation is cut off later.
  const ADDRESS = /\bhttps?:\/\/[^\s<>"'`{}|\\^]+|\b(?:www\.|github\.com\/|gitlab\.com\/|huggingface\.co\/)[^\s<>"'`{}|\\^]+/gi;

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
    const close = dom.el("button", { type: "button", class: "icon-button close", "aria-label": "Close", title: "Close", click: leave }, dom.icon("close"));
    place.replaceChildren(close, ...body.filter(Boolean));
    place.scrollTop = scrolled;
    if (focused) place.querySelector(`[data-action="${focused}"]`)?.focus({ preventScroll: true });
    if (opening && !dom.reduced.matches) place.animate([{ transform: "translateX(24px)", opacity: 0 }, {}], { duration: 160, easing: "ease-out" });
  }

  function leave() {
    if (state.now.show) state.set({ show: "" }, true);
    else state.select(-1);
    dom.byId("canvas").focus({ preventScroll: true });
  }

  function content() {
    if (state.now.show === "path") return pathBody();
    if (state.now.show === "shared") return sharedBody();
    if (state.now.node < 0) return null;
    return data.isPaper(state.now.node) ? paperBody(state.now.node) : entityBody(state.now.node);
  }

  // Entities

  function entityBody(node) {
    const record = data.entity(node);
    const ties = queries.ties(node);
    const first = record.first_date ? `since ${record.first_date}` : null;
    return [
      head(node, [record.code ? `ISO 639-3 ${record.code}` : null]),
      dom.el("h2", {}, data.label(node)),
      record.aliases.length ? aliasLine(record.aliases) : null,
      dom.el("p", { class: "facts" }, [dom.plural(ties.length, "paper"), record.n_mentions ? dom.plural(record.n_mentions, "mention") : null, first].filter(Boolean).join(" · ")),
      actions(node),
      familySection(node),
      papersSection(node, ties),
      togetherSection(node),
    ];
  }

  function aliasLine(aliases) {
    const shown = aliases.slice(0, 8);
    const rest = aliases.slice(8);
    const line = dom.el("p", { class: "aliases" }, dom.el("span", { class: "lead" }, "Also "), shown.join(", "));
    if (rest.length) {
      const button = dom.button(`and ${rest.length} more`, () => button.replaceWith(", " + rest.join(", ")), { class: "text-button" });
      line.append(" ", button);
    }
    return line;
  }

  function familySection(node) {
    const { families, variants } = queries.family(node);
    if (!families.length && !variants.length) return null;
    const sorted = variants.sort((a, b) => data.degree[b.node] - data.degree[a.node] || a.node - b.node);
    return section("Family", [
      families.length ? dom.el("p", { class: "chips" }, dom.el("span", { class: "lead" }, "Variant of "), families.map((tie) => chip(tie.node))) : null,
      variants.length ? dom.el("p", { class: "chips" }, dom.el("span", { class: "lead" }, "Variants "), sorted.map((tie) => chip(tie.node, data.degree[tie.node]))) : null,
    ]);
  }

  function papersSection(node, ties) {
    const sorted = byYear(ties);
    const counts = data.relations.map((_, relation) => sorted.filter((tie) => data.relation[tie.edge] === relation).length);
    const summary = data.relations.map((relation, number) => (counts[number] ? `${relation} ${counts[number]}` : null)).filter(Boolean).join(" · ");
    const list = dom.el("div", { class: "papers" });
    appendPapers(list, sorted, 0);
    const others = queries.variantTies(node);
    const include = dom.button(`Include ${dom.plural(others.length, "paper")} of its variants`, () => {
      include.remove();
      list.replaceChildren();
      appendPapers(list, byYear([...ties, ...others]), 0);
    }, { class: "text-button" });
    return section("Papers", [dom.el("p", { class: "facts" }, summary), others.length ? include : null, list]);
  }

  function byYear(ties) {
    return ties.slice().sort(
      (a, b) => (data.years[b.node] || 0) - (data.years[a.node] || 0) || data.relation[a.edge] - data.relation[b.edge] || a.node - b.node,
    );
  }

  function appendPapers(list, ties, from) {
    const to = Math.min(ties.length, from + (from ? 100 : FIRST));
    let year = from ? yearText(ties[from - 1].node) : null;
    for (const tie of ties.slice(from, to)) {
      if (yearText(tie.node) !== year) list.append(dom.el("h4", {}, (year = yearText(tie.node))));
      list.append(paperItem(tie));
    }
    if (to < ties.length) {
      const button = dom.button(`Show ${Math.min(100, ties.length - to)} more of ${ties.length}`, () => {
        button.remove();
        appendPapers(list, ties, to);
      }, { class: "text-button" });
      list.append(button);
    }
  }

  function yearText(node) {
    return data.years[node] === null ? "Undated" : String(data.years[node]);
  }

  function paperItem(tie) {
    return dom.el(
      "article",
      { class: "paper-item" },
      dom.el("h5", {}, go(tie.node, data.label(tie.node))),
      tie.via === undefined ? null : dom.el("p", { class: "facts" }, "via ", go(tie.via, data.label(tie.via), true)),
      evidenceLine(tie.edge),
    );
  }

  /** The sentence an edge stands on, its mentions marked, with its relation and a way to quote it. */
  function evidenceLine(edge) {
    const evidence = data.evidence(edge);
    const paper = data.source[edge];
    const entity = data.target[edge];
    const url = data.paper(paper).url;
    const marks =
      evidence.place < 0 ? [] : data.mentionsOf(paper).filter((mention) => mention.entity === entity).map((mention) => ({ ...mention, start: mention.start - evidence.place, end: mention.end - evidence.place }));
    return dom.el(
      "div",
      { class: "evidence" },
      dom.el("span", { class: `relation relation-${data.relations[data.relation[edge]]}` }, data.relations[data.relation[edge]]),
      evidence.text ? dom.el("q", {}, marked(evidence.text, marks, false)) : null,
      dom.el(
        "span",
        { class: "item-tools" },
        dom.safeUrl(url) ? dom.link(url, "source") : null,
        evidence.text ? dom.button("copy", () => dom.copy(citation(evidence.text, paper)), { class: "text-button", "aria-label": "Copy the sentence with its citation" }) : null,
      ),
    );
  }

  function citation(sentence, node) {
    const { title, date, url, authors } = data.paper(node);
    const by = authors.length ? authors.slice(0, 3).join(", ") + (authors.length > 3 ? " et al." : "") + ". " : "";
    return `“${sentence}” — ${by}${title}${date ? ` (${date})` : ""}${dom.safeUrl(url) ? `. ${url}` : ""}`;
  }

  function togetherSection(node) {
    const found = queries.together(node, 14);
    if (!found.length) return null;
    const most = found[0].papers;
    const bars = found.map((other) => {
      const bar = dom.el("i", { class: `bar kind-${data.kinds[data.kind[other.node]]}` });
      bar.style.setProperty("--share", String(other.papers / most));
      return dom.el("li", {}, go(other.node, data.label(other.node), true), bar, dom.el("span", { class: "count" }, String(other.papers)));
    });
    return section("Often together with", [dom.el("ul", { class: "bars" }, bars)]);
  }

  // Papers

  function paperBody(node) {
    const record = data.paper(node);
    const count = record.authors.length || record.n_authors;
    const facts = [record.date, record.organization, record.venue, record.authors.length ? authorText(record.authors) : count ? dom.plural(count, "author") : null];
    const mentions = data.mentionsOf(node);
    const inTitle = mentions.filter((mention) => mention.end <= record.title.length);
    return [
      head(node, []),
      dom.el("h2", {}, marked(record.title, inTitle, true)),
      dom.el("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      links(record),
      actions(node),
      abstractSection(record, mentions),
      entitiesSection(node),
      similarSection(node),
      record.source ? dom.el("p", { class: "source" }, "From " + record.source) : null,
    ];
  }

  function authorText(authors) {
    return authors.length > 8 ? authors.slice(0, 7).join(", ") + ` and ${authors.length - 7} more` : authors.join(", ");
  }

  function links(record) {
    const found = addresses(record.abstract || "");
    const query = encodeURIComponent((record.title.toWellFormed ? record.title.toWellFormed() : record.title).replace(/\s+/g, " ").trim());
    return dom.el(
      "p",
      { class: "links" },
      dom.safeUrl(record.url) ? dom.link(record.url, "Paper") : record.url ? dom.el("span", { class: "no-link" }, record.url) : null,
      found.map((address) => dom.link(address, dom.shortened(address.replace(/^https?:\/\/(www\.)?/, ""), 44))),
      dom.link(`https://arxiv.org/search/?searchtype=title&query=${query}`, "Search arXiv"),
      dom.link(`https://scholar.google.com/scholar?q=${query}`, "Search Scholar"),
    );
  }

  function addresses(text) {
    const found = (text.match(ADDRESS) || []).map((address) => {
      let cut = address.replace(/[.,;:!?*_]+$/, "");
      while (/[)\]]$/.test(cut) && cut.split(/[([]/).length <= cut.split(/[)\]]/).length - 1) cut = cut.slice(0, -1).replace(/[.,;:!?]+$/, "");
      return /^https?:/i.test(cut) ? cut : "https://" + cut;
    });
    return [...new Set(found)].filter((address) => dom.safeUrl(address));
  }

  function abstractSection(record, mentions) {
    if (record.abstract === null)
      return section("Abstract", [dom.el("p", { class: "missing" }, "Not in this page: it was made from the graph alone, without the papers' texts.")]);
    if (!record.abstract) return section("Abstract", [dom.el("p", { class: "missing" }, "This paper came without an abstract.")]);
    const shift = record.title.length + 1;
    const inside = mentions.filter((mention) => mention.start >= shift).map((mention) => ({ ...mention, start: mention.start - shift, end: mention.end - shift }));
    return section("Abstract", [dom.el("p", { class: "abstract", dir: "auto" }, marked(record.abstract, inside, true))]);
  }

  /** A text with its mentions marked in the colour of their kind; where two overlap, the longer one. */
  function marked(text, mentions, linked) {
    const parts = [];
    let done = 0;
    for (const mention of mentions.slice().sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (mention.start < done || mention.end > text.length) continue;
      const kind = data.kinds[data.kind[mention.entity]];
      const words = dom.el("mark", { class: `kind-${kind}` }, text.slice(mention.start, mention.end));
      parts.push(text.slice(done, mention.start), linked ? anchor(mention.entity, words, `${kind}: ${data.label(mention.entity)}`) : words);
      done = mention.end;
    }
    parts.push(text.slice(done));
    return parts;
  }

  function entitiesSection(node) {
    const ties = queries.ties(node).sort((a, b) => data.kind[a.node] - data.kind[b.node] || data.degree[b.node] - data.degree[a.node] || a.node - b.node);
    const groups = data.relations.map((relation, number) => {
      const members = ties.filter((tie) => data.relation[tie.edge] === number);
      return members.length ? dom.el("p", { class: "chips" }, dom.el("span", { class: "lead" }, relation + " "), members.map((tie) => chip(tie.node, data.degree[tie.node]))) : null;
    });
    return ties.length ? section(dom.plural(ties.length, "entity", "entities"), groups) : null;
  }

  function similarSection(node) {
    const found = queries.similar(node, 6);
    if (!found.length) return null;
    return section("Closest papers", [
      dom.el(
        "ul",
        { class: "closest" },
        found.map((other) => dom.el("li", {}, go(other.node, data.label(other.node)), dom.el("small", {}, "shares " + other.shared.slice(0, 5).map(data.label).join(", ") + (other.shared.length > 5 ? ", …" : "")))),
      ),
    ]);
  }

  // Several nodes

  function sharedBody() {
    const found = queries.shared(state.now.picks);
    const ofPapers = state.now.picks.every(data.isPaper);
    const what = ofPapers ? dom.plural(found.length, "entity", "entities") : dom.plural(found.length, "paper");
    return [
      dom.el("p", { class: "kind-line" }, "Shared"),
      dom.el("h2", {}, what),
      dom.el("p", { class: "chips" }, dom.el("span", { class: "lead" }, ofPapers ? "in all of " : "with all of "), state.now.picks.map((node) => chip(node))),
      found.length
        ? section(ofPapers ? "Entities" : "Papers", [dom.el("div", { class: "papers" }, found.slice(0, 200).map(sharedItem))])
        : dom.el("p", { class: "missing" }, "Nothing is tied to all of them. The path between two may tell more."),
    ];
  }

  function sharedItem(node) {
    const lines = state.now.picks.map((pick) => edgeBetween(node, pick)).filter((edge) => edge >= 0);
    return dom.el(
      "article",
      { class: "paper-item" },
      dom.el("h5", {}, go(node, data.label(node)), data.isPaper(node) && data.years[node] ? dom.el("small", {}, " " + data.years[node]) : null),
      lines.slice(0, 6).map(evidenceLine),
    );
  }

  function edgeBetween(a, b) {
    let found = -1;
    data.eachEdge(a, (edge, other) => {
      if (other === b && data.relation[edge] !== data.VARIANT) found = edge;
    });
    return found;
  }

  function pathBody() {
    const [from, to] = state.now.picks;
    if (to === undefined) return null;
    const path = queries.path(from, to);
    const steps = path.nodes.map((node, at) => [
      dom.el("li", { class: `step kind-${data.kinds[data.kind[node]]}` }, go(node, data.label(node), true)),
      at < path.edges.length ? dom.el("li", { class: "between" }, edgeText(path.edges[at])) : null,
    ]);
    return [
      dom.el("p", { class: "kind-line" }, "Shortest path"),
      dom.el("h2", {}, path.nodes.length ? dom.plural(path.edges.length, "step") : "No path"),
      dom.el("p", { class: "facts" }, path.nodes.length ? `from ${data.label(from)} to ${data.label(to)}` : `Nothing ties ${data.label(from)} to ${data.label(to)}.`),
      path.nodes.length ? dom.el("ol", { class: "path" }, steps.flat()) : null,
    ];
  }

  function edgeText(edge) {
    if (data.relation[edge] === data.VARIANT) return dom.el("span", { class: "relation" }, "variant of");
    return evidenceLine(edge);
  }

  // Pieces

  function head(node, facts) {
    const kind = data.kinds[data.kind[node]];
    return dom.el("p", { class: "kind-line" }, dom.el("i", { class: `dot kind-${kind}` }), [kind, ...facts].filter(Boolean).join(" · "));
  }

  function section(title, children) {
    return dom.el("section", {}, dom.el("h3", {}, title), children);
  }

  /** A link to a node inside the page. */
  function anchor(node, children, title) {
    const hash = "#node=" + encodeURIComponent(data.id[node].toWellFormed ? data.id[node].toWellFormed() : data.id[node]);
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
    return anchor(node, dotted ? [dom.el("i", { class: `dot kind-${data.kinds[data.kind[node]]}` }), text] : [text]);
  }

  function chip(node, count) {
    return dom.el("span", { class: "chip" }, anchor(node, [dom.el("i", { class: `dot kind-${data.kinds[data.kind[node]]}` }), data.label(node), count > 1 ? dom.el("small", {}, " " + count) : null]));
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
      dom.button(opened ? "Collapse" : "Expand", () => view.toggle(node), { "data-action": "expand", "aria-pressed": String(opened), title: "Keep all of its neighbours on the canvas" }),
      dom.button(picked ? "Picked" : "Pick", () => picks.toggle(node), { "data-action": "pick", "aria-pressed": String(picked), title: "Pick several to see what they share (shift-click)" }),
      dom.button("Copy link", () => dom.copy(location.href.split("#")[0] + "#" + state.encode())),
      dom.el("span", { class: "steps", role: "group", "aria-label": "Steps around it" }, dom.el("span", { class: "lead" }, "Steps around it "), steps),
    );
  }

  return { update, addresses };
})();
