"""The records that flow between the stages, with the labels, kinds, relations and colours of the domain."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "COLORS",
    "CORE_LABELS",
    "ENTITY_KINDS",
    "KINDS",
    "LABELS",
    "RELATIONS",
    "VARIANT_OF",
    "Entity",
    "Mention",
    "Paper",
    "Variant",
    "kind_of",
    "label_of",
]

LABELS = ("MODEL", "DATASET", "METHOD", "LANGUAGE", "TASK", "METRIC")
"""Labels of mentions, as the annotation guidelines define them."""

CORE_LABELS = LABELS[:4]
"""The labels that the graph is first of all about."""

ENTITY_KINDS = tuple(label.lower() for label in LABELS)
"""Kinds of entity nodes, in the order of ``LABELS``."""

KINDS = ("paper", *ENTITY_KINDS)
"""Kinds of all nodes."""

RELATIONS = ("introduces", "uses", "compares", "mentions")
"""Relations from a paper to an entity; where two fit, the earlier wins."""

VARIANT_OF = "variant_of"
"""Relation from a version, size or narrower kind to its family."""

COLORS = {
    "paper": "#8a8f98",
    "model": "#0072b2",
    "dataset": "#e69f00",
    "method": "#009e73",
    "language": "#d55e00",
    "task": "#56b4e9",
    "metric": "#cc79a7",
}
"""Colour of each kind, the same on the page and in Gephi.

The entity colours are those of Okabe & Ito (2008), "Color Universal Design", which readers with any of the
common colour vision deficiencies tell apart.
"""


def kind_of(label: str) -> str:
    """Return the node kind of a mention label.

    >>> kind_of("DATASET")
    'dataset'
    """
    return label.lower()


def label_of(kind: str) -> str:
    """Return the mention label of an entity kind.

    >>> label_of("dataset")
    'DATASET'
    """
    return kind.upper()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its source gives it.

    Attributes
    ----------
    id : str
        The source's own identifier, else the first 8 hex digits of the SHA-1 of the normalised title.
    title, abstract : str
        Character for character as in a structured source; without line ends from a page.
    date : str or None
        ISO date, as precise as known: ``2024-03-24``, ``2024-03`` or ``2024``.
    authors : tuple of str
        Names, where the source lists them.
    n_authors : int or None
        Number of authors; the length of ``authors`` where these are known.
    organization, venue, url : str or None
    source : str or None
        File relative to the input, and the position in it: ``pages/a.txt:17``.
    """

    id: str
    title: str
    abstract: str = ""
    date: str | None = None
    authors: tuple[str, ...] = ()
    n_authors: int | None = None
    organization: str | None = None
    venue: str | None = None
    url: str | None = None
    source: str | None = None

    @property
    def text(self) -> str:
        """Title and abstract, joined by a newline; all offsets count code points of this text."""
        return f"{self.title}\n{self.abstract}"

    @property
    def year(self) -> int | None:
        """The year of ``date``, or None.

        >>> Paper("1", "T", date="2024-03-24").year
        2024
        """
        match = re.match(r"\d{4}", self.date or "")
        return int(match.group()) if match else None


@dataclass(frozen=True, slots=True)
class Mention:
    """One span of a paper's text that names an entity.

    Attributes
    ----------
    paper : str
        Id of the paper, without the ``paper:`` of its node.
    start, end : int
        Code-point offsets into ``Paper.text``.
    text : str
        The surface form, ``Paper.text[start:end]``.
    label : str
        One of ``LABELS``.
    entity : str
        ``<kind>:<slug>``; from the paper alone after extraction, the node's id after linking.
    relation : str
        One of ``RELATIONS``; the same on each mention of an entity in a paper.
    score : float
        Probability in [0, 1] that the mention is right.
    sentence : str
        The sentence it stands in; contains ``text``.
    """

    paper: str
    start: int
    end: int
    text: str
    label: str
    entity: str = ""
    relation: str = "mentions"
    score: float = 1.0
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A node that papers are about.

    Attributes
    ----------
    id : str
        ``<kind>:<slug>``.
    kind : str
        One of ``ENTITY_KINDS``.
    label : str
        Display name.
    aliases : tuple of str
        Other surface forms, most frequent first, ties by code point; ``label`` is not among them.
    code : str or None
        ISO 639-3 code of a natural language.
    former_ids : tuple of str
        Ids under which the entity was known in an earlier build.
    n_papers, n_mentions : int
    first_date : str or None
        Earliest date of its papers.
    """

    id: str
    kind: str
    label: str
    aliases: tuple[str, ...] = ()
    code: str | None = None
    former_ids: tuple[str, ...] = ()
    n_papers: int = 0
    n_mentions: int = 0
    first_date: str | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """An edge ``variant_of`` between two entities.

    Attributes
    ----------
    source, target : str
        Ids of the variant and of its family.
    evidence : str
        The rule, or the line of the alias file, that says so.
    """

    source: str
    target: str
    evidence: str
