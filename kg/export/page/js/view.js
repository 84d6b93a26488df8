// The drawing: which nodes are there, what is highlighted, and the labels.
"use strict";
app.view = (() => {
  const { graph } = app;
  const container = document.getElementById("graph");
  const nodes = new vis.DataSet();
  const edges = new vis.DataSet();
  let shown = new Set();
  let focus = [];
  let hovered = null;
  let theme = {};
  const widths = new Map();

  const readTheme = () => {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    theme = { back: read("--back"), front: read("--front"), soft: read("--soft"), colors: {} };
    for (const kind of graph.kinds) theme.colors[kind] = read(`--${kind}`);
  };
  readTheme();

  const asVis = (node) => ({
    id: node.index, x: node.x, y: node.y, size: radius(node), color: theme.colors[node.kind],
    shape: graph.isPaper(node) ? "square" : "dot", mass: 1,
  });
  const radius = (node) => (graph.isPaper(node) ? 6 : node.size);

  const network = new vis.Network(container, { nodes, edges }, {
    ...graph.options,
    edges: { ...graph.options.edges, arrows: { to: false } },
  });

  const edgeColor = () => (document.documentElement.dataset.theme === "dark" ? "rgba(190,200,210,0.13)" : "rgba(60,70,80,0.11)");

  const show = (wanted, usable) => {
    const gone = [...shown].filter((node) => !wanted.has(node));
    const fresh = [...wanted].filter((node) => !shown.has(node));
    shown = wanted;
    const kept = graph.edges.filter((edge) => wanted.has(edge.from) && wanted.has(edge.to) && usable(edge));
    edges.clear();
    nodes.remove(gone.map((node) => node.index));
    nodes.add(fresh.map(asVis));
    edges.add(kept.map((edge) => ({ id: edge.index, from: edge.from.index, to: edge.to.index, color: edgeColor() })));
  };

  const highlight = (list) => {
    focus = list;
    network.redraw();
  };

  const line = (context, a, b) => {
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  };

  const shape = (context, node) => {
    const r = radius(node);
    context.fillStyle = theme.colors[node.kind];
    context.beginPath();
    if (graph.isPaper(node)) context.rect(node.x - r, node.y - r, 2 * r, 2 * r);
    else context.arc(node.x, node.y, r, 0, 2 * Math.PI);
    context.fill();
  };

  const drawFocus = (context, scale) => {
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.86;
    context.fillStyle = theme.back;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.restore();
    const centre = new Set(focus);
    const lit = new Set(focus);
    context.lineWidth = 1.2 / scale;
    context.globalAlpha = 0.5;
    for (const node of focus) {
      for (const edge of node.edges) {
        const other = graph.other(edge, node);
        if (!shown.has(other) || !shown.has(node)) continue;
        lit.add(other);
        context.strokeStyle = theme.colors[graph.isPaper(other) ? node.kind : other.kind];
        line(context, node, other);
      }
    }
    context.globalAlpha = 1;
    for (const node of lit) shape(context, node);
    context.strokeStyle = theme.front;
    context.lineWidth = 2 / scale;
    for (const node of centre) {
      context.beginPath();
      context.arc(node.x, node.y, radius(node) + 4 / scale, 0, 2 * Math.PI);
      context.stroke();
    }
    return lit;
  };

  const title = (node) => {
    const most = graph.isPaper(node) ? 46 : 40;
    return node.label.length > most ? `${node.label.slice(0, most - 1)}…` : node.label;
  };

  const drawLabels = (context, scale, lit) => {
    const centre = network.getViewPosition();
    const halfWidth = container.clientWidth / scale / 2;
    const halfHeight = container.clientHeight / scale / 2;
    const inView = (node) => Math.abs(node.x - centre.x) < halfWidth && Math.abs(node.y - centre.y) < halfHeight;
    const wanted = (node) => node === hovered || (lit ? lit.has(node) : !graph.isPaper(node) || scale > 1.1);
    const weight = (node) => (node === hovered ? 1e9 : 0) + (focus.includes(node) ? 1e6 : 0) + node.size + (graph.isPaper(node) ? -40 : 0);
    const ranked = [...shown].filter((node) => wanted(node) && inView(node)).sort((a, b) => weight(b) - weight(a) || a.index - b.index);
    const taken = new Map();
    const cell = 40 / scale;
    let room = 130;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    for (const node of ranked.slice(0, 700)) {
      if (room === 0) break;
      const pixels = Math.min(11 + radius(node) / 6, 17);
      const size = pixels / scale;
      const text = title(node);
      const key = `${text} ${pixels.toFixed(1)}`;
      context.font = `${node.size > 24 && !graph.isPaper(node) ? 600 : 400} ${size}px system-ui, sans-serif`;
      if (!widths.has(key)) widths.set(key, context.measureText(text).width * scale);
      const width = widths.get(key) / scale + 6 / scale;
      const top = node.y + radius(node) + 2 / scale;
      const box = [node.x - width / 2, top, node.x + width / 2, top + size * 1.15];
      if (node !== hovered && collides(taken, cell, box)) continue;
      place(taken, cell, box);
      room -= 1;
      context.strokeStyle = theme.back;
      context.lineWidth = 3.5 / scale;
      context.strokeText(text, node.x, top);
      context.fillStyle = theme.front;
      context.fillText(text, node.x, top);
    }
  };

  const cells = (cell, [left, top, right, bottom]) => {
    const list = [];
    for (let x = Math.floor(left / cell); x <= Math.floor(right / cell); x += 1) {
      for (let y = Math.floor(top / cell); y <= Math.floor(bottom / cell); y += 1) list.push(`${x} ${y}`);
    }
    return list;
  };
  const collides = (taken, cell, box) => cells(cell, box).some((key) =>
    (taken.get(key) || []).some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]));
  const place = (taken, cell, box) => {
    for (const key of cells(cell, box)) taken.set(key, [...(taken.get(key) || []), box]);
  };

  network.on("afterDrawing", (context) => {
    const scale = network.getScale();
    const lit = focus.length ? drawFocus(context, scale) : null;
    drawLabels(context, scale, lit);
  });

  const at = (pointer) => {
    const found = network.getNodeAt(pointer.DOM);
    return found === undefined ? null : graph.nodes[found];
  };
  container.addEventListener("pointermove", (event) => {
    if (event.buttons) return;
    const box = container.getBoundingClientRect();
    const node = at({ DOM: { x: event.clientX - box.left, y: event.clientY - box.top } });
    container.style.cursor = node ? "pointer" : "default";
    if (node !== hovered) {
      hovered = node;
      network.redraw();
    }
  });

  return {
    show, highlight, at,
    shown: () => shown,
    onClick: (handler) => network.on("click", (event) => handler(at(event.pointer), event.event.srcEvent)),
    onDouble: (handler) => network.on("doubleClick", (event) => handler(at(event.pointer))),
    fit: () => network.fit({ animation: false }),
    center: (node) => {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      network.moveTo({ position: { x: node.x, y: node.y }, scale: Math.max(network.getScale(), 0.55), animation: still ? false : { duration: 250 } });
    },
    retheme: () => {
      readTheme();
      edges.update(edges.getIds().map((id) => ({ id, color: edgeColor() })));
      network.redraw();
    },
    png: () => {
      const source = container.querySelector("canvas");
      const copy = Object.assign(document.createElement("canvas"), { width: source.width, height: source.height });
      const context = copy.getContext("2d");
      context.fillStyle = theme.back;
      context.fillRect(0, 0, copy.width, copy.height);
      context.drawImage(source, 0, 0);
      copy.toBlob((blob) => app.save("graph.png", blob));
    },
    screen: (node) => {
      const box = container.getBoundingClientRect();
      const point = network.canvasToDOM({ x: node.x, y: node.y });
      return { x: box.left + point.x, y: box.top + point.y };
    },
  };
})();
