// What the panel says of an entity: names, family, papers by year, what it stands together with.

const entityPanel = (function () {
  const FIRST = 12;

  /** Its content, top down. */
  function body(node) {
    const record = data.entity(node);
    const ties = queries.ties(node);
    const first = record.first_date ? `since ${record.first_date}` : null;
    return [
      pieces.head(node, [record.code ? `ISO 639-3 ${record.code}` : null]),
      dom.el("h2", {}, data.label(node)),
      aliasLine(otherNames(node, record.aliases)),
      dom.el(
        "p",
        { class: "facts" },
        [
          dom.plural(ties.length, "paper"),
          record.n_mentions ? dom.plural(record.n_mentions, "mention") : null,
          first,
        ]
          .filter(Boolean)
          .join(" · "),
      ),
      pieces.actions(node),
      familySection(node),
      papersSection(node, ties),
      togetherSection(node),
    ];
  }

  /** The aliases, of those that differ in case and punctuation alone the first. */
  function otherNames(node, aliases) {
    const seen = new Set([match.fold(data.label(node))]);
    return aliases.filter((alias) => {
      const folded = match.fold(alias);
      return !seen.has(folded) && seen.add(folded);
    });
  }

  function aliasLine(aliases) {
    if (!aliases.length) return null;
    const shown = aliases.slice(0, 8);
    const rest = aliases.slice(8);
    const line = dom.el(
      "p",
      { class: "aliases" },
      dom.el("span", { class: "lead" }, "Also "),
      shown.join(", "),
    );
    if (rest.length) {
      const button = dom.button(`and ${rest.length} more`, () => button.replaceWith(", " + rest.join(", ")), {
        class: "text-button",
      });
      line.append(" ", button);
    }
    return line;
  }

  function familySection(node) {
    const { families, variants } = queries.family(node);
    if (!families.length && !variants.length) return null;
    const sorted = variants.sort((a, b) => data.degree[b.node] - data.degree[a.node] || a.node - b.node);
    return pieces.section("Family", [
      families.length
        ? dom.el(
            "p",
            { class: "chips" },
            dom.el("span", { class: "lead" }, "Variant of "),
            families.map((tie) => pieces.chip(tie.node)),
          )
        : null,
      variants.length
        ? dom.el(
            "p",
            { class: "chips" },
            dom.el("span", { class: "lead" }, "Variants "),
            sorted.map((tie) => pieces.chip(tie.node, data.degree[tie.node])),
          )
        : null,
    ]);
  }

  function papersSection(node, ties) {
    const sorted = byYear(ties);
    const counts = data.relations.map(
      (_, relation) => sorted.filter((tie) => data.relation[tie.edge] === relation).length,
    );
    const summary = data.relations
      .map((relation, number) => (counts[number] ? `${relation} ${counts[number]}` : null))
      .filter(Boolean)
      .join(" · ");
    const list = dom.el("div", { class: "papers" });
    appendPapers(list, sorted, 0);
    const others = queries.variantTies(node);
    const include = dom.button(
      `Include ${dom.plural(others.length, "paper")} of its variants`,
      () => {
        include.remove();
        list.replaceChildren();
        appendPapers(list, byYear([...ties, ...others]), 0);
      },
      { class: "text-button" },
    );
    return pieces.section("Papers", [
      dom.el("p", { class: "facts" }, summary),
      others.length ? include : null,
      list,
    ]);
  }

  function byYear(ties) {
    return ties
      .slice()
      .sort(
        (a, b) =>
          (data.yearOf(b.node) || 0) - (data.yearOf(a.node) || 0) ||
          data.relation[a.edge] - data.relation[b.edge] ||
          a.node - b.node,
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
      const button = dom.button(
        `Show ${Math.min(100, ties.length - to)} more of ${ties.length}`,
        () => {
          button.remove();
          appendPapers(list, ties, to);
        },
        { class: "text-button" },
      );
      list.append(button);
    }
  }

  function yearText(node) {
    return data.yearOf(node) === null ? "Undated" : String(data.yearOf(node));
  }

  function paperItem(tie) {
    return dom.el(
      "article",
      { class: "paper-item" },
      dom.el("h5", {}, pieces.go(tie.node, data.label(tie.node))),
      tie.via === undefined
        ? null
        : dom.el("p", { class: "facts" }, "via ", pieces.go(tie.via, data.label(tie.via), true)),
      pieces.evidenceLine(tie.edge),
    );
  }

  function togetherSection(node) {
    const found = queries.together(node, 14);
    if (!found.length) return null;
    const most = found[0].papers;
    const bars = found.map((other) => {
      const bar = dom.el("i", { class: `bar kind-${data.kinds[data.kind[other.node]]}` });
      bar.style.setProperty("--share", String(other.papers / most));
      return dom.el(
        "li",
        {},
        pieces.go(other.node, data.label(other.node), true),
        bar,
        dom.el("span", { class: "count" }, String(other.papers)),
      );
    });
    return pieces.section("Often together with", [dom.el("ul", { class: "bars" }, bars)]);
  }

  return { body };
})();
