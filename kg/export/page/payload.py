"""What the page embeds: a network, the papers' texts and the mentions in them, as compact columns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.export.page.columns import Columns
from kg.schema import COLORS, KINDS, RELATIONS, VARIANT_OF, Mention, Paper

if TYPE_CHECKING:
    from pyvis.network import Network

__all__ = ["MOST_TEXT", "Payload", "payload"]

MOST_TEXT = 50_000_000
"""Bytes of abstracts that a page holds; where there are more, it goes without."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Payload:
    """What the page's script reads.

    Attributes
    ----------
    head : dict
        Ready for JSON: heading, kinds, colours, relations, options of the drawing library, whether the
        abstracts were left out, and where in the block each column lies.
    block : str
        The columns, compressed, in Base64; see :class:`kg.export.page.columns.Columns`.
    """

    head: dict[str, Any]
    block: str


def payload(
    net: Network, papers: Mapping[str, Paper], mentions: Sequence[Mention], most_text: int = MOST_TEXT
) -> Payload:
    """Encode what the page shows.

    Nodes are numbered in the order of the network, papers first; edges go by the number of their source.
    Each text stands in it once: an edge's evidence is a place in its paper's text, and only where it cannot
    be found there a text of its own. Places count UTF-16 code units, as JavaScript does, where those of a
    mention count code points.

    Parameters
    ----------
    net : pyvis.network.Network
        From :func:`kg.export.page.network.network`.
    papers : mapping of str to Paper
        By id, without the ``paper:`` of the nodes; may be empty.
    mentions : sequence of Mention
        Those of other papers or entities than the network's are left out.
    most_text : int
        With more bytes of abstracts than this, all of them stay out.

    Returns
    -------
    Payload
    """
    numbers = {node: number for number, node in enumerate(net.node_ids)}
    paper_nodes = [node for node in net.nodes if node["kind"] == "paper"]
    records = [papers.get(_bare(node["id"])) for node in paper_nodes]
    abstracts = [record.abstract if record else None for record in records]
    too_much = sum(len(abstract.encode("utf-8", "replace")) for abstract in abstracts if abstract) > most_text
    if too_much:
        abstracts = [None] * len(abstracts)
    titles = [
        record.title if record else _title(node) for node, record in zip(paper_nodes, records, strict=True)
    ]
    texts = _Texts([f"{title}\n{abstract or ''}" for title, abstract in zip(titles, abstracts, strict=True)])
    columns = Columns()
    _add_nodes(columns, net.nodes)
    columns.add_texts("title", titles)
    columns.add_texts("abstract", abstracts)
    _add_papers(columns, paper_nodes, records)
    _add_entities(columns, net.nodes[len(paper_nodes) :])
    _add_edges(columns, net.edges, numbers, texts)
    _add_mentions(columns, mentions, numbers, texts)
    columns.add_texts("string", texts.strings)
    head = {
        "title": net.heading,
        "kinds": list(KINDS),
        "colors": COLORS,
        "relations": [*RELATIONS, VARIANT_OF],
        "options": net.options,
        "abstracts_left_out": too_much,
        "columns": columns.directory,
    }
    return Payload(head, columns.packed())


class _Texts:
    """The papers' texts, with places in them counted as JavaScript does, and the strings that are in none."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._wide = [
            [at for at, char in enumerate(text) if ord(char) > 0xFFFF] if not text.isascii() else []
            for text in texts
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

    def holds(self, paper: int, end: int) -> bool:
        """Tell whether a paper's text reaches so far."""
        return end <= len(self._texts[paper])

    def _number(self, passage: str) -> int:
        if passage not in self._numbers:
            self._numbers[passage] = len(self.strings)
            self.strings.append(passage)
        return self._numbers[passage]


def _add_nodes(columns: Columns, nodes: Sequence[Node]) -> None:
    columns.add_texts("id", [node["id"] for node in nodes])
    columns.add_texts(
        "label", [None if node["label"] == node.get("title") else node["label"] for node in nodes]
    )
    columns.add_numbers("kind", [KINDS.index(node["kind"]) for node in nodes])
    columns.add_numbers("x", [round(node["x"]) for node in nodes])
    columns.add_numbers("y", [round(node["y"]) for node in nodes])
    columns.add_numbers("size", [round(10 * float(node.get("size", 8.0))) for node in nodes])


def _add_papers(columns: Columns, nodes: Sequence[Node], records: Sequence[Paper | None]) -> None:
    def known(name: str) -> list[Any]:
        return [getattr(r, name, None) or node.get(name) for node, r in zip(nodes, records, strict=True)]

    years = [_year(year, node) for node, year in zip(nodes, known("year"), strict=True)]
    columns.add_numbers("year", years)
    columns.add_numbers("n_authors", [_count(value) for value in known("n_authors")])
    columns.add_texts(
        "authors",
        [
            _text("|".join(r.authors) if r and r.authors else node.get("authors"))
            for node, r in zip(nodes, records, strict=True)
        ],
    )
    for name in ("date", "organization", "venue", "url", "source"):
        columns.add_texts(name, map(_text, known(name)))


def _add_entities(columns: Columns, nodes: Sequence[Node]) -> None:
    columns.add_numbers("n_mentions", [_count(node.get("n_mentions")) for node in nodes])
    for name in ("aliases", "code", "former_ids", "first_date"):
        columns.add_texts(name, [_text(node.get(name)) for node in nodes])


def _add_edges(columns: Columns, edges: Sequence[Node], numbers: Mapping[str, int], texts: _Texts) -> None:
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
    _add_rows(columns, "edge", ("source", "target", "relation", "weight", "score", "place", "length"), rows)


def _add_mentions(
    columns: Columns, mentions: Iterable[Mention], numbers: Mapping[str, int], texts: _Texts
) -> None:
    rows = []
    for mention in mentions:
        paper, entity = numbers.get(f"paper:{mention.paper}"), numbers.get(mention.entity)
        if paper is not None and entity is not None and texts.holds(paper, mention.end):
            rows.append((paper, *texts.span(paper, mention.start, mention.end), entity))
    _add_rows(columns, "mention", ("paper", "place", "length", "entity"), rows)


def _add_rows(columns: Columns, of: str, names: Sequence[str], rows: Iterable[tuple[int, ...]]) -> None:
    """Add rows, in ascending order, as columns ``<of>.<name>``."""
    values: list[Sequence[int]] = list(zip(*sorted(rows), strict=True)) or [()] * len(names)
    columns.add_ascending(f"{of}.{names[0]}", values[0])
    for name, column in zip(names[1:], values[1:], strict=True):
        columns.add_numbers(f"{of}.{name}", column)


def _text(value: Any) -> str | None:
    return None if value in ("", None) else str(value)


def _count(value: Any) -> int:
    """Return a count, 0 where there is none."""
    return int(value) if value else 0


def _bare(node: str) -> str:
    return node.removeprefix("paper:")


def _title(node: Node) -> str:
    return str(node.get("title") or node["label"])


def _year(known: Any, node: Node) -> int:
    """Return the year, 0 where there is none."""
    year = str(known or node.get("date") or "")[:4]
    return int(year) if year.isdecimal() else 0
