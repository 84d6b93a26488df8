"""Listing pages as text, in both layouts: with blank lines and paper details, and bare line pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg.errors import InputError
from kg.schema import Paper

__all__ = ["NAME", "parse", "recognise"]

NAME = "listing pages as text"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?(?: \d+)?")
_AUTHORS = re.compile(r"\s*•\s*(\d+) authors?\s*")
_BANNER = re.compile(r"Get trending papers in your email inbox.*")
_HEADER = re.compile(r"new|Subscribe|Daily Papers|by\s?AK and the research community|" + _BANNER.pattern)
_SUBSCRIBE = "Subscribe"
_DOT = "·"


class _Line(NamedTuple):
    number: int
    text: str


def recognise(data: bytes) -> bool:
    """Tell whether the content is a listing page: by the banner at its top, or by its paper details."""
    head = data[:1_000_000].decode("utf-8", "replace").splitlines()
    if any(_BANNER.fullmatch(line.strip()) for line in head[:10]):
        return True
    return any(
        head[n].strip() == _DOT and _AUTHORS.fullmatch(head[n - 1]) and _DATE.fullmatch(head[n + 1].strip())
        for n in range(1, len(head) - 1)
    )


def parse(data: bytes, source: str) -> Iterator[Paper]:
    """Yield the listings of a page.

    A listing is a title line and an abstract line, then perhaps its details: the number of authors or an
    organisation, a middle dot, and a date. A date without a year is of the year after the latest that the
    page spells out.

    Raises
    ------
    InputError
        The page is not UTF-8, or a title has no abstract line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not UTF-8 at byte {error.start}; save the page as UTF-8.") from None
    rows = [_Line(n, row.rstrip("\r")) for n, row in enumerate(text.split("\n"), start=1)]
    lines = _without_header([row for row in rows if row.text.strip()])
    years = [int(m.group(3)) for row in lines if (m := _DATE.fullmatch(row.text.strip())) and m.group(3)]
    missing_year = max(years) + 1 if years else None
    position = 0
    while position < len(lines):
        if position + 1 == len(lines) or _is_details(lines, position + 1):
            raise InputError(
                f"{source}, line {lines[position].number}: a title without an abstract line; "
                "complete the page."
            )
        title, abstract = lines[position], lines[position + 1]
        position += 2
        details: dict[str, str | int | None] = {}
        if _is_details(lines, position):
            who, when = lines[position].text, lines[position + 2].text
            authors = _AUTHORS.fullmatch(who)
            details["n_authors"] = int(authors.group(1)) if authors else None
            details["organization"] = None if authors else who.strip()
            details["date"] = _iso_date(when.strip(), missing_year)
            position += 3
        yield Paper(
            id="",
            title=title.text,
            abstract=abstract.text,
            source=f"{source}:{title.number}",
            **details,  # type: ignore[arg-type]
        )


def _without_header(lines: list[_Line]) -> list[_Line]:
    start = 0
    while start < len(lines) and _HEADER.fullmatch(lines[start].text.strip()):
        start += 1
    if start and start < len(lines) and _DATE.fullmatch(lines[start].text.strip()):
        start += 1
    rest = lines[start:]
    if start and rest and rest[0].text.startswith(_SUBSCRIBE):
        rest[0] = rest[0]._replace(text=rest[0].text.removeprefix(_SUBSCRIBE))
    return rest


def _is_details(lines: list[_Line], position: int) -> bool:
    return (
        position + 2 < len(lines)
        and lines[position + 1].text.strip() == _DOT
        and _DATE.fullmatch(lines[position + 2].text.strip()) is not None
    )


def _iso_date(text: str, missing_year: int | None) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year = int(match.group(3)) if match.group(3) else missing_year
    return (
        None
        if year is None
        else f"{year:04d}-{_MONTHS.index(match.group(1)) + 1:02d}-{int(match.group(2)):02d}"
    )
