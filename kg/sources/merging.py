"""Gives every paper an id and makes one paper of its duplicates."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from kg.schema import Paper

__all__ = ["merge", "title_key"]

_HASH_DIGITS = 8


def title_key(title: str) -> str:
    r"""Return the title lower-cased, without ``\W``; the title itself where nothing is left.

    >>> title_key("T2T-ViT: Training!"), title_key("🎉")
    ('t2tvittraining', '🎉')
    """
    return re.sub(r"\W", "", title.lower()) or title


def merge(listings: Iterable[Paper]) -> list[Paper]:
    """Return each paper once, in the order of first appearance.

    A listing is a paper as a reader found it, its id empty where the source gives none. Listings of one id
    are one paper. Listings of one normalised title are one paper, unless they carry
    different ids of their own. What the most complete listing lacks, the others supply; which that is does
    not depend on the order.

    Returns
    -------
    list of Paper
    """
    clusters: dict[object, list[Paper]] = {}
    own_ids: dict[str, set[str]] = defaultdict(set)
    papers = list(listings)
    for paper in papers:
        if paper.id:
            own_ids[title_key(paper.title)].add(paper.id)
    for paper in papers:
        key = title_key(paper.title)
        # A listing without an id joins its title's only id; where there are several, the smallest.
        identity = paper.id or (min(own_ids[key]) if own_ids[key] else None)
        clusters.setdefault(("id", identity) if identity else ("title", key), []).append(paper)
    merged = [_combine(cluster) for cluster in clusters.values()]
    return _with_ids(merged)


def _combine(cluster: Sequence[Paper]) -> Paper:
    ranked = sorted(cluster, key=_completeness)
    best = ranked[0]
    supplied = {}
    for field in fields(Paper):
        if _is_empty(getattr(best, field.name)):
            known = [v for paper in ranked if not _is_empty(v := getattr(paper, field.name))]
            if known:
                supplied[field.name] = known[0]
    return replace(best, **supplied)


def _completeness(paper: Paper) -> tuple[object, ...]:
    known = sum(not _is_empty(getattr(paper, field.name)) for field in fields(Paper))
    texts = tuple(str(getattr(paper, field.name)) for field in fields(Paper))
    return (-bool(paper.abstract), -known, -len(paper.date or ""), texts)


def _is_empty(value: object) -> bool:
    return value is None or value in ("", ())


def _with_ids(papers: list[Paper]) -> list[Paper]:
    digests = {
        paper.title: hashlib.sha1(title_key(paper.title).encode("utf-8", "surrogatepass")).hexdigest()
        for paper in papers
        if not paper.id
    }
    taken = {paper.id for paper in papers if paper.id}
    length = dict.fromkeys(digests, _HASH_DIGITS)
    while True:
        holders: dict[str, list[str]] = defaultdict(list)
        for title, digest in digests.items():
            holders[digest[: length[title]]].append(title)
        clashes = [t for key, titles in holders.items() if len(titles) > 1 or key in taken for t in titles]
        clashes = [title for title in clashes if length[title] < len(digests[title])]
        if not clashes:
            break
        for title in clashes:
            length[title] += 4
    return [
        paper if paper.id else replace(paper, id=digests[paper.title][: length[paper.title]])
        for paper in papers
    ]
