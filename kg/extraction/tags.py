"""BIOES tags: spans to tags and back, the transitions they allow, the best path and the likely spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from kg.schema import LABELS

__all__ = ["TAGS", "allowed", "best_paths", "likely_spans", "spans_of", "tags_of"]

TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BIES"))
"""Begin, inside, end, single for each label, and outside."""

_FORBIDDEN = -1e4
_IDS = {tag: n for n, tag in enumerate(TAGS)}

Scores = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


def tags_of(length: int, spans: Iterable[tuple[int, int, str]]) -> list[int]:
    """Return the tag ids of a document of ``length`` tokens; spans are (first token, token after, label).

    >>> [TAGS[i] for i in tags_of(3, [(0, 2, "MODEL")])]
    ['B-MODEL', 'E-MODEL', 'O']
    """
    tags = [0] * length
    for start, end, label in spans:
        if end - start == 1:
            tags[start] = _IDS[f"S-{label}"]
            continue
        tags[start:end] = [_IDS[f"I-{label}"]] * (end - start)
        tags[start], tags[end - 1] = _IDS[f"B-{label}"], _IDS[f"E-{label}"]
    return tags


def spans_of(tags: Sequence[int]) -> list[tuple[int, int, str]]:
    """Return the spans of an allowed tag sequence, in order.

    >>> spans_of(tags_of(4, [(0, 2, "MODEL"), (3, 4, "TASK")]))
    [(0, 2, 'MODEL'), (3, 4, 'TASK')]
    """
    spans, start = [], 0
    for position, tag in enumerate(tags):
        prefix, _, label = TAGS[tag].partition("-")
        if prefix in "BS":
            start = position
        if prefix in "ES":
            spans.append((start, position + 1, label))
    return spans


def allowed() -> tuple[Scores, Scores, Scores]:
    """Return the scores to add at the start, at the end (shape (tags,)) and between tags (tags, tags)."""
    inside = np.array([tag[0] in "BI" for tag in TAGS])
    opens = np.array([tag[0] in "OBS" for tag in TAGS])
    same = np.array([[a[2:] == b[2:] for b in TAGS] for a in TAGS])
    fine = np.where(inside[:, None], ~opens[None, :] & same, opens[None, :])
    return (
        np.where(opens, 0.0, _FORBIDDEN).astype(np.float32),
        np.where(inside, _FORBIDDEN, 0.0).astype(np.float32),
        np.where(fine, 0.0, _FORBIDDEN).astype(np.float32),
    )


_START, _END, _PAIRS = allowed()


def best_paths(documents: Sequence[Scores], transitions: Scores) -> list[list[int]]:
    """Return the best allowed tag sequence of each document (Viterbi's algorithm).

    Parameters
    ----------
    documents : sequence of float array, shape (tokens, tags)
    transitions : float array, shape (tags, tags)
        From row to column; forbidden pairs already low.
    """
    scores, lengths = _padded(documents)
    if not scores.size:
        return [[] for _ in documents]
    into = np.ascontiguousarray(transitions.T)
    stay = np.arange(len(TAGS))
    best = scores[:, 0] + _START
    back = np.empty(scores.shape, dtype=np.int64)
    for t in range(1, scores.shape[1]):
        table = best[:, None, :] + into
        live = (t < lengths)[:, None]
        back[:, t] = np.where(live, table.argmax(axis=2), stay)
        best = np.where(live, table.max(axis=2) + scores[:, t], best)
    paths = np.empty(scores.shape[:2], dtype=np.int64)
    paths[:, -1] = (best + _END).argmax(axis=1)
    rows = np.arange(len(documents))
    for t in range(scores.shape[1] - 1, 0, -1):
        paths[:, t - 1] = back[rows, t, paths[:, t]]
    return [path[:length].tolist() for path, length in zip(paths, lengths, strict=True)]


def likely_spans(
    documents: Sequence[Scores], transitions: Scores, floor: float, longest: int = 16
) -> list[list[tuple[int, int, str, float]]]:
    """Return the spans that the CRF holds possible, each with its probability, per document.

    The probability of a span is the share of all tag sequences, by weight, in which it stands with its label
    (the forward and backward sums of Rabiner 1989, "A Tutorial on Hidden Markov Models"). Spans may overlap.

    Parameters
    ----------
    documents : sequence of float array, shape (tokens, tags)
    transitions : float array, shape (tags, tags)
    floor : float
        Spans that are less likely are left out.
    longest : int
        So are spans of more tokens.

    Returns
    -------
    list of list of (start, end, label, probability)
        Ordered by position and label.
    """
    scores, lengths = _padded(documents)
    found: list[list[tuple[int, int, str, float]]] = [[] for _ in documents]
    if not scores.size:
        return found
    weights = np.exp(transitions.astype(np.float64))
    emit = np.exp((scores - scores.max(axis=2, keepdims=True)).astype(np.float64))
    forward, backward, scale = _sums(emit, weights, lengths)
    moves = emit / scale[:, :, None]
    for size, table in enumerate(_chances(weights, moves, forward, backward, longest), start=1):
        live = np.arange(table.shape[1]) <= (lengths - size)[:, None]
        for row, start, label in zip(*np.nonzero((table >= floor) & live[:, :, None]), strict=True):
            span = (int(start), int(start) + size, LABELS[label], float(table[row, start, label]))
            found[row].append(span)
    return [sorted(spans) for spans in found]


def _sums(
    emit: Doubles, weights: Doubles, lengths: npt.NDArray[np.int64]
) -> tuple[Doubles, Doubles, Doubles]:
    """Return the forward and backward sums, and by what each step was scaled: their product is a share."""
    into = np.ascontiguousarray(weights.T)
    forward, backward = np.empty_like(emit), np.empty_like(emit)
    scale = np.ones(emit.shape[:2])
    steps = emit.shape[1]
    # Sums over the last axis, not matrix products: those round differently for batches of different size.
    for t in range(steps):
        before = np.exp(_START) if t == 0 else (forward[:, t - 1, None, :] * into).sum(axis=2)
        row = before * emit[:, t]
        scale[:, t] = row.sum(axis=1)
        forward[:, t] = row / scale[:, t, None]
    backward[:, -1] = np.exp(_END)
    for t in range(steps - 2, -1, -1):
        row = ((emit[:, t + 1] * backward[:, t + 1])[:, None, :] * weights).sum(axis=2)
        more = (t + 1 < lengths)[:, None]
        backward[:, t] = np.where(more, row / scale[:, t + 1, None], np.exp(_END))
    rows = np.arange(len(lengths))
    total = (forward[rows, lengths - 1] * np.exp(_END)).sum(axis=1)
    return forward, backward / total[:, None, None], scale


def _chances(
    weights: Doubles, moves: Doubles, forward: Doubles, backward: Doubles, longest: int
) -> Iterator[Doubles]:
    """Yield the probability of each span of 1, 2, … tokens, shape (documents, starts, labels)."""
    begin, inside, end, single = (
        np.array([_IDS[f"{prefix}-{label}"] for label in LABELS]) for prefix in "BIES"
    )
    yield forward[:, :, single] * backward[:, :, single]
    run, last = forward[:, :, begin], begin
    for size in range(2, min(longest, forward.shape[1]) + 1):
        run = run[:, : forward.shape[1] - size + 1]
        closed = run * weights[last, end] * moves[:, size - 1 :, end]
        yield closed * backward[:, size - 1 :, end]
        run, last = run * weights[last, inside] * moves[:, size - 1 :, inside], inside


def _padded(documents: Sequence[Scores]) -> tuple[Scores, npt.NDArray[np.int64]]:
    """Return the scores as one array, shape (documents, tokens, tags), and the number of tokens of each."""
    lengths = np.array([len(scores) for scores in documents], dtype=np.int64)
    padded = np.zeros((len(documents), lengths.max(initial=0), len(TAGS)), dtype=np.float32)
    for row, scores in zip(padded, documents, strict=True):
        row[: len(scores)] = scores
    return padded, lengths
