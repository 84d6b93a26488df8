"""The arrays that the tagger network reads, made from a tokenised document; the same in training and use."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

__all__ = ["CHARACTERS", "CHARS_PER_WORD", "SHAPES", "WORD_ROWS", "Arrays", "arrays_of"]

CHARS_PER_WORD = 18
CHARACTERS = 130
"""Character ids: 0 padding, 1 any non-ASCII character, 2 + code point for ASCII."""
WORD_ROWS = 16384
"""Rows of the hashed word embedding; row 0 is kept for dropped words."""
SHAPES = 16


class Arrays(NamedTuple):
    """What the network reads of one document of ``n`` tokens.

    Attributes
    ----------
    vectors : float32, shape (n, width of the static vectors)
    words : int64, shape (n,)
    chars : int64, shape (n, CHARS_PER_WORD)
    shapes : int64, shape (n,)
    """

    vectors: npt.NDArray[np.float32]
    words: npt.NDArray[np.int64]
    chars: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.int64]


def arrays_of(doc: Doc) -> Arrays:
    """Return the arrays of a document; the static vectors come from its vocabulary."""
    orths = [token.orth for token in doc]
    table = doc.vocab.vectors
    vectors = np.ascontiguousarray(table.get_batch(orths), dtype=np.float32)
    texts = [token.text for token in doc]
    title_end = doc.text.find("\n")
    shapes = [_shape(t.text) + (8 if t.idx < title_end else 0) for t in doc]
    return Arrays(
        vectors.reshape(len(texts), table.shape[1]),
        np.array([1 + zlib.crc32(t.lower().encode()) % (WORD_ROWS - 1) for t in texts], dtype=np.int64),
        np.array([_characters(t) for t in texts], dtype=np.int64).reshape(len(texts), CHARS_PER_WORD),
        np.array(shapes, dtype=np.int64),
    )


def _characters(text: str) -> list[int]:
    if len(text) > CHARS_PER_WORD:
        half = CHARS_PER_WORD // 2
        text = text[:half] + text[-half:]
    ids = [2 + ord(c) if ord(c) < 128 else 1 for c in text]
    return ids + [0] * (CHARS_PER_WORD - len(ids))


def _shape(text: str) -> int:
    if text.isspace():
        return 0
    if not any(c.isalnum() for c in text):
        return 1
    if text.isdigit():
        return 2
    if any(c.isdigit() for c in text):
        return 3
    if text.islower():
        return 4
    if text.isupper():
        return 5
    if text[1:].islower():
        return 6
    return 7
