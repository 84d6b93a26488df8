"""Pairs of mentions that a reader has labelled, and how links across papers compare with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import InputError
from kg.files import read_lines
from kg.schema import Mention, Variant

__all__ = ["LinkReport", "Pair", "judge", "read_pairs"]

_LABELS = ("same", "variant", "different")
_FIELDS = ("a", "paper_a", "b", "paper_b", "label")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two forms, each as a paper writes it, and whether they name one thing.

    Attributes
    ----------
    one, other : (str, str)
        Id of the paper, and the form.
    label : str
        ``same``, ``variant`` (one is a version, size or narrower kind of the other, or both are of one
        family) or ``different``.
    why : str
        What the reader says of it; may be empty.
    """

    one: tuple[str, str]
    other: tuple[str, str]
    label: str
    why: str = ""


@dataclass
class LinkReport:
    """What `judge` found.

    Attributes
    ----------
    pairs, seen : int
        All pairs, and those of which both forms are mentions.
    right : int
        Pairs labelled ``same`` that are one node.
    false_merges : list of Pair
        One node, and not labelled ``same``.
    missed : list of Pair
        Labelled ``same``, and two nodes.
    tied : int
        Pairs labelled ``variant`` that are two nodes and tied by ``variant_of``, directly or through
        families.
    untied : list of Pair
        The other pairs labelled ``variant``.
    """

    pairs: int = 0
    seen: int = 0
    right: int = 0
    false_merges: list[Pair] = field(default_factory=list)
    missed: list[Pair] = field(default_factory=list)
    tied: int = 0
    untied: list[Pair] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the pairs of one node that are labelled ``same``, in percent."""
        return 100 * self.right / max(self.right + len(self.false_merges), 1)

    @property
    def recall(self) -> float:
        """Share of the pairs labelled ``same`` that are one node, in percent."""
        return 100 * self.right / max(self.right + len(self.missed), 1)


def read_pairs(path: str | Path) -> list[Pair]:
    """Read a file of labelled pairs.

    Parameters
    ----------
    path : str or Path
        JSON lines: ``{"a", "paper_a", "b", "paper_b", "label", "why"}``; ``why`` may be missing.

    Returns
    -------
    list of Pair
        In file order.

    Raises
    ------
    InputError
        The file cannot be read, or a line is no such object; the message names file and line.
    """
    return [_pair(line, place) for line, place in read_lines(path, "file of pairs")]


def judge(pairs: Iterable[Pair], mentions: Iterable[Mention], variants: Iterable[Variant]) -> LinkReport:
    """Compare links with labelled pairs.

    Parameters
    ----------
    pairs : iterable of Pair
    mentions : iterable of Mention
        Linked; of several of one form in a paper the first counts.
    variants : iterable of Variant

    Returns
    -------
    LinkReport

    Examples
    --------
    >>> one, other = ("1", "LLMs"), ("2", "LLM")
    >>> mentions = [Mention(paper, 0, 4, form, "MODEL", "model:llm") for paper, form in (one, other)]
    >>> judge([Pair(one, other, "same")], mentions, []).recall
    100.0
    """
    import networkx as nx

    entity_at: dict[tuple[str, str], str] = {}
    for mention in mentions:
        entity_at.setdefault((mention.paper, mention.text), mention.entity)
    families = nx.Graph((variant.source, variant.target) for variant in variants)
    report = LinkReport()
    for pair in pairs:
        report.pairs += 1
        one, other = entity_at.get(pair.one), entity_at.get(pair.other)
        if one is None or other is None:
            continue
        report.seen += 1
        if one == other and pair.label != "same":
            report.false_merges.append(pair)
        elif one == other:
            report.right += 1
        elif pair.label == "same":
            report.missed.append(pair)
        if pair.label == "variant":
            if one != other and one in families and other in families and nx.has_path(families, one, other):
                report.tied += 1
            else:
                report.untied.append(pair)
    return report


def _pair(line: str, place: str) -> Pair:
    expected = 'expected {"a", "paper_a", "b", "paper_b", "label", "why"}'
    try:
        record = json.loads(line)
    except ValueError:
        raise InputError(f"{place}: not a JSON object; {expected}.") from None
    if not isinstance(record, dict) or not all(isinstance(record.get(name), str) for name in _FIELDS):
        raise InputError(f"{place}: not a labelled pair; {expected}, all text.")
    if record["label"] not in _LABELS:
        raise InputError(f"{place}: label {record['label']!r} is none of {', '.join(_LABELS)}.")
    return Pair(
        (record["paper_a"], record["a"]),
        (record["paper_b"], record["b"]),
        record["label"],
        str(record.get("why") or ""),
    )
