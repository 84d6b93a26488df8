"""What the page embeds: a network, the papers' texts and the mentions in them, as compact columns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.schema import COLORS, KINDS, RELATIONS, VARIANT_OF, Mention, Paper

if TYPE_CHECKING:
    from pyvis.network import Network

__all__ = ["payload"]

Column = list[Any]
Node = Mapping[str, Any]


def payload(net: Network, papers: Mapping[str, Paper], mentions: Sequence[Mention]) -> dict[str, Any]:
    """Encode what the page shows.

    Nodes are numbered in the order of the network, papers first. Each text stands in it once: an edge's
    evidence is a place in its paper's text, and only where it cannot be found there a text of its own.
    Places count UTF-16 code units, as JavaScript does, where those of a mention count code points.

    Parameters
    ----------
    net : pyvis.network.Network
        From :func:`kg.export.page.network.network`.
    papers : mapping of str to Paper
        By id, without the ``paper:`` of the nodes; may be empty.
    mentions : sequence of Mention
        Those of other papers or entities than the network's are left out.

    Returns
    -------
    dict
        Ready for JSON.
    """
    numbers = {node: number for number, node in enumerate(net.node_ids)}
    paper_nodes = [node for node in net.nodes if node["kind"] == "paper"]
    records = [papers.get(_bare(node["id"])) for node in paper_nodes]
    texts = _Texts(paper_nodes, records)
    return {
        "title": net.heading,
        "kinds": list(KINDS),
        "colors": COLORS,
        "relations": [*RELATIONS, VARIANT_OF],
        "options": net.options,
        "nodes": _nodes(net.nodes),
        "papers": _papers(paper_nodes, records),
        "entities": _entities(net.nodes[len(paper_nodes) :]),
        "edges": _edges(net.edges, numbers, texts),
        "mentions": _mentions(mentions, numbers, texts),
        "strings": texts.strings,
    }


class _Texts:
    """The papers' texts, with places in them counted as JavaScript does, and the strings that are in none."""

    def __init__(self, nodes: Sequence[Node], records: Sequence[Paper | None]) -> None:
        self._texts = [
            record.text if record else f"{_title(node)}\n"
            for node, record in zip(nodes, records, strict=True)
        ]
        self._wide = [
            [at for at, char in enumerate(text) if ord(char) > 0xFFFF] if not text.isascii() else []
            for text in self._texts
        ]
        self._numbers: dict[str, int] = {}
        self.strings: list[str] = []

    def find(self, paper: int, passage: str) -> tuple[int, int]:
        """Return place and length of a passage, or -1 and the number of a string of its own."""
        at = self._texts[paper].find(passage) if passage and paper < len(self._texts) else -1
        return self.span(paper, at, at + len(passage)) if at >= 0 else (-1, self._number(passage))

    def span(self, paper: int, start: int, end: int) -> tuple[int, int]:
        """Return place and length, in UTF-16 code units, of a span in code points."""
        wide = self._wide[paper]
        first, last = (at + bisect_left(wide, at) for at in (start, end))
        return first, last - first

    def _number(self, passage: str) -> int:
        if passage not in self._numbers:
            self._numbers[passage] = len(self.strings)
            self.strings.append(passage)
        return self._numbers[passage]


def _nodes(nodes: Sequence[Node]) -> dict[str, Column]:
    return {
        "id": [node["id"] for node in nodes],
        "label": [None if node["label"] == node.get("title") else node["label"] for node in nodes],
        "kind": [KINDS.index(node["kind"]) for node in nodes],
        "x": [round(node["x"]) for node in nodes],
        "y": [round(node["y"]) for node in nodes],
        "size": [round(float(node.get("size", 8.0)), 1) for node in nodes],
    }


def _papers(nodes: Sequence[Node], records: Sequence[Paper | None]) -> dict[str, Column]:
    def column(name: str) -> Column:
        return _sparse(
            getattr(record, name, None) or node.get(name) for node, record in zip(nodes, records, strict=True)
        )

    return {
        "title": [
            record.title if record else _title(node) for node, record in zip(nodes, records, strict=True)
        ],
        "abstract": [record.abstract if record else None for record in records],
        "year": [
            (record.year if record else None) or _year(node)
            for node, record in zip(nodes, records, strict=True)
        ],
        "authors": _sparse(
            "|".join(record.authors) if record and record.authors else node.get("authors")
            for node, record in zip(nodes, records, strict=True)
        ),
        **{name: column(name) for name in ("date", "n_authors", "organization", "venue", "url", "source")},
    }


def _entities(nodes: Sequence[Node]) -> dict[str, Column]:
    names = ("aliases", "code", "former_ids", "n_mentions", "first_date")
    return {name: _sparse(node.get(name) for node in nodes) for name in names}


def _edges(edges: Sequence[Node], numbers: Mapping[str, int], texts: _Texts) -> dict[str, Column]:
    relations = {relation: number for number, relation in enumerate((*RELATIONS, VARIANT_OF))}
    rows = []
    for edge in edges:
        source, target = numbers[edge["from"]], numbers[edge["to"]]
        place, length = texts.find(source, str(edge.get("evidence", "")))
        rows.append(
            (
                source,
                target,
                relations.get(str(edge.get("relation")), relations["mentions"]),
                int(edge.get("weight", 1)),
                round(float(edge["score"]) * 1000) if "score" in edge else -1,
                place,
                length,
            )
        )
    return _columns(("source", "target", "relation", "weight", "score", "place", "length"), rows)


def _mentions(mentions: Iterable[Mention], numbers: Mapping[str, int], texts: _Texts) -> dict[str, Column]:
    rows = []
    for mention in mentions:
        paper, entity = numbers.get(f"paper:{mention.paper}"), numbers.get(mention.entity)
        if paper is not None and entity is not None:
            rows.append((paper, *texts.span(paper, mention.start, mention.end), entity))
    return _columns(("paper", "place", "length", "entity"), sorted(rows))


def _columns(names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> dict[str, Column]:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _sparse(values: Iterable[Any]) -> Column:
    """Replace a column by an empty one where it holds nothing."""
    column = [value if value not in ("", None) else None for value in values]
    return column if any(value is not None for value in column) else []


def _bare(node: str) -> str:
    return node.removeprefix("paper:")


def _title(node: Node) -> str:
    return str(node.get("title") or node["label"])


def _year(node: Node) -> int | None:
    year = str(node.get("year") or node.get("date") or "")[:4]
    return int(year) if year.isdecimal() else None
