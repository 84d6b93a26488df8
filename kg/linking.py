"""One node per thing: from the mentions of all papers to entities."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Generic, TypeVar

from kg.errors import InputError
from kg.families import broader_kinds, family_names
from kg.languages import code_of
from kg.names import (
    abbreviations,
    class_name,
    clean,
    definitions,
    expand,
    group,
    is_class,
    is_initials,
    is_phrase,
    normal_form,
    proper_name,
    singular,
    slug,
)
from kg.schema import LABELS, RELATIONS, Entity, Mention, Paper, Variant, kind_of

__all__ = ["Aliases", "Linked", "link", "read_aliases"]

Node = tuple[str, str]
"""Label, and the key of the name: what is one node."""


@dataclass(frozen=True)
class Linked:
    """The outcome of linking.

    Attributes
    ----------
    entities : list of Entity
        Sorted by id.
    mentions : list of Mention
        In input order, each with the id of its entity, that entity's label, and one relation for all mentions
        of an entity in a paper.
    variants : list of Variant
        Sorted by source and target.
    """

    entities: list[Entity]
    mentions: list[Mention]
    variants: list[Variant]


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


def link(papers: Sequence[Paper], mentions: Sequence[Mention], former: Sequence[Entity] = ()) -> Linked:
    """Link mentions to entities over all papers.

    Parameters
    ----------
    papers : sequence of Paper
        At least those that the mentions are of.
    mentions : sequence of Mention
    former : sequence of Entity
        Entities of an earlier build: an id that is gone stays in ``former_ids`` of what its name now names.

    Returns
    -------
    Linked

    Raises
    ------
    InputError
        A mention is of a paper that is not among ``papers``.

    Notes
    -----
    A pure function of the set of papers: every step works on counts over all of them, and ties are decided by
    code point, so neither order nor batching makes a difference. The steps:

    1. ``_occurrences``: the mentions of a paper that are one thing there (`kg.names.group`), with the
       abbreviations that the paper defines.
    2. ``_unite``: names that are one everywhere: spellings, other wordings of what one abbreviation stands
       for, generic tails, lines of the alias file, names of one ISO 639-3 language.
    3. ``_resolve``: an abbreviation that its paper does not define goes to the reading that the papers that
       do define it agree on, or else to that which shares most with the paper; or it stays itself.
    4. ``_settle_kinds``: a name that papers type differently goes with the evidence.
    5. ``_named``: labels and ids; two things of one kind and name get a qualifier.
    6. ``_variants``: versions, sizes and narrower kinds tied to their families.

    Examples
    --------
    >>> paper = Paper("1", "LoRA for LLMs", "Large language models (LLMs) ...")
    >>> found = [Mention("1", 9, 13, "LLMs", "MODEL"), Mention("1", 14, 35, "Large language models", "MODEL"),
    ...          Mention("1", 37, 41, "LLMs", "MODEL")]
    >>> [(entity.id, entity.aliases) for entity in link([paper], found).entities]
    [('model:large-language-model', ('LLMs', 'Large language models'))]
    """
    aliases = read_aliases()
    occurrences = _occurrences(papers, mentions, aliases)
    names = _unite(occurrences, aliases)
    readings = _readings(occurrences, names)
    _resolve(occurrences, names, readings, aliases)
    nodes = _settle_kinds(occurrences)
    things = _named(nodes, names)
    _drop_slips(things)
    variants, families = _variants(things, aliases)
    entities = sorted([*(thing.entity() for thing in things), *families], key=lambda entity: entity.id)
    linked = _linked_mentions(mentions, things)
    return Linked(_with_former_ids(entities, linked, former), linked, variants)


@cache
def read_aliases() -> Aliases:
    """Return the alias file that comes with the package, ``kg/data/aliases.tsv``.

    Its columns are rule (``same``, ``variant`` or ``word``), kind, name, other names (``|``-separated) and
    source. For ``variant`` the other name is the family.

    >>> ("SQuAD", "Stanford Question Answering Dataset") in read_aliases().same
    True
    """
    text = resources.files("kg").joinpath("data/aliases.tsv").read_text(encoding="utf-8")
    same, variants, words = [], [], {}
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
            words.update({other: name for other in listed})
    return Aliases(tuple(same), tuple(variants), words)


# --- 1. what a paper says -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Occurrence:
    """One thing as one paper names it.

    ``surfaces`` counts forms, those in running text eight times: a title is capitalised throughout. ``keys``
    has the key of each form; ``shorts`` and ``longs`` are the keys of forms that the paper defines as short
    and long form of each other. ``reading`` is a long form that the paper gives but that is no mention.
    """

    paper: str
    date: str
    label: str
    surfaces: dict[str, int]
    keys: dict[str, str]
    shorts: frozenset[str]
    longs: frozenset[str]
    reading: str
    introduced: bool
    mentions: tuple[int, ...]
    key: str = ""

    def is_bare(self) -> bool:
        """Whether the only names are forms that may be abbreviations, with nothing said of what for."""
        return not self.longs and not self.reading and not any(map(is_phrase, map(clean, self.surfaces)))


def _occurrences(papers: Sequence[Paper], mentions: Sequence[Mention], aliases: Aliases) -> list[_Occurrence]:
    by_paper: dict[str, list[int]] = defaultdict(list)
    for i, mention in enumerate(mentions):
        by_paper[mention.paper].append(i)
    known = {paper.id: paper for paper in papers}
    found = []
    for paper_id in sorted(by_paper):
        if paper_id not in known:
            raise InputError(f"mention of paper {paper_id!r}, which is not among the papers; add the paper")
        numbers = sorted(
            by_paper[paper_id], key=lambda i: (mentions[i].start, mentions[i].end, mentions[i].label)
        )
        found.extend(_of_paper(known[paper_id], numbers, mentions, aliases))
    return found


def _of_paper(
    paper: Paper, numbers: Sequence[int], mentions: Sequence[Mention], aliases: Aliases
) -> Iterator[_Occurrence]:
    text = paper.text
    spans = [(mentions[i].start, mentions[i].end, mentions[i].label) for i in numbers]
    pairs = definitions(text, spans)
    clusters = group(text, spans, pairs)
    defined = {
        singular(clean(text[slice(*short)])): text[slice(*long)]
        for short, long in reversed(abbreviations(text))
    }
    members: dict[int, list[int]] = defaultdict(list)
    for n, cluster in enumerate(clusters):
        members[cluster].append(n)
    for inside in members.values():
        labels = Counter(spans[n][2] for n in inside)
        label = min(labels, key=lambda x: (-labels[x], LABELS.index(x)))
        surfaces: Counter[str] = Counter()
        for n in inside:
            surfaces[text[spans[n][0] : spans[n][1]]] += 1 if spans[n][1] <= len(paper.title) else 8
        keys = {surface: _key(surface, label, aliases) for surface in surfaces}
        here = set(inside)
        shorts = frozenset(
            keys[text[slice(*spans[s][:2])]] for s, long in pairs if s in here and long in here
        )
        longs = frozenset(
            keys[text[slice(*spans[long][:2])]] for s, long in pairs if s in here and long in here
        )
        reading = min(
            (
                defined[name]
                for s in surfaces
                if (name := singular(clean(s))) in defined and is_initials(name, defined[name])
            ),
            default="",
        )
        yield _Occurrence(
            paper=paper.id,
            date=paper.date or "9999",
            label=label,
            surfaces=dict(surfaces),
            keys=keys,
            shorts=shorts,
            longs=longs - shorts,
            reading="" if longs else reading,
            introduced=any(mentions[numbers[n]].relation == RELATIONS[0] for n in inside),
            mentions=tuple(numbers[n] for n in inside),
        )


def _key(surface: str, label: str, aliases: Aliases) -> str:
    """Return the normal form, with words of the alias file in the form that it prefers."""
    name = clean(surface)
    if is_phrase(name):
        name = re.sub(
            r"[^\W\d_]+", lambda m: aliases.words.get(singular(m.group().lower()), m.group()), singular(name)
        )
    return normal_form(name, label)


# --- 2. names that are one everywhere -----------------------------------------------------------------

T = TypeVar("T", bound=Hashable)


class _Union(Generic[T]):
    """Disjoint sets of anything that can be ordered; the root of a set is its smallest member."""

    def __init__(self) -> None:
        self._parent: dict[T, T] = {}

    def root(self, item: T) -> T:
        path = []
        while (parent := self._parent.get(item, item)) != item:
            path.append(item)
            item = parent
        for passed in path:
            self._parent[passed] = item
        return item

    def join(self, one: T, other: T) -> None:
        one, other = sorted((self.root(one), self.root(other)))  # type: ignore[type-var]
        if one != other:
            self._parent[other] = one


@dataclass(slots=True)
class _Names:
    """The keys of names: which are one, how they are spelled, in how many papers they stand."""

    sets: _Union[str]
    papers: Counter[str]
    spelled: dict[str, str]
    fixed: set[str]

    def root(self, key: str) -> str:
        return self.sets.root(key)


def _unite(occurrences: Sequence[_Occurrence], aliases: Aliases) -> _Names:
    names = _Names(_Union(), Counter(), {}, set())
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    shorts: dict[str, set[str]] = defaultdict(set)
    for occurrence in occurrences:
        for surface, key in occurrence.keys.items():
            labels[key][occurrence.label] += 1
            name = clean(surface)
            if key not in names.spelled or _spelling_order(name) < _spelling_order(names.spelled[key]):
                names.spelled[key] = name
        if occurrence.reading:
            key = _key(occurrence.reading, occurrence.label, aliases)
            names.spelled.setdefault(key, clean(occurrence.reading))
        names.papers.update(set(occurrence.keys.values()))
        for short in occurrence.shorts:
            shorts[short].update(occurrence.longs)
        if occurrence.reading:
            for surface, short in occurrence.keys.items():
                if not is_phrase(clean(surface)):
                    shorts[short].add(_key(occurrence.reading, occurrence.label, aliases))
    _unite_aliases(names, aliases)
    _unite_wordings(names, shorts)
    _unite_spelled_out(names, occurrences, aliases)
    _unite_tails(names, labels, shorts)
    _unite_languages(names, labels)
    return names


def _spelling_order(name: str) -> tuple[int, int, str]:
    """The order in which spellings of a key are preferred: hyphens, then blanks, then by code point."""
    return -name.count("-"), -name.count(" "), name


def _unite_aliases(names: _Names, aliases: Aliases) -> None:
    for same in aliases.same:
        keys = {_key(name, label, aliases) for name in same for label in LABELS}
        names.fixed |= keys
        for key in keys:
            names.sets.join(min(keys), key)


def _unite_wordings(names: _Names, shorts: Mapping[str, Iterable[str]]) -> None:
    """Unite the long forms of one short form that differ in small words and endings, or leave out inner words."""
    for short in sorted(shorts):
        alike: dict[tuple[str, str], dict[tuple[str, ...], str]] = defaultdict(dict)
        for long in sorted(shorts[short]):
            words = _wording(names.spelled[long])
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


def _is_within(words: Sequence[str], others: Sequence[str]) -> bool:
    rest = iter(others)
    return all(word in rest for word in words)


def _wording(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])2(?=[a-z])", " to ", singular(name).lower()))
    return tuple(re.sub(_ENDINGS, "", word) for word in words if word not in _SMALL_WORDS)


def _unite_spelled_out(names: _Names, occurrences: Iterable[_Occurrence], aliases: Aliases) -> None:
    """Unite a phrase with an abbreviation in it (`offline RL`) with the phrase spelled out."""
    longs: dict[str, Counter[str]] = defaultdict(Counter)
    for occurrence in occurrences:
        if len(occurrence.longs) == 1:
            (long,) = occurrence.longs
            for surface, key in occurrence.keys.items():
                if key in occurrence.shorts and clean(surface).isupper():
                    longs[singular(clean(surface))][names.root(long)] += 1
    clear = {}
    for short, counts in longs.items():
        best = min(counts, key=lambda key: (-counts[key], key))
        if counts[best] >= 3 and counts[best] >= 0.9 * counts.total():
            clear[short] = singular(names.spelled[best])
    for key, name in sorted(names.spelled.items()):
        if re.search(r"[a-z]{3}", name) and re.search(r"[A-Z]{2}", name) and not re.search(r"\d", name):
            whole = _key(expand(name, clear), "TASK", aliases)
            if whole in names.spelled:
                names.sets.join(key, whole)


def _unite_tails(
    names: _Names, labels: Mapping[str, Counter[str]], shorts: Mapping[str, Iterable[str]]
) -> None:
    """Unite a name with itself and a generic tail, where papers have both with one label (`diffusion model`)."""
    named = {
        long for short, longs in shorts.items() for long in longs if is_initials(short, names.spelled[long])
    }
    for key, name in sorted(names.spelled.items()):
        if name.isupper():
            continue
        for label, tails in _TAILS.items():
            if not _is_mostly(labels.get(key), label):
                continue
            for tail in tails:
                # Where the tail has its letter in an abbreviation, it is part of the name (`metric learning`, ML).
                longer = key + tail
                own = tail == "learning" and longer in named
                if longer in names.spelled and not own and _is_mostly(labels.get(longer), label):
                    names.sets.join(key, longer)
        if re.fullmatch(r"\w+[\s\-]to[\s\-]\w+", name) and key + "generation" in names.spelled:
            names.sets.join(key, key + "generation")


def _is_mostly(labels: Counter[str] | None, label: str) -> bool:
    return labels is not None and 2 * labels[label] > labels.total()


def _unite_languages(names: _Names, labels: Mapping[str, Counter[str]]) -> None:
    first: dict[str, str] = {}
    for key, name in sorted(names.spelled.items()):
        if _is_mostly(labels.get(key), "LANGUAGE") and not name.startswith(("Traditional ", "Simplified ")):
            code = code_of(name)
            if code:
                names.sets.join(first.setdefault(code, key), key)


# --- 3. what an abbreviation stands for ---------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """What an abbreviation stands for in some papers."""

    labels: Counter[str] = field(default_factory=Counter)
    forms: set[str] = field(default_factory=set)
    papers: set[str] = field(default_factory=set)
    n_using: int = 0
    date: str = "9999"
    beside: Counter[str] | None = None


Readings = dict[str, dict[str, _Reading]]
"""By key of the short form, then root of the long form."""


def _readings(occurrences: Sequence[_Occurrence], names: _Names) -> Readings:
    """Give each occurrence its key from its own paper, and return what the short forms stand for."""
    aliases = read_aliases()
    found: Readings = defaultdict(dict)
    for occurrence in occurrences:
        occurrence.key = _own_key(occurrence, names, aliases)
        if occurrence.is_bare():
            continue
        for surface, short in occurrence.keys.items():
            if short in occurrence.shorts or (occurrence.reading and not is_phrase(clean(surface))):
                reading = found[short].setdefault(occurrence.key, _Reading())
                reading.labels[occurrence.label] += 1
                reading.forms.add(singular(clean(surface)))
                reading.papers.add(occurrence.paper)
                reading.n_using += not occurrence.introduced
                reading.date = min(reading.date, occurrence.date)
    return found


def _own_key(occurrence: _Occurrence, names: _Names, aliases: Aliases) -> str:
    """Return the root of the name that says most: a long form, a phrase, the form that most papers use."""
    if occurrence.longs and not _is_coined(occurrence, names):
        keys = set(occurrence.longs)
    elif occurrence.longs:
        keys = set(occurrence.shorts)
    elif occurrence.reading:
        keys = {_key(occurrence.reading, occurrence.label, aliases)}
    else:
        phrases = {key for surface, key in occurrence.keys.items() if is_phrase(clean(surface))}
        keys = phrases or set(occurrence.keys.values())
    known = keys & names.fixed or keys
    return names.root(min(known, key=lambda key: (-names.papers[key], key)))


def _is_coined(occurrence: _Occurrence, names: _Names) -> bool:
    """Whether the long form only describes a system that the paper introduces: others use the words too."""
    return (
        occurrence.introduced
        and min(names.papers[long] for long in occurrence.longs) > 2
        and not any(
            is_initials(names.spelled[short], names.spelled[long])
            for short in occurrence.shorts
            for long in occurrence.longs
        )
    )


def _resolve(occurrences: Sequence[_Occurrence], names: _Names, readings: Readings, aliases: Aliases) -> None:
    """Give each abbreviation that its paper does not define the reading of those that do."""
    bare: Counter[str] = Counter()
    beside: dict[str, set[str]] = defaultdict(set)
    for occurrence in occurrences:
        if occurrence.is_bare():
            bare.update(set(occurrence.keys.values()))
        beside[occurrence.paper].add(occurrence.key)
    rarity = _rarity(beside)
    resolved = {}
    for i, occurrence in enumerate(occurrences):
        if not occurrence.is_bare():
            continue
        for surface, short in sorted(occurrence.keys.items()):
            if short in readings and short not in names.fixed:
                fit = {
                    root: r
                    for root, r in readings[short].items()
                    if _is_compatible(occurrence.label, r.labels)
                }
                form = singular(clean(surface))
                root = _clear_reading(form, fit, bare[short], occurrence) or _likely_reading(
                    occurrence, fit, beside, rarity
                )
                if root:
                    resolved[i] = root
                    break
    for i, root in resolved.items():
        occurrences[i].key = root


def _is_compatible(label: str, labels: Counter[str]) -> bool:
    """Whether a form with one label can be what others label differently: only techniques pass for each other."""
    return label in labels or (label in _TECHNIQUES and any(other in _TECHNIQUES for other in labels))


def _clear_reading(
    form: str, readings: Mapping[str, _Reading], n_bare: int, occurrence: _Occurrence
) -> str | None:
    """Return the reading of four in five of the papers that define the form, where these are enough.

    Counted on annotated abstracts: where two papers agree, a third means the same in 19 of 20 cases, from three
    letters on. One paper that uses the thing is right for a longer or mixed form; one that introduces it is
    only for a form that nobody coins twice (`AdaMerging`), and not for papers before it.
    """
    if not readings:
        return None
    best = min(readings, key=lambda root: (-len(readings[root].papers), root))
    reading = readings[best]
    n = len(reading.papers)
    if n < 0.8 * sum(len(other.papers) for other in readings.values()):
        return None
    letters = sum(c.isalnum() for c in form)
    mixed = not form.isupper() or not form.isalpha()
    if reading.n_using == 0:
        unique = letters > 2 if occurrence.label == "DATASET" else mixed and letters > 3 and n_bare < 4
        return best if unique and form in reading.forms and occurrence.date >= reading.date else None
    known = len(readings) == 1 and n_bare > 4 and letters > 2
    enough = 1 if mixed or known or letters > 3 or occurrence.label == "METRIC" else 2 if letters > 2 else 3
    return best if n >= enough and (n > 1 or form in reading.forms) else None


def _likely_reading(
    occurrence: _Occurrence,
    readings: Mapping[str, _Reading],
    beside: Mapping[str, set[str]],
    rarity: Mapping[str, float],
) -> str | None:
    """Return the reading whose papers share most with this one, if it is far ahead of the others."""
    if len(readings) < 2:
        return None
    scores = {}
    for root, reading in readings.items():
        if reading.beside is None:
            reading.beside = Counter(key for paper in reading.papers for key in beside[paper])
        mine = beside[occurrence.paper] - {root, occurrence.key}
        scores[root] = sum(rarity[key] * reading.beside[key] for key in sorted(mine)) / len(reading.papers)
    first, second = sorted(scores, key=lambda root: (-scores[root], root))[:2]
    return first if scores[first] > 1.0 and scores[first] > 3 * scores[second] else None


def _rarity(beside: Mapping[str, set[str]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for keys in beside.values():
        counts.update(keys)
    return {key: math.log(len(beside) / n) for key, n in counts.items()}


# --- 4. kinds -----------------------------------------------------------------------------------------


def _settle_kinds(occurrences: Sequence[_Occurrence]) -> dict[Node, list[_Occurrence]]:
    """Return the occurrences of each node: one label for a name, unless two things clearly share it."""
    by_key: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    phrases: set[str] = set()
    introduced: set[Node] = set()
    for occurrence in occurrences:
        by_key[occurrence.key][occurrence.label].add(occurrence.paper)
        if any(is_phrase(clean(surface)) for surface in occurrence.surfaces):
            phrases.add(occurrence.key)
        if occurrence.introduced:
            introduced.add((occurrence.label, occurrence.key))
    settled: dict[Node, str] = {}
    for key, papers in by_key.items():
        n = {label: len(found) for label, found in papers.items()}
        order = sorted(n, key=lambda x: (-n[x], (x, key) not in introduced, LABELS.index(x)))
        for label in order:
            near = [other for other in order if _is_near(label, other, key in phrases)]
            best = order[0] if 10 * n[label] < n[order[0]] or n[label] < 2 else near[0]
            settled[label, key] = best
    nodes: dict[Node, list[_Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        nodes[settled[occurrence.label, occurrence.key], occurrence.key].append(occurrence)
    return nodes


def _is_near(label: str, other: str, is_spelled_out: bool) -> bool:
    """Whether papers may give one thing these two labels; a name in words means one thing more often."""
    near = _TECHNIQUES | {"METRIC"} if is_spelled_out else _TECHNIQUES
    return label == other or (label in near and other in near)


# --- 5. labels and ids --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Thing:
    """A node that papers name: its name, its id, and where it occurs."""

    kind: str
    key: str
    label: str
    id: str
    surfaces: Counter[str]
    keys: set[str]
    long: str
    occurrences: list[_Occurrence]
    n_papers: int = 0

    def entity(self) -> Entity:
        dates = [o.date for o in self.occurrences if o.date != "9999"]
        forms: Counter[str] = Counter()
        for surface, count in self.surfaces.items():
            forms[clean(surface)] += count
        return Entity(
            id=self.id,
            kind=self.kind,
            label=self.label,
            aliases=tuple(form for form in sorted(forms, key=lambda f: (-forms[f], f)) if form != self.label),
            code=self._code(forms),
            n_papers=self.n_papers,
            n_mentions=sum(len(o.mentions) for o in self.occurrences),
            first_date=min(dates, default=None),
        )

    def _code(self, forms: Iterable[str]) -> str | None:
        if self.kind != "language":
            return None
        return code_of(self.label) or next((code for form in sorted(forms) if (code := code_of(form))), None)


def _named(nodes: Mapping[Node, list[_Occurrence]], names: _Names) -> list[_Thing]:
    things = []
    for (label, key), found in sorted(nodes.items()):
        owned = _owned(found, key, names)
        n_papers = len({occurrence.paper for occurrence in found})
        style = _style(found, owned, label, n_papers)
        longs = {s for o in found for s, form in o.keys.items() if form in o.longs}
        name = _name_in_style(_counted(found, owned), style, label, longs)
        first = min(found, key=lambda o: (not _has_style(o, owned, style), o.date, o.paper))
        stem = _name_in_style(_counted([first], owned), style, label, longs)
        kind = kind_of(label)
        things.append(
            _Thing(
                kind=kind,
                key=key,
                label=name,
                id=f"{kind}:{slug(singular(stem) if label != 'LANGUAGE' else stem)}",
                surfaces=_mention_counts(found, owned),
                keys={k for o in found for s, k in o.keys.items() if s in owned} | {key},
                long=_long_name(found, owned),
                occurrences=found,
                n_papers=n_papers,
            )
        )
    _qualify(things)
    return things


def _owned(found: Iterable[_Occurrence], key: str, names: _Names) -> set[str]:
    """Return the forms that name this thing, not only in passing.

    A more general word that one paper uses for the thing (`compression`) names another thing elsewhere.
    """
    forms = {
        surface
        for occurrence in found
        for surface, form in occurrence.keys.items()
        if names.root(form) == key or form in occurrence.shorts or occurrence.is_bare() or occurrence.reading
    }
    return forms or {surface for occurrence in found for surface in occurrence.surfaces}


def _counted(found: Iterable[_Occurrence], owned: set[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for occurrence in found:
        for surface, count in occurrence.surfaces.items():
            if surface in owned:
                counts[surface] += count
    if counts:
        return counts
    return sum((Counter(occurrence.surfaces) for occurrence in found), Counter())


def _mention_counts(found: Iterable[_Occurrence], owned: set[str]) -> Counter[str]:
    return Counter({surface: (count + 7) // 8 for surface, count in _counted(found, owned).items()})


def _style(found: Sequence[_Occurrence], owned: set[str], label: str, n_papers: int) -> str:
    """Return whether the thing is named by its ``class``, its ``proper`` name, or its ``short`` form."""
    counts = _counted(found, owned)
    phrases = {surface: n for surface, n in counts.items() if is_phrase(clean(surface))}
    if not phrases or label == "LANGUAGE":
        return "proper"
    shorts = {surface: n for surface, n in counts.items() if surface not in phrases}
    if shorts:
        introducing = len({o.paper for o in found if o.introduced})
        best = proper_name(shorts, label)
        mixed = len(best) > 3 and not best.isupper() and any(c.isupper() for c in best)
        spelling = len({o.paper for o in found if any(s in phrases for s in o.surfaces)})
        frequent = 2 * len({o.paper for o in found if any(s in shorts for s in o.surfaces)}) >= n_papers
        if label == "DATASET" or (mixed and frequent and label in {"MODEL", "METHOD", "METRIC"}):
            return "short"
        if 5 * introducing >= n_papers or 4 * spelling < n_papers:
            return "short"
        return "class"
    if label == "DATASET":
        return "proper"
    in_text = {surface: n for surface, n in phrases.items() if n >= 8}
    return "class" if is_class(in_text or phrases) else "proper"


def _name_in_style(counts: Mapping[str, int], style: str, label: str, longs: set[str]) -> str:
    if style == "proper":
        return proper_name(counts, label)
    if style == "class" and any(s in longs and is_phrase(clean(s)) for s in counts):
        return class_name({s: n for s, n in counts.items() if s in longs and is_phrase(clean(s))})
    wanted = {s: n for s, n in counts.items() if is_phrase(clean(s)) == (style == "class")}
    if style == "class" and wanted:
        return class_name(wanted)
    return proper_name(wanted or counts, label)


def _has_style(occurrence: _Occurrence, owned: set[str], style: str) -> bool:
    return any(
        s in owned and (style == "proper" or is_phrase(clean(s)) == (style == "class"))
        for s in occurrence.surfaces
    )


def _long_name(found: Iterable[_Occurrence], owned: set[str]) -> str:
    phrases = {s: n for s, n in _counted(found, owned).items() if is_phrase(clean(s)) and s in owned}
    longs = {s: 1 for o in found for s, form in o.keys.items() if form in o.longs}
    readings = {occurrence.reading: 1 for occurrence in found if occurrence.reading}
    best = phrases or longs or readings
    return class_name(best) if best else ""


def _qualify(things: Sequence[_Thing]) -> None:
    """Give things of one kind and name their long form as a qualifier, but for one that is far more frequent."""
    by_name: dict[tuple[str, str], list[_Thing]] = defaultdict(list)
    for thing in things:
        by_name[thing.kind, normal_form(thing.label, thing.kind.upper())].append(thing)
    for found in by_name.values():
        if len(found) == 1:
            continue
        found.sort(key=lambda thing: (-thing.n_papers, thing.key))
        plain = [thing for thing in found if not thing.long or slug(thing.long) == slug(thing.label)]
        if not plain and found[0].n_papers >= max(3, 5 * found[1].n_papers):
            plain = found[:1]
        for thing in found:
            if thing not in plain[:1]:
                thing.label = f"{thing.label} ({thing.long or thing.key})"
                thing.id = f"{thing.kind}:{slug(thing.label)}"
    taken: set[str] = set()
    for thing in sorted(things, key=lambda thing: (-thing.n_papers, thing.key)):
        base, n = thing.id, 2
        if base in taken:
            base = thing.id = f"{thing.kind}:{slug(thing.long or thing.key)}"
        while thing.id in taken:
            thing.id, n = f"{base}-{n}", n + 1
        taken.add(thing.id)


def _drop_slips(things: Sequence[_Thing]) -> None:
    """Take a form out of the names of a thing where it names another thing in five times as many papers."""
    used: dict[str, Counter[int]] = defaultdict(Counter)
    for n, thing in enumerate(things):
        seen = {(o.paper, o.keys[s]) for o in thing.occurrences for s in o.surfaces if s in thing.surfaces}
        for _, key in sorted(seen):
            used[key][n] += 1
    for n, thing in enumerate(things):
        keys = {s: o.keys[s] for o in thing.occurrences for s in o.surfaces if s in thing.surfaces}
        own = normal_form(thing.label, thing.kind.upper())
        for surface, key in keys.items():
            if key != own and 5 * used[key][n] <= max(used[key].values()):
                del thing.surfaces[surface]
                thing.keys.discard(key)


def _linked_mentions(mentions: Sequence[Mention], things: Iterable[_Thing]) -> list[Mention]:
    linked = list(mentions)
    for thing in things:
        by_paper: dict[str, list[int]] = defaultdict(list)
        for occurrence in thing.occurrences:
            by_paper[occurrence.paper].extend(occurrence.mentions)
        for numbers in by_paper.values():
            relation = min((mentions[i].relation for i in numbers), key=RELATIONS.index)
            for i in numbers:
                linked[i] = replace(mentions[i], entity=thing.id, label=thing.kind.upper(), relation=relation)
    return linked


# --- 6. variants --------------------------------------------------------------------------------------


def _variants(things: Sequence[_Thing], aliases: Aliases) -> tuple[list[Variant], list[Entity]]:
    """Return the ties of variants to their families, and the families that no paper names."""
    index = _Index(things)
    target: dict[str, tuple[str, str]] = {}
    for kind, name, family in aliases.variants:
        source, goal = index.find(kind, name, aliases), index.find(kind, family, aliases)
        if source and goal and source is not goal:
            target[source.id] = goal.id, f"alias file: {name} is a variant of {family}"
    families = _families(things, index, target, aliases)
    for thing in things:
        if thing.id not in target:
            for broader in _broader(thing):
                goal = index.find(thing.kind, broader, aliases)
                if goal and goal is not thing and goal.n_papers >= _enough_for_head(broader, thing.kind):
                    target[thing.id] = goal.id, f"narrower kind: {broader}"
                    break
    ties = [Variant(s, goal, why) for s, (goal, why) in target.items() if not _is_circular(s, target)]
    return sorted(ties, key=lambda tie: (tie.source, tie.target)), families


class _Index:
    """Things by kind and key; of several the one of most papers."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._found: dict[tuple[str, str], _Thing] = {}
        for thing in sorted(things, key=lambda t: (-t.n_papers, t.id)):
            for key in sorted(thing.keys):
                self._found.setdefault((thing.kind, key), thing)

    def find(self, kind: str, name: str, aliases: Aliases) -> _Thing | None:
        """Return the thing of that name and kind, or for models and methods of the other of these."""
        key = _key(name, kind.upper(), aliases)
        found = self._found.get((kind, key))
        if not found and kind in {"model", "method"}:
            found = self._found.get(("method" if kind == "model" else "model", key))
        return found


