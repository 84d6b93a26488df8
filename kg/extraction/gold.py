"""Gold annotations: entities per paper as standoff, turned into spans of its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import InputError
from kg.extraction.occurrences import occurrences
from kg.files import read_lines
from kg.schema import LABELS, RELATIONS, Mention, Paper
from kg.sources import read

__all__ = ["GoldEntity", "GoldPaper", "GoldSpan", "gold_mentions", "gold_spans", "gold_texts", "read_gold"]


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """One annotated entity of a paper.

    Attributes
    ----------
    name : str
        Its best surface form in the paper.
    label : str
        One of ``kg.schema.LABELS`` (the gold's ``type``).
    relation : str
        One of ``kg.schema.RELATIONS`` (the gold's ``role``).
    forms : tuple of str
        Surface forms, exactly as in the text (the gold's ``mentions``).
    """

    name: str
    label: str
    relation: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """The annotation of one paper."""

    id: str
    entities: tuple[GoldEntity, ...]


class GoldSpan(NamedTuple):
    """An annotated span: code-point offsets, label, and the entity's position in the annotation."""

    start: int
    end: int
    label: str
    entity: int


def read_gold(path: str | Path) -> list[GoldPaper]:
    """Read a gold file.

    Parameters
    ----------
    path : str or Path
        JSON lines: ``{"id", "entities": [{"name", "type", "role", "mentions"}]}``.

    Returns
    -------
    list of GoldPaper
        In file order.

    Raises
    ------
    InputError
        The file is missing, or a line is not such an object; the message names file and line.
    """
    return [_paper(line, place) for line, place in read_lines(path, "gold file")]


def gold_spans(text: str, entities: Sequence[GoldEntity]) -> list[GoldSpan]:
    """Return the spans that an annotation stands for, in text order.

    Every occurrence of a form that no ASCII letter or digit touches counts; longer forms take their place
    first, of equal length the one of the entity listed first; spans never overlap.

    >>> gold_spans("BERT and BERT-base", [GoldEntity("BERT", "MODEL", "uses", ("BERT", "BERT-base"))])
    [GoldSpan(start=0, end=4, label='MODEL', entity=0), GoldSpan(start=9, end=18, label='MODEL', entity=0)]
    """
    forms = [(form, index) for index, entity in enumerate(entities) for form in entity.forms]
    return [GoldSpan(s, e, entities[i].label, i) for s, e, i in occurrences(text, forms)]


def gold_texts(gold: Sequence[GoldPaper], inputs: Iterable[str | Path], path: str | Path) -> list[Paper]:
    """Return the papers of annotations, in their order.

    Parameters
    ----------
    gold : sequence of GoldPaper
    inputs : iterable of str or Path
        Files and folders that hold the texts.
    path : str or Path
        The file of the annotations, for messages.

    Raises
    ------
    InputError
        A text cannot be read, or there is none for a paper.
    """
    papers = {paper.id: paper for paper in read(*inputs).papers}
    missing = [annotation.id for annotation in gold if annotation.id not in papers]
    if missing:
        raise InputError(
            f"{path}: {len(missing)} of {len(gold)} papers have no text in the input, the first is "
            f"{missing[0]!r}; name the file that holds them with --papers."
        )
    return [papers[annotation.id] for annotation in gold]


def gold_mentions(gold: Sequence[GoldPaper], papers: Sequence[Paper]) -> list[Mention]:
    """Return what annotations stand for as mentions; ``papers`` are those annotated, in the same order.

    >>> bert = GoldPaper("1", (GoldEntity("BERT", "MODEL", "uses", ("BERT",)),))
    >>> [mention.start for mention in gold_mentions([bert], [Paper("1", "On BERT", "BERT it is.")])]
    [3, 8]
    """
    return [
        Mention(
            *(paper.id, span.start, span.end, paper.text[span.start : span.end], span.label),
            relation=annotation.entities[span.entity].relation,
        )
        for annotation, paper in zip(gold, papers, strict=True)
        for span in gold_spans(paper.text, annotation.entities)
    ]


def _paper(line: str, place: str) -> GoldPaper:
    try:
        record: Any = json.loads(line)
        return GoldPaper(str(record["id"]), tuple(_entity(e, place) for e in record["entities"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{place}: not a gold annotation; expected "
            '{"id", "entities": [{"name", "type", "role", "mentions"}]}.'
        ) from None


def _entity(record: dict[str, Any], place: str) -> GoldEntity:
    entity = GoldEntity(record["name"], record["type"], record["role"], tuple(record["mentions"]))
    if entity.label not in LABELS:
        raise InputError(f"{place}: type {entity.label!r} is none of {', '.join(LABELS)}.")
    if entity.relation not in RELATIONS:
        raise InputError(f"{place}: role {entity.relation!r} is none of {', '.join(RELATIONS)}.")
    return entity
