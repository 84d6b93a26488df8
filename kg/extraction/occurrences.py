"""Where the surface forms of a document stand in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

__all__ = ["occurrences"]

T = TypeVar("T")


def occurrences(text: str, forms: Iterable[tuple[str, T]]) -> list[tuple[int, int, T]]:
    """Return every place of every form, in text order, with what belongs to the form.

    A place counts when no ASCII letter or digit touches it. Longer forms take their place first, of equal
    length the one given first; places never overlap.

    >>> occurrences("BERT and BERT-base", [("BERT", 0), ("BERT-base", 1)])
    [(0, 4, 0), (9, 18, 1)]
    """
    occupied = bytearray(len(text))
    found: list[tuple[int, int, T]] = []
    for form, payload in sorted(forms, key=lambda item: -len(item[0])):
        for match in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])", text):
            start, end = match.span()
            if start < end and not any(occupied[start:end]):
                occupied[start:end] = b"\x01" * (end - start)
                found.append((start, end, payload))
    return sorted(found, key=lambda item: item[:2])
