"""The alias file: what no rule can know about names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from kg.errors import InputError
from kg.names import clean, is_phrase, normal_form, singular

__all__ = ["Aliases", "key_of", "read_aliases"]


@dataclass(frozen=True)
class Aliases:
    """What no rule can know, line by line.

    Attributes
    ----------
    same : tuple of tuple of str
        Each the names of one thing.
    variants : tuple of (str, str, str)
        Kind, name of the variant, name of its family.
    words : mapping of str to str
        A word by another form of it that makes no difference in a name.
    """

    same: tuple[tuple[str, ...], ...] = ()
    variants: tuple[tuple[str, str, str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@cache
def read_aliases() -> Aliases:
    """Return the alias file that comes with the package, ``kg/data/aliases.tsv``.

    Its columns are rule (``same``, ``variant`` or ``word``), kind, name, other names (``|``-separated) and
    source. For ``variant`` the other name is the family.

    >>> ("SQuAD", "Stanford Question Answering Dataset") in read_aliases().same
    True
    """
    text = resources.files("kg").joinpath("data/aliases.tsv").read_text(encoding="utf-8")
    same: list[tuple[str, ...]] = []
    variants: list[tuple[str, str, str]] = []
    words: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 5 or cells[0] not in {"same", "variant", "word"} or not all(cells):
            raise InputError(
                f"aliases.tsv, line {number}: expected rule, kind, name, others and source, tab-separated"
            )
        rule, kind, name, others, _ = cells
        listed = [other.strip() for other in others.split("|")]
        if rule == "same":
            same.append((name, *listed))
        elif rule == "variant":
            variants.extend((kind, name, family) for family in listed)
        else:
            words.update(dict.fromkeys(listed, name))
    return Aliases(tuple(same), tuple(variants), words)


def key_of(surface: str, label: str, aliases: Aliases) -> str:
    """Return the key of a name: its normal form, with words of the alias file in the form that it prefers.

    >>> key_of("robotic manipulation", "TASK", Aliases(words={"robotic": "robot"}))
    'robotmanipulation'
    """
    name = clean(surface)
    if is_phrase(name):
        name = re.sub(
            r"[^\W\d_]+", lambda m: aliases.words.get(singular(m.group().lower()), m.group()), singular(name)
        )
    return normal_form(name, label)
