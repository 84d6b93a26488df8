// The canvas: vis-network holds the nodes that are visible and the camera; nodes, edges and names are drawn here.

const view = (function () {
  const EDGE_CLASSES = [
    { below: 2, alpha: 0.3 },
    { below: 8, alpha: 0.15 },
    { below: 30, alpha: 0.09 },
    { below: Infinity, alpha: 0.045 },
  ];
  // Line width and dashes of each relation, in the order of data.relations.
  const STROKES = [
    { width: 2.4, dash: [] },
    { width: 1.5, dash: [] },
    { width: 1.5, dash: [6, 4] },
    { width: 1.2, dash: [1.5, 3.5] },
    { width: 1.8, dash: [12, 3] },
  ];
  // Scale from which papers have their names, and to which a node that was searched for is brought near.
  const CLOSE = 0.6;
  // How far the picture of the edges reaches beyond each side of the sight, as a share of it.
  const MARGIN = 0.4;
  // Room on the screen for each name that may be written.
  const PIXELS_A_NAME = 7000;
  const place = dom.byId("canvas");
  const tip = dom.byId("tip");
  const drawn = { nodeDimensions: { width: 1, height: 1 } };
  const sprites = new Map();
  let network = null;
  let nodes = null;
  // What the library has been given.
  let held = [];
  const isHeld = new Uint8Array(data.size);
  let ink = {};
  let shownLabels = { scale: 0, nodes: [] };
  let emphasisLabels = { scale: 0, nodes: [] };
  const layer = { canvas: document.createElement("canvas") };
  let hovered = -1;
  let scale = 1;
  let ratio = 1;
  let moved = 0;
  let wholeScale = 1;

  function start() {
    readColors();
    held = visible.now.nodes;
    for (const node of held) isHeld[node] = 1;
    nodes = new vis.DataSet(held.map(item).reverse());
    network = new vis.Network(place, { nodes, edges: [] }, data.options);
    network.on("beforeDrawing", drawUnder);
    network.on("afterDrawing", drawOver);
    network.on("click", click);
    network.on("hold", (event) => {
      const node = at(event.pointer.DOM);
      if (node >= 0) picks.toggle(node);
    });
    network.on("doubleClick", (event) => {
      const node = at(event.pointer.DOM);
      if (node >= 0) toggle(node);
    });
    for (const event of ["dragEnd", "zoom", "animationFinished"]) network.on(event, remember);
    network.on("dragStart", () => hover(-1));
    place.addEventListener("mousemove", (event) => hoverAt(event));
    place.addEventListener("mouseleave", () => hover(-1));
    place.addEventListener("keydown", key);
    new ResizeObserver(() => network.redraw()).observe(place);
    const { x, y, scale } = whole();
    wholeScale = scale;
    center(x, y, scale, false);
  }

  function item(node) {
    // Not a bare number: the library would draw in the order of the numbers, not the large ones last.
    return { id: "n" + node, x: data.x[node], y: data.y[node], ctxRenderer: drawNode };
  }

  /** Brings in the nodes that became visible, takes out those that are no longer. */
  function update() {
    emphasisLabels.scale = 0;
    if (held === visible.now.nodes) return network.redraw();
    const gone = held.filter((node) => !visible.now.node[node]);
    const come = visible.now.nodes.filter((node) => !isHeld[node]);
    for (const node of gone) isHeld[node] = 0;
    for (const node of come) isHeld[node] = 1;
    if (gone.length) nodes.remove(gone.map((node) => "n" + node));
    if (come.length) nodes.add(come.map(item).reverse());
    held = visible.now.nodes;
    shownLabels.scale = 0;
    network.redraw();
  }

  function readColors() {
    const page = getComputedStyle(document.body);
    const faint = getComputedStyle(dom.byId("status"));
    const dark = luminance(page.backgroundColor) < 0.4;
    ink = { paper: page.backgroundColor, text: page.color, faint: faint.color, edge: dark ? "#b9c2d0" : "#4b5563", dark };
    sprites.clear();
  }

  function luminance(color) {
    const [r, g, b] = color.match(/[\d.]+/g).map(Number);
    return (0.3 * r + 0.59 * g + 0.11 * b) / 255;
  }

  /** Radius on the screen, in pixels: it grows more slowly than the zoom, so that an overview is no ball. */
  function radiusOf(node) {
    const size = data.isPaper(node) ? Math.min(data.radius[node], 10) * 0.58 : data.radius[node] * 0.8;
    return Math.max(scale < 0.08 ? 1.3 : 1.8, size * Math.sqrt(scale));
  }

  function drawNode({ ctx, id, x, y }) {
    drawSprite(ctx, Number(id.slice(1)), x, y);
    return drawn;
  }

  function drawSprite(ctx, node, x, y) {
    const radius = Math.round(radiusOf(node) * 4) / 4;
    const key = data.kind[node] * 4096 + radius * 4;
    let sprite = sprites.get(key);
    if (!sprite) sprites.set(key, (sprite = paintNode(data.kind[node], radius)));
    const side = sprite.width / ratio / scale;
    ctx.drawImage(sprite, x - side / 2, y - side / 2, side, side);
  }

  function paintNode(kind, radius) {
    const side = Math.ceil(2 * radius + 4);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.ceil(side * ratio);
    const ctx = canvas.getContext("2d");
    ctx.scale(canvas.width / side, canvas.height / side);
    ctx.translate(side / 2, side / 2);
    ctx.beginPath();
    if (kind === 0) ctx.roundRect(-radius, -radius, 2 * radius, 2 * radius, radius * 0.25);
    else ctx.arc(0, 0, radius, 0, 2 * Math.PI);
    ctx.fillStyle = data.colors[data.kinds[kind]];
    ctx.fill();
    if (radius > 3) {
      ctx.lineWidth = 1.2;
      ctx.strokeStyle = ink.paper;
      ctx.stroke();
    }
    return canvas;
  }

  function drawUnder(ctx) {
    scale = network.getScale();
    if (ratio !== (window.devicePixelRatio || 1)) {
      ratio = window.devicePixelRatio || 1;
      sprites.clear();
    }
    drawEdges(ctx);
  }

  /** Draws the edges from a picture of them that reaches beyond the sight, so that moving costs next to nothing. */
  function drawEdges(ctx) {
    const box = sight();
    const fits =
      layer.edges === visible.now.edges && layer.ink === ink && layer.scale === scale && layer.ratio === ratio &&
      box.left >= layer.left && box.right <= layer.right && box.top >= layer.top && box.bottom <= layer.bottom;
    if (!fits) paintLayer(box);
    // Pixel upon pixel, or the lines would blur.
    const { x, y } = network.canvasToDOM({ x: layer.left, y: layer.top });
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(layer.canvas, Math.round(x * ratio), Math.round(y * ratio));
    ctx.restore();
  }

  function paintLayer(box) {
    const width = Math.ceil((box.right - box.left) * scale * (1 + 2 * MARGIN) * ratio);
    const height = Math.ceil((box.bottom - box.top) * scale * (1 + 2 * MARGIN) * ratio);
    layer.left = box.left - (box.right - box.left) * MARGIN;
    layer.top = box.top - (box.bottom - box.top) * MARGIN;
    layer.right = layer.left + width / scale / ratio;
    layer.bottom = layer.top + height / scale / ratio;
    Object.assign(layer, { edges: visible.now.edges, ink, scale, ratio });
    if (layer.canvas.width !== width) layer.canvas.width = width;
    if (layer.canvas.height !== height) layer.canvas.height = height;
    const ctx = layer.canvas.getContext("2d");
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.setTransform(scale * ratio, 0, 0, scale * ratio, -layer.left * scale * ratio, -layer.top * scale * ratio);
    strokeEdges(ctx, layer);
  }

  function strokeEdges(ctx, box) {
    // A line below one device pixel is drawn without building its outline: five times as fast.
    ctx.lineWidth = 0.95 / ratio / scale;
    ctx.strokeStyle = ink.edge;
    for (const { edges, alpha } of edgeClasses()) {
      ctx.globalAlpha = alpha * (ink.dark ? 1.1 : 1);
      ctx.beginPath();
      for (const edge of edges) trace(ctx, edge, box);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  let classed = { of: null, classes: [] };

  function edgeClasses() {
    if (classed.of !== visible.now.edges) {
      classed = { of: visible.now.edges, classes: EDGE_CLASSES.map(({ alpha }) => ({ alpha, edges: [] })) };
      for (const edge of visible.now.edges) {
        const degree = data.degree[data.target[edge]];
        classed.classes[EDGE_CLASSES.findIndex(({ below }) => degree < below)].edges.push(edge);
      }
    }
    return classed.classes;
  }

  function trace(ctx, edge, box) {
    const from = data.source[edge];
    const to = data.target[edge];
    const x1 = data.x[from];
    const y1 = data.y[from];
    const x2 = data.x[to];
    const y2 = data.y[to];
    if ((x1 < box.left && x2 < box.left) || (x1 > box.right && x2 > box.right)) return;
    if ((y1 < box.top && y2 < box.top) || (y1 > box.bottom && y2 > box.bottom)) return;
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
  }

  /** The part of the plane that is in sight. */
  function sight() {
    const from = network.DOMtoCanvas({ x: 0, y: 0 });
    const to = network.DOMtoCanvas({ x: place.clientWidth, y: place.clientHeight });
    return { left: from.x, top: from.y, right: to.x, bottom: to.y };
  }

  function drawOver(ctx) {
    const box = sight();
    if (emphasis.now.on) {
      ctx.globalAlpha = 0.84;
      ctx.fillStyle = ink.paper;
      ctx.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
      ctx.globalAlpha = 1;
      drawEmphasis(ctx, box);
    }
    for (const node of state.now.picks) if (visible.now.node[node]) ring(ctx, node, 3, [3, 2]);
    if (hovered >= 0 && visible.now.node[hovered]) ring(ctx, hovered, 2.5, []);
    drawLabels(ctx, box);
  }

  function drawEmphasis(ctx, box) {
    const groups = new Map();
    for (const edge of emphasis.now.edges) {
      const key = data.relation[edge] * 16 + data.kind[data.target[edge]];
      if (groups.has(key)) groups.get(key).push(edge);
      else groups.set(key, [edge]);
    }
    for (const [key, edges] of groups) {
      const stroke = STROKES[key >> 4];
      ctx.lineWidth = stroke.width / scale;
      ctx.setLineDash(stroke.dash.map((length) => length / scale));
      ctx.strokeStyle = data.colors[data.kinds[key & 15]];
      ctx.globalAlpha = edges.length > 60 ? 0.45 : 0.75;
      ctx.beginPath();
      for (const edge of edges) trace(ctx, edge, box);
      ctx.stroke();
    }
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    for (const node of emphasis.now.nodes) drawSprite(ctx, node, data.x[node], data.y[node]);
    for (const node of emphasis.now.centres) ring(ctx, node, 3.5, []);
  }

  function ring(ctx, node, gap, dash) {
    ctx.beginPath();
    ctx.arc(data.x[node], data.y[node], (radiusOf(node) * (data.isPaper(node) ? 1.3 : 1) + gap) / scale, 0, 2 * Math.PI);
    ctx.lineWidth = 1.8 / scale;
    ctx.setLineDash(dash.map((length) => length / scale));
    ctx.strokeStyle = ink.text;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function drawLabels(ctx, box) {
    const origin = network.canvasToDOM({ x: 0, y: 0 });
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const centres = new Set(emphasis.now.centres);
    for (const { node, dx, dy } of currentLabels()) {
      if (data.x[node] < box.left - 150 / scale || data.x[node] > box.right + 150 / scale) continue;
      if (data.y[node] < box.top - 60 / scale || data.y[node] > box.bottom) continue;
      const color = data.isPaper(node) ? ink.faint : ink.text;
      const ring = centres.has(node) ? 4 : 0;
      const x = data.x[node] * scale + origin.x + dx + Math.sign(dx) * ring;
      const y = data.y[node] * scale + origin.y + dy + (dx ? 0 : Math.sign(dy) * ring);
      labels.draw(ctx, node, x, y, color, ink.paper, ratio);
    }
    ctx.restore();
  }

  function currentLabels() {
    const cache = emphasis.now.on ? emphasisLabels : shownLabels;
    if (cache.scale !== scale) {
      cache.scale = scale;
      cache.nodes = emphasis.now.on ? labelEmphasis() : labelAll();
    }
    return cache.nodes;
  }

  function labelEmphasis() {
    const others = emphasis.now.nodes.filter((node) => !emphasis.now.centres.includes(node)).reverse();
    return labels.place([...emphasis.now.centres, ...others], scale, radiusOf, 120);
  }

  /** The larger a node is drawn, the sooner it has its name. */
  function labelAll() {
    const [left, right] = extent(data.x);
    const [top, bottom] = extent(data.y);
    const room = ((right - left) * scale * (bottom - top) * scale) / PIXELS_A_NAME;
    const entities = visible.now.nodes.filter((node) => !data.isPaper(node));
    const papers = scale > CLOSE ? visible.now.nodes.filter(data.isPaper) : [];
    return labels.place([...entities, ...papers].slice(0, Math.max(8, room)), scale, radiusOf, 1500);
  }

  /** The node under a point of the canvas, or the nearest within a few pixels; -1 if there is none. */
  function at(point) {
    const { x, y } = network.DOMtoCanvas(point);
    const reach = 7;
    let best = -1;
    let distance = Infinity;
    for (const node of visible.now.nodes) {
      const dx = Math.abs(data.x[node] - x) * scale;
      const dy = Math.abs(data.y[node] - y) * scale;
      if (dx > 60 || dy > 60) continue;
      // Under an overlay only what stands out can be meant, unless nothing of it is near.
      const off = Math.max(0, Math.hypot(dx, dy) - radiusOf(node)) + (emphasis.now.on && !emphasis.now.member[node] ? 3 : 0);
      if (off <= reach && off < distance) [best, distance] = [node, off];
    }
    return best;
  }

  function click(event) {
    const node = at(event.pointer.DOM);
    const { srcEvent } = event.event;
    if (node >= 0 && (srcEvent.shiftKey || srcEvent.ctrlKey || srcEvent.metaKey)) picks.toggle(node);
    else {
      state.select(node);
      if (node >= 0) uncover(node);
    }
  }

  /** Opens a node, so that all of its neighbours stay, or closes it again. */
  function toggle(node) {
    const opened = new Set(state.now.opened);
    if (!opened.delete(node)) opened.add(node);
    state.set({ opened }, false);
  }

  function hoverAt(event) {
    if (event.buttons) return;
    const box = place.getBoundingClientRect();
    hover(at({ x: event.clientX - box.left, y: event.clientY - box.top }));
  }

  function hover(node) {
    if (node === hovered) return;
    hovered = node;
    place.classList.toggle("pointing", node >= 0);
    tip.hidden = node < 0;
    if (node >= 0) showTip(node);
    network.redraw();
  }

  function showTip(node) {
    const kind = data.kinds[data.kind[node]];
    const facts = data.isPaper(node) ? data.paper(node).date : dom.plural(data.degree[node], "paper");
    tip.replaceChildren(
      dom.el("strong", {}, dom.shortened(data.label(node), 120)),
      dom.el("span", { class: "tip-facts" }, dom.el("i", { class: `dot kind-${kind}` }), [kind, facts].filter(Boolean).join(" · ")),
    );
    const { x, y } = network.canvasToDOM({ x: data.x[node], y: data.y[node] });
    const left = Math.min(Math.max(8, x + 14), place.clientWidth - tip.offsetWidth - 8);
    const above = y - tip.offsetHeight - 12;
    tip.style.transform = `translate(${left}px, ${above > 8 ? above : y + 16}px)`;
  }

  function key(event) {
    const step = 80 / scale;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const { x, y } = network.getViewPosition();
      network.moveTo({ position: { x: x + moves[event.key][0], y: y + moves[event.key][1] } });
      remember();
    } else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") fit(true);
    else return;
    event.preventDefault();
  }

  function animation(wanted) {
    return wanted && !dom.reduced.matches ? { duration: 320, easingFunction: "easeInOutQuad" } : false;
  }

  function zoom(factor) {
    const wanted = Math.min(6, Math.max(0.02, network.getScale() * factor));
    network.moveTo({ scale: wanted, animation: animation(true) });
    remember();
  }

  /** Shows all that is visible, but for a few outliers. */
  function fit(animated) {
    const { x, y, scale } = whole();
    center(x, y, scale, animated);
    remember();
  }

  function whole() {
    const [left, right] = extent(data.x);
    const [top, bottom] = extent(data.y);
    const free = freeArea();
    const scale = Math.min(1.5, free.width / (right - left + 80), free.height / (bottom - top + 80));
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
  }

  function extent(axis) {
    const values = visible.now.nodes.map((node) => axis[node]).sort((a, b) => a - b);
    if (!values.length) return [-100, 100];
    const margin = Math.floor(values.length / 400);
    return [values[margin], values[values.length - 1 - margin]];
  }

  /** The part of the canvas that no panel covers. */
  function freeArea() {
    const panel = dom.byId("panel");
    const area = { width: place.clientWidth, height: place.clientHeight };
    if (panel.hidden) return area;
    if (panel.offsetWidth < place.clientWidth * 0.9) area.width -= panel.offsetWidth;
    else area.height -= panel.offsetHeight;
    return area;
  }

  function center(x, y, scale, animated) {
    const free = freeArea();
    const position = {
      x: x + (place.clientWidth - free.width) / 2 / scale,
      y: y + (place.clientHeight - free.height) / 2 / scale,
    };
    network.moveTo({ position, scale, animation: animation(animated) });
  }

  /** Brings what stands out into sight, beside the panel, or as much of it around its centre as can be read. */
  function reveal() {
    const nodes = emphasis.now.nodes;
    if (!nodes.length) return;
    const bounds = (axis) => {
      const values = nodes.map((node) => axis[node]);
      return [Math.min(...values), Math.max(...values)];
    };
    const [left, right] = bounds(data.x);
    const [top, bottom] = bounds(data.y);
    const free = freeArea();
    const whole = Math.min((free.width - 160) / (right - left + 1), (free.height - 140) / (bottom - top + 1));
    const scale = Math.min(1.2, Math.max(whole, emphasis.now.centres.length === 1 ? 0.22 : 0));
    if (whole >= scale || emphasis.now.centres.length !== 1) center((left + right) / 2, (top + bottom) / 2, scale, true);
    else center(data.x[emphasis.now.centres[0]], data.y[emphasis.now.centres[0]], scale, true);
  }

  /** Moves a node that the panel would cover out from under it. */
  function uncover(node) {
    const free = freeArea();
    const { x, y } = network.canvasToDOM({ x: data.x[node], y: data.y[node] });
    if (x > free.width - 40 || y > free.height - 40) center(data.x[node], data.y[node], network.getScale(), true);
  }

  function remember() {
    clearTimeout(moved);
    moved = setTimeout(() => {
      const { x, y } = network.getViewPosition();
      state.set({ at: [Math.round(x), Math.round(y), Number(network.getScale().toPrecision(3))] }, false);
      approach();
    }, 250);
  }

  /** Papers that the view has come close to show the entities that only they have. */
  function approach() {
    const box = sight();
    const within = (node) => data.x[node] > box.left && data.x[node] < box.right && data.y[node] > box.top && data.y[node] < box.bottom;
    const close = network.getScale() > 3 * wholeScale;
    const near = close ? visible.now.nodes.filter((node) => data.isPaper(node) && within(node)).sort((a, b) => a - b) : [];
    if (near.join() !== state.now.near.join()) state.set({ near }, false);
  }

  function restore() {
    if (!state.now.at) return;
    const [x, y, scale] = state.now.at;
    network.moveTo({ position: { x, y }, scale: Math.min(6, Math.max(0.02, scale)) });
    approach();
  }

  function recolor() {
    readColors();
    network.redraw();
  }

  /** Where a node is on the screen, in pixels from the page's corner. */
  function screen(node) {
    const box = place.getBoundingClientRect();
    const { x, y } = network.canvasToDOM({ x: data.x[node], y: data.y[node] });
    return { x: x + box.left, y: y + box.top };
  }

  return {
    start,
    update,
    redraw: () => network.redraw(),
    recolor,
    fit,
    zoom,
    reveal,
    restore,
    toggle,
    screen,
    scale: () => network.getScale(),
    sight,
    radiusOf,
    currentLabels,
    canvas: () => place.querySelector("canvas"),
    colors: () => ink,
    STROKES,
    edgeClasses,
  };
})();
