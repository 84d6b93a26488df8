"""Extraction of many papers: each once, in the order they come, here or by workers, resumable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg.errors import InputError, KgError
from kg.extraction.fingerprint import fingerprint
from kg.extraction.pipeline import extract_mentions, load_pipeline
from kg.extraction.store import MentionStore, default_cache
from kg.extraction.workers import dask_workers, extract_chunk, local_processes
from kg.schema import Mention, Paper

__all__ = ["extract_papers"]

_CHUNK = 32
"""Papers that a worker is given at a time: a second or two of work."""
_AHEAD = 2
"""Chunks in work or waiting, per worker."""

Found = Iterator[list[Mention]]


def extract_papers(
    papers: Sequence[Paper],
    model: str | Path,
    *,
    cache: str | Path | None = None,
    processes: int = 1,
    dask: str | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Generator[list[Mention]]:
    """Yield the mentions of each paper, extracting only those that this pipeline has not seen.

    Parameters
    ----------
    papers : sequence of Paper
    model : str or Path
        As `load_pipeline` takes it.
    cache : str or Path, optional
        Folder where mentions are kept between runs; by default `default_cache`.
    processes : int
        Processes on this machine; with more than one each loads the pipeline.
    dask : str, optional
        Address of a Dask scheduler whose workers extract instead.
    on_progress : callable, optional
        Called with the name of the stage, the number of papers done and of all.

    Yields
    ------
    list of Mention
        In the order of ``papers``. The same for any of these settings, and whether known or new.

    Raises
    ------
    InputError
        A setting is wrong, or the model cannot be loaded.
    KgError
        A worker ended; what was extracted before is kept.
    """
    _check(processes, dask)
    nlp = load_pipeline(model)
    name = fingerprint(nlp)
    with MentionStore(Path(cache or default_cache()) / "mentions" / name) as store:
        known = sum(paper in store for paper in papers)
        stage = f"extraction ({known} of {len(papers)} papers known)" if known else "extraction"
        if dask is None and processes == 1:
            stream = _here(papers, store, lambda missing: extract_mentions(missing, nlp))
        else:
            workers = local_processes(processes) if dask is None else dask_workers(dask)
            stream = _by_workers(papers, store, workers, str(model), name)
        for done, mentions in enumerate(stream, start=1):
            yield mentions
            if on_progress:
                on_progress(stage, done, len(papers))


def _here(papers: Iterable[Paper], store: MentionStore, extract: Callable[[list[Paper]], Found]) -> Found:
    for chunk in _chunks(papers):
        known = store.get(chunk)
        fresh = extract(_missing(chunk, known))
        for paper, mentions in zip(chunk, known, strict=True):
            if mentions is None:
                mentions = next(fresh)
                store.add(paper, mentions)
            yield mentions


def _by_workers(
    papers: Iterable[Paper],
    store: MentionStore,
    workers: AbstractContextManager[tuple[Executor, int]],
    model: str,
    name: str,
) -> Found:
    waiting: deque[_Task] = deque()
    chunks = _chunks(papers)
    with workers as (executor, number):
        try:
            while True:
                for chunk in islice(chunks, _AHEAD * number - len(waiting)):
                    known = store.get(chunk)
                    missing = _missing(chunk, known)
                    future = executor.submit(extract_chunk, missing, model, name) if missing else None
                    waiting.append(_Task(known, missing, future))
                if not waiting:
                    return
                yield from waiting[0].finish(store)
                waiting.popleft()
        except BrokenExecutor:
            raise KgError(
                "a worker process ended before its work was done, perhaps for want of memory; run the same "
                "command again with fewer processes: what is extracted is kept."
            ) from None
        finally:
            for task in waiting:
                task.abandon(store)


@dataclass(frozen=True)
class _Task:
    """A chunk of papers: what is known of each, those of which nothing is, and the worker's promise."""

    known: list[list[Mention] | None]
    missing: list[Paper]
    future: Future[list[list[Mention]]] | None

    def finish(self, store: MentionStore) -> list[list[Mention]]:
        """Wait for the worker, keep what it found, and return the mentions of every paper."""
        found = self.future.result() if self.future else []
        for paper, mentions in zip(self.missing, found, strict=True):
            store.add(paper, mentions)
        fresh = iter(found)
        return [next(fresh) if mentions is None else mentions for mentions in self.known]

    def abandon(self, store: MentionStore) -> None:
        """Keep what a worker has begun, though nobody will ask for it in this run."""
        if self.future is not None and not self.future.cancel():
            # The run ends by an error of its own already, which this one would hide.
            with suppress(Exception):
                self.finish(store)


def _chunks(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    stream = iter(papers)
    while chunk := list(islice(stream, _CHUNK)):
        yield chunk


def _missing(papers: Sequence[Paper], known: Sequence[list[Mention] | None]) -> list[Paper]:
    return [paper for paper, mentions in zip(papers, known, strict=True) if mentions is None]


def _check(processes: int, dask: str | None) -> None:
    if processes < 1:
        raise InputError(f"--processes {processes} is less than 1.")
    if dask is not None and processes > 1:
        raise InputError("--processes and --dask exclude each other: the workers of the cluster extract.")
