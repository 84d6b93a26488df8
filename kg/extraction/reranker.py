"""Chooses among the recogniser's candidates, with the whole paper in view.

The component ``kg_reranker`` gives each candidate, at each place of its words, a calibrated probability: that
of a small network over `kg.extraction.evidence`. Of spans that overlap it takes those that are together worth
most, each its probability less ``threshold``. It sets ``doc.ents``, ``span._.score``, and
``span._.introduced``, how likely the paper introduces what a right span names. To read a first model's
candidates again with more in view is the idea of Collins 2000, "Discriminative Reranking for Natural Language
Parsing".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import srsly
from spacy.language import Language
from spacy.tokens import Doc

import kg.extraction.extensions  # noqa: F401
from kg.errors import InputError
from kg.extraction.evidence import evidence
from kg.extraction.gazetteer import Gazetteer
from kg.extraction.layers import forward, pack, unpack

__all__ = ["SpanReranker", "create_reranker", "most_worth"]

Floats = npt.NDArray[np.float32]


class SpanReranker:
    """The component ``kg_reranker``.

    Attributes
    ----------
    threshold : float
        What a span must be worth: with 0.4 a span that is right two times in five is as well left out.
    introduced : float
        By how much less, where the paper introduces what the span names: a reader misses that most.
    gazetteer : Gazetteer
    weights : list of float array
        Of the network's layers, each with its bias as the last row.
    """

    def __init__(self, threshold: float, introduced: float) -> None:
        self.threshold = threshold
        self.introduced = introduced
        self.gazetteer = Gazetteer()
        self.weights: list[Floats] = []

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc.ents`` and return the document."""
        spans, table = evidence(doc, self.gazetteer)
        right, introduced = self.chances(table).T
        # A title alone says of no word in it that the paper introduces it.
        preferred = self.introduced if doc.text.partition("\n")[2].strip() else 0.0
        worth = right - self.threshold + preferred * introduced
        chosen = most_worth([(span.start, span.end) for span in spans], worth.tolist())
        for n in chosen:
            spans[n]._.score = float(right[n])
            spans[n]._.introduced = min(1.0, float(introduced[n] / right[n]))
        doc.set_ents([spans[n] for n in chosen])
        return doc

    def chances(self, table: Floats) -> npt.NDArray[np.float64]:
        """Return how likely each row of `evidence` is a mention, and one of what the paper introduces.

        Shape (rows, 2).
        """
        if not self.weights:
            raise InputError("the component kg_reranker has no weights; load a trained pipeline.")
        odds = forward(self.weights, table).astype(np.float64)
        chances: npt.NDArray[np.float64] = 1 / (1 + np.exp(-odds))
        return chances

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write weights and gazetteer into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.npz").write_bytes(pack(self.weights))
        (folder / "gazetteer.bin").write_bytes(self.gazetteer.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SpanReranker:  # noqa: ARG002
        """Read weights and gazetteer from the folder ``path`` and return the component."""
        self.weights = unpack((Path(path) / "weights.npz").read_bytes())
        self.gazetteer.from_bytes((Path(path) / "gazetteer.bin").read_bytes())
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return weights and gazetteer as bytes."""
        data: bytes = srsly.msgpack_dumps(
            {"weights": pack(self.weights), "gazetteer": self.gazetteer.to_bytes()}
        )
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> SpanReranker:  # noqa: ARG002
        """Set weights and gazetteer from bytes and return the component."""
        state = srsly.msgpack_loads(data)
        self.weights = unpack(state["weights"])
        self.gazetteer.from_bytes(state["gazetteer"])
        return self


@Language.factory(
    "kg_reranker",
    default_config={"threshold": 0.4, "introduced": 4.0},
    requires=["doc.spans"],
    assigns=["doc.ents"],
)
def create_reranker(
    nlp: Language,  # noqa: ARG001
    name: str,  # noqa: ARG001
    threshold: float,
    introduced: float,
) -> SpanReranker:
    """Make the component; it needs weights."""
    return SpanReranker(threshold, introduced)


def most_worth(spans: Sequence[tuple[int, int]], worth: Sequence[float]) -> list[int]:
    """Return which spans, none overlapping another, are together worth most, in text order.

    Weighted interval scheduling (Kleinberg and Tardos 2005, "Algorithm Design", section 6.1). Spans worth
    nothing are left out; of equal sums the one found first by end and start stays.

    Parameters
    ----------
    spans : sequence of (start, end)
    worth : sequence of float

    Examples
    --------
    >>> most_worth([(0, 2), (1, 4), (3, 5)], [0.3, 0.5, 0.3])
    [0, 2]
    """
    order = sorted((n for n, value in enumerate(worth) if value > 0), key=lambda n: spans[n][::-1])
    ends: list[int] = []
    best: list[float] = [0.0]
    taken: list[int] = []
    for n in order:
        before = bisect_right(ends, spans[n][0])
        taken.append(before if best[before] + worth[n] > best[-1] else -1)
        best.append(max(best[before] + worth[n], best[-1]))
        ends.append(spans[n][1])
    chosen, at = [], len(order)
    while at:
        if taken[at - 1] < 0:
            at -= 1
        else:
            chosen.append(order[at - 1])
            at = taken[at - 1]
    return chosen[::-1]
