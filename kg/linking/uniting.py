"""Step 2 of linking: names that are one in every paper."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.languages import code_of
from kg.linking.aliases import Aliases, key_of
from kg.linking.kinds import TECHNIQUES
from kg.linking.occurrences import Occurrence
from kg.linking.rewording import other_wordings, without_order
from kg.linking.shorthand import usual_longs_in_phrases
from kg.names import SMALL_WORDS, clean, expand, is_initials, is_phrase, singular
from kg.schema import LABELS

__all__ = ["TAILS", "Names", "spelling_order", "unite", "wording"]


@dataclass(slots=True)
class Names:
    """The keys of names: which are one, how they are spelled, in how many papers they stand."""

    sets: _KeySets
    papers: Counter[str]
    spelled: dict[str, str]
    fixed: set[str]

    def root(self, key: str) -> str:
        """Return the key that stands for all keys that are one with ``key``."""
        return self.sets.root(key)


def unite(occurrences: Sequence[Occurrence], aliases: Aliases) -> Names:
    """Return the names of all papers, united where they are one whatever the paper.

    These are the lines of the alias file, wordings of what one abbreviation stands for, phrases with an
    abbreviation in them and spelled out, phrases whose end goes by two names, the same words written or
    turned otherwise, names with and without a generic tail, names of one language.
    """
    names = Names(_KeySets(), Counter(), {}, set())
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    shorts: dict[str, set[str]] = defaultdict(set)
    for occurrence in occurrences:
        for surface, key in occurrence.keys.items():
            labels[key][occurrence.label] += 1
            name = clean(surface)
            if key not in names.spelled or spelling_order(name) < spelling_order(names.spelled[key]):
                names.spelled[key] = name
        if occurrence.reading:
            key = key_of(occurrence.reading, occurrence.label, aliases)
            names.spelled.setdefault(key, clean(occurrence.reading))
        names.papers.update(set(occurrence.keys.values()))
        for short in occurrence.shorts:
            shorts[short].update(occurrence.longs)
        if occurrence.reading:
            for surface, short in occurrence.keys.items():
                if not is_phrase(clean(surface)):
                    shorts[short].add(key_of(occurrence.reading, occurrence.label, aliases))
    _unite_aliases(names, aliases)
    _unite_wordings(names, shorts)
    _unite_inflections(names, labels)
    _unite_rewordings(names, labels, aliases)
    _unite_spelled_out(names, occurrences, aliases)
    _unite_tails(names, labels, shorts)
    _unite_languages(names, labels)
    return names


def spelling_order(name: str) -> tuple[int, int, str]:
    """The order in which spellings of a key are preferred: hyphens, then blanks, then by code point."""
    return -name.count("-"), -name.count(" "), name


def _unite_aliases(names: Names, aliases: Aliases) -> None:
    for same in aliases.same:
        keys = {key_of(name, label, aliases) for name in same.names for label in LABELS}
        names.fixed |= keys
        for key in keys:
            names.sets.join(min(keys), key)


def _unite_wordings(names: Names, shorts: Mapping[str, Iterable[str]]) -> None:
    """Unite long forms of one short form that differ in small words and endings, or lack an inner word."""
    for short in sorted(shorts):
        alike: dict[tuple[str, str], dict[tuple[str, ...], str]] = defaultdict(dict)
        for long in sorted(shorts[short]):
            words = wording(names.spelled[long])
            if len(words) > 1 and is_phrase(names.spelled[long]):
                names.sets.join(alike[words[0], words[-1]].setdefault(words, long), long)
        for wordings in alike.values():
            for words, long in sorted(wordings.items()):
                for other, longer in sorted(wordings.items()):
                    if (
                        len(other) == len(words) + 1
                        and _is_within(words, other)
                        and is_initials(short, names.spelled[longer])
                        and not is_initials(short, names.spelled[long])
                    ):
                        names.sets.join(long, longer)


def _unite_inflections(names: Names, labels: Mapping[str, Counter[str]]) -> None:
    """Unite phrases with one label that differ in inflection only (`early exit`, `early exiting`)."""
    first: dict[tuple[str, ...], str] = {}
    for key, name in sorted(names.spelled.items()):
        words = _uninflected(name) if is_phrase(name) else ()
        if len(words) > 1 and key in labels:
            label = min(labels[key], key=lambda x: (-labels[key][x], x))
            names.sets.join(first.setdefault((label, *words), key), key)


def _unite_rewordings(names: Names, labels: Mapping[str, Counter[str]], aliases: Aliases) -> None:
    """Unite a name with the other ways to write it that papers use, where these may be of one kind."""
    first: dict[tuple[str, ...], str] = {}
    for key, name in sorted(names.spelled.items()):
        if key not in labels:
            continue
        label = _main(labels[key])
        for other in other_wordings(name, label):
            found = key_of(other, label, aliases)
            if found in labels and _may_be_one(label, _main(labels[found])):
                names.sets.join(key, found)
        words = without_order(name) if is_phrase(name) and label in TECHNIQUES else None
        if words:
            names.sets.join(first.setdefault((label, *words), key), key)


def _main(labels: Counter[str]) -> str:
    return min(labels, key=lambda x: (-labels[x], LABELS.index(x)))


def _may_be_one(label: str, other: str) -> bool:
    return label == other or (label in TECHNIQUES and other in TECHNIQUES)


def _is_within(words: Sequence[str], others: Sequence[str]) -> bool:
    rest = iter(others)
    return all(word in rest for word in words)


def wording(name: str) -> tuple[str, ...]:
    """Return the words of a name without their endings, small words left out.

    >>> wording("vision-and-language navigation") == wording("Vision-Language Navigation")
    True
    """
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])2(?=[a-z])", " to ", singular(name).lower()))
    return tuple(re.sub(_ENDINGS, "", word) for word in words if word not in SMALL_WORDS)


def _uninflected(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+", singular(name).lower())
    return tuple(
        word
        if word in _NOT_INFLECTED
        else _DOUBLED.sub(r"\1", _INFLECTIONS.sub("", _ADJECTIVE.sub("", word)))
        for word in words
        if word not in SMALL_WORDS
    )


def _unite_spelled_out(names: Names, occurrences: Iterable[Occurrence], aliases: Aliases) -> None:
    """Unite a phrase with an abbreviation in it (`offline RL`) with the phrase spelled out."""
    longs: dict[str, Counter[str]] = defaultdict(Counter)
    for occurrence in occurrences:
        if len(occurrence.longs) == 1:
            (long,) = occurrence.longs
            for surface, key in occurrence.keys.items():
                if key in occurrence.shorts and clean(surface).isupper():
                    longs[singular(clean(surface))][long] += 1
    clear: dict[str, str] = {}
    for short, counts in longs.items():
        best = min(counts, key=lambda key: (-counts[key], key))
        agreed = sum(n for key, n in counts.items() if names.root(key) == names.root(best))
        if agreed >= 3 and agreed >= 0.9 * counts.total():
            clear[short] = singular(names.spelled[best])
    for short, long in usual_longs_in_phrases().items():
        root = names.root(key_of(long, "TASK", aliases))
        counts = longs.get(short, Counter())
        agreed = sum(n for key, n in counts.items() if names.root(key) == root)
        if short not in clear and 2 * agreed >= counts.total():
            clear[short] = long
    heads = _Heads(names, aliases)
    first: dict[str, str] = {}
    for key, name in sorted(names.spelled.items()):
        whole = expand(name, clear) if _holds_abbreviation(name) else name
        if is_phrase(whole):
            whole_key = key_of(whole, "TASK", aliases)
            if whole_key in names.spelled:
                names.sets.join(key, whole_key)
            for spelled_out in {whole_key, heads.key_of(whole)}:
                names.sets.join(first.setdefault(spelled_out, key), key)


def _holds_abbreviation(name: str) -> bool:
    return bool(
        re.search(r"[a-z]{3}", name) and re.search(r"[A-Z]{2}|[A-Z](?:\d|[a-z]|&)[A-Z]", name)
    ) and not re.search(r"\d\b", name)


class _Heads:
    """Phrases by what their end is another name of (`multilingual translation`: machine translation)."""

    def __init__(self, names: Names, aliases: Aliases) -> None:
        self._aliases = aliases
        self._roots = {
            key: names.root(key)
            for same in aliases.same
            if any(is_phrase(name) for name in same.names)
            for name in same.names
            for key in (key_of(name, "TASK", aliases),)
            if name.islower()
        }

    def key_of(self, name: str) -> str:
        """Return the key of a phrase with the longest known end replaced by the root of that."""
        words = name.split()
        for n in range(1, len(words)):
            end = key_of(" ".join(words[n:]), "TASK", self._aliases)
            if end in self._roots:
                return f"{key_of(' '.join(words[:n]), 'TASK', self._aliases)} {self._roots[end]}"
        return key_of(name, "TASK", self._aliases)


def _unite_tails(
    names: Names, labels: Mapping[str, Counter[str]], shorts: Mapping[str, Iterable[str]]
) -> None:
    """Unite a name with itself and a generic tail (`diffusion model`), where both have the same label."""
    named = {
        long for short, longs in shorts.items() for long in longs if is_initials(short, names.spelled[long])
    }
    for key, name in sorted(names.spelled.items()):
        if name.isupper():
            continue
        for label, tails in TAILS.items():
            if not _is_mostly(labels.get(key), label):
                continue
            for tail in tails:
                # Where an abbreviation has a letter for the tail, it is part of the name (`metric learning`).
                longer = key + tail
                own = tail == "learning" and longer in named
                if longer in names.spelled and not own and _is_mostly(labels.get(longer), label):
                    names.sets.join(key, longer)
        if re.fullmatch(r"\w+[\s\-]to[\s\-]\w+", name) and key + "generation" in names.spelled:
            names.sets.join(key, key + "generation")


def _is_mostly(labels: Counter[str] | None, label: str) -> bool:
    return labels is not None and 2 * labels[label] > labels.total()


def _unite_languages(names: Names, labels: Mapping[str, Counter[str]]) -> None:
    first: dict[str, str] = {}
    for key, name in sorted(names.spelled.items()):
        if _is_mostly(labels.get(key), "LANGUAGE") and not name.startswith(("Traditional ", "Simplified ")):
            code = code_of(name)
            if code:
                names.sets.join(first.setdefault(code, key), key)


class _KeySets:
    """Disjoint sets of keys; the root of a set is its smallest key, so that no order makes a difference."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        path = []
        while (parent := self._parent.get(key, key)) != key:
            path.append(key)
            key = parent
        for passed in path:
            self._parent[passed] = key
        return key

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self._parent[second] = first


_INFLECTIONS = re.compile(r"(?<=\w{3})(?:e|ed|ings?)$|(?<=\w{4})(?:s|ers?|ors?)$")
_DOUBLED = re.compile(r"([bdfglmnprt])\1$")
_ADJECTIVE = re.compile(r"(?<=\w{4})al$")
_NOT_INFLECTED = frozenset("critical general natural normal optional personal physical rational".split())
_ENDINGS = re.compile(
    r"(?<=\w{4})(?:ations?|ators?|ated|ates?|atic|ative|ional|ions?|ive|al|ally|ual|ued|uing|uous|"
    r"ments?|ings?|ed|ers?|ors?|ic|ity|y|e|s)$"
)
TAILS = {
    "MODEL": ("model", "network", "architecture"),
    "METHOD": ("mechanism", "algorithm", "technique", "framework", "approach", "learning"),
    "TASK": ("task", "problem"),
    "METRIC": ("score", "metric"),
    "DATASET": ("benchmark", "dataset", "corpus"),
}
"""Generic heads that make no other name of one, as they end keys."""
