// Which names are written beside the nodes: the most important first, none over another.

const labels = (function () {
  const CELL = 48;
  // Pixels: a node of at least this radius is not written over.
  const LARGE = 5;
  const family = getComputedStyle(document.body).fontFamily;
  const pen = document.createElement("canvas").getContext("2d");
  const texts = new Array(data.size);
  const widths = new Map();
  const sprites = new Map();
  const MOST_SPRITES = 600;

  function fontSize(node) {
    if (data.isPaper(node)) return 11;
    return Math.min(15, Math.round(10.5 + 0.8 * Math.log2(Math.max(1, data.degree[node]))));
  }

  function font(node) {
    const weight = !data.isPaper(node) && data.degree[node] >= 20 ? 600 : 400;
    return `${weight} ${fontSize(node)}px ${family}`;
  }

  function text(node) {
    return (texts[node] ??= dom.shortened(
      data.label(node).replace(/\s+/g, " ").trim(),
      data.isPaper(node) ? 38 : 32,
    ));
  }

  function width(node) {
    if (!widths.has(node)) {
      pen.font = font(node);
      widths.set(node, pen.measureText(text(node)).width);
    }
    return widths.get(node);
  }

  /**
   * Places names without overlap, in the order given.
   *
   * Positions are in pixels of a canvas on which the whole graph is drawn at `scale`, so that a name keeps its
   * place while the view moves. A name stands below its node, where there is no room above or beside it, and
   * not on another large node; sooner within `sides`, left and right. Gives [{node, dx, dy}]: from the node's
   * middle to the middle of the name's top.
   */
  function place(nodes, scale, radius, most, sides = [-Infinity, Infinity]) {
    const taken = new Map();
    const placed = [];
    for (const node of nodes) if (radius(node) > LARGE) occupy(taken, disc(node, scale, radius(node)));
    for (const node of nodes) {
      if (placed.length >= most) break;
      const boxes = spots(node, radius(node)).map(([dx, dy]) => boxOf(node, scale, dx, dy));
      const inside = boxes.filter((box) => box.left >= sides[0] && box.right <= sides[1]);
      const box = (inside.length ? inside : boxes).find((box) => free(taken, box));
      if (!box) continue;
      occupy(taken, box);
      placed.push({ node, dx: box.dx, dy: box.dy });
    }
    return placed;
  }

  function disc(node, scale, radius) {
    const [x, y] = [data.x[node] * scale, data.y[node] * scale];
    return { node, left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
  }

  function spots(node, radius) {
    const height = fontSize(node) * 1.35;
    const aside = radius + width(node) / 2 + 4;
    return [
      [0, radius - 1],
      [0, -radius - height - 1],
      [aside, -height / 2 - 2],
      [-aside, -height / 2 - 2],
    ];
  }

  function boxOf(node, scale, dx, dy) {
    const half = width(node) / 2 + 4;
    const top = data.y[node] * scale + dy;
    const middle = data.x[node] * scale + dx;
    const bottom = top + fontSize(node) * 1.35 + 3;
    return { node, dx, dy, left: middle - half, right: middle + half, top, bottom };
  }

  function eachCell(box, visit) {
    for (let column = Math.floor(box.left / CELL); column <= Math.floor(box.right / CELL); column++)
      for (let row = Math.floor(box.top / CELL); row <= Math.floor(box.bottom / CELL); row++)
        if (visit(column * 100003 + row)) return true;
    return false;
  }

  function free(taken, box) {
    return !eachCell(box, (cell) =>
      (taken.get(cell) || []).some(
        (other) =>
          other.node !== box.node &&
          box.left < other.right &&
          box.right > other.left &&
          box.top < other.bottom &&
          box.bottom > other.top,
      ),
    );
  }

  function occupy(taken, box) {
    eachCell(box, (cell) => {
      if (taken.has(cell)) taken.get(cell).push(box);
      else taken.set(cell, [box]);
    });
  }

  /** Draws a name under its node; its picture is kept, since drawing text with an outline is slow. */
  function draw(ctx, node, x, y, ink, paper, ratio) {
    const key = `${node} ${ink} ${paper} ${ratio}`;
    let sprite = sprites.get(key);
    if (!sprite) {
      if (sprites.size >= MOST_SPRITES) sprites.delete(sprites.keys().next().value);
      sprite = paint(node, ink, paper, ratio);
      sprites.set(key, sprite);
    }
    ctx.drawImage(
      sprite,
      Math.round(x - sprite.width / ratio / 2),
      Math.round(y),
      sprite.width / ratio,
      sprite.height / ratio,
    );
  }

  function paint(node, ink, paper, ratio) {
    const canvas = document.createElement("canvas");
    const size = fontSize(node);
    canvas.width = Math.ceil((width(node) + 8) * ratio);
    canvas.height = Math.ceil((size * 1.35 + 4) * ratio);
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.font = font(node);
    ctx.textBaseline = "top";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = paper;
    ctx.strokeText(text(node), 4, 3);
    ctx.fillStyle = ink;
    ctx.fillText(text(node), 4, 3);
    return canvas;
  }

  return { place, draw, fontSize, font, text, width };
})();
