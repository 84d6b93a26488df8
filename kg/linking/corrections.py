"""Step 7 of linking: what a user's alias file changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from kg.errors import InputError
from kg.linking.aliases import CORRECTIONS, Correction
from kg.names import clean, display_name, normal_form, slug
from kg.schema import RELATIONS, Entity, Mention, Paper, Variant, label_of

__all__ = ["correct"]

Records = tuple[list[Entity], list[Mention], list[Variant]]


def correct(
    entities: Sequence[Entity],
    mentions: Sequence[Mention],
    variants: Sequence[Variant],
    papers: Iterable[Paper],
    corrections: Sequence[Correction],
) -> Records:
    """Return entities, mentions and variants as corrections make them.

    Lines are applied by rule, in the order of ``CORRECTIONS``, and those of one rule in file order; a name is
    looked up in what the lines before have made.

    Raises
    ------
    InputError
        Lines name what there is not, name several entities at once, or contradict what is there; the message
        has a sentence for each.
    """
    book = _Book(entities, mentions, variants, papers)
    apply: Mapping[str, Callable[[Correction], None]] = {
        "split": book.split,
        "merge": book.merge,
        "variant": book.tie,
        "rename": book.rename,
        "drop": book.drop,
    }
    problems = []
    for correction in sorted(corrections, key=lambda line: CORRECTIONS.index(line.rule)):
        try:
            apply[correction.rule](correction)
        except InputError as error:
            problems.append(f"{correction.place}: {error}")
    if problems:
        # All at once: each run may have taken an hour to come here.
        raise InputError("\n".join(problems))
    return book.records()


class _Book:
    """Entities with their mentions and families, and an index of their names."""

    def __init__(
        self,
        entities: Iterable[Entity],
        mentions: Iterable[Mention],
        variants: Iterable[Variant],
        papers: Iterable[Paper],
    ) -> None:
        self._mentions = list(mentions)
        self._dropped: set[int] = set()
        self._dates = {paper.id: paper.date for paper in papers}
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, mention in enumerate(self._mentions):
            self._numbers[mention.entity].append(number)
        self._ties = {variant.source: variant for variant in variants}
        self._entities: dict[str, Entity] = {}
        self._heirs: dict[str, str] = {}
        self._names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        for entity in entities:
            self._put(entity)

    def records(self) -> Records:
        """Return what the corrections have made."""
        entities = sorted(self._entities.values(), key=lambda entity: entity.id)
        mentions = [m for number, m in enumerate(self._mentions) if number not in self._dropped]
        return entities, mentions, sorted(self._ties.values(), key=lambda tie: (tie.source, tie.target))

    def split(self, line: Correction) -> None:
        """Make an entity of some forms of another."""
        entity = self._find(line.kind, line.name)
        numbers = self._numbers[entity.id]
        leaving: set[int] = set()
        for other in line.others:
            meant = {number for number in numbers if _is_meant(self._mentions[number], other)}
            if not meant:
                known = ", ".join(_forms(self._those(numbers))) or "none, for no paper names it"
                raise InputError(f"no mention of {entity.label!r} is {other!r}; its forms are: {known}.")
            leaving |= meant
        staying = [number for number in numbers if number not in leaving]
        if not staying:
            raise InputError(f"nothing would be left of {entity.label!r}; use rename for another label.")
        self._remove(entity)
        forms = _forms(self._those(staying))
        kept = replace(entity, aliases=tuple(alias for alias in entity.aliases if alias in forms))
        if entity.label not in forms and entity.label in _forms(self._those(leaving)):
            kept = self._named(kept, staying)
            self._retarget(entity.id, kept.id)
        self._settle(kept, staying)
        self._settle(self._named(Entity("", entity.kind, ""), sorted(leaving)), sorted(leaving))

    def merge(self, line: Correction) -> None:
        """Put entities into another."""
        goal = self._find(line.kind, line.name)
        for other in line.others:
            source = self._find(line.kind, other)
            if source.id == goal.id:
                continue
            self._remove(source)
            self._remove(goal)
            self._heirs[source.id] = goal.id
            numbers = sorted([*self._numbers[goal.id], *self._numbers.pop(source.id, ())])
            counts = Counter(clean(mention.text) for mention in self._those(numbers))
            names = {*goal.aliases, source.label, *source.aliases} - {goal.label}
            dates = [date for date in (goal.first_date, source.first_date) if date]
            goal = replace(
                self._counted(goal, numbers),
                aliases=tuple(sorted(names, key=lambda name: (-counts[name], name))),
                code=goal.code or source.code,
                first_date=min(dates, default=None),
            )
            self._put(goal)
            self._assign(numbers, goal)
            self._retarget(source.id, goal.id)

    def tie(self, line: Correction) -> None:
        """Tie an entity to its family, or to none."""
        entity = self._find(line.kind, line.name)
        (name,) = line.others
        if name == "-":
            self._ties.pop(entity.id, None)
            return
        family = self._find(line.kind, name)
        if entity.id in {family.id, *self._above(family.id)}:
            raise InputError(f"{family.label!r} is {entity.label!r} or a variant of it; turn the line round.")
        why = f"alias file: {line.name} is a variant of {name}"
        self._ties[entity.id] = Variant(entity.id, family.id, why)

    def rename(self, line: Correction) -> None:
        """Give an entity another label."""
        entity = self._find(line.kind, line.name)
        (label,) = line.others
        taken = self._names["like label", entity.kind, normal_form(label, label_of(entity.kind))]
        if taken - {entity.id}:
            raise InputError(
                f"{label!r} is the name of {min(taken - {entity.id})} already; merge the two instead."
            )
        names = dict.fromkeys((entity.label, *entity.aliases))
        self._remove(entity)
        self._put(replace(entity, label=label, aliases=tuple(name for name in names if name != label)))

    def drop(self, line: Correction) -> None:
        """Leave an entity out; its variants go to its own family."""
        entity = self._find(line.kind, line.name)
        self._remove(entity)
        self._dropped.update(self._numbers.pop(entity.id, ()))
        above = self._ties.pop(entity.id, None)
        for tie in [tie for tie in self._ties.values() if tie.target == entity.id]:
            if above:
                self._ties[tie.source] = replace(tie, target=above.target)
            else:
                del self._ties[tie.source]

    def _find(self, kind: str, name: str) -> Entity:
        """Return the entity that a name means: an id, else a label, an alias, the normal form of these."""
        entity_id = self._heirs.get(name, name)
        while entity_id in self._heirs:
            entity_id = self._heirs[entity_id]
        if entity_id in self._entities:
            return self._entities[entity_id]
        like = normal_form(name, label_of(kind))
        steps = (("label", name), ("alias", name), ("like label", like), ("like alias", like))
        for step, form in steps:
            found = sorted(self._names.get((step, kind, form), ()))
            if len(found) == 1:
                return self._entities[found[0]]
            if found:
                raise InputError(f"{name!r} names several: {', '.join(found)}; use one of these ids.")
        labels = {entity.id: entity.label for entity in self._entities.values() if entity.kind == kind}
        near = process.extract(name, labels, scorer=fuzz.ratio, limit=3, score_cutoff=60)
        hint = f" Nearest: {', '.join(sorted(label for label, *_ in near))}." if near else ""
        raise InputError(
            f"no {kind} of these papers is named {name!r}; mend the name or take the line out.{hint}"
        )

    def _put(self, entity: Entity) -> None:
        self._entities[entity.id] = entity
        for name in _index_names(entity):
            self._names[name].add(entity.id)

    def _remove(self, entity: Entity) -> None:
        del self._entities[entity.id]
        for name in _index_names(entity):
            self._names[name].discard(entity.id)

    def _those(self, numbers: Iterable[int]) -> list[Mention]:
        return [self._mentions[number] for number in numbers]

    def _settle(self, entity: Entity, numbers: Sequence[int]) -> None:
        self._put(self._counted(entity, numbers))
        self._assign(numbers, entity)

    def _counted(self, entity: Entity, numbers: Sequence[int]) -> Entity:
        """Return an entity with the counts and the first date of these mentions."""
        papers = {mention.paper for mention in self._those(numbers)}
        dates = [date for paper in papers if (date := self._dates.get(paper))]
        return replace(
            entity, n_papers=len(papers), n_mentions=len(numbers), first_date=min(dates, default=None)
        )

    def _named(self, entity: Entity, numbers: Sequence[int]) -> Entity:
        """Return an entity with label, aliases and an id of its own by what these mentions call it."""
        texts = Counter(mention.text for mention in self._those(numbers))
        name = label = display_name(texts, label_of(entity.kind))
        n = 1
        while self._is_taken(entity.kind, label):
            label = f"{name} (other{f' {n}' if n > 1 else ''})"
            n += 1
        aliases = tuple(form for form in _forms(self._those(numbers)) if form != label)
        return replace(entity, id=f"{entity.kind}:{slug(label)}", label=label, aliases=aliases)

    def _is_taken(self, kind: str, label: str) -> bool:
        like = normal_form(label, label_of(kind))
        return f"{kind}:{slug(label)}" in self._entities or bool(self._names.get(("like label", kind, like)))

    def _assign(self, numbers: Sequence[int], entity: Entity) -> None:
        """Make mentions those of an entity, with one relation for all of a paper."""
        relations: dict[str, str] = {}
        for mention in self._those(numbers):
            known = relations.get(mention.paper, mention.relation)
            relations[mention.paper] = min(known, mention.relation, key=RELATIONS.index)
        for number in numbers:
            mention = self._mentions[number]
            self._mentions[number] = replace(
                mention, entity=entity.id, label=label_of(entity.kind), relation=relations[mention.paper]
            )
        self._numbers[entity.id] = list(numbers)

    def _retarget(self, gone: str, goal: str) -> None:
        """Give an entity the variants, and where it has none the family, of one that goes into it."""
        own = self._ties.pop(gone, None)
        if own and goal not in self._ties:
            self._ties[goal] = replace(own, source=goal)
        for tie in [tie for tie in self._ties.values() if tie.target == gone]:
            self._ties[tie.source] = replace(tie, target=goal)
        if goal in {*self._above(goal)}:
            del self._ties[goal]

    def _above(self, entity_id: str) -> list[str]:
        """Return the families of an entity, nearest first; a circle ends where it closes."""
        found: list[str] = []
        while (tie := self._ties.get(entity_id)) and tie.target not in found:
            entity_id = tie.target
            found.append(entity_id)
        return found


def _index_names(entity: Entity) -> Iterable[tuple[str, str, str]]:
    label = label_of(entity.kind)
    yield "label", entity.kind, entity.label
    yield "like label", entity.kind, normal_form(entity.label, label)
    for alias in entity.aliases:
        yield "alias", entity.kind, alias
        yield "like alias", entity.kind, normal_form(alias, label)


def _is_meant(mention: Mention, other: str) -> bool:
    return clean(mention.text) == other or mention.text == other or f"paper:{mention.paper}" == other


def _forms(mentions: Iterable[Mention]) -> list[str]:
    """Return the forms of mentions, most frequent first, ties by code point."""
    counts = Counter(clean(mention.text) for mention in mentions)
    return sorted(counts, key=lambda form: (-counts[form], form))
