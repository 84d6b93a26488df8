"""Turns texts and standoff gold into annotated documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import InputError
from kg.extraction.features import title_tokens, words_of
from kg.extraction.gold import GoldPaper, gold_spans
from kg.extraction.tags import tags_of
from kg.extraction.training.batches import Documents
from kg.extraction.training.tagger import Gold
from kg.files import atomic_stream
from kg.schema import RELATIONS, Paper

__all__ = ["Pairs", "docs_of", "gold_of", "pair", "part", "tokenise"]

Pairs = Sequence[tuple[Paper, GoldPaper]]


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
    """Yield a document with ``ents`` per annotated paper; spans off the token boundaries are left out.

    Each entity span has its gold ``_.relation``.
    """
    for paper, gold in pairs:
        doc = nlp.make_doc(paper.text)
        spans = []
        for s in gold_spans(paper.text, gold.entities):
            span = doc.char_span(s.start, s.end, label=s.label)
            if span is not None:
                span._.relation = gold.entities[s.entity].relation
                spans.append(span)
        doc.set_ents(spans)
        yield doc


def tokenise(
    nlp: Language, papers: Sequence[Paper], path: Path, say: Callable[[str], None]
) -> tuple[Documents, list[str]]:
    """Return the papers as `Documents` over one vocabulary, and its words; kept in ``path`` (NPZ)."""
    if not path.exists():
        known: dict[str, int] = {}
        ids: list[int] = []
        offsets, titles = [0], []
        for n, paper in enumerate(papers, start=1):
            doc = nlp.make_doc(paper.text)
            ids.extend(known.setdefault(token.text, len(known)) for token in doc)
            offsets.append(len(ids))
            titles.append(title_tokens(doc))
            if n % 20000 == 0:
                say(f"tokens: {n} of {len(papers)} papers")
        with atomic_stream(path) as stream:
            np.savez(
                stream,
                words=np.array("\0".join(known)),
                ids=np.array(ids, dtype=np.int32),
                offsets=np.array(offsets, dtype=np.int64),
                titles=np.array(titles, dtype=np.int32),
            )
    with np.load(path, allow_pickle=False) as archive:
        texts = str(archive["words"]).split("\0")
        words = words_of(nlp.vocab, texts)
        return Documents(words, archive["ids"], archive["offsets"], archive["titles"]), texts


def part(documents: Documents, chosen: Sequence[int]) -> Documents:
    """Return some of the documents, over the same vocabulary."""
    start, end = documents.offsets[:-1], documents.offsets[1:]
    ids = [documents.ids[start[n] : end[n]] for n in chosen]
    offsets = np.cumsum([0, *(len(row) for row in ids)])
    return Documents(
        documents.words, np.concatenate(ids), offsets.astype(np.int64), documents.titles[list(chosen)]
    )


def gold_of(nlp: Language, documents: Documents, places: Mapping[str, int], pairs: Pairs) -> Gold:
    """Return annotated papers as `Gold`; ``places`` says where each paper lies in ``documents``."""
    tags: list[int] = []
    relations: list[int] = []
    for doc in docs_of(nlp, pairs):
        tags += tags_of(len(doc), [(span.start, span.end, span.label_) for span in doc.ents])
        row = [-1] * len(doc)
        for span in doc.ents:
            row[span.start : span.end] = [RELATIONS.index(span._.relation)] * len(span)
        relations += row
    chosen = part(documents, [places[paper.id] for paper, _ in pairs])
    assert len(tags) == len(chosen.ids)
    return Gold(chosen, np.array(tags, dtype=np.int8), np.array(relations, dtype=np.int8))
