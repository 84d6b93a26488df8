"""JSON: one object with ``title`` and ``abstract`` per line, or an array of such objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kg.errors import InputError
from kg.schema import Paper
from kg.sources.records import paper_of

__all__ = ["NAME", "parse", "recognise"]

NAME = "JSONL (or a JSON array) with `title` and `abstract`"


def recognise(data: bytes) -> bool:
    """Tell whether the content begins with a JSON object, or an array of them."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[{\]])", data) is not None


def parse(data: bytes, source: str) -> Iterator[Paper]:
    """Yield the listings of a file.

    Raises
    ------
    InputError
        A line is not UTF-8, not a JSON object or has no title.
    """
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        yield from _parse_array(data, source)
        return
    # Split at line feeds only: JSON strings may hold other line separators of Unicode as they are.
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not raw.strip():
            continue
        place = f"{source}, line {number}"
        try:
            record = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise InputError(f"{place}: not UTF-8 at byte {error.start} of the line.") from None
        except ValueError as error:
            raise InputError(f"{place}: not JSON ({error}).") from None
        if not isinstance(record, dict):
            raise InputError(f"{place}: not a JSON object; write one object with `title` per line.")
        yield paper_of(record, place, f"{source}:{number}")


def _parse_array(data: bytes, source: str) -> Iterator[Paper]:
    try:
        records = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8.") from None
    except ValueError as error:
        raise InputError(f"{source}: not JSON ({error}).") from None
    for number, record in enumerate(records, start=1):
        place = f"{source}, item {number}"
        if not isinstance(record, dict):
            raise InputError(f"{place}: not a JSON object; write one object with `title` per paper.")
        yield paper_of(record, place, f"{source}:{number}")
