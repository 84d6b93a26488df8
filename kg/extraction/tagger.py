"""The recogniser of the shipped pipelines: finds the entities of a document with a small network.

The component ``kg_tagger`` runs, in NumPy alone, the network that `kg.extraction.training.tagger` trains:
word vectors, hashed words, characters and shapes → dilated convolutions → the best sequence of BIOES tags.
It sets ``doc.ents`` and, on each span, ``span._.score``: the lowest marginal probability of its tags under
the CRF, as yet uncalibrated.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch

import kg.extraction.extensions  # noqa: F401
from kg.errors import InputError
from kg.extraction.features import Arrays, arrays_of
from kg.extraction.tags import TAGS, marginals, spans_of, viterbi

__all__ = ["EntityTagger", "create_tagger"]

Floats = npt.NDArray[np.float32]


class EntityTagger:
    """The component ``kg_tagger``."""

    def __init__(self) -> None:
        self.weights: dict[str, Floats] = {}
        self.dilations: tuple[int, ...] = ()

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc.ents`` and return the document."""
        return next(self.pipe([doc], batch_size=1))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 16) -> Iterator[Doc]:
        """Process a stream; documents of a batch share each matrix product."""
        for batch in minibatch(stream, batch_size):  # type: ignore[no-untyped-call]
            docs = list(batch)
            for doc, scores in zip(docs, self.scores([arrays_of(doc) for doc in docs]), strict=True):
                self._annotate(doc, scores)
            yield from docs

    def scores(self, documents: Sequence[Arrays]) -> list[Floats]:
        """Return the tag scores of each document, shape (tokens, tags)."""
        if not self.weights:
            raise InputError("the component kg_tagger has no weights; load a trained pipeline.")
        lengths = [len(arrays.words) for arrays in documents]
        if not sum(lengths):
            return [np.zeros((0, len(TAGS)), dtype=np.float32) for _ in documents]
        w = self.weights
        state = np.concatenate([self._read(arrays) for arrays in documents if len(arrays.words)])
        state = state @ w["enter.weight"].T + w["enter.bias"]
        rows, total = self._rows(lengths)
        for n, dilation in enumerate(self.dilations):
            padded = np.zeros((total, state.shape[1]), dtype=np.float32)
            padded[rows] = _layer_norm(state, w[f"norms.{n}.weight"], w[f"norms.{n}.bias"])
            kernel = w[f"blocks.{n}.weight"]
            update = w[f"blocks.{n}.bias"] + padded[rows] @ kernel[:, :, 1].T
            update += padded[rows - dilation] @ kernel[:, :, 0].T
            update += padded[rows + dilation] @ kernel[:, :, 2].T
            state = state + np.maximum(update, 0)
        state = _layer_norm(state, w["last.weight"], w["last.bias"])
        out: Floats = state @ w["out.weight"].T + w["out.bias"]
        return np.split(out, np.cumsum(lengths)[:-1])

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.npz").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> EntityTagger:  # noqa: ARG002
        """Read the weights from the folder ``path`` and return the component."""
        return self.from_bytes((Path(path) / "weights.npz").read_bytes())

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the weights as an NPZ archive in half precision."""
        stream = io.BytesIO()
        halves = {name: array.astype(np.float16) for name, array in sorted(self.weights.items())}
        np.savez(stream, dilations=np.array(self.dilations), **halves)  # type: ignore[arg-type]
        return stream.getvalue()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> EntityTagger:  # noqa: ARG002
        """Set the weights from what `to_bytes` gave and return the component."""
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            self.dilations = tuple(int(d) for d in archive["dilations"])
            self.weights = {
                name: archive[name].astype(np.float32) for name in archive.files if name != "dilations"
            }
        return self

    def _read(self, arrays: Arrays) -> Floats:
        w = self.weights
        known, back = np.unique(arrays.chars, axis=0, return_inverse=True)
        letters = w["chars.weight"][known]
        padded = np.pad(letters, ((0, 0), (1, 1), (0, 0)))
        size = letters.shape[1]
        spelled = w["convolution.bias"] + sum(
            padded[:, shift : shift + size] @ w["convolution.weight"][:, :, shift].T for shift in range(3)
        )
        spelled = np.maximum(spelled, 0).max(axis=1)[back.reshape(-1)]
        vectors = _layer_norm(arrays.vectors, w["norm.weight"], w["norm.bias"])
        read: Floats = np.concatenate(
            [vectors, w["words.weight"][arrays.words], spelled, w["shapes.weight"][arrays.shapes]], axis=1
        ).astype(np.float32, copy=False)
        return read

    def _rows(self, lengths: Sequence[int]) -> tuple[npt.NDArray[np.int64], int]:
        """Return where each token's row lies when gaps as wide as the widest dilation part the documents."""
        gap = max(self.dilations, default=0)
        starts = np.cumsum([gap, *(length + gap for length in lengths)])
        rows = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, lengths, strict=False)])
        return rows, int(starts[-1])

    def _annotate(self, doc: Doc, scores: Floats) -> None:
        transitions = self.weights["transitions"]
        path = viterbi(scores, transitions)
        if not path:
            return
        chances = marginals(scores, transitions)[np.arange(len(path)), path]
        spans = []
        for start, end, label in spans_of(path):
            while start < end and doc[start].is_space:
                start += 1
            while start < end and doc[end - 1].is_space:
                end -= 1
            if start < end:
                span = Span(doc, start, end, label=label)
                span._.score = float(min(chances[start:end]))
                spans.append(span)
        doc.set_ents(spans)


@Language.factory("kg_tagger", assigns=["doc.ents"])
def create_tagger(nlp: Language, name: str) -> EntityTagger:  # noqa: ARG001
    """Make the component; it finds nothing until weights are loaded."""
    return EntityTagger()


def _layer_norm(x: Floats, weight: Floats, bias: Floats) -> Floats:
    centred = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + 1e-5)
    normed: Floats = centred / scale * weight + bias
    return normed
