"""The data of the page: compact arrays, each text once, evidence as a place in its abstract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg.schema import KINDS, RELATIONS, VARIANT_OF, Mention, Paper

__all__ = ["page_data"]

_ALL_RELATIONS = (*RELATIONS, VARIANT_OF)
_PAPER_FIELDS = ("date", "url", "organization", "venue", "n_authors")


def page_data(
    nodes: Sequence[Mapping[str, Any]],
    edges: Sequence[Mapping[str, Any]],
    papers: Mapping[str, Paper],
    mentions: Iterable[Mention],
) -> dict[str, Any]:
    """Return what the page's script reads, ready for JSON.

    Returns
    -------
    dict
        ``kinds`` and ``relations``; ``nodes``: ``[id, label, kind, x, y, size, year, aliases, extra]`` with the
        kind as a position and the year 0 where unknown; ``edges``: ``[source, target, relation, weight,
        evidence]`` with nodes as positions and evidence as ``[start, end]`` in the paper's text or as text;
        ``texts``: by node position, ``[abstract start, text, [[start, end, node], …]]``. Offsets count
        UTF-16 units, as scripts do.
    """
    place = {str(node["id"]): n for n, node in enumerate(nodes)}
    units = {paper_id: _Units(paper.text) for paper_id, paper in papers.items()}
    texts: dict[int, list[Any]] = {}
    for paper_id, paper in papers.items():
        node = place.get(f"paper:{paper_id}")
        if node is not None:
            texts[node] = [units[paper_id].at(len(paper.title) + 1), paper.text, []]
    for mention in mentions:
        node, entity = place.get(f"paper:{mention.paper}"), place.get(mention.entity)
        if node in texts and entity is not None:
            at = units[mention.paper].at
            texts[node][2].append([at(mention.start), at(mention.end), entity])
    return {
        "kinds": KINDS,
        "relations": _ALL_RELATIONS,
        "nodes": [_node(node) for node in nodes],
        "edges": [_edge(edge, place, papers, units) for edge in edges],
        "texts": {str(node): text for node, text in sorted(texts.items())},
    }


class _Units:
    """Converts code-point offsets into offsets in UTF-16 units."""

    def __init__(self, text: str) -> None:
        self.wide = [n for n, c in enumerate(text) if ord(c) > 0xFFFF]

    def at(self, offset: int) -> int:
        return offset + sum(position < offset for position in self.wide)


def _node(node: Mapping[str, Any]) -> list[Any]:
    year = node.get("year") or int(str(node.get("first_date") or 0)[:4])
    extra = {name: node[name] for name in _PAPER_FIELDS if node.get(name) not in (None, "")}
    if node["kind"] != "paper":
        extra = {"n": node.get("n_papers", 0), **({"code": node["code"]} if node.get("code") else {})}
    return [
        node["id"],
        node["label"],
        KINDS.index(node["kind"]),
        node.get("x", 0),
        node.get("y", 0),
        node.get("size", 8),
        year,
        node.get("aliases", ""),
        extra,
    ]


def _edge(
    edge: Mapping[str, Any],
    place: Mapping[str, int],
    papers: Mapping[str, Paper],
    units: Mapping[str, _Units],
) -> list[Any]:
    evidence: Any = edge.get("evidence", "")
    paper_id = str(edge["from"]).removeprefix("paper:")
    if paper_id in papers and evidence:
        start = papers[paper_id].text.find(evidence)
        if start >= 0:
            at = units[paper_id].at
            evidence = [at(start), at(start + len(evidence))]
    relation = _ALL_RELATIONS.index(edge["relation"])
    return [place[edge["from"]], place[edge["to"]], relation, edge.get("weight", 1), evidence]
