"""Where the surface forms of a document stand in its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["occurrences", "places"]

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
        for start in places(text, form):
            end = start + len(form)
            if not any(occupied[start:end]):
                occupied[start:end] = b"\x01" * (end - start)
                found.append((start, end, payload))
    return sorted(found, key=lambda item: item[:2])


def places(text: str, form: str) -> Iterator[int]:
    """Yield where a form stands in a text, from the left, without overlap; nothing where it is empty."""
    start = text.find(form) if form else -1
    while start >= 0:
        end = start + len(form)
        stands = not (start and _touches(text[start - 1])) and not (end < len(text) and _touches(text[end]))
        if stands:
            yield start
        start = text.find(form, end if stands else start + 1)


def _touches(character: str) -> bool:
    return character.isascii() and character.isalnum()