def _broader(thing: _Thing) -> list[str]:
    if thing.kind == "language":
        return [thing.label.split(" ", 1)[1]] if " " in thing.label else []
    if thing.kind == "dataset" or 2 * sum(o.introduced for o in thing.occurrences) > len(thing.occurrences):
        return []
    return broader_kinds(_hyphenated(thing))


def _enough_for_head(broader: str, kind: str) -> float:
    """In how many papers a broader kind must stand: two words may be no head together (`language detection`)."""
    if kind == "language":
        return 1
    if " " in broader:
        return 2
    # `segmentation` is what many tasks have in common, `detection` is not: one word says too little of a task.
    return math.inf if kind == "task" else 3


def _hyphenated(thing: _Thing) -> str:
    """Return the name in words, in the spelling with most hyphens: a compound is one word."""
    names = {thing.label, thing.long} | set(map(clean, thing.surfaces)) - {""}
    same = {name for name in names if is_phrase(name)} or {thing.label}
    best = min(same, key=lambda name: (*_spelling_order(singular(name)), name))
    return class_name({best: 1}) if is_phrase(best) and thing.kind != "dataset" else best


def _families(
    things: Sequence[_Thing], index: _Index, target: dict[str, tuple[str, str]], aliases: Aliases
) -> list[Entity]:
    """Tie versions and sizes to the nearest family there is or that two of them need; return the new ones."""
    tree = _Tree(things, index, aliases)
    for thing in things:
        if thing.id not in target:
            tie = tree.family_of(thing.kind, thing.label, thing)
            if tie:
                target[thing.id] = tie
    for kind, name, node_id in tree.made():
        tie = tree.family_of(kind, name, None)
        if tie and tie[0] != node_id:
            target[node_id] = tie
    return [Entity(id=node_id, kind=kind, label=name) for kind, name, node_id in tree.made()]


