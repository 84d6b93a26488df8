"""BIOES tags: spans to tags and back, the transitions they allow, and the best path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kg.schema import LABELS

__all__ = ["TAGS", "allowed", "best_paths", "marginals", "spans_of", "tags_of"]

TAGS = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BIES"))
"""Begin, inside, end, single for each label, and outside."""

_FORBIDDEN = -1e4
_IDS = {tag: n for n, tag in enumerate(TAGS)}

Scores = npt.NDArray[np.float32]


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


def marginals(documents: Sequence[Scores], transitions: Scores) -> list[npt.NDArray[np.float64]]:
    """Return the probability of each tag at each token under the CRF, shape (tokens, tags), per document."""
    scores, lengths = _padded(documents)
    if not scores.size:
        return [np.zeros((0, len(TAGS))) for _ in documents]
    weights = np.exp(transitions.astype(np.float64))
    into = np.ascontiguousarray(weights.T)
    emit = np.exp((scores - scores.max(axis=2, keepdims=True)).astype(np.float64))
    forward, backward = np.empty_like(emit), np.empty_like(emit)
    forward[:, 0] = _shares(emit[:, 0] * np.exp(_START))
    backward[:, -1] = np.exp(_END)
    steps = scores.shape[1]
    # Sums over the last axis, not matrix products: those round differently for batches of different size.
    for t in range(1, steps):
        forward[:, t] = _shares((forward[:, t - 1, None, :] * into).sum(axis=2) * emit[:, t])
    for t in range(steps - 2, -1, -1):
        row = ((emit[:, t + 1] * backward[:, t + 1])[:, None, :] * weights).sum(axis=2)
        backward[:, t] = np.where((t + 1 < lengths)[:, None], _shares(row), np.exp(_END))
    joint = _shares(forward * backward)
    return [row[:length] for row, length in zip(joint, lengths, strict=True)]


def _shares(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shares: npt.NDArray[np.float64] = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def _padded(documents: Sequence[Scores]) -> tuple[Scores, npt.NDArray[np.int64]]:
    """Return the scores as one array, shape (documents, tokens, tags), and the number of tokens of each."""
    lengths = np.array([len(scores) for scores in documents], dtype=np.int64)
    padded = np.zeros((len(documents), lengths.max(initial=0), len(TAGS)), dtype=np.float32)
    for row, scores in zip(padded, documents, strict=True):
        row[: len(scores)] = scores
    return padded, lengths
