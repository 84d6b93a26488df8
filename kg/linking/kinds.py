"""Step 4 of linking: the kind of a name that papers type differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kg.linking.occurrences import Occurrence
from kg.names import clean, is_phrase
from kg.schema import LABELS

__all__ = ["TECHNIQUES", "Node", "settle_kinds"]

Node = tuple[str, str]
"""Label, and the key of the name: what is one node."""

TECHNIQUES = frozenset({"MODEL", "METHOD", "TASK"})
"""Labels that papers give one name in turn, often for one thing."""

_MAJORITY = 3
"""In how many papers a label must stand for one paper with a label far from it to be taken for a slip."""


def settle_kinds(occurrences: Sequence[Occurrence]) -> dict[Node, list[Occurrence]]:
    """Return the occurrences of each node: one label for a name, unless two things clearly share it."""
    by_key: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    phrases: set[str] = set()
    introduced: set[Node] = set()
    for occurrence in occurrences:
        by_key[occurrence.key][occurrence.label].add(occurrence.paper)
        if any(is_phrase(name) or name.islower() for name in map(clean, occurrence.surfaces)):
            phrases.add(occurrence.key)
        if occurrence.introduced:
            introduced.add((occurrence.label, occurrence.key))
    settled: dict[Node, str] = {}
    for key, papers in by_key.items():
        n = {label: len(found) for label, found in papers.items()}
        order = sorted(n, key=lambda x: (-n[x], (x, key) not in introduced, LABELS.index(x)))
        for label in order:
            near = [other for other in order if _is_near(label, other, key in phrases)]
            slip = n[label] < 2 and (order[0] in near or n[order[0]] >= _MAJORITY)
            best = order[0] if slip or 10 * n[label] < n[order[0]] else near[0]
            settled[label, key] = best
    nodes: dict[Node, list[Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        nodes[settled[occurrence.label, occurrence.key], occurrence.key].append(occurrence)
    return nodes


def _is_near(label: str, other: str, is_spelled_out: bool) -> bool:
    """Whether papers may give one thing these two labels; a name in words means one thing more often."""
    near = TECHNIQUES | {"METRIC"} if is_spelled_out else TECHNIQUES
    return label == other or (label in near and other in near)
