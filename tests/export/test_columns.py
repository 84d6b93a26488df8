"""The block of columns that the page embeds: what goes in can be read back."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.export.page.columns import Columns

CODES = {"u1": "B", "i1": "b", "u2": "H", "i2": "h", "i4": "i"}
whole_numbers = st.integers(-(2**31), 2**31 - 1)
small_numbers = st.integers(-200, 70_000)


def numbers(columns: Columns, name: str) -> list[int]:
    kind, offset, length = columns.directory[name]
    assert offset % 4 == 0
    return list(struct.unpack_from(f"<{length}{CODES[kind]}", block(columns), offset))


def texts(columns: Columns, name: str) -> list[str | None]:
    kind, at, length = columns.directory[name]
    assert kind == "text"
    found: list[str | None] = []
    for size in numbers(columns, f"{name}.length"):
        found.append(block(columns)[at : at + size - 1].decode() if size else None)
        at += max(0, size - 1)
    assert at == columns.directory[name][1] + length
    return found


def block(columns: Columns) -> bytes:
    return zlib.decompress(base64.b64decode(columns.packed()))


@given(st.lists(whole_numbers), st.lists(small_numbers), st.lists(st.integers(0, 40_000)))
def test_numbers_come_back(wide: list[int], narrow: list[int], sorted_later: list[int]) -> None:
    columns = Columns()
    columns.add_numbers("wide", wide)
    columns.add_numbers("narrow", narrow)
    columns.add_ascending("ascending", sorted(sorted_later))

    assert numbers(columns, "wide") == wide
    assert numbers(columns, "narrow") == narrow
    steps = numbers(columns, "ascending")
    assert [sum(steps[: row + 1]) for row in range(len(steps))] == sorted(sorted_later)


@given(st.lists(st.none() | st.text()), st.lists(st.none() | st.text(alphabet="ab\0é🚀", max_size=3)))
def test_texts_come_back(one: list[str | None], other: list[str | None]) -> None:
    columns = Columns()
    columns.add_texts("one", one)
    columns.add_texts("other", other)

    assert texts(columns, "one") == one
    assert texts(columns, "other") == other


def test_a_lone_surrogate_leaves_everything_in_its_place() -> None:
    columns = Columns()
    columns.add_texts("title", ["a\ud800b", "c"])

    assert texts(columns, "title") == ["a\ufffdb", "c"]


def test_a_number_that_is_too_large_is_named() -> None:
    with pytest.raises(OverflowError, match="column 'x' has a number of more than 32 bits"):
        Columns().add_numbers("x", [2**31])
