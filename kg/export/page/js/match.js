// Finding nodes by what someone types: names, aliases, the beginnings of their words, small typing errors.

const match = (function () {
  let entries = null;
  let words = null;

  /** A name without case, accents and punctuation; C++ and C# keep what makes them. */
  function fold(text) {
    return text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}+#]+/gu, " ")
      .trim();
  }

  function build() {
    entries = [];
    words = new Map();
    for (let node = 0; node < data.size; node++) {
      add(node, data.label(node), false);
      if (data.isPaper(node)) {
        if (data.title(node) !== data.label(node)) add(node, data.title(node), true);
      } else for (const alias of data.entity(node).aliases) add(node, alias, true);
    }
  }

  function add(node, name, alias) {
    const folded = fold(name);
    if (!folded) return;
    const entry = entries.length;
    entries.push({ node, name, alias, folded, squashed: folded.replaceAll(" ", "") });
    for (const word of folded.split(" ")) {
      if (!words.has(word)) words.set(word, []);
      words.get(word).push(entry);
    }
  }

  /** The best matches: [{node, name, alias}], where name is the name that matched. */
  function search(typed, limit) {
    if (!entries) build();
    const query = fold(typed);
    if (!query) return [];
    const best = new Map();
    const parts = query.split(" ");
    const squashed = query.replaceAll(" ", "");
    for (const entry of entries) keep(best, entry, score(entry, query, squashed, parts));
    if (best.size < 5) for (const [entry, worth] of near(parts, squashed)) keep(best, entries[entry], worth);
    return [...best.values()]
      .sort((a, b) => b.worth - a.worth || a.entry.node - b.entry.node)
      .slice(0, limit)
      .map(({ entry }) => entry);
  }

  function keep(best, entry, worth) {
    if (!worth) return;
    worth +=
      4 * Math.log2(1 + data.degree[entry.node]) -
      (entry.alias ? 4 : 0) -
      (data.isPaper(entry.node) ? 14 : 0);
    const known = best.get(entry.node);
    if (!known || known.worth < worth) best.set(entry.node, { entry, worth });
  }

  function score(entry, query, squashed, parts) {
    const { folded } = entry;
    if (folded === query) return 140;
    if (entry.squashed === squashed) return 130;
    if (folded.startsWith(query)) return 90;
    if (entry.squashed.startsWith(squashed)) return 80;
    const padded = " " + folded;
    if (padded.includes(" " + query)) return 70;
    if (parts.length > 1 && parts.every((part) => padded.includes(" " + part))) return 60;
    if (query.length > 2 && folded.includes(query)) return 40;
    return 0;
  }

  /** Names that differ by a typing error: each part must be near some word, or the whole near the whole. */
  function* near(parts, squashed) {
    const most = slack(squashed);
    if (most)
      for (let entry = 0; entry < entries.length; entry++) {
        const distance = apart(squashed, entries[entry].squashed, most);
        if (distance <= most) yield [entry, 50 - 8 * distance];
      }
    let common = null;
    let total = 0;
    for (const part of parts) {
      const found = new Set();
      let least = Infinity;
      for (const [word, list] of words) {
        const distance = word.startsWith(part) ? 0 : apart(part, word, slack(part));
        if (distance > slack(part)) continue;
        least = Math.min(least, distance);
        for (const entry of list) if (!common || common.has(entry)) found.add(entry);
      }
      common = found;
      total += least;
    }
    for (const entry of common) yield [entry, 36 - 6 * total];
  }

  function slack(text) {
    return text.length < 4 ? 0 : text.length < 8 ? 1 : 2;
  }

  /**
   * The number of typing errors between two words (insertions, deletions, substitutions, neighbours swapped:
   * Damerau 1964), or something above `most` as soon as it is known to be more.
   */
  function apart(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let before = [];
    let last = Array.from({ length: b.length + 1 }, (_, column) => column);
    for (let row = 1; row <= a.length; row++) {
      const line = [row];
      let least = row;
      for (let column = 1; column <= b.length; column++) {
        const same = a[row - 1] === b[column - 1];
        let cost = Math.min(line[column - 1] + 1, last[column] + 1, last[column - 1] + (same ? 0 : 1));
        if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
          cost = Math.min(cost, before[column - 2] + 1);
        line.push(cost);
        if (cost < least) least = cost;
      }
      if (least > most) return most + 1;
      [before, last] = [last, line];
    }
    return last[b.length];
  }

  return { search, fold };
})();