class _Tree:
    """The families that names imply: those that papers name, and those that at least two branches need."""

    def __init__(self, things: Sequence[_Thing], index: _Index, aliases: Aliases) -> None:
        self._index = index
        self._aliases = aliases
        self._taken = {thing.id for thing in things}
        self._below: dict[Node, set[Node]] = defaultdict(set)
        self._spelled: dict[Node, Counter[str]] = defaultdict(Counter)
        for thing in things:
            below = (thing.id, "")
            for name in family_names(thing.label, thing.kind):
                if self._index.find(thing.kind, name, aliases):
                    break
                node = self._node(thing.kind, name)
                shorter = len(node[1]) < len(below[1] or name + "+")
                if shorter and _is_strong(name) and thing.label.startswith(name.removesuffix("k")):
                    self._below[node].add(below)
                    self._spelled[node][name] += 1
                    below = node
        self._made = {
            node: self._describe(node) for node in sorted(self._below) if len(self._branches(node)) > 1
        }

    def family_of(self, kind: str, name: str, itself: _Thing | None) -> tuple[str, str] | None:
        """Return id and evidence of the nearest family of a name."""
        for family in family_names(name, kind):
            found = self._index.find(kind, family, self._aliases)
            if found and found is not itself:
                return found.id, f"version, size or checkpoint: {family}"
            made = self._made.get(self._node(kind, family))
            if made:
                return made[2], f"version, size or checkpoint: {family}"
        return None

    def made(self) -> list[tuple[str, str, str]]:
        """Return kind, name and id of each family that no paper names."""
        return list(self._made.values())

    def _node(self, kind: str, name: str) -> Node:
        return kind, _key(name, kind.upper(), self._aliases)

    def _branches(self, node: Node) -> set[Node]:
        found: set[Node] = set()
        for below in sorted(self._below.get(node, ())):
            inside = self._branches(below)
            found |= {below} if len(inside) != 1 else inside
        return found

    def _describe(self, node: Node) -> tuple[str, str, str]:
        spelled = self._spelled[node]
        name = min(spelled, key=lambda s: (-spelled[s], s))
        node_id = f"{node[0]}:{slug(name)}"
        return node[0], name, node_id if node_id not in self._taken else f"{node_id}-family"


