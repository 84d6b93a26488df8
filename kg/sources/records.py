"""A record of a structured source (a JSON object, a row) as a paper."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from kg.errors import InputError
from kg.schema import Paper

__all__ = ["paper_of"]

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_TEXTS = ("organization", "venue", "url")


def paper_of(record: Mapping[str, Any], place: str, source: str) -> Paper:
    """Return the paper of a record, with an empty id where it gives none.

    Title and abstract stay character for character.

    Parameters
    ----------
    record : mapping
        ``title``, and where known ``abstract``, ``id``, ``date`` or ``year``, ``authors``, ``n_authors``,
        ``organization``, ``venue``, ``url``; anything else is left aside.
    place : str
        File and line or row, for the message of an error.
    source : str
        What the paper's ``source`` becomes.

    Raises
    ------
    InputError
        A field is missing or not of its type.
    """
    known = {key: value for key, value in record.items() if not _is_absent(value)}
    title = known.get("title")
    if not isinstance(title, str) or not title.strip():
        raise InputError(f"{place}: no title; every paper needs a text in `title`.")
    abstract = known.get("abstract", "")
    if not isinstance(abstract, str):
        raise InputError(f"{place}: `abstract` is not a text.")
    authors = _authors(known.get("authors"), place)
    return Paper(
        id=_identifier(known.get("id")),
        title=title,
        abstract=abstract,
        date=_date(known, place),
        authors=authors,
        n_authors=len(authors) or _count(known.get("n_authors"), place),
        source=source,
        **{name: str(known[name]) for name in _TEXTS if name in known},
    )


def _is_absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _identifier(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _date(known: Mapping[str, Any], place: str) -> str | None:
    for name in ("date", "year"):
        if name in known:
            value = known[name]
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            text = value.isoformat()[:10] if hasattr(value, "isoformat") else str(value).strip()
            text = re.sub(r"^(\d{4}-\d{2}-\d{2})[T ].*$", r"\1", text)
            if not _DATE.fullmatch(text):
                raise InputError(
                    f"{place}: `{name}` is {value!r}; write 2024-03-24, 2024-03 or 2024, or leave it out."
                )
            return text
    return None


def _authors(value: Any, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(";") if name.strip())
    names = list(value) if hasattr(value, "__iter__") else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise InputError(f"{place}: `authors` is neither a list of names nor names divided by semicolons.")
    return tuple(names)


def _count(value: Any, place: str) -> int | None:
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InputError(f"{place}: `n_authors` is {value!r}, not a number.") from None
