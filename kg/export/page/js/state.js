// What the reader has chosen, kept in the address so that back, forward and a copied link bring it back.

const state = (function () {
  const fresh = () => ({
    node: -1,
    picks: [],
    show: "",
    kinds: data.kinds.map(() => true),
    relations: data.relations.map(() => true),
    years: null,
    undated: true,
    least: 2,
    opened: new Set(),
    focus: 0,
    at: null,
    // Papers that the view is close to; the address has the place instead.
    near: [],
  });
  const now = fresh();
  const listeners = [];
  let position = 0;

  /** Calls listener(changed names, whether it came with a link or the history). */
  function listen(listener) {
    listeners.push(listener);
  }

  /** Changes some of it; a step of its own in the history where `step` says so. */
  function set(changes, step) {
    Object.assign(now, changes);
    write(step);
    tell(Object.keys(changes), false);
  }

  function tell(names, restored) {
    for (const listener of listeners) listener(new Set(names), restored);
  }

  /** Selects a node (-1: none) as a step of the history. */
  function select(node) {
    if (node === now.node && !now.show) return;
    set({ node, show: "", focus: node < 0 ? 0 : now.focus }, true);
  }

  /** Whether only what is around the selected node is to be drawn. */
  function surroundings() {
    return now.focus > 0 && now.node >= 0 && !now.show;
  }

  function write(step) {
    const fragment = "#" + encode();
    if (fragment === (location.hash || "#")) return;
    try {
      if (step) history.pushState({ kg: ++position }, "", fragment);
      else history.replaceState({ kg: position }, "", fragment);
    } catch {
      // A page inside a notebook has no address of its own: everything else goes on working.
    }
  }

  function encode() {
    const parts = [];
    const put = (name, value) => parts.push(name + "=" + escape(value));
    if (now.node >= 0) put("node", data.id(now.node));
    for (const node of now.picks) put("pick", data.id(node));
    if (now.show) put("show", now.show);
    if (now.kinds.includes(false)) put("kind", data.kinds.filter((_, kind) => now.kinds[kind]).join(","));
    if (now.relations.includes(false))
      put("rel", data.relations.filter((_, relation) => now.relations[relation]).join(","));
    if (now.years) put("year", now.years.join("-"));
    if (!now.undated) put("undated", "0");
    if (now.least !== 2) put("min", String(now.least));
    if (now.focus) put("focus", String(now.focus));
    for (const node of now.opened) put("open", data.id(node));
    if (now.at) put("at", now.at.join(","));
    return parts.join("&");
  }

  function escape(value) {
    return encodeURIComponent(value.toWellFormed ? value.toWellFormed() : value).replace(
      /%(3A|2F|40|2C)/g,
      (code) => decodeURIComponent(code),
    );
  }

  /** Reads the address; what it does not name is as on a fresh page, what it names wrongly is left out. */
  function read() {
    const found = fresh();
    const lost = [];
    for (const part of location.hash.slice(1).split("&")) {
      const cut = part.indexOf("=");
      if (cut > 0) decode(found, part.slice(0, cut), unescaped(part.slice(cut + 1)), lost);
    }
    Object.assign(now, found);
    position = (history.state && history.state.kg) || 0;
    if (lost.length)
      dom.notice(`The link names what this graph does not have: ${dom.shortened(lost.join(", "), 80)}`);
    tell(Object.keys(now), true);
  }

  function unescaped(value) {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  }

  function decode(found, name, value, lost) {
    if (name === "node" || name === "pick" || name === "open") {
      const node = data.find(value);
      if (node < 0) lost.push(value);
      else if (name === "node") found.node = node;
      else if (name === "pick") found.picks.push(node);
      else found.opened.add(node);
    } else if (name === "show" && (value === "shared" || value === "path")) found.show = value;
    else if (name === "kind") found.kinds = data.kinds.map((kind) => value.split(",").includes(kind));
    else if (name === "rel")
      found.relations = data.relations.map((relation) => value.split(",").includes(relation));
    else if (name === "year") found.years = years(value);
    else if (name === "undated") found.undated = value !== "0";
    else if (name === "min") found.least = Math.max(1, parseInt(value, 10) || 2);
    else if (name === "focus") found.focus = Math.min(3, Math.max(0, parseInt(value, 10) || 0));
    else if (name === "at") found.at = place(value);
  }

  function years(value) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(value);
    if (!match) return null;
    const ends = [Number(match[1]), Number(match[2] || match[1])];
    return [Math.min(...ends), Math.max(...ends)];
  }

  function place(value) {
    const parts = value.split(",").map(Number);
    return parts.length === 3 && parts.every(Number.isFinite) && parts[2] > 0 ? parts : null;
  }

  return { now, listen, set, select, surroundings, read, encode, fresh };
})();
