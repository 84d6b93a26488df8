// Search with suggestions over labels and aliases, forgiving a slip of the finger.
"use strict";
app.search = (() => {
  const { graph, el } = app;
  const input = document.getElementById("search");
  const list = document.getElementById("suggestions");
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const plain = (text) => fold(text).replace(/[\s\-_]+/g, "");
  const index = graph.nodes.flatMap((node) => [node.label, ...node.aliases].map((name) => ({ node, name, words: fold(name), key: plain(name) })));
  let found = [];
  let active = -1;

  const slips = (a, b, most) => {
    let row = Array.from({ length: b.length + 1 }, (_, n) => n);
    for (let i = 1; i <= a.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      row = next;
      if (Math.min(...row) > most) return most + 1;
    }
    return row[b.length];
  };

  const rank = (entry, query, key) => {
    if (entry.key === key) return 0;
    if (entry.key.startsWith(key)) return 1;
    if (entry.words.includes(` ${query}`) || entry.words.includes(`-${query}`)) return 2;
    if (key.length > 2 && entry.key.includes(key)) return 3;
    const most = key.length > 7 ? 2 : 1;
    if (key.length > 3 && Math.abs(entry.key.length - key.length) <= most && slips(entry.key, key, most) <= most) return 4;
    return -1;
  };

  const find = (text) => {
    const query = fold(text.trim());
    const key = plain(text);
    if (!key) return [];
    const best = new Map();
    for (const entry of index) {
      const score = rank(entry, query, key);
      const old = best.get(entry.node);
      if (score >= 0 && (!old || score < old.score)) best.set(entry.node, { ...entry, score });
    }
    return [...best.values()].sort((a, b) => a.score - b.score || b.node.edges.length - a.node.edges.length || a.node.index - b.node.index).slice(0, 12);
  };

  const mark = (position) => {
    active = position;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
    if (active >= 0) {
      input.setAttribute("aria-activedescendant", `suggestion-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (entry) => {
    input.value = entry.node.label;
    close();
    app.select(entry.node, { center: true });
  };

  const update = () => {
    found = find(input.value);
    list.replaceChildren(...found.map((entry, n) => el("li", { id: `suggestion-${n}`, role: "option", "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); choose(entry); } },
      app.swatch(entry.node.kind), el("span", {}, entry.node.label),
      el("small", {}, entry.name === entry.node.label ? entry.node.kind : entry.name))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) mark(0);
  };

  input.addEventListener("input", update);
  input.addEventListener("focus", () => input.value && update());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && found.length) mark((active + 1) % found.length);
    else if (event.key === "ArrowUp" && found.length) mark((active + found.length - 1) % found.length);
    else if (event.key === "Enter" && found[active]) choose(found[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    }
  });
  return { find };
})();
