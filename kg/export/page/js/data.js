// What the page embeds, decoded: nodes, edges and texts by number, with the edges of each node at hand.

const data = (function () {
  const raw = JSON.parse(document.getElementById("kg-data").textContent);
  const { nodes, papers, entities, edges, mentions, strings } = raw;
  const size = nodes.id.length;
  const nPapers = papers.title.length;
  const nEdges = edges.source.length;
  const VARIANT = raw.relations.length - 1;

  const numbers = new Map(nodes.id.map((id, node) => [id, node]));
  const x = Float64Array.from(nodes.x);
  const y = Float64Array.from(nodes.y);
  const radius = Float64Array.from(nodes.size);
  const kind = Uint8Array.from(nodes.kind);
  const source = Int32Array.from(edges.source);
  const target = Int32Array.from(edges.target);
  const relation = Uint8Array.from(edges.relation);
  const first = new Int32Array(size + 1);
  const incident = new Int32Array(2 * nEdges);
  const degree = new Int32Array(size);
  indexEdges();
  const firstMention = indexMentions();

  function indexEdges() {
    for (let edge = 0; edge < nEdges; edge++) {
      first[source[edge] + 1]++;
      first[target[edge] + 1]++;
      if (relation[edge] !== VARIANT) {
        degree[source[edge]]++;
        degree[target[edge]]++;
      }
    }
    for (let node = 0; node < size; node++) first[node + 1] += first[node];
    const next = first.slice();
    for (let edge = 0; edge < nEdges; edge++) {
      incident[next[source[edge]]++] = edge;
      incident[next[target[edge]]++] = edge;
    }
  }

  function indexMentions() {
    const starts = new Int32Array(nPapers + 1);
    for (const paper of mentions.paper) starts[paper + 1]++;
    for (let paper = 0; paper < nPapers; paper++) starts[paper + 1] += starts[paper];
    return starts;
  }

  function cell(column, row) {
    return column.length ? column[row] : null;
  }

  /** What is known of a paper; absent facts are null. */
  function paper(node) {
    const record = {
      title: papers.title[node],
      abstract: cell(papers.abstract, node),
      year: papers.year[node],
    };
    for (const name of ["date", "n_authors", "organization", "venue", "url", "source"])
      record[name] = cell(papers[name], node);
    record.authors = (cell(papers.authors, node) || "").split("|").filter(Boolean);
    return record;
  }

  /** What is known of an entity; absent facts are null. */
  function entity(node) {
    const row = node - nPapers;
    const record = {};
    for (const name of ["code", "n_mentions", "first_date"]) record[name] = cell(entities[name], row);
    record.aliases = (cell(entities.aliases, row) || "").split("|").filter(Boolean);
    return record;
  }

  function label(node) {
    return nodes.label[node] ?? papers.title[node];
  }

  function text(node) {
    return papers.title[node] + "\n" + (cell(papers.abstract, node) || "");
  }

  /** The sentence that an edge stands on, and where it starts in its paper's text (-1: nowhere). */
  function evidence(edge) {
    const place = edges.place[edge];
    const length = edges.length[edge];
    return place < 0
      ? { text: strings[length] || "", place }
      : { text: text(source[edge]).slice(place, place + length), place };
  }

  /** The mentions in a paper's text, in order. */
  function mentionsOf(node) {
    const found = [];
    for (let at = firstMention[node]; at < firstMention[node + 1]; at++)
      found.push({
        start: mentions.place[at],
        end: mentions.place[at] + mentions.length[at],
        entity: mentions.entity[at],
      });
    return found;
  }

  /** Calls visit(edge, other end) for each edge of a node. */
  function eachEdge(node, visit) {
    for (let at = first[node]; at < first[node + 1]; at++) {
      const edge = incident[at];
      visit(edge, source[edge] === node ? target[edge] : source[edge]);
    }
  }

  /** The node of an id, of an id that it once had, or of an id without its kind; -1 if there is none. */
  function find(id) {
    if (numbers.has(id)) return numbers.get(id);
    if (numbers.has("paper:" + id)) return numbers.get("paper:" + id);
    const row = entities.former_ids.findIndex((ids) => ids && ids.split("|").includes(id));
    return row < 0 ? -1 : nPapers + row;
  }

  return {
    title: raw.title,
    kinds: raw.kinds,
    colors: raw.colors,
    relations: raw.relations,
    options: raw.options,
    VARIANT,
    size,
    nPapers,
    nEdges,
    id: nodes.id,
    x,
    y,
    radius,
    kind,
    degree,
    source,
    target,
    relation,
    score: edges.score,
    weight: edges.weight,
    years: papers.year,
    isPaper: (node) => node < nPapers,
    hasAbstracts: papers.abstract.some((abstract) => abstract !== null),
    paper,
    entity,
    label,
    text,
    evidence,
    mentionsOf,
    eachEdge,
    find,
  };
})();
