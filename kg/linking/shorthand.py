"""Abbreviations of the field: what one stands for where no paper given says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from kg.errors import InputError
from kg.linking.kinds import TECHNIQUES

__all__ = ["Shorthand", "read_shorthand", "usual_long", "usual_longs_in_phrases"]

_PHRASE = "-"
_CLEAR = 0.85
"""Share of the papers that define a form from which one reading stands for any technique, and in phrases."""


class Shorthand(NamedTuple):
    """A line of the file: what papers mean by a form, and how many of those that define it do."""

    label: str
    long: str
    share: float


@cache
def read_shorthand() -> Mapping[str, tuple[Shorthand, ...]]:
    """Return the readings of each short form, from ``kg/data/abbreviations.tsv``.

    Its columns are short form, kind (``-`` where it is a name inside phrases only), long form, and the count
    of abstracts that define it so, of those that define it.

    Raises
    ------
    InputError
        A line has another form.

    Examples
    --------
    >>> read_shorthand()["NER"]
    (Shorthand(label='TASK', long='named entity recognition', share=0.991...),)
    """
    text = resources.files("kg").joinpath("data/abbreviations.tsv").read_text(encoding="utf-8")
    found: dict[str, list[Shorthand]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([^\t]+)\t([a-z]+|-)\t([^\t]+)\t(\d+) of (\d+)", line)
        if not match:
            raise InputError(
                f"abbreviations.tsv, line {number}: expected short form, kind, long form and "
                "`n of m`, tab-separated"
            )
        short, kind, long, n, m = match.groups()
        found.setdefault(short, []).append(Shorthand(kind.upper(), long, int(n) / int(m)))
    return {short: tuple(lines) for short, lines in found.items()}


def usual_long(short: str, label: str) -> str | None:
    """Return what a short form with that label stands for in the field, or None.

    From three letters on, case and hyphens make no difference.

    >>> usual_long("MAE", "METRIC"), usual_long("MAE", "MODEL"), usual_long("MAE", "TASK")
    ('mean absolute error', 'masked autoencoder', None)
    >>> usual_long("k-NN", "METHOD"), usual_long("al", "METHOD")
    ('k-nearest neighbor', None)
    """
    found = read_shorthand().get(short) or read_shorthand().get(_as_listed().get(_folded(short), ""), ())
    lines = [line for line in found if line.label != _PHRASE]
    exact = [line.long for line in lines if line.label == label]
    if exact:
        return exact[0]
    if label not in TECHNIQUES:
        return None
    return next((line.long for line in lines if line.label in TECHNIQUES and line.share >= _CLEAR), None)


def _folded(short: str) -> str:
    return re.sub(r"[\W_]", "", short).casefold()


@cache
def _as_listed() -> Mapping[str, str]:
    return {folded: short for short in read_shorthand() if len(folded := _folded(short)) > 2}


@cache
def usual_longs_in_phrases() -> Mapping[str, str]:
    """Return the long form by short form as a word of a phrase (``OOD detection``).

    >>> usual_longs_in_phrases()["OOD"], "MAE" in usual_longs_in_phrases()
    ('out-of-distribution', False)
    """
    longs: dict[str, str] = {}
    for short, lines in read_shorthand().items():
        inside = [line for line in lines if line.label == _PHRASE]
        clear = [line for line in lines if line.label in TECHNIQUES and line.share >= _CLEAR]
        for line in inside or clear[:1]:
            longs[short] = line.long
    return longs