def _is_strong(name: str) -> bool:
    """Whether a name can be a family that no paper names: not for a word such as `top`."""
    return name.endswith("@k") or (
        len(re.findall(r"[^\W\d_]", name)) > 2 and not name.islower() and name.count(" ") < 2
    )


def _is_circular(source: str, target: Mapping[str, tuple[str, str]]) -> bool:
    seen = {source}
    at = source
    while at in target:
        at = target[at][0]
        if at in seen:
            return at == source
        seen.add(at)
    return False


# --- former ids ---------------------------------------------------------------------------------------


def _with_former_ids(
    entities: Sequence[Entity], mentions: Iterable[Mention], former: Sequence[Entity]
) -> list[Entity]:
    """Keep each id that is gone with the entity that its name now names."""
    if not former:
        return list(entities)
    present = {entity.id for entity in entities}
    heirs = _heirs(entities, mentions)
    kept: dict[str, set[str]] = defaultdict(set)
    for old in former:
        goal = old.id if old.id in present else _heir(old, heirs)
        if goal:
            kept[goal].update({old.id, *old.former_ids} - present)
    return [
        replace(entity, former_ids=tuple(sorted(kept[entity.id]))) if kept.get(entity.id) else entity
        for entity in entities
    ]


def _heirs(entities: Iterable[Entity], mentions: Iterable[Mention]) -> dict[tuple[str, str], str]:
    """Return the entity of each kind and name: of that label, else of that alias, else named so in passing."""
    order = sorted(entities, key=lambda entity: (-entity.n_papers, entity.id))
    labels = ((entity.kind, entity.label, entity.id) for entity in order)
    aliases = ((entity.kind, alias, entity.id) for entity in order for alias in entity.aliases)
    passing = sorted({(kind_of(m.label), m.text, m.entity) for m in mentions})
    heirs: dict[tuple[str, str], str] = {}
    for kind, name, entity_id in (*labels, *aliases, *passing):
        heirs.setdefault((kind, normal_form(name, kind.upper())), entity_id)
    return heirs


def _heir(old: Entity, heirs: Mapping[tuple[str, str], str]) -> str | None:
    for name in (old.label, re.sub(r"\s*\([^()]*\)$", "", old.label), *old.aliases):
        for kind in (old.kind, *(kind_of(label) for label in LABELS)):
            found = heirs.get((kind, normal_form(name, kind.upper())))
            if found:
                return found
    return None


# --- vocabulary ---------------------------------------------------------------------------------------

_TECHNIQUES = frozenset({"MODEL", "METHOD", "TASK"})
_SMALL_WORDS = frozenset("a an and as at by for from in into of on or over the to under via with".split())
_ENDINGS = re.compile(
    r"(?<=\w{4})(?:ations?|ators?|ated|ates?|atic|ative|ional|ions?|ive|al|ally|ual|ued|uing|uous|"
    r"ments?|ings?|ed|ers?|ors?|ic|ity|y|e|s)$"
)
_TAILS = {
    "MODEL": ("model", "network", "architecture"),
    "METHOD": ("mechanism", "algorithm", "technique", "framework", "approach", "learning"),
    "TASK": ("task", "problem"),
    "METRIC": ("score", "metric"),
    "DATASET": ("benchmark", "dataset", "corpus"),
}
