"""Step 6 of linking: versions, sizes and narrower kinds tied to their families."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kg.families import broader_kinds, derived_from, family_names, head_kinds
from kg.linking.aliases import Aliases, key_of
from kg.linking.kinds import Node
from kg.linking.naming import Thing
from kg.linking.shorthand import usual_longs_in_phrases
from kg.linking.uniting import spelling_order
from kg.names import class_name, clean, expand, is_phrase, singular, slug
from kg.schema import Entity, Variant

__all__ = ["tie_variants"]


def tie_variants(things: Sequence[Thing], aliases: Aliases) -> tuple[list[Variant], list[Entity]]:
    """Return the ties of variants to their families, and the families that no paper names.

    A line of the alias file goes before a version or size in the name, this before a narrower kind, and this
    before a letter more than a name that is known or that the same paper names.
    """
    index = _Index(things, aliases)
    target: dict[str, tuple[str, str]] = {}
    for kind, name, family in aliases.variants:
        source, goal = index.find(kind, name, aliases), index.find(kind, family, aliases)
        if source and goal and source is not goal:
            target[source.id] = goal.id, f"alias file: {name} is a variant of {family}"
    families = _families(things, index, target, aliases)
    for thing in things:
        if thing.id not in target:
            tie = _tie_to_broader(thing, index, aliases) or _tie_to_base(thing, index, aliases)
            if tie:
                target[thing.id] = tie
    ties = [Variant(s, goal, why) for s, (goal, why) in target.items() if not _is_circular(s, target)]
    return sorted(ties, key=lambda tie: (tie.source, tie.target)), families


_NEAR = {"model": ("method",), "method": ("model", "task"), "task": ("method",)}
_KNOWN = 5
"""In how many papers a name must stand to be known wherever a letter is put before or after it."""

_WHOLE_TASKS = frozenset({"captioning", "recommendation", "summarization", "unlearning"})


class _Index:
    """Things by kind and key; of several the one of most papers."""

    def __init__(self, things: Iterable[Thing], aliases: Aliases) -> None:
        self._found: dict[tuple[str, str], Thing] = {}
        for thing in sorted(things, key=lambda t: (-t.n_papers, t.id)):
            for key in sorted(thing.keys):
                self._found.setdefault((thing.kind, key), thing)
        for same in aliases.same:
            keys = {key_of(name, same.kind.upper(), aliases) for name in same.names}
            named = [found for key in keys if (found := self._found.get((same.kind, key)))]
            if named:
                best = min(named, key=lambda t: (-t.n_papers, t.id))
                missing = {(same.kind, key) for key in keys} - self._found.keys()
                self._found.update(dict.fromkeys(missing, best))

    def find(self, kind: str, name: str, aliases: Aliases) -> Thing | None:
        """Return the thing of that name and kind, or among techniques of the nearest other kind."""
        key = key_of(name, kind.upper(), aliases)
        for other in (kind, *_NEAR.get(kind, ())):
            if (found := self._found.get((other, key))) and (
                other == kind or other != "task" or is_phrase(name)
            ):
                return found
        return None


def _tie_to_broader(thing: Thing, index: _Index, aliases: Aliases) -> tuple[str, str] | None:
    """Return id and evidence of the nearest broader kind that enough papers name."""
    for broader in _broader(thing):
        goal = index.find(thing.kind, broader, aliases)
        if goal and goal is not thing and goal.n_papers >= _enough_for_head(broader, thing.kind):
            return goal.id, f"narrower kind: {broader}"
    return _tie_to_model(thing, index, aliases) if thing.kind == "model" else None


def _tie_to_model(thing: Thing, index: _Index, aliases: Aliases) -> tuple[str, str] | None:
    """Return id and evidence of the model whose own name a name ends in (`Malaysian Mistral`)."""
    for name in sorted({thing.label, *map(clean, thing.surfaces)}):
        words = name.split()
        for n in range(1, len(words)):
            rest = " ".join(words[n:])
            goal = index.find("model", rest, aliases)
            if goal and goal is not thing and goal.label[0].isupper() and not is_phrase(goal.label):
                return goal.id, f"narrower kind: {goal.label}"
    return None


def _tie_to_base(thing: Thing, index: _Index, aliases: Aliases) -> tuple[str, str] | None:
    """Return id and evidence of what a name is derived from, where it is known or one paper names both."""
    papers = {occurrence.paper for occurrence in thing.occurrences}
    for base in derived_from(thing.label):
        goal = index.find(thing.kind, base, aliases)
        if (
            goal
            and goal is not thing
            and (
                any(o.paper in papers for o in goal.occurrences)
                or (goal.n_papers >= _KNOWN and not thing.label.isalpha())
            )
        ):
            return goal.id, f"named after it: {base}"
    return None


def _broader(thing: Thing) -> list[str]:
    if thing.kind == "language":
        names = (name.split(" ") for name in (thing.label, thing.long) if name)
        return [" ".join(words[n:]) for words in names for n in range(1, len(words))]
    if thing.kind == "dataset":
        return []
    name = _hyphenated(thing)
    whole = expand(re.sub(r"(?<=[a-z])-(?=[A-Z]{2})", " ", name), usual_longs_in_phrases())
    if whole != name and is_phrase(whole):
        name = class_name({whole: 1})
    if 2 * sum(o.introduced for o in thing.occurrences) > len(thing.occurrences):
        # What a paper introduces is often named by words that make no kind of what they end in.
        return [broader for broader in broader_kinds(name) if " " in broader or broader in _WHOLE_TASKS]
    return broader_kinds(name) + head_kinds(name)


def _enough_for_head(broader: str, kind: str) -> float:
    """In how many papers a broader kind must stand."""
    if kind == "language" or " " in broader:
        return 1
    # One word says too little of most tasks: detection of what?
    return 3 if kind != "task" or broader in _WHOLE_TASKS else math.inf


def _hyphenated(thing: Thing) -> str:
    """Return the name in words, in the spelling with most hyphens: a compound is one word."""
    forms: Counter[str] = Counter()
    for surface, count in thing.surfaces.items():
        forms[clean(surface)] += count
    often = {form for form, count in forms.items() if form and 10 * count >= forms.total()}
    names = ({thing.label, thing.long} | often) - {""}
    same = {name for name in names if is_phrase(name)} or {thing.label}
    # Written with hyphens only, it stands before a noun: `large-language-model agents`.
    best = min(same, key=lambda name: (" " not in name, *spelling_order(singular(name)), name))
    return class_name({best: 1}) if is_phrase(best) and thing.kind != "dataset" else best


def _families(
    things: Sequence[Thing], index: _Index, target: dict[str, tuple[str, str]], aliases: Aliases
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

    def __init__(self, things: Sequence[Thing], index: _Index, aliases: Aliases) -> None:
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

    def family_of(self, kind: str, name: str, itself: Thing | None) -> tuple[str, str] | None:
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
        return kind, key_of(name, kind.upper(), self._aliases)

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
