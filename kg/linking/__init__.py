"""One node per thing: from the mentions of all papers to entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kg.linking.aliases import Aliases, read_aliases
from kg.linking.corrections import correct
from kg.linking.former import with_former_ids
from kg.linking.kinds import settle_kinds
from kg.linking.naming import Thing, name_things
from kg.linking.occurrences import find_occurrences
from kg.linking.readings import resolve
from kg.linking.uniting import unite
from kg.linking.variants import tie_variants
from kg.schema import RELATIONS, Entity, Mention, Paper, Variant

__all__ = ["Aliases", "Linked", "link", "read_aliases"]


@dataclass(frozen=True)
class Linked:
    """The outcome of linking.

    Attributes
    ----------
    entities : list of Entity
        Sorted by id.
    mentions : list of Mention
        In input order, each with the id of its entity, that entity's label, and one relation for all mentions
        of an entity in a paper; without those that a user's alias file drops.
    variants : list of Variant
        Sorted by source and target.
    """

    entities: list[Entity]
    mentions: list[Mention]
    variants: list[Variant]


def link(
    papers: Sequence[Paper],
    mentions: Sequence[Mention],
    former: Sequence[Entity] = (),
    aliases: Aliases | None = None,
) -> Linked:
    """Link mentions to entities over all papers.

    Parameters
    ----------
    papers : sequence of Paper
        At least those that the mentions are of.
    mentions : sequence of Mention
    former : sequence of Entity
        Entities of an earlier build: an id that is gone stays in ``former_ids`` of what its name now names.
    aliases : Aliases, optional
        From `read_aliases`; by default those that come with the package.

    Returns
    -------
    Linked

    Raises
    ------
    InputError
        A mention is of a paper that is not among ``papers``, or a line of a user's alias file names what is
        not there.

    Notes
    -----
    A pure function of the set of papers: every step works on counts over all of them, and ties are decided by
    code point, so neither order nor batching makes a difference. The steps:

    1. ``find_occurrences``: the mentions of a paper that are one thing there (`kg.names.group`), with the
       abbreviations that the paper defines.
    2. ``unite``: names that are one everywhere: spellings, other wordings of what one abbreviation stands
       for, generic tails, lines of the alias file, names of one ISO 639-3 language.
    3. ``resolve``: an abbreviation that its paper does not define goes to the reading that the papers that
       do define it agree on, or else to that which shares most with the paper, or else to what the field
       means by it; or it stays itself.
    4. ``settle_kinds``: a name that papers type differently goes with the evidence.
    5. ``name_things``: labels and ids; two things of one kind and name get a qualifier.
    6. ``tie_variants``: versions, sizes and narrower kinds tied to their families.
    7. ``correct``: what a user's alias file changes.

    Examples
    --------
    >>> paper = Paper("1", "LoRA for LLMs", "Large language models (LLMs) ...")
    >>> found = [Mention("1", 9, 13, "LLMs", "MODEL"), Mention("1", 14, 35, "Large language models", "MODEL"),
    ...          Mention("1", 37, 41, "LLMs", "MODEL")]
    >>> [(entity.id, entity.aliases) for entity in link([paper], found).entities]
    [('model:large-language-model', ('LLMs', 'Large language models'))]
    """
    aliases = read_aliases() if aliases is None else aliases
    occurrences = find_occurrences(papers, mentions, aliases)
    names = unite(occurrences, aliases)
    resolve(occurrences, names, aliases)
    nodes = settle_kinds(occurrences)
    things = name_things(nodes, names, aliases)
    variants, families = tie_variants(things, aliases)
    entities = sorted([*(thing.entity() for thing in things), *families], key=lambda entity: entity.id)
    linked = _linked_mentions(mentions, things)
    if aliases.corrections:
        entities, linked, variants = correct(entities, linked, variants, papers, aliases.corrections)
    return Linked(with_former_ids(entities, linked, former), linked, variants)


def _linked_mentions(mentions: Sequence[Mention], things: Iterable[Thing]) -> list[Mention]:
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
