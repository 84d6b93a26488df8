"""The recogniser of the shipped pipelines: finds the entities of a document with a small network.

The component ``kg_tagger`` runs `kg.extraction.network`. It sets ``doc.spans["candidates"]``, the spans that
are at all likely, with their probabilities under the CRF as ``attrs["scores"]``: they may overlap, and
``kg_reranker`` chooses among them. And it sets ``doc._.relation_scores``, which ``kg_relations`` drops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import minibatch

import kg.extraction.extensions  # noqa: F401
from kg.errors import InputError
from kg.extraction.features import WordCache, arrays_of
from kg.extraction.network import Network
from kg.extraction.tags import TAGS, likely_spans
from kg.schema import RELATIONS

__all__ = ["CANDIDATES", "EntityTagger", "create_tagger"]

Floats = npt.NDArray[np.float32]

CANDIDATES = "candidates"
"""Key of the candidates in ``doc.spans``."""

_FLOOR = 0.03
_TOGETHER = 16
_NOTHING = (np.zeros((0, len(TAGS)), np.float32), np.zeros((0, len(RELATIONS)), np.float32))


class EntityTagger:
    """The component ``kg_tagger``."""

    def __init__(self) -> None:
        self.network: Network | None = None
        self._cache = WordCache()

    def __call__(self, doc: Doc) -> Doc:
        """Set the candidates and return the document."""
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
            self.network.scores(arrays_of([doc], self._cache), [len(doc)])[0] if len(doc) else _NOTHING
            for doc in docs
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
        found = likely_spans([tags for tags, _ in scores], transitions, _FLOOR)
        for doc, spans, (_, relations) in zip(docs, found, scores, strict=True):
            _propose(doc, spans)
            doc._.relation_scores = relations


@Language.factory("kg_tagger", assigns=["doc.spans"])
def create_tagger(nlp: Language, name: str) -> EntityTagger:  # noqa: ARG001
    """Make the component; it finds nothing until weights are loaded."""
    return EntityTagger()


def _propose(doc: Doc, spans: Sequence[tuple[int, int, str, float]]) -> None:
    """Set the candidates of a document, less those that begin or end with a blank."""
    kept = [s for s in spans if not doc[s[0]].is_space and not doc[s[1] - 1].is_space]
    group = SpanGroup(doc, name=CANDIDATES, spans=[Span(doc, s, e, label=label) for s, e, label, _ in kept])
    group.attrs["scores"] = np.array([chance for *_, chance in kept])
    doc.spans[CANDIDATES] = group
