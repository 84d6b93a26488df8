"""Turns texts and standoff gold into training data, and keeps the split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from kg.errors import InputError
from kg.extraction.gold import GoldPaper, gold_spans
from kg.schema import Paper

__all__ = ["DEV_PERCENT", "docs_of", "is_dev", "pair", "to_docbin"]

DEV_PERCENT = 6
"""Share of the gold papers that is never trained on."""


def is_dev(paper_id: str) -> bool:
    """Tell whether a gold paper belongs to the dev split; decided by its id alone, so the split never moves.

    >>> [is_dev(i) for i in ("b77e5cc3", "37bc7f55")]
    [False, False]
    """
    return int(hashlib.sha1(paper_id.encode()).hexdigest()[:8], 16) % 100 < DEV_PERCENT


def pair(gold: Iterable[GoldPaper], papers: Mapping[str, Paper]) -> list[tuple[Paper, GoldPaper]]:
    """Join annotations with the texts they stand off from.

    Returns
    -------
    list of (Paper, GoldPaper)
        In the order of ``gold``.

    Raises
    ------
    InputError
        A gold paper has no text; the message names the first one and says how many there are.
    """
    gold = list(gold)
    missing = [g.id for g in gold if g.id not in papers]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(gold)} gold papers have no text, the first is {missing[0]!r}; "
            "give the file that holds them (for the corpus gold: --corpus FILE)."
        )
    return [(papers[g.id], g) for g in gold]


def docs_of(nlp: Language, pairs: Iterable[tuple[Paper, GoldPaper]]) -> Iterable[Doc]:
    """Yield a document with ``ents`` per annotated paper; spans off the token boundaries are left out."""
    for paper, gold in pairs:
        doc = nlp.make_doc(paper.text)
        spans = (doc.char_span(s.start, s.end, label=s.label) for s in gold_spans(paper.text, gold.entities))
        doc.set_ents([span for span in spans if span is not None])
        yield doc


def to_docbin(docs: Iterable[Doc]) -> DocBin:
    """Pack documents for spaCy's training reader."""
    return DocBin(attrs=["ENT_IOB", "ENT_TYPE"], docs=docs)
