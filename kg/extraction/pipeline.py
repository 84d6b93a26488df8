"""Loads a spaCy pipeline and runs it over papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from threadpoolctl import ThreadpoolController

# Imported for their factories, which must be there in a checkout that is not installed.
import kg.extraction.labels
import kg.extraction.reranker
import kg.extraction.sentences
import kg.extraction.tagger
import kg.extraction.tokenizer  # noqa: F401
from kg.errors import InputError
from kg.extraction.relations import RelationClassifier
from kg.extraction.sentences import sentence_at, sentence_starts
from kg.schema import LABELS, Mention, Paper

__all__ = [
    "DEFAULT_MODEL",
    "extract_mentions",
    "load_pipeline",
    "mention_at",
    "mentions_of",
    "models_folder",
]

DEFAULT_MODEL = "default"
"""Name of the shipped pipeline that is used where no other is asked for."""

_CHUNK = 16
"""Papers after which the memory of their documents is given back."""


def models_folder() -> Path:
    """Return the folder of the shipped pipelines: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


def load_pipeline(model: str | Path = DEFAULT_MODEL) -> Language:
    """Load a spaCy pipeline and complete it with what kg needs.

    Parameters
    ----------
    model : str or Path
        Name of a shipped pipeline, or any spaCy pipeline by package name or path. Where it lacks
        ``kg_sentences`` or ``kg_relations`` they are added; the relations are then those of the shipped
        pipeline. One with another label scheme needs the component ``kg_labels``.

    Returns
    -------
    spacy.language.Language

    Raises
    ------
    InputError
        There is no such pipeline, it cannot be loaded, or it finds nothing under a label of kg's; the
        message names it.
    """
    shipped = models_folder() / str(model)
    try:
        nlp = spacy.load(shipped if shipped.is_dir() else model)
    except (OSError, ValueError) as error:
        names = sorted(p.parent.name for p in models_folder().glob("*/config.cfg"))
        reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"model {str(model)!r} cannot be loaded ({reason}); "
            f"shipped with kg: {', '.join(names) or 'none'}; "
            "any other spaCy pipeline goes by its package name or path."
        ) from None
    _check_labels(nlp, model)
    if "kg_sentences" not in nlp.pipe_names:
        # First, as spaCy lets nobody move the sentences of a parsed document.
        nlp.add_pipe("kg_sentences", first=True)
    if "kg_relations" not in nlp.pipe_names:
        relations = cast(RelationClassifier, nlp.add_pipe("kg_relations"))
        relations.from_disk(models_folder() / DEFAULT_MODEL / "kg_relations")
    return nlp


def extract_mentions(papers: Iterable[Paper], nlp: Language, batch_size: int = 1) -> Iterator[list[Mention]]:
    """Yield the mentions of each paper, in text order; a pure function of the paper and the pipeline.

    Papers are read as they are needed, a few at a time, and their documents and words forgotten again, so
    memory does not grow with their number.

    Parameters
    ----------
    papers : iterable of Paper
    nlp : spacy.language.Language
        From `load_pipeline`. Entities whose label is none of ``kg.schema.LABELS`` are left out.
    batch_size : int
        Papers processed together. With more than one the last bits of a network's numbers depend on the
        neighbours, and with them, rarely, the third decimal of a score.
    """
    stream = iter(papers)
    while chunk := list(islice(stream, _CHUNK)):
        # One BLAS thread: the matrices of one paper are too small for more, and sums stay in one order.
        with _blas().limit(limits=1, user_api="blas"), nlp.memory_zone():
            docs = nlp.pipe([_safe(paper.text) for paper in chunk], batch_size=batch_size)
            found = [mentions_of(doc, paper) for doc, paper in zip(docs, chunk, strict=True)]
        yield from found


def mentions_of(doc: Doc, paper: Paper) -> list[Mention]:
    """Return the mentions in a processed document of a paper's text."""
    starts = sentence_starts(paper.text)
    return [
        mention_at(
            paper,
            starts,
            start=span.start_char,
            end=span.end_char,
            label=span.label_,
            entity=span._.entity,
            relation=span._.relation,
            score=round(float(span._.score), 3),
        )
        for span in doc.ents
        if span.label_ in LABELS
    ]


def mention_at(
    paper: Paper,
    starts: list[int],
    *,
    start: int,
    end: int,
    label: str,
    entity: str,
    relation: str,
    score: float,
) -> Mention:
    """Return a mention with its surface and its sentence; ``starts`` are the paper's `sentence_starts`."""
    text = paper.text
    return Mention(
        paper=paper.id,
        start=start,
        end=end,
        text=text[start:end],
        label=label,
        entity=entity,
        relation=relation,
        score=score,
        sentence=sentence_at(text, starts, start, end),
    )


def _check_labels(nlp: Language, model: str | Path) -> None:
    recognisers = [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]
    # A component that does not tell its labels, as those of kg, may find anything.
    if not recognisers or not all(name in nlp.pipe_labels for name in recognisers):
        return
    labels = {label for name in recognisers for label in nlp.pipe_labels[name]}
    if labels.isdisjoint(LABELS):
        raise InputError(
            f"model {str(model)!r} finds {', '.join(sorted(labels)) or 'nothing'}, and none of "
            f"{', '.join(LABELS)}; map its labels with the component kg_labels (docs/other-pipelines.md)."
        )


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _safe(text: str) -> str:
    # spaCy's string store is UTF-8; a lone surrogate takes one code point either way, so offsets hold.
    return text.encode("utf-8", "replace").decode("utf-8")
