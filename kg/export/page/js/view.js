// The canvas: vis-network holds the visible nodes and the camera, and tells what the reader does with them.

const view = (function () {
  // Milliseconds that the camera takes to another place.
  const FLIGHT = 320;
  const [LEAST_SCALE, MOST_SCALE] = [0.01, 6];
  // Pixels around a view of the whole.
  const BORDER = 16;
  // With fewer papers than this in sight, the entities that only they have come in.
  const FEW_PAPERS = 300;
  const place = dom.byId("canvas");
  const tip = dom.byId("tip");
  const drawn = { nodeDimensions: { width: 1, height: 1 } };
  let network = null;
  let nodes = null;
  // What the library has been given.
  let held = [];
  const isHeld = new Uint8Array(data.size);
  let hovered = -1;
  let moved = 0;
  let flight = 0;
  let wholeScale = 1;

  function start() {
    paint.readColors();
    held = visible.now.nodes;
    for (const node of held) isHeld[node] = 1;
    nodes = new vis.DataSet(held.map(item).reverse());
    network = new vis.Network(place, { nodes, edges: [] }, data.options);
    // The library's own frame is no stop of its own for the keyboard; ours has the name.
    place.querySelector(".vis-network").tabIndex = -1;
    network.on("beforeDrawing", (ctx) => paint.under(ctx, camera()));
    network.on("afterDrawing", (ctx) => paint.over(ctx));
    network.on("click", click);
    network.on("hold", (event) => {
      const node = at(event.pointer.DOM);
      if (node >= 0) picks.toggle(node);
    });
    network.on("doubleClick", (event) => {
      const node = at(event.pointer.DOM);
      if (node >= 0) toggle(node);
    });
    for (const event of ["dragEnd", "zoom"]) network.on(event, remember);
    network.on("dragStart", () => hover(-1));
    for (const event of ["pointerdown", "wheel"])
      place.addEventListener(event, () => cancelAnimationFrame(flight), { passive: true });
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
    paint.forget(held !== visible.now.nodes);
    if (held === visible.now.nodes) return redraw();
    const gone = held.filter((node) => !visible.now.node[node]);
    const come = visible.now.nodes.filter((node) => !isHeld[node]);
    for (const node of gone) isHeld[node] = 0;
    for (const node of come) isHeld[node] = 1;
    // The library would draw all of it after each of the two.
    network.body.emitter.emit("_blockRedraw");
    if (gone.length) nodes.remove(gone.map((node) => "n" + node));
    if (come.length) nodes.add(come.map(item).reverse());
    network.body.emitter.emit("_allowRedraw");
    held = visible.now.nodes;
    redraw();
  }

  /** Has everything drawn with the next frame, once, however many things changed. */
  function redraw() {
    network.body.emitter.emit("_requestRedraw");
  }

  function drawNode({ ctx, id, x, y }) {
    paint.node(ctx, Number(id.slice(1)), x, y);
    return drawn;
  }

  function camera() {
    return {
      scale: network.getScale(),
      ratio: window.devicePixelRatio || 1,
      origin: network.canvasToDOM({ x: 0, y: 0 }),
      box: sight(),
      free: freeArea(),
    };
  }

  /** The part of the plane that is in sight. */
  function sight() {
    const from = network.DOMtoCanvas({ x: 0, y: 0 });
    const to = network.DOMtoCanvas({ x: place.clientWidth, y: place.clientHeight });
    return { left: from.x, top: from.y, right: to.x, bottom: to.y };
  }

  /** The node under a point of the canvas, or the nearest within a few pixels; -1 if there is none. */
  function at(point) {
    const { x, y } = network.DOMtoCanvas(point);
    const reach = 7;
    const scale = network.getScale();
    let best = -1;
    let distance = Infinity;
    for (const node of visible.now.nodes) {
      const dx = Math.abs(data.x[node] - x) * scale;
      const dy = Math.abs(data.y[node] - y) * scale;
      if (dx > 60 || dy > 60) continue;
      // Under an overlay only what stands out can be meant, unless nothing of it is near.
      const off =
        Math.max(0, Math.hypot(dx, dy) - paint.radiusOf(node)) +
        (emphasis.now.on && !emphasis.now.member[node] ? 3 : 0);
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
    paint.hover(node);
    place.classList.toggle("pointing", node >= 0);
    tip.hidden = node < 0;
    if (node >= 0) showTip(node);
    redraw();
  }

  function showTip(node) {
    const kind = data.kinds[data.kind[node]];
    const facts = data.isPaper(node) ? data.paper(node).date : dom.plural(data.degree[node], "paper");
    tip.replaceChildren(
      dom.el("strong", {}, dom.shortened(data.label(node), 120)),
      dom.el(
        "span",
        { class: "tip-facts" },
        dom.el("i", { class: `dot kind-${kind}` }),
        [kind, facts].filter(Boolean).join(" · "),
      ),
    );
    const { x, y } = network.canvasToDOM({ x: data.x[node], y: data.y[node] });
    const left = Math.min(Math.max(8, x + 14), place.clientWidth - tip.offsetWidth - 8);
    const above = y - tip.offsetHeight - 12;
    tip.style.transform = `translate(${left}px, ${above > 8 ? above : y + 16}px)`;
  }

  function key(event) {
    const step = 80 / network.getScale();
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const { x, y } = network.getViewPosition();
      fly({ x: x + moves[event.key][0], y: y + moves[event.key][1] }, network.getScale(), false);
      remember();
    } else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") fit(true);
    else return;
    event.preventDefault();
  }

  /** Moves the camera; the library's own animation counts frames, and takes seconds where they are slow. */
  function fly(position, scale, animated) {
    cancelAnimationFrame(flight);
    if (!animated || dom.reduced.matches) {
      network.moveTo({ position, scale });
      return;
    }
    const from = { ...network.getViewPosition(), scale: network.getScale() };
    const start = performance.now();
    const step = (now) => {
      const time = Math.min(1, Math.max(0, now - start) / FLIGHT);
      const way = time < 0.5 ? 2 * time * time : 1 - 2 * (1 - time) * (1 - time);
      network.moveTo({
        position: { x: from.x + (position.x - from.x) * way, y: from.y + (position.y - from.y) * way },
        scale: from.scale * (scale / from.scale) ** way,
      });
      remember();
      if (time < 1) flight = requestAnimationFrame(step);
    };
    flight = requestAnimationFrame(step);
  }

  function zoom(factor) {
    const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, network.getScale() * factor));
    fly(network.getViewPosition(), scale, true);
    remember();
  }

  /** Shows all that is visible, but for a few outliers. */
  function fit(animated) {
    const { x, y, scale } = whole();
    center(x, y, scale, animated);
    remember();
  }

  function whole() {
    const [left, right] = visible.extent(data.x);
    const [top, bottom] = visible.extent(data.y);
    const free = freeArea();
    const scale = Math.min(
      1.5,
      (free.width - 2 * BORDER) / (right - left + 1),
      (free.height - 2 * BORDER) / (bottom - top + 1),
    );
    return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
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
    fly(position, scale, animated);
  }

  /** Brings what stands out into sight, beside the panel, or as much of it around its centre as can be read. */
  function reveal(animated) {
    const { nodes, centres } = emphasis.now;
    if (!nodes.length) return;
    const [left, right] = bounds(nodes, data.x);
    const [top, bottom] = bounds(nodes, data.y);
    const free = freeArea();
    const room = { width: free.width - 160, height: free.height - 140 };
    const whole = Math.min(room.width / (right - left + 1), room.height / (bottom - top + 1));
    const enough = centres.length === 1 ? readable(nodes, centres[0], room) : 0;
    if (whole >= enough) center((left + right) / 2, (top + bottom) / 2, Math.min(1.2, whole), animated);
    else center(data.x[centres[0]], data.y[centres[0]], enough, animated);
  }

  function bounds(nodes, axis) {
    return nodes.reduce(
      ([least, most], node) => [Math.min(least, axis[node]), Math.max(most, axis[node])],
      [Infinity, -Infinity],
    );
  }

  /** The scale at which most of a node's neighbours are in sight around it, within what can be read. */
  function readable(nodes, centre, room) {
    const scales = nodes.map((node) =>
      Math.min(
        room.width / 2 / (Math.abs(data.x[node] - data.x[centre]) + 1),
        room.height / 2 / (Math.abs(data.y[node] - data.y[centre]) + 1),
      ),
    );
    const most = scales.sort((a, b) => b - a)[Math.floor(scales.length * 0.7)];
    return Math.min(0.8, Math.max(0.22, most));
  }

  /** Moves a node that the panel would cover out from under it. */
  function uncover(node) {
    const free = freeArea();
    const { x, y } = network.canvasToDOM({ x: data.x[node], y: data.y[node] });
    if (x > free.width - 40 || y > free.height - 40)
      center(data.x[node], data.y[node], network.getScale(), true);
  }

  /** Takes the place into the address, once the view has come to rest. */
  function remember() {
    clearTimeout(moved);
    moved = setTimeout(() => {
      const { x, y } = network.getViewPosition();
      state.set({ at: [Math.round(x), Math.round(y), Number(network.getScale().toPrecision(3))] }, false);
      approach();
    }, 250);
  }

  /** Papers that the view has come close to come in, with the entities that only they have. */
  function approach() {
    const box = sight();
    let near = [];
    if (network.getScale() > 3 * wholeScale)
      for (let node = 0; node < data.nPapers && near.length <= FEW_PAPERS; node++)
        if (
          data.x[node] > box.left &&
          data.x[node] < box.right &&
          data.y[node] > box.top &&
          data.y[node] < box.bottom
        )
          near.push(node);
    if (near.length > FEW_PAPERS) near = [];
    if (near.join() !== state.now.near.join()) state.set({ near }, false);
  }

  function restore() {
    if (!state.now.at) return;
    const [x, y, scale] = state.now.at;
    fly({ x, y }, Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale)), false);
    approach();
  }

  function recolor() {
    paint.readColors();
    redraw();
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
    redraw,
    recolor,
    fit,
    zoom,
    reveal,
    restore,
    toggle,
    screen,
    scale: () => network.getScale(),
    sight,
    canvas: () => place.querySelector("canvas"),
  };
})();
