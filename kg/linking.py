"""One node per thing: from the mentions of all papers to entities.

A pure function of the set of papers: every step works on counts over all of them, and ties are decided by
code point, so that neither order nor batching makes a difference. The steps, each a function of its own:

1. the mentions of a paper that are one thing (`kg.names.group`);
2. abbreviations: what a form is short for, by the papers that define it;
3. names over all papers: normal forms, abbreviations and their expansions are one;
4. kinds: a name that papers type differently goes with the evidence;
5. variants: versions, sizes and narrower kinds, tied to their family.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.languages import code_of
from kg.names import abbreviations, clean, display_name, document_entities, normal_form, slug
from kg.schema import LABELS, Entity, Mention, Paper, Variant, kind_of

__all__ = ["Linked", "link"]

Key = tuple[str, str]
"""Label and normal form."""


@dataclass(frozen=True)
class Linked:
    """The outcome of linking.

    Attributes
    ----------
    entities : list of Entity
        Sorted by id.
    mentions : list of Mention
        As given, with the ids of their entities.
    variants : list of Variant
        Sorted.
    """

    entities: list[Entity]
    mentions: list[Mention]
    variants: list[Variant]


def link(papers: Sequence[Paper], mentions: Sequence[Mention], former: Sequence[Entity] = ()) -> Linked:
    """Link mentions to entities over all papers.

    Parameters
    ----------
    papers : sequence of Paper
        The papers of the mentions.
    mentions : sequence of Mention
    former : sequence of Entity
        Entities of an earlier build: an id that is gone is kept in ``former_ids`` of what its name now names.

    Returns
    -------
    Linked
    """
    texts = {paper.id: paper.text for paper in papers}
    dates = {paper.id: paper.date for paper in papers}
    groups = _document_groups(texts, mentions)
    expansions = _expansions(texts, mentions)
    keys = _corpus_keys(groups, mentions, expansions)
    keys = _settle_kinds(keys, mentions)
    entities, ids = _entities(keys, mentions, dates)
    variants, families = _variants(entities)
    entities = _with_former(sorted([*entities, *families], key=lambda e: e.id), former)
    linked = [replace(m, entity=ids[key], label=key[0]) for m, key in zip(mentions, keys, strict=True)]
    return Linked(entities, linked, variants)


def _document_groups(texts: Mapping[str, str], mentions: Sequence[Mention]) -> list[tuple[str, str]]:
    """Return (paper, entity within the paper) of each mention."""
    by_paper: dict[str, list[int]] = defaultdict(list)
    for n, mention in enumerate(mentions):
        by_paper[mention.paper].append(n)
    groups: list[tuple[str, str]] = [("", "")] * len(mentions)
    for paper, numbers in by_paper.items():
        ordered = sorted(numbers, key=lambda n: (mentions[n].start, mentions[n].end, mentions[n].label))
        spans = [(mentions[n].start, mentions[n].end, mentions[n].label) for n in ordered]
        for n, entity in zip(ordered, document_entities(texts[paper], spans), strict=True):
            groups[n] = (paper, entity)
    return groups


def _expansions(texts: Mapping[str, str], mentions: Sequence[Mention]) -> dict[Key, str]:
    """Return the normal form of the expansion of each abbreviation that has one clear reading.

    Clear: one expansion stands in at least 80 % of the papers that define the abbreviation.
    """
    readings: dict[Key, Counter[str]] = defaultdict(Counter)
    by_paper: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for mention in mentions:
        by_paper[mention.paper].add((mention.label, normal_form(mention.text, mention.label)))
    for paper, forms in by_paper.items():
        text = texts[paper]
        for short, long in abbreviations(text):
            for label in LABELS:
                one = normal_form(text[slice(*short)], label)
                if (label, one) not in forms:
                    continue
                other = next((f for f in _tails(text, long, label) if (label, f) in forms and f != one), None)
                if other:
                    readings[label, one][other] += 1
    clear = {}
    for key, counts in readings.items():
        best = min(counts, key=lambda form: (-counts[form], form))
        if counts[best] >= 0.8 * counts.total():
            clear[key] = best
    return clear


def _tails(text: str, long: tuple[int, int], label: str) -> Iterable[str]:
    for match in re.finditer(r"\S+", text[slice(*long)]):
        yield normal_form(text[long[0] + match.start() : long[1]], label)


def _corpus_keys(
    groups: Sequence[tuple[str, str]], mentions: Sequence[Mention], expansions: Mapping[Key, str]
) -> list[Key]:
    """Return the key of each mention's entity over all papers.

    A paper's entity takes the longest form that it is spelled with, which an abbreviation alone takes from
    the papers that define it.
    """
    forms: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group, mention in zip(groups, mentions, strict=True):
        forms[group].add(normal_form(mention.text, mention.label))
    keys = []
    for group, mention in zip(groups, mentions, strict=True):
        label = mention.label
        resolved = {expansions.get((label, form), form) for form in forms[group]}
        keys.append((label, min(resolved, key=lambda form: (-len(form), form))))
    return keys


def _settle_kinds(keys: Sequence[Key], mentions: Sequence[Mention]) -> list[Key]:
    """Give a name that papers type differently the label of most papers, where these are at least 70 %."""
    votes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (label, form), mention in zip(keys, mentions, strict=True):
        votes[form][label].add(mention.paper)
    settled = {}
    for form, labels in votes.items():
        total = sum(len(papers) for papers in labels.values())
        best = min(labels, key=lambda label: (-len(labels[label]), LABELS.index(label)))
        settled[form] = best if len(labels[best]) >= 0.7 * total else None
    return [(settled[form] or label, form) for label, form in keys]


def _entities(
    keys: Sequence[Key], mentions: Sequence[Mention], dates: Mapping[str, str | None]
) -> tuple[list[Entity], dict[Key, str]]:
    surfaces: dict[Key, Counter[str]] = defaultdict(Counter)
    papers: dict[Key, set[str]] = defaultdict(set)
    for key, mention in zip(keys, mentions, strict=True):
        surfaces[key][mention.text] += 1
        papers[key].add(mention.paper)
    names = {key: display_name(found, key[0]) for key, found in surfaces.items()}
    ids: dict[Key, str] = {}
    taken: set[str] = set()
    for key in sorted(names, key=lambda k: (-len(papers[k]), k)):
        base = f"{kind_of(key[0])}:{slug(names[key])}"
        unique = base if base not in taken else f"{base}-{slug(key[1])}"
        while unique in taken:
            unique += "-2"
        taken.add(unique)
        ids[key] = unique
    entities = []
    for key, found in surfaces.items():
        aliases: Counter[str] = Counter()
        for surface, count in found.items():
            aliases[clean(surface)] += count
        known = [date for paper in papers[key] if (date := dates.get(paper))]
        entities.append(
            Entity(
                id=ids[key],
                kind=kind_of(key[0]),
                label=names[key],
                aliases=tuple(
                    a for a in sorted(aliases, key=lambda a: (-aliases[a], a)) if a != names[key]
                ),
                code=code_of(names[key]) if key[0] == "LANGUAGE" else None,
                n_papers=len(papers[key]),
                n_mentions=found.total(),
                first_date=min(known, default=None),
            )
        )
    return entities, ids


_VERSION = re.compile(
    r"^(?P<family>.*?[^\W\d_].*?)"
    r"(?:[\s\-_/.]?v?\d[\w.]*|[\s\-_](?:base|large|small|tiny|medium|mini|nano|xl|xxl|huge|chat|instruct|turbo|pro|[a-z]))$",
    re.IGNORECASE,
)


def _variants(entities: Sequence[Entity]) -> tuple[list[Variant], list[Entity]]:
    """Tie versions and sizes (``LLaMA-2`` → ``LLaMA``) and narrower kinds (``deep X`` → ``X``) to families."""
    by_name: dict[tuple[str, str], str] = {}
    for entity in sorted(entities, key=lambda e: (-e.n_papers, e.id)):
        for name in (entity.label, *entity.aliases):
            by_name.setdefault((entity.kind, normal_form(name, entity.kind.upper())), entity.id)
    ties: dict[str, Variant] = {}
    orphans: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for entity in sorted(entities, key=lambda e: e.id):
        for family, rule in _families(entity):
            form = normal_form(family, entity.kind.upper())
            target = by_name.get((entity.kind, form))
            if target and target != entity.id:
                ties[entity.id] = Variant(entity.id, target, f"{rule}: {entity.label} → {family}")
                break
            if rule == "version or size" and len(form) > 1 and not target:
                orphans[entity.kind, form].append((entity.id, family))
    made = []
    for (kind, form), members in sorted(orphans.items()):
        free = [(member, family) for member, family in members if member not in ties]
        if len(free) < 2:
            continue
        name = min(Counter(f for _, f in free).most_common(), key=lambda item: (-item[1], item[0]))[0]
        family_id = f"{kind}:{slug(name)}"
        if any(e.id == family_id for e in [*entities, *made]):
            family_id = f"{family_id}-family-{slug(form)}"
        made.append(Entity(id=family_id, kind=kind, label=name))
        for member, family in free:
            ties[member] = Variant(member, family_id, f"version or size: {family}")
    return sorted(ties.values(), key=lambda v: (v.source, v.target)), made


def _families(entity: Entity) -> Iterable[tuple[str, str]]:
    """Yield the names that the family of an entity may have, nearest first, with the rule that says so."""
    if entity.kind in {"model", "dataset", "method", "metric"}:
        name = entity.label
        while match := _VERSION.match(name):
            name = match["family"].rstrip(" -_/.")
            if not re.search(r"[^\W\d_]{2}", name):
                break
            yield name, "version or size"
    words = entity.label.split()
    if entity.label.islower():
        for n in range(1, len(words) - 1):
            yield " ".join(words[n:]), "narrower kind"


def _with_former(entities: Sequence[Entity], former: Sequence[Entity]) -> list[Entity]:
    """Keep each former id that no entity has any more with the entity that has its name."""
    present = {entity.id for entity in entities}
    home: dict[tuple[str, str], str] = {}
    for entity in entities:
        for name in (entity.label, *entity.aliases):
            home.setdefault((entity.kind, normal_form(name, entity.kind.upper())), entity.id)
    kept: dict[str, set[str]] = defaultdict(set)
    for old in former:
        target = old.id if old.id in present else home.get((old.kind, normal_form(old.label, old.kind.upper())))
        if target:
            kept[target] |= {i for i in (old.id, *old.former_ids) if i not in present}
    return [replace(e, former_ids=tuple(sorted(kept[e.id]))) if kept[e.id] else e for e in entities]
