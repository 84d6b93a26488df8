// What the panel says of a paper: its abstract with the mentions marked, links, entities, papers like it.

const paperPanel = (function () {
  // An address in running text, with or without its scheme; what follows it as punctuation is cut off later.
  const ADDRESS =
    /\bhttps?:\/\/[^\s<>"'`{}|\\^]+|\b(?:www\.|github\.com\/|gitlab\.com\/|huggingface\.co\/)[^\s<>"'`{}|\\^]+/gi;

  /** Its content, top down. */
  function body(node) {
    const record = data.paper(node);
    const count = record.authors.length || record.n_authors;
    const facts = [
      record.date,
      record.organization,
      record.venue,
      record.authors.length ? authorText(record.authors) : count ? dom.plural(count, "author") : null,
    ];
    const mentions = data.mentionsOf(node);
    const inTitle = mentions.filter((mention) => mention.end <= record.title.length);
    return [
      pieces.head(node, []),
      dom.el("h2", {}, pieces.marked(record.title, inTitle, true)),
      dom.el("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      links(record),
      pieces.actions(node),
      abstractSection(record, mentions),
      entitiesSection(node),
      similarSection(node),
      record.source ? dom.el("p", { class: "source" }, "From " + record.source) : null,
    ];
  }

  function authorText(authors) {
    return authors.length > 8
      ? authors.slice(0, 7).join(", ") + ` and ${authors.length - 7} more`
      : authors.join(", ");
  }

  function links(record) {
    const found = addresses(record.abstract || "");
    const query = encodeURIComponent(
      (record.title.toWellFormed ? record.title.toWellFormed() : record.title).replace(/\s+/g, " ").trim(),
    );
    return dom.el(
      "p",
      { class: "links" },
      dom.safeUrl(record.url)
        ? dom.link(record.url, "Paper")
        : record.url
          ? dom.el("span", { class: "no-link" }, record.url)
          : null,
      found.map((address) =>
        dom.link(address, dom.shortened(address.replace(/^https?:\/\/(www\.)?/, ""), 44)),
      ),
      dom.link(`https://arxiv.org/search/?searchtype=title&query=${query}`, "Search arXiv"),
      dom.link(`https://scholar.google.com/scholar?q=${query}`, "Search Scholar"),
    );
  }

  function addresses(text) {
    const found = (text.match(ADDRESS) || []).map((address) => {
      let cut = address.replace(/[.,;:!?*_]+$/, "");
      while (/[)\]]$/.test(cut) && cut.split(/[([]/).length <= cut.split(/[)\]]/).length - 1)
        cut = cut.slice(0, -1).replace(/[.,;:!?]+$/, "");
      return /^https?:/i.test(cut) ? cut : "https://" + cut;
    });
    return [...new Set(found)].filter((address) => dom.safeUrl(address));
  }

  function abstractSection(record, mentions) {
    if (record.abstract === null)
      return pieces.section("Abstract", [
        dom.el(
          "p",
          { class: "missing" },
          data.abstractsLeftOut
            ? "Not in this page: the abstracts of so many papers would make it too large."
            : "Not in this page: it was made from the graph alone, without the papers' texts.",
        ),
      ]);
    if (!record.abstract)
      return pieces.section("Abstract", [
        dom.el("p", { class: "missing" }, "This paper came without an abstract."),
      ]);
    const shift = record.title.length + 1;
    const inside = mentions
      .filter((mention) => mention.start >= shift)
      .map((mention) => ({ ...mention, start: mention.start - shift, end: mention.end - shift }));
    return pieces.section("Abstract", [
      dom.el("p", { class: "abstract", dir: "auto" }, pieces.marked(record.abstract, inside, true)),
    ]);
  }

  function entitiesSection(node) {
    const ties = queries
      .ties(node)
      .sort(
        (a, b) =>
          data.kind[a.node] - data.kind[b.node] ||
          data.degree[b.node] - data.degree[a.node] ||
          a.node - b.node,
      );
    const groups = data.relations.map((relation, number) => {
      const members = ties.filter((tie) => data.relation[tie.edge] === number);
      return members.length
        ? dom.el(
            "p",
            { class: "chips" },
            dom.el("span", { class: "lead" }, relation + " "),
            members.map((tie) => pieces.chip(tie.node, data.degree[tie.node])),
          )
        : null;
    });
    return ties.length ? pieces.section(dom.plural(ties.length, "entity", "entities"), groups) : null;
  }

  function similarSection(node) {
    const found = queries.similar(node, 6);
    if (!found.length) return null;
    return pieces.section("Closest papers", [
      dom.el(
        "ul",
        { class: "closest" },
        found.map((other) =>
          dom.el(
            "li",
            {},
            pieces.go(other.node, data.label(other.node)),
            dom.el(
              "small",
              {},
              "shares " +
                other.shared.slice(0, 5).map(data.label).join(", ") +
                (other.shared.length > 5 ? ", …" : ""),
            ),
          ),
        ),
      ),
    ]);
  }

  return { body };
})();
