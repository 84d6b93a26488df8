"""BIOES tags: spans to tags and back, the transitions they allow, and the best path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kg.schema import LABELS

__all__ = ["TAGS", "allowed", "marginals", "spans_of", "tags_of", "viterbi"]

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


def viterbi(scores: Scores, transitions: Scores) -> list[int]:
    """Return the best allowed tag sequence.

    Parameters
    ----------
    scores : float array, shape (tokens, tags)
    transitions : float array, shape (tags, tags)
        From row to column; forbidden pairs already low.
    """
    if not len(scores):
        return []
    best = scores[0] + _START
    back = np.zeros(scores.shape, dtype=np.int64)
    for t in range(1, len(scores)):
        table = best[:, None] + transitions
        back[t] = table.argmax(axis=0)
        best = table[back[t], np.arange(len(TAGS))] + scores[t]
    path = [int((best + _END).argmax())]
    for t in range(len(scores) - 1, 0, -1):
        path.append(int(back[t, path[-1]]))
    return path[::-1]


def marginals(scores: Scores, transitions: Scores) -> npt.NDArray[np.float64]:
    """Return the probability of each tag at each token under the CRF, shape (tokens, tags)."""
    n = len(scores)
    weights = np.exp(transitions.astype(np.float64))
    emit = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    forward, backward = np.empty_like(emit), np.empty_like(emit)
    forward[0] = emit[0] * np.exp(_START)
    forward[0] /= forward[0].sum()
    for t in range(1, n):
        row = (forward[t - 1] @ weights) * emit[t]
        forward[t] = row / row.sum()
    backward[-1] = np.exp(_END)
    for t in range(n - 2, -1, -1):
        row = weights @ (emit[t + 1] * backward[t + 1])
        backward[t] = row / row.sum()
    joint = forward * backward
    result: npt.NDArray[np.float64] = joint / joint.sum(axis=1, keepdims=True)
    return result
