// Taking away: the view as a picture, the selection as a table, as references, as a graph.

const save = (function () {
  const menu = dom.byId("save");

  function start() {
    const jobs = { png, svg, csv, bibtex, graphml };
    for (const [name, job] of Object.entries(jobs))
      dom.byId("save-" + name).addEventListener("click", () => {
        job();
        menu.open = false;
      });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.firstElementChild.focus();
      event.stopPropagation();
    });
  }

  /** The edges that the selection stands for: of the picks' shared nodes, of the path, of the node, or all shown. */
  function selection() {
    if (emphasis.now.on)
      return {
        nodes: emphasis.now.nodes.slice().sort((a, b) => a - b),
        edges: emphasis.now.edges.slice().sort((a, b) => a - b),
      };
    return { nodes: visible.now.nodes.slice().sort((a, b) => a - b), edges: visible.now.edges };
  }

  function update() {
    dom.byId("save-subject").textContent = emphasis.now.on ? "The selection" : "Everything shown";
  }

  function name() {
    if (state.now.show) return state.now.show;
    return state.now.node >= 0
      ? match.fold(data.label(state.now.node)).replaceAll(" ", "-").slice(0, 60) || "selection"
      : "graph";
  }

  function png() {
    const canvas = view.canvas();
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const ctx = copy.getContext("2d");
    ctx.fillStyle = paint.colors().paper;
    ctx.fillRect(0, 0, copy.width, copy.height);
    ctx.drawImage(canvas, 0, 0);
    copy.toBlob((blob) => dom.download(name() + ".png", blob));
  }

  function svg() {
    const { left, top, right, bottom } = view.sight();
    const scale = view.scale();
    const ink = paint.colors();
    const at = (node) => [
      ((data.x[node] - left) * scale).toFixed(1),
      ((data.y[node] - top) * scale).toFixed(1),
    ];
    const inside = (node) =>
      data.x[node] >= left && data.x[node] <= right && data.y[node] >= top && data.y[node] <= bottom;
    const dim = emphasis.now.on && emphasis.now.dims ? 0.16 : 1;
    const out = [];
    const line = (edge, style) => {
      const [x1, y1] = at(data.source[edge]);
      const [x2, y2] = at(data.target[edge]);
      out.push(`<path d="M${x1} ${y1}L${x2} ${y2}" ${style}/>`);
    };
    const shape = (node, opacity) => {
      const [x, y] = at(node);
      const radius = paint.radiusOf(node);
      const fill = `fill="${data.colors[data.kinds[data.kind[node]]]}" opacity="${opacity}"`;
      out.push(
        data.isPaper(node)
          ? `<rect x="${(x - radius).toFixed(1)}" y="${(y - radius).toFixed(1)}" width="${(2 * radius).toFixed(1)}" height="${(2 * radius).toFixed(1)}" ${fill}/>`
          : `<circle cx="${x}" cy="${y}" r="${radius.toFixed(1)}" ${fill}/>`,
      );
    };
    for (const { edges, alpha } of paint.edgeClasses())
      for (const edge of edges)
        if (inside(data.source[edge]) || inside(data.target[edge]))
          line(edge, `stroke="${ink.edge}" stroke-opacity="${(alpha * dim).toFixed(3)}"`);
    for (const node of visible.now.nodes) if (inside(node) && !emphasis.now.member[node]) shape(node, dim);
    for (const edge of emphasis.now.frontEdges) {
      const stroke = paint.STROKES[data.relation[edge]];
      line(
        edge,
        `stroke="${data.colors[data.kinds[data.kind[data.target[edge]]]]}" stroke-width="${stroke.width}" stroke-dasharray="${stroke.dash.join(" ") || "none"}"`,
      );
    }
    for (const node of emphasis.now.nodes) shape(node, 1);
    for (const { node, dx, dy } of paint.names())
      if (inside(node)) {
        const [x, y] = at(node);
        const below = (Number(y) + dy + labels.fontSize(node) + 2).toFixed(1);
        out.push(
          `<text x="${(Number(x) + dx).toFixed(1)}" y="${below}" font-size="${labels.fontSize(node)}" fill="${data.isPaper(node) ? ink.faint : ink.text}" stroke="${ink.paper}" stroke-width="3" paint-order="stroke" text-anchor="middle" font-family="system-ui, sans-serif">${xml(labels.text(node))}</text>`,
        );
      }
    const width = Math.round((right - left) * scale);
    const height = Math.round((bottom - top) * scale);
    dom.download(
      name() + ".svg",
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="${ink.paper}"/>\n${out.join("\n")}\n</svg>\n`,
      "image/svg+xml",
    );
  }

  /** Text for XML: markup escaped, what XML cannot hold replaced. */
  function xml(text) {
    return String(text)
      .replace(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        "\ufffd",
      )
      .replace(/[<>&"\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
  }

  function csv() {
    const rows = [
      [
        "source",
        "source_label",
        "relation",
        "target",
        "target_kind",
        "target_label",
        "date",
        "mentions",
        "score",
        "url",
        "evidence",
      ],
    ];
    for (const edge of selection().edges) {
      const from = data.source[edge];
      const to = data.target[edge];
      const paper = data.isPaper(from) ? data.paper(from) : {};
      const score = data.score[edge] < 0 ? "" : data.score[edge] / 1000;
      rows.push([
        data.id(from),
        data.label(from),
        data.relations[data.relation[edge]],
        data.id(to),
        data.kinds[data.kind[to]],
        data.label(to),
        paper.date,
        data.weight[edge],
        score,
        paper.url,
        data.evidence(edge).text,
      ]);
    }
    dom.download(
      name() + ".csv",
      "\ufeff" + rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n",
      "text/csv",
    );
  }

  /** A cell of a table; a spreadsheet must not take it for a formula. */
  function cell(value) {
    const text = String(value ?? "").replace(/^[=+\-@\t\r]/, (sign) =>
      Number.isFinite(Number(value)) ? sign : "'" + sign,
    );
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function bibtex() {
    const papers = selection().nodes.filter(data.isPaper);
    if (!papers.length) return dom.notice("There is no paper in the selection.");
    const keys = new Set();
    const references = papers.map((node) => reference(node, key(node, keys)));
    dom.download(name() + ".bib", references.join("\n"), "application/x-bibtex");
  }

  /** A name for a reference that no other has; BibTeX does not tell upper from lower case. */
  function key(node, taken) {
    const plain = data
      .id(node)
      .replace(/^paper:/, "")
      .replace(/[^\w:.-]+/g, "-");
    let free = plain;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${plain}-${number}`;
    taken.add(free.toLowerCase());
    return free;
  }

  function reference(node, key) {
    const paper = data.paper(node);
    const fields = {
      title: `{${tex(paper.title)}}`,
      author: paper.authors.map(author).join(" and "),
      year: paper.year,
      journal: tex(paper.venue || ""),
      url: (dom.safeUrl(paper.url) || "").replaceAll("{", "%7B").replaceAll("}", "%7D"),
    };
    const lines = Object.entries(fields)
      .filter(([, value]) => value)
      .map(([field, value]) => `  ${field} = {${value}}`);
    return `@${paper.venue ? "article" : "misc"}{${key},\n${lines.join(",\n")}\n}\n`;
  }

  /** A name; one that has an " and " of its own is no two people. */
  function author(name) {
    return /\sand\s/i.test(name) ? `{${tex(name)}}` : tex(name);
  }

  /** Text for TeX; BibTeX counts braces even where a backslash stands before them. */
  function tex(text) {
    const marks = {
      "\\": "\\textbackslash{}",
      "~": "\\textasciitilde{}",
      "^": "\\textasciicircum{}",
      "{": "\\textbraceleft{}",
      "}": "\\textbraceright{}",
    };
    return text.replace(/\s+/g, " ").replace(/[\\~^{}%#&_$]/g, (char) => marks[char] || "\\" + char);
  }

  function graphml() {
    const { nodes, edges } = selection();
    const keys = [
      ["label", "node", "string"],
      ["kind", "node", "string"],
      ["year", "node", "int"],
      ["x", "node", "double"],
      ["y", "node", "double"],
      ["size", "node", "double"],
      ["color", "node", "string"],
      ["relation", "edge", "string"],
      ["weight", "edge", "double"],
      ["evidence", "edge", "string"],
    ];
    const fact = (key, value) =>
      value === null || value === undefined || value === "" ? "" : `<data key="${key}">${xml(value)}</data>`;
    const lines = nodes.map((node) => {
      const kind = data.kinds[data.kind[node]];
      const facts = {
        label: data.label(node),
        kind,
        year: data.isPaper(node) ? data.yearOf(node) : null,
        x: data.x[node],
        y: data.y[node],
        size: data.radius[node],
        color: data.colors[kind],
      };
      return `<node id="${xml(data.id(node))}">${Object.entries(facts)
        .map(([key, value]) => fact(key, value))
        .join("")}</node>`;
    });
    for (const edge of edges) {
      const relation = data.relations[data.relation[edge]];
      const facts = { relation, weight: data.weight[edge], evidence: data.evidence(edge).text };
      lines.push(
        `<edge source="${xml(data.id(data.source[edge]))}" target="${xml(data.id(data.target[edge]))}" label="${relation}">${Object.entries(
          facts,
        )
          .map(([key, value]) => fact(key, value))
          .join("")}</edge>`,
      );
    }
    const head = keys
      .map(([key, of, type]) => `<key id="${key}" for="${of}" attr.name="${key}" attr.type="${type}"/>`)
      .join("\n");
    dom.download(
      name() + ".graphml",
      `<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${head}\n<graph edgedefault="directed">\n${lines.join("\n")}\n</graph>\n</graphml>\n`,
      "application/xml",
    );
  }

  return { start, update };
})();
