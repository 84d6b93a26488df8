"""The arrays that the tagger network reads, made from a tokenised document; the same in training and use."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from spacy.vectors import Vectors
from spacy.vocab import Vocab

__all__ = [
    "CHARACTERS",
    "CHARS_PER_WORD",
    "SHAPES",
    "WORD_ROWS",
    "Arrays",
    "WordCache",
    "Words",
    "arrays_of",
    "title_tokens",
    "words_of",
]

CHARS_PER_WORD = 18
CHARACTERS = 130
"""Character ids: 0 padding, 1 any non-ASCII character, 2 + code point for ASCII."""
WORD_ROWS = 16384
"""Rows of the hashed word embedding; row 0 is kept for dropped words."""
SHAPES = 16


class Words(NamedTuple):
    """What the network reads of ``w`` different words.

    Attributes
    ----------
    vectors : float32, shape (w, width of the static vectors)
    rows : int64, shape (w,)
        Row of the hashed word embedding.
    chars : int64, shape (w, CHARS_PER_WORD)
    shapes : int64, shape (w,)
        Below 8.
    """

    vectors: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int64]
    chars: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.int64]


class Arrays(NamedTuple):
    """What the network reads of ``n`` tokens.

    Attributes
    ----------
    words : Words
        The different words among them.
    places : int64, shape (n,)
        Row of each token in ``words``.
    shapes : int64, shape (n,)
        Shape of each token; 8 more in the title.
    """

    words: Words
    places: npt.NDArray[np.int64]
    shapes: npt.NDArray[np.int64]


def words_of(vocab: Vocab, texts: Sequence[str]) -> Words:
    """Return the arrays of different words; the static vectors come from the vocabulary."""
    table = vocab.vectors
    keys = [vocab.strings.add(text) for text in texts]
    vectors = np.ascontiguousarray(table.get_batch(keys), dtype=np.float32)
    return Words(
        vectors.reshape(len(texts), table.shape[1]),
        np.array([1 + zlib.crc32(t.lower().encode()) % (WORD_ROWS - 1) for t in texts], dtype=np.int64),
        np.array([_characters(t) for t in texts], dtype=np.int64).reshape(len(texts), CHARS_PER_WORD),
        np.array([_shape(t) for t in texts], dtype=np.int64),
    )


class WordCache:
    """Looks up the arrays of each word once, which else is a tenth of the work of the smallest pipeline.

    Attributes
    ----------
    most : int
        Words from which on it starts anew.
    """

    def __init__(self, most: int = 20000) -> None:
        self.most = most
        self._vectors: Vectors | None = None
        self._rows: dict[str, tuple[Any, ...]] = {}

    def words_of(self, vocab: Vocab, texts: Sequence[str]) -> Words:
        """Return what the function `words_of` returns."""
        if len(self._rows) >= self.most or vocab.vectors is not self._vectors:
            self._rows = {}
            self._vectors = vocab.vectors
        rows = self._rows
        new = [text for text in texts if text not in rows]
        rows |= zip(new, zip(*words_of(vocab, new), strict=True), strict=True)
        columns = zip(*(rows[text] for text in texts), strict=True)
        return Words(*map(np.array, columns)) if texts else words_of(vocab, texts)


def title_tokens(doc: Doc) -> int:
    """Return how many tokens lie in the title, the first line."""
    end = doc.text.find("\n")
    return sum(token.idx < end for token in doc)


def arrays_of(docs: Sequence[Doc], cache: WordCache) -> Arrays:
    """Return the arrays of the tokens of all documents, one after the other."""
    known: dict[str, int] = {}
    places = np.array(
        [known.setdefault(token.text, len(known)) for doc in docs for token in doc], dtype=np.int64
    )
    title = np.concatenate([np.arange(len(doc)) < title_tokens(doc) for doc in docs] or [np.zeros(0, bool)])
    words = cache.words_of(docs[0].vocab, list(known))
    return Arrays(words, places, words.shapes[places] + 8 * title)


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
