"""How common a word is in the corpus: a name that few abstracts use is likely to be new.

The table holds an order of magnitude per hashed word, so that it can ship inside a pipeline.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

__all__ = ["WordFrequency"]

_BOUNDS = (2, 4, 10, 50, 500)
_ROWS = 1 << 19


class WordFrequency:
    """Maps a word to an order of magnitude: how many of the bounds 2, 4, 10, 50, 500 its papers reach.

    Examples
    --------
    >>> frequency = WordFrequency()
    >>> frequency.fit([("model", 900), ("LLaDA", 3)])
    >>> frequency.order("model"), frequency.order("LLaDA"), frequency.order("Quine")
    (5, 1, 0)
    """

    def __init__(self) -> None:
        self.table: npt.NDArray[np.uint8] = np.zeros(_ROWS, dtype=np.uint8)

    def fit(self, counts: Iterable[tuple[str, int]]) -> None:
        """Fill the table from words and how many papers use them; the higher of two in one row stays."""
        self.table[:] = 0
        for word, papers in counts:
            row = _row(word)
            self.table[row] = max(int(self.table[row]), sum(papers >= bound for bound in _BOUNDS))

    def order(self, word: str) -> int:
        """Return the order of magnitude of a word, 0 to 5."""
        return int(self.table[_row(word)])

    def to_bytes(self) -> bytes:
        """Return the table as bytes, deflated."""
        return zlib.compress(self.table.tobytes(), 9)

    def from_bytes(self, data: bytes) -> WordFrequency:
        """Set the table from what `to_bytes` gave and return the object."""
        self.table = np.frombuffer(zlib.decompress(data), dtype=np.uint8).copy()
        return self


def _row(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) % _ROWS
