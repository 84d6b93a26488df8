"""The recogniser of the shipped pipelines: finds the entities of a document with a small network.

The component ``kg_tagger`` runs `kg.extraction.network` and takes the best sequence of BIOES tags. It sets
``doc.ents``; on each span ``span._.score``, the lowest marginal probability of its tags under the CRF, as yet
uncalibrated; and ``doc._.relation_scores``, which ``kg_relations`` reads and drops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

import kg.extraction.extensions  # noqa: F401
from kg.errors import InputError
from kg.extraction.features import arrays_of
from kg.extraction.network import Network
from kg.extraction.tags import TAGS, best_paths, marginals, spans_of
from kg.schema import RELATIONS

__all__ = ["EntityTagger", "create_tagger"]

Floats = npt.NDArray[np.float32]

_TOGETHER = 16
_NOTHING = (np.zeros((0, len(TAGS)), np.float32), np.zeros((0, len(RELATIONS)), np.float32))


class EntityTagger:
    """The component ``kg_tagger``."""

    def __init__(self) -> None:
        self.network: Network | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc.ents`` and return the document."""
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 16) -> Iterator[Doc]:  # noqa: ARG002
        """Process a stream.

        Sixteen documents are decoded together, whatever the batch size: that is faster and changes nothing.
        """
        for batch in minibatch(stream, _TOGETHER):  # type: ignore[no-untyped-call]
            docs = list(batch)
            self._annotate(docs)
            yield from docs

    def scores(self, docs: Sequence[Doc]) -> list[tuple[Floats, Floats]]:
        """Return the scores of tags and relations of each document, each of shape (tokens, classes)."""
        if self.network is None:
            raise InputError("the component kg_tagger has no weights; load a trained pipeline.")
        # One at a time: the last bits of a matrix product depend on how many rows it has.
        return [
            self.network.scores(arrays_of([doc]), [len(doc)])[0] if len(doc) else _NOTHING for doc in docs
        ]

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.npz").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> EntityTagger:  # noqa: ARG002
        """Read the weights from the folder ``path`` and return the component."""
        return self.from_bytes((Path(path) / "weights.npz").read_bytes())

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the weights as an NPZ archive in half precision; empty where there are none."""
        return self.network.to_bytes() if self.network else b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> EntityTagger:  # noqa: ARG002
        """Set the weights from what `to_bytes` gave and return the component."""
        self.network = Network.from_bytes(data) if data else None
        return self

    def _annotate(self, docs: Sequence[Doc]) -> None:
        scores = self.scores(docs)
        assert self.network is not None
        transitions = self.network.weights["transitions"]
        tags = [tags for tags, _ in scores]
        paths, chances = best_paths(tags, transitions), marginals(tags, transitions)
        for doc, path, table, (_, relations) in zip(docs, paths, chances, scores, strict=True):
            doc.set_ents(list(_spans(doc, path, table)))
            doc._.relation_scores = relations


@Language.factory("kg_tagger", assigns=["doc.ents"])
def create_tagger(nlp: Language, name: str) -> EntityTagger:  # noqa: ARG001
    """Make the component; it finds nothing until weights are loaded."""
    return EntityTagger()


def _spans(doc: Doc, path: Sequence[int], chances: npt.NDArray[np.float64]) -> Iterator[Span]:
    """Yield the spans of a tag sequence, less the blanks at their ends, with their scores."""
    for start, end, label in spans_of(path):
        while start < end and doc[start].is_space:
            start += 1
        while start < end and doc[end - 1].is_space:
            end -= 1
        if start < end:
            span = Span(doc, start, end, label=label)
            span._.score = float(chances[np.arange(start, end), path[start:end]].min())
            yield span
