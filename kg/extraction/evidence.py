"""What the whole paper says about each candidate span: the table that ``kg_reranker`` reads.

A candidate's own probability is that of the recogniser at one place. The paper says more: how likely the same
words are elsewhere in it, which longer, shorter or crossing spans compete, whether the title names them,
whether an abbreviation in brackets agrees. And annotators have met many names before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc, Span

from kg.extraction.gazetteer import FACTS, Gazetteer
from kg.extraction.occurrences import places
from kg.extraction.tagger import CANDIDATES
from kg.schema import LABELS, RELATIONS

__all__ = ["COLUMNS", "evidence"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CASES = ("lower", "digit", "title", "mixed")
_MOST = 4
_LONGEST = 5
_BLOCK = 256
"""Rows compared with all others at once: memory stays small where a text is long."""

COLUMNS = (
    *("own", "best", "mean", "open", "rest", "rival", "rival form", "longer", "shorter", "crossing"),
    *("any case", "partner", "introduces"),
    *("where", "in title", "form in title", "names the title", "alone"),
    *(f"places {n}" for n in range(1, _MOST + 1)),
    *(f"label {label}" for label in LABELS),
    *(f"tokens {n}" for n in range(1, _LONGEST + 1)),
    *(f"case {case}" for case in _CASES),
    *FACTS,
)
"""What each column of `evidence` tells; the first twelve are log odds divided by 3."""


def evidence(doc: Doc, gazetteer: Gazetteer) -> tuple[list[Span], npt.NDArray[np.float32]]:
    """Return the candidates at every place of their words, and a row for each, shape (spans, `COLUMNS`).

    Where the recogniser gave a candidate's words no chance at one of their places, they stand there with a
    chance of 0. The document needs candidates and ``_.relation_scores``.
    """
    text = doc.text
    found = _spread(doc, text)
    if not found:
        return [], np.zeros((0, len(COLUMNS)), dtype=np.float32)
    spans = list(found)
    keys = [(span.start_char, span.end_char) for span in spans]
    start, end = np.array(keys).T
    label = np.array([LABELS.index(span.label_) for span in spans])
    chance = np.array(list(found.values()))
    texts = [text[s:e] for s, e in keys]
    text_ids, plain_ids = _numbers(texts), _numbers([form.casefold() for form in texts])
    named = np.array([text.startswith(":", e) for e in end.tolist()])
    opens = np.array([text.startswith(" (", e) for e in end.tolist()])
    in_title = start < len(text.partition("\n")[0])
    blocks = [slice(n, n + _BLOCK) for n in range(0, len(spans), _BLOCK)]
    longer = np.concatenate(
        [_highest(_within(start, end, rows) & ~_here(start, end, rows), chance) for rows in blocks]
    )
    odds, told = [], []
    for rows in blocks:
        here = _here(start, end, rows)
        same = label[rows, None] == label
        form = text_ids[rows, None] == text_ids
        twin = form & same
        within = _within(start, end, rows) & ~here
        around = (start[rows, None] <= start) & (end[rows, None] >= end) & ~here
        overlap = (start[rows, None] < end) & (end[rows, None] > start) & ~here
        partner = (opens[rows, None] & (start == end[rows, None] + 2)) | (
            opens & (start[rows, None] == end + 2)
        )
        many, total = twin.sum(axis=1), (twin * chance).sum(axis=1)
        is_open = twin & (longer < 0.5)
        opened = is_open.sum(axis=1)
        others = (total - chance[rows]) / np.maximum(many - 1, 1)
        odds.append(
            [
                chance[rows],
                _highest(twin, chance),
                total / many,
                np.where(opened, (is_open * chance).sum(axis=1) / np.maximum(opened, 1), total / many),
                np.where(many == 1, chance[rows], others),
                _highest(here & ~same, chance),
                _highest(form & ~same, chance),
                longer[rows],
                _highest(around, chance),
                _highest(overlap & ~within & ~around, chance),
                _highest((plain_ids[rows, None] == plain_ids) & same, chance),
                _highest(partner & same, chance),
            ]
        )
        told.append(
            [(twin & in_title).any(axis=1), (twin & in_title & named).any(axis=1), many == 1]
            + [np.minimum(many, _MOST) == n for n in range(1, _MOST + 1)]
        )
    chances = np.concatenate(odds, axis=1)
    table = np.concatenate(
        [
            np.log((chances + 1e-4) / (1 - chances + 1e-4)) / 3,
            [_introduced(doc, spans), start / len(text), in_title],
            np.concatenate(told, axis=1),
            label == np.arange(len(LABELS))[:, None],
            _long(spans) == np.arange(1, _LONGEST + 1)[:, None],
            np.array([_CASES.index(_case(form)) for form in texts]) == np.arange(len(_CASES))[:, None],
            gazetteer.facts(texts, [span.label_ for span in spans]),
        ]
    )
    return spans, np.ascontiguousarray(table.T, dtype=np.float32)


def _spread(doc: Doc, text: str) -> dict[Span, float]:
    """Return the candidates at all places of their words, in text order, with their probabilities."""
    group = doc.spans[CANDIDATES]
    scored = zip(group, group.attrs["scores"].tolist(), strict=True)
    found = {(span.start_char, span.end_char, span.label_): (span, chance) for span, chance in scored}
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for start, end, label in found:
        labels[text[start:end]].add(label)
    for form, those in labels.items():
        for start in places(text, form):
            end = start + len(form)
            for label in those:
                span = None if (start, end, label) in found else doc.char_span(start, end, label=label)
                if span is not None:
                    found[start, end, label] = (span, 0.0)
    return dict(found[key] for key in sorted(found))


def _numbers(texts: Sequence[str]) -> Ints:
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts])


def _highest(mask: Bools, chance: Floats) -> Floats:
    highest: Floats = (mask * chance).max(axis=1)
    return highest


def _here(start: Ints, end: Ints, rows: slice) -> Bools:
    same: Bools = (start[rows, None] == start) & (end[rows, None] == end)
    return same


def _within(start: Ints, end: Ints, rows: slice) -> Bools:
    inside: Bools = (start[rows, None] >= start) & (end[rows, None] <= end)
    return inside


def _introduced(doc: Doc, spans: Sequence[Span]) -> Floats:
    """Return how likely the recogniser holds that the paper introduces what a span names."""
    scores = doc._.relation_scores.astype(np.float64)
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    share = chances[:, RELATIONS.index("introduces")] / chances.sum(axis=1)
    sums = np.concatenate([[0.0], np.cumsum(share)])
    ends = np.array([(span.start, span.end) for span in spans])
    mean: Floats = (sums[ends[:, 1]] - sums[ends[:, 0]]) / (ends[:, 1] - ends[:, 0])
    return mean


def _long(spans: Sequence[Span]) -> Ints:
    return np.minimum([span.end - span.start for span in spans], _LONGEST)


def _case(text: str) -> str:
    if text.islower():
        return "lower"
    if any(character.isdigit() for character in text):
        return "digit"
    return "title" if text.istitle() else "mixed"
