"""What a node stands with in papers, as weights that can be compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from kg.schema import VARIANT_OF

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Profile", "cosine", "papers_of", "profile", "rarity"]

Profile = Mapping[str, float]
"""Weight by entity id."""


def rarity(graph: nx.DiGraph[str]) -> dict[str, float]:
    """Return the weight of each entity that says something about more than one paper.

    An entity of one paper tells nothing about others, and there are so many that they would drown the rest.
    """
    papers = [node for node in graph if graph.nodes[node]["kind"] == "paper"]
    spread = Counter(entity for paper in papers for entity in graph.succ[paper])
    return {entity: 1 / math.log2(1 + count) for entity, count in spread.items() if count > 1}


def profile(
    graph: nx.DiGraph[str], node: str, weights: Mapping[str, float], without: Collection[str] = ()
) -> dict[str, float]:
    """Return the entities that a node stands with, each by how often and how rare (`rarity`).

    Papers in ``without`` do not count.
    """
    papers = [node] if graph.nodes[node]["kind"] == "paper" else papers_of(graph, node)
    counts = Counter(
        entity for paper in papers if paper not in without for entity in graph.succ[paper] if entity != node
    )
    return {entity: count * weights[entity] for entity, count in counts.items() if entity in weights}


def papers_of(graph: nx.DiGraph[str], entity: str) -> list[str]:
    """Return the papers of an entity, those of its variants not among them."""
    return [node for node, edge in graph.pred[entity].items() if edge["relation"] != VARIANT_OF]


def cosine(one: Profile, other: Profile) -> float:
    """Return the cosine of the angle between two profiles, 0 where either is empty.

    References
    ----------
    G. Salton and C. Buckley (1988), "Term-weighting approaches in automatic text retrieval",
    Information Processing & Management 24(5).

    Examples
    --------
    >>> cosine({"a": 1, "b": 1}, {"b": 2}), cosine({}, {"b": 2})
    (0.7071, 0.0)
    """
    shorter, longer = sorted((one, other), key=len)
    product = math.fsum(weight * longer[entity] for entity, weight in shorter.items() if entity in longer)
    return round(product / math.sqrt(_square(one) * _square(other)), 4) if product else 0.0


def _square(weights: Profile) -> float:
    return math.fsum(weight * weight for weight in weights.values())
