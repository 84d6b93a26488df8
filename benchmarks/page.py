"""Measures the page in headless Chromium, beside stock PyVis and beside an empty page with the same library.

    python benchmarks/page.py [--graph FOLDER] [--sizes 5000,50000] [--runs 3] [--timeout 60]

Each graph is shown in three ways, one after the other, and the best of the runs is printed:

- kg: the page;
- PyVis: `pyvis.network.Network` with its own template and options, highlighting of neighbours switched on;
- empty: the library of our page, and a network without nodes; what no page with it can fall below.

Columns: MB of the file; ready, seconds from the navigation to the end of the last gap of more than 50 ms on
the main thread; frames a second while the pointer drags the view, and whether the view moved at all;
milliseconds from letting go of the button over a node to the frame that shows its neighbours highlighted. A
page that is not ready in time gets a dash. The machine has to be otherwise idle.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planted import planted
from playwright.sync_api import Page, Playwright, TimeoutError, ViewportSize, sync_playwright

import kg
from kg.export.page.render import HERE, LIBRARY
from kg.graph import KnowledgeGraph

VIEW: ViewportSize = {"width": 1400, "height": 900}
EDGES_A_NODE = 3
PAN_SECONDS = 3.0

WATCH = """
(() => {
  let last = performance.now();
  let busy = last;
  const tick = () => {
    const now = performance.now();
    if (now - last > 50 || document.readyState !== "complete" || !window.IS_READY()) busy = now;
    last = now;
    if (now - busy > 600) document.documentElement.dataset.readyAt = busy / 1000;
    else setTimeout(tick, 16);
  };
  tick();
})();
"""
COUNT_FRAMES = """
() => {
  window.frames_seen = 0;
  const count = () => { window.frames_seen++; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}
"""
TIME_CLICK = """
() => {
  window.click_time = new Promise((done) => addEventListener("pointerup", () => {
    const start = performance.now();
    const look = () => window.IS_HIGHLIGHTED()
      ? requestAnimationFrame(() => done(performance.now() - start))
      : requestAnimationFrame(look);
    requestAnimationFrame(look);
  }, { capture: true, once: true }));
}
"""


@dataclass(frozen=True)
class Shown:
    """One way of showing a graph: its name, its file, and what the measurement has to ask of it.

    `ready`, `highlighted` and `camera` are JavaScript expressions; `place` is one for a function from a
    node's id to its place on the screen, empty where there is nothing to click.
    """

    name: str
    path: Path
    ready: str
    highlighted: str
    camera: str
    place: str


@dataclass(frozen=True)
class Figures:
    """What was measured of a page; None where it was not ready in time."""

    ready: float
    frames: float | None = None
    moved: bool | None = None
    click: float | None = None


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--graph", type=Path, help="a folder that kg build wrote, to be measured first")
    parser.add_argument("--sizes", default="5000,50000", help="numbers of nodes of planted graphs")
    parser.add_argument("--runs", type=int, default=3, help="times that each page is opened")
    parser.add_argument("--timeout", type=float, default=60, help="seconds that a page has to get ready")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for graph in graphs(given.graph, [int(size) for size in given.sizes.split(",") if size]):
            print(f"\n{graph.nx.number_of_nodes():,} nodes, {graph.nx.number_of_edges():,} edges")
            print(f"{'':<8}{'MB':>7}{'ready s':>9}{'frames/s':>10}{'moved':>7}{'click ms':>10}")
            for shown in ways(graph, Path(folder)):
                best = min(
                    (measure(playwright, shown, graph, given.timeout) for _ in range(given.runs)),
                    key=lambda figures: figures.ready,
                )
                print(line(shown, best), flush=True)


def graphs(folder: Path | None, sizes: list[int]) -> Iterator[KnowledgeGraph]:
    """Yield the graphs to show."""
    if folder:
        yield kg.load(folder)
    for size in sizes:
        yield planted(size, EDGES_A_NODE * size)


def ways(graph: KnowledgeGraph, folder: Path) -> Iterator[Shown]:
    """Write the three pages and yield them."""
    yield Shown(
        "kg",
        graph.to_html(folder / "kg.html"),
        ready="Boolean(window.kg)",
        highlighted="kg.emphasised().length > 1",
        camera="JSON.stringify(kg.position(window.NODE))",
        place="(id) => kg.position(id)",
    )
    yield Shown(
        "PyVis",
        stock(graph, folder / "pyvis.html"),
        # Its loading bar goes away when the layout is done; a small graph has none.
        ready="typeof network !== 'undefined'"
        " && !(document.getElementById('loadingBar')?.style.display !== 'none'"
        " && document.getElementById('loadingBar'))",
        highlighted="typeof highlightActive !== 'undefined' && highlightActive",
        camera="JSON.stringify(network.getViewPosition())",
        place="(id) => { const box = document.querySelector('canvas').getBoundingClientRect();"
        " const { x, y } = network.canvasToDOM(network.getPosition(id));"
        " return { x: x + box.left, y: y + box.top }; }",
    )
    yield Shown("empty", empty(folder / "empty.html"), "true", "false", "0", "")


def stock(graph: KnowledgeGraph, path: Path) -> Path:
    """Write the page that PyVis makes of a graph by itself."""
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line", neighborhood_highlight=True, height="850px")
    for node, attributes in graph.nx.nodes(data=True):
        network.add_node(node, label=attributes["label"], title=attributes["label"], group=attributes["kind"])
    for source, target, attributes in graph.nx.edges(data=True):
        network.add_edge(source, target, title=attributes["relation"])
    path.write_text(network.generate_html(), encoding="utf-8")
    return path


def empty(path: Path) -> Path:
    """Write a page with the library and a network without nodes."""
    library = (HERE / LIBRARY).read_text(encoding="utf-8")
    path.write_text(
        '<!DOCTYPE html><meta charset="utf-8"><title>empty</title>'
        f'<div id="canvas" style="height: 850px"></div><script>{library}</script>'
        "<script>new vis.Network(document.getElementById('canvas'), { nodes: [], edges: [] }, {})</script>",
        encoding="utf-8",
    )
    return path


def measure(playwright: Playwright, shown: Shown, graph: KnowledgeGraph, timeout: float) -> Figures:
    """Open a page, drag it and click a node, in a browser of its own: a busy page stops at nothing less."""
    # A node that all of the ways show, with many neighbours.
    node = max(graph.nx, key=lambda each: (graph.nx.degree[each], each))
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_page(viewport=VIEW)
    page.route(lambda address: address.startswith("http"), lambda route: route.abort())
    page.add_init_script(
        f"window.NODE = {json.dumps(node)}; window.IS_READY = () => {shown.ready};"
        f"window.IS_HIGHLIGHTED = () => {shown.highlighted}; {WATCH}"
    )
    try:
        page.goto(shown.path.as_uri(), wait_until="commit", timeout=1000 * timeout)
        # Not wait_for_function: it needs `eval`, which the page's policy forbids.
        root = page.locator("html[data-ready-at]")
        root.wait_for(state="attached", timeout=1000 * timeout)
        ready = float(root.get_attribute("data-ready-at") or "inf")
        if not shown.place:
            return Figures(ready)
        frames, moved = pan(page, shown)
        return Figures(ready, frames, moved, clicked(page, shown))
    except TimeoutError:
        return Figures(float("inf"))
    finally:
        browser.close()


def pan(page: Page, shown: Shown) -> tuple[float, bool]:
    """Return the frames a second while the view is dragged, and whether it moved."""
    before = page.evaluate(shown.camera)
    page.evaluate(COUNT_FRAMES)
    # From a corner of the drawing, where there is no node that would be dragged in place of the view.
    page.mouse.move(420, 780)
    page.mouse.down()
    started, steps = time.monotonic(), 0
    while time.monotonic() - started < PAN_SECONDS:
        steps += 1
        page.mouse.move(420 + 120 * (steps // 10 % 2), 760 - steps % 40)
    frames = page.evaluate("window.frames_seen") / (time.monotonic() - started)
    moved = page.evaluate(shown.camera) != before
    page.mouse.up()
    return frames, moved


def clicked(page: Page, shown: Shown) -> float:
    """Return the milliseconds from a click on the node to the frame that shows it highlighted."""
    page.wait_for_timeout(600)
    place = page.evaluate(f"({shown.place})(window.NODE)")
    page.evaluate(TIME_CLICK)
    page.mouse.move(place["x"], place["y"])
    page.mouse.down()
    page.mouse.up()
    return float(page.evaluate("window.click_time"))


def line(shown: Shown, figures: Figures) -> str:
    """Return a row of the table."""

    def number(value: float | None, digits: int) -> str:
        return "–" if value is None or value == float("inf") else f"{value:.{digits}f}"

    moved = "" if figures.moved is None else "yes" if figures.moved else "no"
    return (
        f"{shown.name:<8}{shown.path.stat().st_size / 1e6:>7.1f}{number(figures.ready, 2):>9}"
        f"{number(figures.frames, 1):>10}{moved:>7}{number(figures.click, 0):>10}"
    )


if __name__ == "__main__":
    main()
