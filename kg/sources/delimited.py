"""CSV and TSV with a header line that has ``title`` and ``abstract``."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

from kg.errors import InputError
from kg.schema import Paper
from kg.sources.records import paper_of

__all__ = ["NAME", "parse", "recognise"]

NAME = "CSV or TSV with a header that has `title` and `abstract`"


def recognise(data: bytes) -> bool:
    """Tell whether the first line names the columns ``title`` and ``abstract``."""
    return _delimiter(data.removeprefix(b"\xef\xbb\xbf")[:100_000].decode("utf-8", "replace")) is not None


def parse(data: bytes, source: str) -> Iterator[Paper]:
    """Yield the listings of a file.

    Raises
    ------
    InputError
        The file is not UTF-8, a row has more or fewer fields than the header, or has no title.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8.") from None
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text) or ",", strict=True)
    header = [name.strip().lower() for name in next(rows)]
    number = 1
    try:
        for number, row in enumerate(rows, start=2):
            place = f"{source}, row {number}"
            if not row:
                continue
            if len(row) != len(header):
                raise InputError(
                    f"{place}: {len(row)} fields, the header has {len(header)}; quote the texts."
                )
            yield paper_of(dict(zip(header, row, strict=True)), place, f"{source}:{number}")
    except csv.Error as error:
        raise InputError(f"{source}, row {number + 1}: {error}; quote the texts.") from None


def _delimiter(text: str) -> str | None:
    lines = text.splitlines()
    first = lines[0] if lines else ""
    for delimiter in ("\t", ","):
        try:
            names = {name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])}
        except csv.Error:
            continue
        if {"title", "abstract"} <= names:
            return delimiter
    return None
