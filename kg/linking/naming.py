"""Step 5 of linking: the label and the id of each thing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.languages import code_of
from kg.linking.aliases import Aliases, key_of
from kg.linking.kinds import Node
from kg.linking.occurrences import Occurrence
from kg.linking.uniting import TAILS, Names
from kg.names import class_name, clean, is_class, is_phrase, normal_form, proper_name, slug
from kg.schema import Entity, kind_of, label_of

__all__ = ["Thing", "name_things"]


@dataclass(slots=True)
class Thing:
    """A node that papers name: its name, its id, and where it occurs."""

    kind: str
    key: str
    label: str
    id: str
    surfaces: Counter[str]
    keys: set[str]
    long: str
    occurrences: list[Occurrence]
    n_papers: int = 0

    def entity(self) -> Entity:
        """Return the record of the thing."""
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


def name_things(nodes: Mapping[Node, list[Occurrence]], names: Names, aliases: Aliases) -> list[Thing]:
    """Return the things of all nodes with label, id and forms.

    The label is the most frequent name of its style: spelled out in lower case for a class, short for a named
    thing. The id is that of the alias file or of the spelling of the earliest paper, so that a label that
    changes does not change it. Things of one kind and name get a qualifier.
    """
    things = []
    listed = {
        (same.kind, names.root(key_of(same.names[0], label_of(same.kind), aliases))): same.names[0]
        for same in aliases.same
    }
    for (label, key), found in sorted(nodes.items()):
        owned = _owned(found, key, names)
        n_papers = len({occurrence.paper for occurrence in found})
        style = _style(found, owned, label, n_papers)
        longs = {s for o in found for s, form in o.keys.items() if form in o.longs}
        name = _name_in_style(_counted(found, owned), style, label, longs)
        kind = kind_of(label)
        stem = listed.get((kind, key)) or _id_name(found, name, style, label)
        things.append(
            Thing(
                kind=kind,
                key=key,
                label=name,
                id=f"{kind}:{slug(stem)}",
                surfaces=_mention_counts(found, owned),
                keys={k for o in found for s, k in o.keys.items() if s in owned} | {key},
                long=_long_name(found, owned),
                occurrences=found,
                n_papers=n_papers,
            )
        )
    _qualify(things)
    _drop_slips(things)
    return things


def _owned(found: Iterable[Occurrence], key: str, names: Names) -> set[str]:
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


def _counted(found: Iterable[Occurrence], owned: set[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for occurrence in found:
        for surface, count in occurrence.surfaces.items():
            if surface in owned:
                counts[surface] += count
    if counts:
        return counts
    return sum((Counter(occurrence.surfaces) for occurrence in found), Counter())


def _mention_counts(found: Iterable[Occurrence], owned: set[str]) -> Counter[str]:
    return Counter({surface: (count + 7) // 8 for surface, count in _counted(found, owned).items()})


def _style(found: Sequence[Occurrence], owned: set[str], label: str, n_papers: int) -> str:
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
    if label == "LANGUAGE":
        # A code of two letters names no node where papers spell the language out.
        counts = {s: n for s, n in counts.items() if len(clean(s)) > 2} or counts
    if style == "proper":
        return proper_name(counts, label)
    if style == "class" and any(s in longs and is_phrase(clean(s)) for s in counts):
        return class_name({s: n for s, n in counts.items() if s in longs and is_phrase(clean(s))})
    wanted = {s: n for s, n in counts.items() if is_phrase(clean(s)) == (style == "class")}
    if style == "class" and wanted:
        return class_name(wanted)
    return proper_name(wanted or counts, label)


def _id_name(found: Iterable[Occurrence], name: str, style: str, label: str) -> str:
    """Return the name that the id is made of: the spelling of the label in the earliest paper.

    Which spelling is the most frequent has no say in it, so that neither a label that changes to another nor
    a later paper changes the id; but what fewer than one in three papers write is left out (`Image-Net`). A
    generic tail that some papers leave out is left out.
    """
    key = normal_form(name, label)
    known = {form for occurrence in found for form in occurrence.keys.values()}
    bare = next((key.removesuffix(tail) for tail in TAILS.get(label, ()) if key.endswith(tail)), key)
    if bare in known:
        key = bare
    papers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for occurrence in found:
        for surface in occurrence.surfaces:
            if normal_form(surface, label) == key and not re.search(r"\w-\s", surface):
                spelled = slug(_name_in_style({surface: 1}, style, label, set()))
                papers[spelled].add((occurrence.date, occurrence.paper))
    total = sum(map(len, papers.values()))
    names = [spelled for spelled, using in papers.items() if 3 * len(using) >= total]
    return min(names, key=lambda spelled: (min(papers[spelled]), spelled)) if names else name


def _long_name(found: Iterable[Occurrence], owned: set[str]) -> str:
    phrases = {s: n for s, n in _counted(found, owned).items() if is_phrase(clean(s)) and s in owned}
    longs = {s: 1 for o in found for s, form in o.keys.items() if form in o.longs}
    readings = {occurrence.reading: 1 for occurrence in found if occurrence.reading}
    best = phrases or longs or readings
    # Capitals that only show where an abbreviation takes its letters from: `ADapt And Merge`.
    return re.sub(r"\b[A-Z]{2,}[a-z]+", lambda m: m.group().lower(), class_name(best)) if best else ""


def _qualify(things: Sequence[Thing]) -> None:
    """Give things of one kind and name their long form as a qualifier, but for one far more frequent."""
    by_name: dict[tuple[str, str], list[Thing]] = defaultdict(list)
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


def _drop_slips(things: Sequence[Thing]) -> None:
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
