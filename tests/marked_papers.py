"""Papers and mentions from texts with the mentions marked: `[form|LABEL relation]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.linking import Linked, link
from kg.schema import Entity, Mention, Paper

MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)(?: (\w+))?\]")


def corpus(*texts: str, dates: Sequence[str] = ()) -> tuple[list[Paper], list[Mention]]:
    """Return papers and mentions of texts; the paper of the nth text is `n`."""
    papers, mentions = [], []
    for n, marked in enumerate(texts, 1):
        plain, at = "", 0
        for match in MARK.finditer(marked):
            plain += marked[at : match.start()]
            start = len("Title\n") + len(plain)
            form, label, relation = match.groups()
            mentions.append(
                Mention(
                    str(n), start, start + len(form), form, label, relation=relation or "uses", sentence=form
                )
            )
            plain += form
            at = match.end()
        papers.append(Paper(str(n), "Title", plain + marked[at:], date=dates[n - 1] if dates else None))
    return papers, mentions


def linked(*texts: str) -> Linked:
    return link(*corpus(*texts))


def node(result: Linked, paper: int, form: str) -> str:
    """Return the id of the node that a form in a paper belongs to."""
    (found,) = {m.entity for m in result.mentions if m.paper == str(paper) and m.text == form}
    return found


def entity(result: Linked, entity_id: str) -> Entity:
    return next(e for e in result.entities if e.id == entity_id)


def ties(result: Linked) -> set[tuple[str, str]]:
    names = {e.id: e.label for e in result.entities}
    return {(names[v.source], names[v.target]) for v in result.variants}
