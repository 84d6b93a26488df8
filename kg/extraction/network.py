"""The tagger network in NumPy alone: the arithmetic of `kg.extraction.training.network`.

A token is read through its word (static vector, hashed row, characters), then through windows of itself and
two neighbours and through attention over its whole paper, to a score per tag and per
relation.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kg.extraction.features import Arrays, Words
from kg.extraction.tags import TAGS

__all__ = ["Network"]

Floats = npt.NDArray[np.float32]


class Network:
    """A trained network.

    Parameters
    ----------
    weights : mapping of str to float array
        As named by the network that was trained.
    layers : sequence of int
        From bottom to top: a positive number is a window layer of that dilation, 0 an attention layer.
    heads : int
        Heads of an attention layer.
    """

    def __init__(self, weights: Mapping[str, npt.NDArray[Any]], layers: Sequence[int], heads: int) -> None:
        self.weights: dict[str, Floats] = {
            name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()
        }
        self.layers = tuple(layers)
        self.heads = heads

    def scores(self, arrays: Arrays, lengths: Sequence[int]) -> list[tuple[Floats, Floats]]:
        """Return the scores of the tags and of the relations, each of shape (tokens, classes), per document.

        Parameters
        ----------
        arrays : Arrays
            The tokens of all documents, one after the other.
        lengths : sequence of int
            How many tokens each document has.
        """
        w = self.weights
        ends = np.cumsum(lengths)[:-1]
        shaped = w["encoder.shapes.weight"] @ w["encoder.place.weight"].T
        state = self._read(arrays.words)[arrays.places] + shaped[arrays.shapes]
        gap = max(self.layers, default=0)
        rows, total = _rows([length for length in lengths if length], gap)
        spans = [
            (start, end) for start, end in zip((0, *ends), (*ends, len(state)), strict=True) if start < end
        ]
        for n, kind in enumerate(self.layers):
            name = f"encoder.layers.{n}"
            normed = self._norm(state, f"{name}.norm")
            if kind:
                padded = np.zeros((total, state.shape[1]), dtype=np.float32)
                padded[rows] = normed
                window = np.concatenate([padded[rows - kind], normed, padded[rows + kind]], axis=1)
                hidden = self._linear(window, f"{name}.read")
                np.maximum(hidden, 0, out=hidden)
            else:
                hidden = self._attend(self._linear(normed, f"{name}.read"), spans)
            state += self._linear(hidden, f"{name}.write")
        scores = self._linear(self._norm(state, "encoder.last"), "out")
        return [(part[:, : len(TAGS)], part[:, len(TAGS) :]) for part in np.split(scores, ends)]

    def to_bytes(self) -> bytes:
        """Return the network as an NPZ archive in half precision."""
        stream = io.BytesIO()
        halves = {name: array.astype(np.float16) for name, array in sorted(self.weights.items())}
        header = json.dumps({"layers": self.layers, "heads": self.heads})
        np.savez(stream, header=np.array(header), **halves)  # type: ignore[arg-type]
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Network:
        """Return the network that `to_bytes` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            header = json.loads(str(archive["header"]))
            weights = {name: archive[name] for name in archive.files if name != "header"}
        return cls(weights, header["layers"], header["heads"])

    def _read(self, words: Words) -> Floats:
        w = self.weights
        letters = w["encoder.chars.weight"][words.chars]
        padded = np.pad(letters, ((0, 0), (1, 1), (0, 0)))
        size = letters.shape[1]
        window = np.concatenate([padded[:, i : i + size] for i in range(3)], axis=2)
        spelled = np.maximum(self._linear(window, "encoder.convolution"), 0).max(axis=1)
        vectors = self._norm(words.vectors, "encoder.norm")
        read = np.concatenate([vectors, w["encoder.words.weight"][words.rows], spelled], axis=1)
        return self._linear(read, "encoder.enter")

    def _attend(self, parts: Floats, spans: Sequence[tuple[int, int]]) -> Floats:
        width = parts.shape[1] // 3
        size = width // self.heads
        seen = np.empty((len(parts), width), dtype=np.float32)
        for start, end in spans:
            three = parts[start:end].reshape(end - start, 3, self.heads, size).transpose(1, 2, 0, 3)
            query, key, value = three
            weights = query @ key.transpose(0, 2, 1) / np.float32(size**0.5)
            weights -= weights.max(axis=2, keepdims=True)
            np.exp(weights, out=weights)
            weights /= weights.sum(axis=2, keepdims=True)
            seen[start:end] = (weights @ value).transpose(1, 0, 2).reshape(end - start, width)
        return seen

    def _linear(self, x: Floats, name: str) -> Floats:
        out: Floats = x @ self.weights[f"{name}.weight"].T
        out += self.weights[f"{name}.bias"]
        return out

    def _norm(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(axis=1, keepdims=True)
        centred /= np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(1e-5))
        normed: Floats = centred * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return normed


def _rows(lengths: Sequence[int], gap: int) -> tuple[npt.NDArray[np.int64], int]:
    """Return where each token's row lies when gaps as wide as the widest window part the documents."""
    starts = np.cumsum([gap, *(length + gap for length in lengths)])
    rows = [np.arange(start, start + length) for start, length in zip(starts, lengths, strict=False)]
    return np.concatenate([*rows, np.zeros(0, dtype=np.int64)]).astype(np.int64), int(starts[-1])
