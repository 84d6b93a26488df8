// The graph that the page embeds: nodes, edges and texts by number, with the edges of each node at hand.

const data = (function () {
  const { head, numbers, ascending, texts, keptTexts } = block;
  const id = keptTexts("id");
  const ownLabel = keptTexts("label");
  const title = keptTexts("title");
  const abstract = texts("abstract");
  const string = texts("string");
  const kind = numbers("kind");
  const x = Float64Array.from(numbers("x"));
  const y = Float64Array.from(numbers("y"));
  const radius = Float64Array.from(numbers("size"), (size) => size / 10);
  const year = numbers("year");
  const nAuthors = numbers("n_authors");
  const nMentions = numbers("n_mentions");
  const facts = Object.fromEntries(
    ["authors", "date", "organization", "venue", "url", "source"].map((name) => [name, texts(name)]),
  );
  const [aliases, code, formerIds, firstDate] = ["aliases", "code", "former_ids", "first_date"].map(texts);
  const source = ascending("edge.source");
  const [target, relation, weight, score, place, length] = [
    "target",
    "relation",
    "weight",
    "score",
    "place",
    "length",
  ].map((name) => numbers("edge." + name));
  const mentionPaper = ascending("mention.paper");
  const [mentionPlace, mentionLength, mentionEntity] = ["place", "length", "entity"].map((name) =>
    numbers("mention." + name),
  );
  const size = kind.length;
  const nPapers = year.length;
  const nEdges = source.length;
  const VARIANT = head.relations.length - 1;

  const first = new Int32Array(size + 1);
  const incident = new Int32Array(2 * nEdges);
  const degree = new Int32Array(size);
  indexEdges();
  const firstMention = indexMentions();
  let nodeOf = null;

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
    for (const paper of mentionPaper) starts[paper + 1]++;
    for (let paper = 0; paper < nPapers; paper++) starts[paper + 1] += starts[paper];
    return starts;
  }

  function parts(joined) {
    return (joined || "").split("|").filter(Boolean);
  }

  /** What is known of a paper; absent facts are null. */
  function paper(node) {
    return {
      title: title(node),
      abstract: abstract(node),
      year: yearOf(node),
      date: facts.date(node),
      authors: parts(facts.authors(node)),
      n_authors: nAuthors[node] || null,
      organization: facts.organization(node),
      venue: facts.venue(node),
      url: facts.url(node),
      source: facts.source(node),
    };
  }

  /** What is known of an entity; absent facts are null. */
  function entity(node) {
    const row = node - nPapers;
    return {
      aliases: parts(aliases(row)),
      code: code(row),
      first_date: firstDate(row),
      n_mentions: nMentions[row] || null,
    };
  }

  function label(node) {
    return ownLabel(node) ?? title(node);
  }

  /** The year of a paper; null where it is not known, and for entities. */
  function yearOf(node) {
    return year[node] || null;
  }

  function text(node) {
    return title(node) + "\n" + (abstract(node) || "");
  }

  /** The sentence that an edge stands on, and where it starts in its paper's text (-1: nowhere). */
  function evidence(edge) {
    const start = place[edge];
    return start < 0
      ? { text: string(length[edge]) || "", place: start }
      : { text: text(source[edge]).slice(start, start + length[edge]), place: start };
  }

  /** The mentions in a paper's text, in order. */
  function mentionsOf(node) {
    const found = [];
    for (let at = firstMention[node]; at < firstMention[node + 1]; at++)
      found.push({
        start: mentionPlace[at],
        end: mentionPlace[at] + mentionLength[at],
        entity: mentionEntity[at],
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
  function find(wanted) {
    if (!nodeOf) {
      nodeOf = new Map();
      for (let node = 0; node < size; node++) nodeOf.set(id(node), node);
    }
    const found = nodeOf.get(wanted) ?? nodeOf.get("paper:" + wanted);
    if (found !== undefined) return found;
    for (let node = nPapers; node < size; node++)
      if (parts(formerIds(node - nPapers)).includes(wanted)) return node;
    return -1;
  }

  return {
    kinds: head.kinds,
    colors: head.colors,
    relations: head.relations,
    options: head.options,
    abstractsLeftOut: head.abstracts_left_out,
    VARIANT,
    size,
    nPapers,
    nEdges,
    x,
    y,
    radius,
    kind,
    degree,
    source,
    target,
    relation,
    score,
    weight,
    id,
    isPaper: (node) => node < nPapers,
    paper,
    entity,
    title,
    label,
    yearOf,
    evidence,
    mentionsOf,
    eachEdge,
    find,
  };
})();
