"""Turns texts and standoff gold into annotated documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import InputError
from kg.extraction.gold import GoldPaper, gold_spans
from kg.schema import Paper

__all__ = ["docs_of", "pair"]


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
