"""Step 1 of linking: the things that one paper names, as it names them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.errors import InputError
from kg.linking.aliases import Aliases, key_of
from kg.names import abbreviations, clean, definitions, group, is_initials, is_phrase, singular
from kg.schema import LABELS, RELATIONS, Mention, Paper

__all__ = ["Occurrence", "find_occurrences"]


@dataclass(slots=True)
class Occurrence:
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


def find_occurrences(
    papers: Sequence[Paper], mentions: Sequence[Mention], aliases: Aliases
) -> list[Occurrence]:
    """Return the things that each paper names, papers by id and things by their first mention.

    Raises
    ------
    InputError
        A mention is of a paper that is not among ``papers``.
    """
    by_paper: dict[str, list[int]] = defaultdict(list)
    for i, mention in enumerate(mentions):
        by_paper[mention.paper].append(i)
    known = {paper.id: paper for paper in papers}
    found: list[Occurrence] = []
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
) -> Iterator[Occurrence]:
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
        keys = {surface: key_of(surface, label, aliases) for surface in surfaces}
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
        yield Occurrence(
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
