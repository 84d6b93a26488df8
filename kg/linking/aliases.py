"""The alias files: what no rule can know about names, and what a user corrects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from kg.errors import InputError
from kg.names import clean, is_phrase, normal_form, singular
from kg.schema import ENTITY_KINDS

__all__ = ["CORRECTIONS", "Aliases", "Correction", "Same", "key_of", "read_aliases"]

CORRECTIONS = ("split", "merge", "variant", "rename", "drop")
"""Rules that change what linking made, in the order in which they are applied."""

_KNOWLEDGE = ("same", "variant", "word")
_ALONE = "-"


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of a user's alias file that changes what linking made.

    Attributes
    ----------
    rule : str
        One of ``CORRECTIONS``.
    kind, name : str
        What it is about.
    others : tuple of str
        What ``merge`` puts into it, the forms that ``split`` takes out of it, the family of a ``variant`` (or
        ``-`` for none), the label that ``rename`` gives it; empty for ``drop``.
    place : str
        Name of the file, and the line, for messages.
    """

    rule: str
    kind: str
    name: str
    others: tuple[str, ...]
    place: str


class Same(NamedTuple):
    """The names of one thing, first the one that its id is made of, and its kind."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aliases:
    """What no rule can know, line by line.

    Attributes
    ----------
    same : tuple of Same
    variants : tuple of (str, str, str)
        Kind, name of the variant, name of its family.
    words : mapping of str to str
        A word by another form of it that makes no difference in a name.
    corrections : tuple of Correction
    """

    same: tuple[Same, ...] = ()
    variants: tuple[tuple[str, str, str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()


def read_aliases(path: str | Path | None = None) -> Aliases:
    """Return the alias file that comes with the package, ``kg/data/aliases.tsv``, and a user's own.

    Parameters
    ----------
    path : str or Path, optional
        UTF-8 text with a line for each rule: its cells, separated by tabs, are rule, kind, name, other names
        (``|``-separated) and a note. Empty lines and lines that start with ``#`` say nothing. The rules:

        ``same``
            The other names are names of that thing too, wherever no paper says otherwise; its id is made of
            the first name.
        ``word``
            Inside a phrase, the other words are read as the name (``robot``: ``robotic``); kind ``-``.
        ``merge``
            The entities of the other names become one with that of the name, whose id and label it keeps.
        ``split``
            The other names, as papers write them, are taken out of the entity and become one of their own;
            ``paper:ID`` stands for its mentions in that paper.
        ``variant``
            The entity is a version, size or narrower kind of the other one, or of none (``-``).
        ``rename``
            The other name is the label of the entity; its id stays.
        ``drop``
            The entity and its mentions are left out; no other names.

        A name is a label, an alias or an id; an id may be of another kind.

    Returns
    -------
    Aliases

    Raises
    ------
    InputError
        The file cannot be read, or a line is no such rule; the message names file and line.

    Examples
    --------
    >>> read_aliases().same[1]
    Same(kind='dataset', names=('SQuAD', 'Stanford Question Answering Dataset'))
    """
    curated = _curated()
    if path is None:
        return curated
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"{path}: no such alias file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error}).") from None
    own = _parse(text, str(path), CORRECTIONS)
    return Aliases(
        (*curated.same, *own.same), curated.variants, {**curated.words, **own.words}, own.corrections
    )


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


@cache
def _curated() -> Aliases:
    text = resources.files("kg").joinpath("data/aliases.tsv").read_text(encoding="utf-8")
    return _parse(text, "aliases.tsv", ())


def _parse(text: str, path: str, corrections: tuple[str, ...]) -> Aliases:
    """Read the lines of a file; ``corrections`` are the rules that change what linking made."""
    same: list[Same] = []
    variants: list[tuple[str, str, str]] = []
    words: dict[str, str] = {}
    found: list[Correction] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{path}, line {number}"
        rule, kind, name, others = _cells(line, place, tuple(dict.fromkeys((*corrections, *_KNOWLEDGE))))
        if rule in corrections:
            found.append(Correction(rule, kind, name, others, place))
        elif rule == "same":
            same.append(Same(kind, (name, *others)))
        elif rule == "variant":
            variants.append((kind, name, others[0]))
        else:
            words.update(dict.fromkeys(others, name))
    return Aliases(tuple(same), tuple(variants), words, tuple(found))


def _cells(line: str, place: str, rules: tuple[str, ...]) -> tuple[str, str, str, tuple[str, ...]]:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 3 <= len(cells) <= 5:
        raise InputError(
            f"{place}: {len(cells)} cell{'s' * (len(cells) > 1)}; a line has rule, kind, name, other names "
            "(`|` between them) and perhaps a note, with a tab between each."
        )
    rule, kind, name = cells[:3]
    if rule not in rules:
        raise InputError(f"{place}: there is no rule {rule!r}; choose from {', '.join(rules)}.")
    if kind not in ENTITY_KINDS and not (rule == "word" and kind == _ALONE):
        raise InputError(f"{place}: there is no kind {kind!r}; choose from {', '.join(ENTITY_KINDS)}.")
    if not name:
        raise InputError(f"{place}: the third cell, the name, is empty; fill it in.")
    listed = cells[3].split("|") if len(cells) > 3 else []
    others = tuple(other for cell in listed if (other := cell.strip()))
    if rule == "drop":
        if others not in ((), (_ALONE,)):
            raise InputError(f"{place}: drop takes no other names; leave the fourth cell empty, or `-`.")
        return rule, kind, name, ()
    if not others:
        raise InputError(f"{place}: {rule} needs other names in the fourth cell; fill it in.")
    if rule in {"rename", "variant"} and len(others) > 1:
        raise InputError(f"{place}: {rule} takes one name in the fourth cell, not {len(others)}.")
    return rule, kind, name, others
