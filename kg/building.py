"""The main job: from papers to a graph, and from papers to mentions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.schema import ENTITY_KINDS, Entity, Mention, Paper, kind_of
from kg.sources import Corpus, read

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

__all__ = ["Progress", "build", "build_from_corpus", "extract", "extract_from_corpus"]

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done and how much there is."""


def build(
    *inputs: str | Path,
    model: str | Path = "default",
    min_score: float = 0.0,
    kinds: Collection[str] = ENTITY_KINDS,
    since: int | None = None,
    until: int | None = None,
    cache: str | Path | None = None,
    processes: int = 1,
    dask: str | None = None,
    aliases: str | Path | None = None,
    earlier: str | Path | None = None,
    on_progress: Progress | None = None,
) -> KnowledgeGraph:
    """Read papers, extract and link their entities, and assemble the graph.

    Parameters
    ----------
    *inputs : str or Path
        Files and folders of papers, in any format that `kg.read` takes.
    model : str or Path
        Name of a shipped pipeline, or any spaCy pipeline by package name or path.
    min_score : float
        Leave out mentions with a lower score.
    kinds : collection of str
        Kinds of entities to keep, of ``kg.schema.ENTITY_KINDS``.
    since, until : int, optional
        First and last year; either leaves undated papers out.
    cache : str or Path, optional
        Folder that keeps what is extracted, so that no paper is extracted twice by one pipeline; by default
        ``$KG_CACHE``, else the user's cache folder. It can be deleted at any time.
    processes : int
        Processes that extract. With more than one, a script needs ``if __name__ == "__main__":`` around its
        main part, as with all of Python's `multiprocessing`.
    dask : str, optional
        Address of a Dask scheduler, ``tcp://host:8786``, whose workers extract (extra ``dask``).
    aliases : str or Path, optional
        An alias file of your own, with lines to merge, split, rename or drop entities;
        `kg.linking.read_aliases` tells its format.
    earlier : str or Path, optional
        Folder or GraphML file of an earlier build: an id that this build no longer has stays in
        ``former_ids`` of the entity that its name now means.
    on_progress : callable, optional

    Returns
    -------
    KnowledgeGraph
        A pure function of the set of papers and the pipeline, but for the former ids.

    Raises
    ------
    InputError
        An input or a setting is wrong; the message names it.
    """
    from kg.graph import read_entities

    return build_from_corpus(
        read(*inputs),
        model=model,
        min_score=min_score,
        kinds=kinds,
        since=since,
        until=until,
        cache=cache,
        processes=processes,
        dask=dask,
        aliases=aliases,
        former=read_entities(earlier) if earlier is not None else (),
        on_progress=on_progress,
    )


def build_from_corpus(
    corpus: Corpus,
    *,
    model: str | Path = "default",
    min_score: float = 0.0,
    kinds: Collection[str] = ENTITY_KINDS,
    since: int | None = None,
    until: int | None = None,
    aliases: str | Path | None = None,
    keep: Iterable[Paper] = (),
    former: Sequence[Entity] = (),
    cache: str | Path | None = None,
    processes: int = 1,
    dask: str | None = None,
    on_progress: Progress | None = None,
) -> KnowledgeGraph:
    """Do what `build` does, for papers that are read already.

    ``keep`` are papers of an earlier build that stay beside the new ones; ``former`` its entities, whose ids
    stay known where they change.
    """
    from kg.graph import KnowledgeGraph
    from kg.linking import link, read_aliases

    rules = read_aliases(aliases)
    papers = _between(corpus.papers, since, until)
    fresh = {paper.id for paper in papers}
    # Kept papers are extracted as the new ones are: what linking made of their mentions says nothing of what
    # each paper says for itself, and the graph would not be the one of all papers at once.
    papers += [paper for paper in keep if paper.id not in fresh]
    extracted = extract_from_corpus(
        papers,
        model,
        min_score,
        kinds,
        cache=cache,
        processes=processes,
        dask=dask,
        on_progress=on_progress,
    )
    mentions = [mention for _, found in extracted for mention in found]
    if on_progress:
        on_progress("linking and layout", 0, 1)
    graph = KnowledgeGraph.from_records(papers, link(papers, mentions, former, rules))
    if on_progress:
        on_progress("linking and layout", 1, 1)
    return graph


def extract(
    *inputs: str | Path,
    model: str | Path = "default",
    min_score: float = 0.0,
    kinds: Collection[str] = ENTITY_KINDS,
    since: int | None = None,
    until: int | None = None,
    cache: str | Path | None = None,
    processes: int = 1,
    dask: str | None = None,
    on_progress: Progress | None = None,
) -> Generator[tuple[Paper, list[Mention]]]:
    """Yield each paper with its mentions, in input order; the settings are those of `build`."""
    papers = _between(read(*inputs).papers, since, until)
    return extract_from_corpus(
        papers,
        model,
        min_score,
        kinds,
        cache=cache,
        processes=processes,
        dask=dask,
        on_progress=on_progress,
    )


def extract_from_corpus(
    papers: Sequence[Paper],
    model: str | Path,
    min_score: float,
    kinds: Collection[str],
    *,
    cache: str | Path | None = None,
    processes: int = 1,
    dask: str | None = None,
    on_progress: Progress | None = None,
) -> Generator[tuple[Paper, list[Mention]]]:
    """Do what `extract` does, for papers that are read already."""
    from kg.extraction.run import extract_papers

    _check_settings(min_score, kinds)
    stream = extract_papers(
        papers, model, cache=cache, processes=processes, dask=dask, on_progress=on_progress
    )
    return _wanted(papers, stream, min_score, kinds)


def _wanted(
    papers: Sequence[Paper], stream: Generator[list[Mention]], min_score: float, kinds: Collection[str]
) -> Generator[tuple[Paper, list[Mention]]]:
    # Closed here and now when the caller stops: what workers have begun is still kept then.
    with closing(stream):
        for paper, found in zip(papers, stream, strict=True):
            yield paper, [m for m in found if m.score >= min_score and kind_of(m.label) in kinds]


def _between(papers: Sequence[Paper], since: int | None, until: int | None) -> list[Paper]:
    if since is None and until is None:
        return list(papers)
    if since is not None and until is not None and since > until:
        raise InputError(f"--since {since} is after --until {until}; swap them.")
    low, high = since or 0, until or 9999
    return [paper for paper in papers if paper.year is not None and low <= paper.year <= high]


def _check_settings(min_score: float, kinds: Collection[str]) -> None:
    if not 0 <= min_score <= 1:
        raise InputError(f"--min-score {min_score} is not between 0 and 1.")
    for kind in kinds:
        if kind not in ENTITY_KINDS:
            raise InputError(f"--kinds: {kind!r} is none of {', '.join(ENTITY_KINDS)}.")
