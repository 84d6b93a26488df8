"""Documents as token ids over a shared vocabulary, and the batches that the networks read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kg.extraction.features import Words

__all__ = ["Batch", "Documents", "batch_of", "batches"]

Ids = npt.NDArray[np.int32]


class Documents(NamedTuple):
    """Tokenised documents; token ``i`` of document ``n`` is word ``ids[offsets[n] + i]``.

    Attributes
    ----------
    words : Words
        The vocabulary.
    ids : int32, shape (tokens,)
    offsets : int64, shape (documents + 1,)
    titles : int32, shape (documents,)
        How many tokens of the document belong to its title.
    """

    words: Words
    ids: Ids
    offsets: npt.NDArray[np.int64]
    titles: Ids


class Batch(NamedTuple):
    """What the networks read of a few documents.

    Attributes
    ----------
    vectors, rows, chars
        The distinct words of the batch, as in `kg.extraction.features.Words`.
    known : int64, shape (distinct words,)
        Their rows in the vocabulary.
    places, shapes : int64, shape (documents, tokens)
        Row of each token among the distinct words, and its shape.
    live : bool, shape (documents, tokens)
        False where a document is padded.
    lengths : int64, shape (documents,)
    """

    vectors: Tensor
    rows: Tensor
    chars: Tensor
    known: Tensor
    places: Tensor
    shapes: Tensor
    live: Tensor
    lengths: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch on a device."""
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in self))


def batch_of(documents: Documents, chosen: Sequence[int]) -> Batch:
    """Return the batch of the chosen documents, in their order."""
    spans = [documents.ids[documents.offsets[n] : documents.offsets[n + 1]] for n in chosen]
    lengths = np.array([len(span) for span in spans])
    known, back = np.unique(np.concatenate(spans), return_inverse=True)
    longest = int(lengths.max())
    live = np.arange(longest) < lengths[:, None]
    places = np.zeros(live.shape, dtype=np.int64)
    places[live] = back
    title = np.arange(longest) < documents.titles[list(chosen)][:, None]
    table = documents.words
    shapes = np.where(live, table.shapes[known][places] + 8 * title, 0)
    return Batch(
        torch.from_numpy(table.vectors[known].astype(np.float32)),
        torch.from_numpy(table.rows[known].astype(np.int64)),
        torch.from_numpy(table.chars[known].astype(np.int64)),
        torch.from_numpy(known.astype(np.int64)),
        torch.from_numpy(places),
        torch.from_numpy(shapes.astype(np.int64)),
        torch.from_numpy(live),
        torch.from_numpy(lengths.astype(np.int64)),
    )


def batches(
    documents: Documents, chosen: Sequence[int], tokens: int, rng: random.Random
) -> Iterator[list[int]]:
    """Yield groups of documents of similar length, each of about ``tokens`` tokens, in random order."""
    lengths = np.diff(documents.offsets)
    order = sorted((n for n in chosen if lengths[n]), key=lambda n: lengths[n] * rng.uniform(0.9, 1.1))
    groups: list[list[int]] = [[]]
    for n in order:
        if groups[-1] and (len(groups[-1]) + 1) * lengths[n] > tokens:
            groups.append([])
        groups[-1].append(n)
    rng.shuffle(groups)
    yield from groups
