// Painting: edges, nodes and names, as the camera sees them.

const paint = (function () {
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
  // Scale from which papers have their names.
  const CLOSE = 0.6;
  // How far the picture of the edges reaches beyond each side of the sight, as a share of it.
  const MARGIN = 0.4;
  // How far a name may reach beyond the outermost nodes, so that a view of the whole cuts none off.
  const SIDE = 12;
  // Room on the screen for each name that may be written.
  const PIXELS_A_NAME = 7000;
  // Milliseconds without a change of scale after which a zoom is over.
  const REST = 120;
  const sprites = new Map();
  // The picture of the edges, and what it was made for.
  const layer = { canvas: document.createElement("canvas") };
  const shownLabels = { scale: 0, nodes: [] };
  const emphasisLabels = { scale: 0, nodes: [] };
  let camera = { scale: 1, ratio: 1, origin: { x: 0, y: 0 }, box: { left: 0, top: 0, right: 0, bottom: 0 } };
  let ink = {};
  let hovered = -1;
  let zooming = false;
  let rested = false;
  let resting = 0;

  /** Takes the colours from the page's style, in which light and dark are settled. */
  function readColors() {
    const page = getComputedStyle(document.body);
    const faint = getComputedStyle(dom.byId("status"));
    const dark = luminance(page.backgroundColor) < 0.4;
    ink = {
      paper: page.backgroundColor,
      text: page.color,
      faint: faint.color,
      edge: dark ? "#b9c2d0" : "#4b5563",
      dark,
    };
    sprites.clear();
  }

  function luminance(color) {
    const [r, g, b] = color.match(/[\d.]+/g).map(Number);
    return (0.3 * r + 0.59 * g + 0.11 * b) / 255;
  }

  /** What lies under the nodes; what is drawn after it is as this camera sees it. */
  function under(ctx, seen) {
    if (camera.ratio !== seen.ratio) sprites.clear();
    camera = seen;
    drawEdges(ctx);
  }

  /** Radius on the screen, in pixels: it grows more slowly than the zoom, so that an overview is no ball. */
  function radiusOf(node) {
    const { scale } = camera;
    const size = data.isPaper(node) ? Math.min(data.radius[node], 10) * 0.58 : data.radius[node] * 0.8;
    return Math.max(scale < 0.08 ? 1.3 : 1.8, size * Math.sqrt(scale));
  }

  function drawSprite(ctx, node, x, y) {
    const { scale, ratio } = camera;
    const radius = Math.round(radiusOf(node) * 4) / 4;
    const key = data.kind[node] * 4096 + radius * 4;
    let sprite = sprites.get(key);
    if (!sprite) sprites.set(key, (sprite = paintNode(data.kind[node], radius)));
    const side = sprite.width / ratio / scale;
    ctx.drawImage(sprite, x - side / 2, y - side / 2, side, side);
  }

  function paintNode(kind, radius) {
    const { ratio } = camera;
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

  /**
   * Draws the edges from a picture of them that reaches beyond the sight, so that moving costs next to nothing.
   * While the scale changes the picture is stretched; it is made anew when the zoom has come to rest.
   */
  function drawEdges(ctx) {
    const { box, scale, ratio, origin } = camera;
    const same = layer.edges === visible.now.edges && layer.ink === ink && layer.ratio === ratio;
    const covers =
      box.left >= layer.left &&
      box.right <= layer.right &&
      box.top >= layer.top &&
      box.bottom <= layer.bottom;
    zooming = same && layer.scale !== scale && !rested;
    if (zooming) awaitRest();
    else if (!same || layer.scale !== scale || !covers) paintLayer();
    // Pixel upon pixel, or the lines would blur.
    const x = Math.round((layer.left * scale + origin.x) * ratio);
    const y = Math.round((layer.top * scale + origin.y) * ratio);
    const stretch = scale / layer.scale;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(layer.canvas, x, y, layer.canvas.width * stretch, layer.canvas.height * stretch);
    ctx.restore();
  }

  function awaitRest() {
    clearTimeout(resting);
    resting = setTimeout(() => {
      rested = true;
      view.redraw();
    }, REST);
  }

  function paintLayer() {
    rested = false;
    const { box, scale, ratio } = camera;
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
    ctx.setTransform(
      scale * ratio,
      0,
      0,
      scale * ratio,
      -layer.left * scale * ratio,
      -layer.top * scale * ratio,
    );
    strokeEdges(ctx, layer);
  }

  function strokeEdges(ctx, box) {
    const { scale, ratio } = camera;
    // A line below one device pixel is drawn without building its outline: five times as fast.
    ctx.lineWidth = 0.95 / ratio / scale;
    ctx.strokeStyle = ink.edge;
    for (const { edges, alpha } of edgeClasses()) {
      ctx.globalAlpha = alpha * (ink.dark ? 1.1 : 1);
      ctx.beginPath();
      // An edge that only passes by says nothing here, and long lines are what takes the time.
      for (const edge of edges)
        if (within(data.source[edge], box) || within(data.target[edge], box)) trace(ctx, edge, box);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  function within(node, box) {
    const x = data.x[node];
    const y = data.y[node];
    return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
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

  /** What lies over the nodes: the dimming, what stands out, rings and names. */
  function over(ctx) {
    const { box } = camera;
    if (emphasis.now.on) {
      if (emphasis.now.dims) {
        ctx.globalAlpha = 0.84;
        ctx.fillStyle = ink.paper;
        ctx.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
        ctx.globalAlpha = 1;
      }
      drawEmphasis(ctx);
    }
    for (const node of state.now.picks) if (visible.now.node[node]) ring(ctx, node, 3, [3, 2]);
    if (hovered >= 0 && visible.now.node[hovered]) ring(ctx, hovered, 2.5, []);
    drawLabels(ctx);
  }

  function drawEmphasis(ctx) {
    const { box, scale } = camera;
    const groups = new Map();
    for (const edge of emphasis.now.frontEdges) {
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
    for (const node of emphasis.now.frontNodes) drawSprite(ctx, node, data.x[node], data.y[node]);
    for (const node of emphasis.now.centres) ring(ctx, node, 3.5, []);
  }

  function ring(ctx, node, gap, dash) {
    const { scale } = camera;
    ctx.beginPath();
    ctx.arc(
      data.x[node],
      data.y[node],
      (radiusOf(node) * (data.isPaper(node) ? 1.3 : 1) + gap) / scale,
      0,
      2 * Math.PI,
    );
    ctx.lineWidth = 1.8 / scale;
    ctx.setLineDash(dash.map((length) => length / scale));
    ctx.strokeStyle = ink.text;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function drawLabels(ctx) {
    const { box, scale, ratio, origin } = camera;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const centres = new Set(emphasis.now.centres);
    for (const { node, dx, dy } of currentLabels()) {
      if (data.x[node] < box.left - 150 / scale || data.x[node] > box.right + 150 / scale) continue;
      if (data.y[node] < box.top - 60 / scale || data.y[node] > box.bottom) continue;
      if (emphasis.now.on && !centres.has(node) && isCut(node, data.x[node] * scale + origin.x + dx))
        continue;
      const color = data.isPaper(node) ? ink.faint : ink.text;
      const ring = centres.has(node) ? 4 : 0;
      const x = data.x[node] * scale + origin.x + dx + Math.sign(dx) * ring;
      const y = data.y[node] * scale + origin.y + dy + (dx ? 0 : Math.sign(dy) * ring);
      labels.draw(ctx, node, x, y, color, ink.paper, ratio);
    }
    ctx.restore();
  }

  /** Whether a name would go beyond the edge, or under the panel. */
  function isCut(node, middle) {
    const half = labels.width(node) / 2;
    return middle < half || middle > camera.free.width - half;
  }

  function currentLabels() {
    const cache = emphasis.now.on ? emphasisLabels : shownLabels;
    if (cache.scale !== camera.scale && !(zooming && cache.scale)) {
      cache.scale = camera.scale;
      cache.nodes = emphasis.now.on ? labelEmphasis() : labelAll();
    }
    return cache.nodes;
  }

  function labelEmphasis() {
    const others = emphasis.now.nodes.filter((node) => !emphasis.now.centres.includes(node)).reverse();
    return labels.place([...emphasis.now.centres, ...others], camera.scale, radiusOf, 120);
  }

  /** The larger a node is drawn, the sooner it has its name. */
  function labelAll() {
    const { scale } = camera;
    const [left, right] = visible.extent(data.x);
    const [top, bottom] = visible.extent(data.y);
    const room = ((right - left) * scale * (bottom - top) * scale) / PIXELS_A_NAME;
    const entities = visible.now.nodes.filter((node) => !data.isPaper(node));
    const papers = scale > CLOSE ? visible.now.nodes.filter(data.isPaper) : [];
    const sides = [left * scale - SIDE, right * scale + SIDE];
    return labels.place([...entities, ...papers].slice(0, Math.max(8, room)), scale, radiusOf, 1500, sides);
  }

  /** Has the names placed anew: all of them, or those of what stands out. */
  function forget(all) {
    emphasisLabels.scale = 0;
    if (all) shownLabels.scale = 0;
  }

  function hover(node) {
    hovered = node;
  }

  return {
    STROKES,
    readColors,
    under,
    node: drawSprite,
    over,
    forget,
    hover,
    radiusOf,
    edgeClasses,
    names: currentLabels,
    colors: () => ink,
  };
})();
