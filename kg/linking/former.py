"""Ids of an earlier build that are gone, kept with the entities that their names now name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kg.names import normal_form
from kg.schema import LABELS, Entity, Mention, kind_of

__all__ = ["with_former_ids"]


def with_former_ids(
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
    """Return the entity of each kind and name: of that label, else that alias, else named so in passing."""
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
