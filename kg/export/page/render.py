"""Turning a graph into the text of the page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kg.export.page.network import network
from kg.export.page.payload import MOST_TEXT, payload
from kg.files import atomic_write
from kg.schema import COLORS, KINDS, RELATIONS, VARIANT_OF, Mention, Paper

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["render", "write_page"]

HERE = Path(__file__).parent
TITLE = "Knowledge graph"
STYLES = ("css/base.css", "css/frame.css", "css/panel.css", "css/print.css")
SCRIPTS = (
    "js/dom.js",
    "js/block.js",
    "js/data.js",
    "js/state.js",
    "js/queries.js",
    "js/visible.js",
    "js/emphasis.js",
    "js/labels.js",
    "js/paint.js",
    "js/view.js",
    "js/match.js",
    "js/finder.js",
    "js/filters.js",
    "js/list.js",
    "js/pieces.js",
    "js/entity.js",
    "js/paper.js",
    "js/several.js",
    "js/panel.js",
    "js/picks.js",
    "js/save.js",
    "js/main.js",
)
"""In the order in which they build on each other; they share one scope."""
LIBRARY = "vendor/vis-network.min.js"

_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SCRIPT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def write_page(
    path: str | Path,
    graph: nx.DiGraph[str],
    papers: Mapping[str, Paper],
    mentions: Sequence[Mention],
    title: str = TITLE,
) -> Path:
    """Write the page; see :func:`render`.

    Returns
    -------
    Path
        The path written.
    """
    return atomic_write(path, render(graph, papers, mentions, title))


def render(
    graph: nx.DiGraph[str],
    papers: Mapping[str, Paper],
    mentions: Sequence[Mention],
    title: str = TITLE,
    most_text: int = MOST_TEXT,
) -> str:
    """Render the page: one HTML file that needs no network and runs nothing but its own two scripts.

    Parameters
    ----------
    graph : networkx.DiGraph
        With the attributes that :class:`kg.graph.KnowledgeGraph` gives its nodes and edges.
    papers : mapping of str to Paper
        By id, without the ``paper:`` of the nodes. Where a paper is missing, the page says that its
        abstract is not there.
    mentions : sequence of Mention
        They are marked in the abstracts.
    title : str
        Heading of the page.
    most_text : int
        With more bytes of abstracts than this the page goes without them, and says so.

    Returns
    -------
    str
        The same for the same graph, papers and mentions.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("paper:1", kind="paper", label="LoRA on GLUE", x=0.0, y=0.0)
    >>> page = render(graph, {"1": Paper("1", "LoRA on GLUE", "We test it.")}, [], "Example")
    >>> page.startswith("<!DOCTYPE html>"), "<title>Example</title>" in page
    (True, True)
    """
    heading = _NOT_IN_HTML.sub("\ufffd", title)
    data = payload(network(graph, heading), papers, mentions, most_text)
    style = _read(*STYLES) + _kind_styles()
    library, script = _SOURCE_MAP.sub("", _read(LIBRARY)), _script(SCRIPTS)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            title=heading,
            kinds=KINDS,
            relations=(*RELATIONS, VARIANT_OF),
            head=Markup(_json(data.head)),
            block=data.block,
            style=Markup(style),
            library=Markup(library),
            script=Markup(script),
            style_hashes=[_hash(style)],
            script_hashes=[_hash(library), _hash(script)],
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _script(names: Sequence[str]) -> str:
    return '(async function () {\n"use strict";\n' + _read(*names) + "})();\n"


def _kind_styles() -> str:
    rules = [f".kind-{kind} {{ --kind: {COLORS[kind]}; }}" for kind in KINDS]
    return "\n".join(rules) + "\n"


def _read(*names: str) -> str:
    return "".join((HERE / name).read_text(encoding="utf-8") for name in names)


def _json(data: object) -> str:
    """Return JSON that cannot end the script element it stands in, and that UTF-8 can hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return _NOT_IN_SCRIPT.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
