"""Loads a spaCy pipeline and runs it over papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc

# Imported for their factories, which must be there in a checkout that is not installed.
import kg.extraction.confidence
import kg.extraction.consistency
import kg.extraction.sentences
import kg.extraction.tagger
import kg.extraction.tokenizer  # noqa: F401
from kg.errors import InputError
from kg.extraction.relations import RelationClassifier
from kg.extraction.sentences import sentence_at, sentence_starts
from kg.schema import LABELS, Mention, Paper

__all__ = ["DEFAULT_MODEL", "extract_mentions", "load_pipeline", "mentions_of", "models_folder"]

DEFAULT_MODEL = "default"
"""Name of the shipped pipeline that is used where no other is asked for."""


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
        pipeline.

    Returns
    -------
    spacy.language.Language

    Raises
    ------
    InputError
        There is no such pipeline, or it cannot be loaded; the message names it.
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
    if "kg_sentences" not in nlp.pipe_names:
        nlp.add_pipe("kg_sentences")
    if "kg_relations" not in nlp.pipe_names:
        relations = cast(RelationClassifier, nlp.add_pipe("kg_relations"))
        relations.from_disk(models_folder() / DEFAULT_MODEL / "kg_relations")
    return nlp


def extract_mentions(papers: Iterable[Paper], nlp: Language, batch_size: int = 16) -> Iterator[list[Mention]]:
    """Yield the mentions of each paper, in text order; a pure function of the paper and the pipeline.

    Parameters
    ----------
    papers : iterable of Paper
    nlp : spacy.language.Language
        From `load_pipeline`. Entities whose label is none of ``kg.schema.LABELS`` are left out.
    batch_size : int
        Papers processed together; the result does not depend on it.
    """
    pairs = ((_safe(paper.text), paper) for paper in papers)
    for doc, paper in nlp.pipe(pairs, as_tuples=True, batch_size=batch_size):
        yield mentions_of(doc, paper)


def mentions_of(doc: Doc, paper: Paper) -> list[Mention]:
    """Return the mentions in a processed document of a paper's text."""
    text = paper.text
    starts = sentence_starts(text)
    return [
        Mention(
            paper=paper.id,
            start=span.start_char,
            end=span.end_char,
            text=text[span.start_char : span.end_char],
            label=span.label_,
            entity=span._.entity,
            relation=span._.relation,
            score=round(float(span._.score), 3),
            sentence=sentence_at(text, starts, span.start_char, span.end_char),
        )
        for span in doc.ents
        if span.label_ in LABELS
    ]


def _safe(text: str) -> str:
    # spaCy's string store is UTF-8; a lone surrogate takes one code point either way, so offsets hold.
    return text.encode("utf-8", "replace").decode("utf-8")
