"""Columns of numbers and texts in one compressed block, which ``js/block.js`` reads back."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["Columns"]

_TYPES = ("u1", "i1", "u2", "i2", "i4")
"""From the smallest: a column takes the first that holds all of its numbers."""
_ALIGNMENT = 4
_SURROGATE = re.compile("[\ud800-\udfff]")


class Columns:
    """A block of columns, and the directory that says where in it each of them lies.

    Everything in it is little-endian and starts at a multiple of four bytes, so that JavaScript can lay its
    typed arrays over it. The compression is that of RFC 1950, in which no time and no system is named.

    Attributes
    ----------
    directory : dict of str to list
        By name of the column: its type (one of ``u1``, ``i1``, ``u2``, ``i2``, ``i4``, ``text``), the offset
        of its first byte, and its length, for numbers their count, for texts the bytes of all.

    Examples
    --------
    >>> columns = Columns()
    >>> columns.add_numbers("year", [2021, 2024])
    >>> columns.add_texts("title", ["LoRA", None, "é"])
    >>> columns.directory["year"], columns.directory["title"]
    (['u2', 0, 2], ['text', 8, 6])
    >>> zlib.decompress(base64.b64decode(columns.packed()))[8:14].decode()
    'LoRAé'
    """

    def __init__(self) -> None:
        self.directory: dict[str, list[str | int]] = {}
        self._parts: list[bytes] = []
        self._size = 0

    def add_numbers(self, name: str, numbers: Sequence[int]) -> None:
        """Add whole numbers of up to 32 bits.

        Raises
        ------
        OverflowError
            A number has more.
        """
        array = np.asarray(numbers, dtype=np.int64)
        least, greatest = (int(array.min()), int(array.max())) if len(array) else (0, 0)
        for kind in _TYPES:
            limits = np.iinfo(kind)
            if limits.min <= least and greatest <= limits.max:
                self._add(name, kind, array.astype(f"<{kind}").tobytes(), len(array))
                return
        raise OverflowError(f"column {name!r} has a number of more than 32 bits.")

    def add_ascending(self, name: str, numbers: Sequence[int]) -> None:
        """Add numbers none of which is smaller than the one before, as the steps between them."""
        self.add_numbers(name, np.diff(np.asarray(numbers, dtype=np.int64), prepend=0).tolist())

    def add_texts(self, name: str, texts: Iterable[str | None]) -> None:
        """Add texts as UTF-8, and as column ``<name>.length`` their lengths in bytes plus one; 0 is no text.

        A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD, so that places in a text stay.
        """
        encoded = [None if text is None else _SURROGATE.sub("\ufffd", text).encode() for text in texts]
        self.add_numbers(f"{name}.length", [0 if text is None else len(text) + 1 for text in encoded])
        content = b"".join(text for text in encoded if text)
        self._add(name, "text", content, len(content))

    def packed(self) -> str:
        """Return the block, compressed, in Base64."""
        return base64.b64encode(zlib.compress(b"".join(self._parts), 9)).decode("ascii")

    def _add(self, name: str, kind: str, content: bytes, length: int) -> None:
        self.directory[name] = [kind, self._size, length]
        padding = -len(content) % _ALIGNMENT
        self._parts += [content, bytes(padding)]
        self._size += len(content) + padding
