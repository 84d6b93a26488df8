"""Where papers are extracted besides this process: other processes here, or the workers of a Dask cluster.

Both are executors of ``concurrent.futures`` that run `extract_chunk`, so both give what one process gives.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache

from spacy.language import Language

from kg.errors import InputError, KgError
from kg.extraction.fingerprint import fingerprint
from kg.extraction.pipeline import extract_mentions, load_pipeline
from kg.schema import Mention, Paper

__all__ = ["dask_workers", "extract_chunk", "local_processes"]

_ONE_AT_A_TIME = threading.Lock()
_PATIENCE = "20s"


def extract_chunk(papers: Sequence[Paper], model: str, expected: str) -> list[list[Mention]]:
    """Return the mentions of each paper; what a worker runs.

    Parameters
    ----------
    papers : sequence of Paper
    model : str
        Loaded on the first call in a process and kept.
    expected : str
        Fingerprint of the pipeline in the process that asks.

    Raises
    ------
    KgError
        The worker has another pipeline of that name, or another version of kg.
    """
    # A Dask worker may have several threads; a pipeline belongs to one at a time.
    with _ONE_AT_A_TIME:
        nlp, found = _loaded(model)
        if found != expected:
            raise KgError(
                f"a worker's model {model!r} is not the one here (fingerprint {found}, here {expected}); "
                "install the same versions of kg and of the pipeline on all machines."
            )
        return list(extract_mentions(papers, nlp))


@contextmanager
def local_processes(number: int) -> Iterator[tuple[Executor, int]]:
    """Give an executor of so many processes, and how many chunks they take at a time."""
    # Spawned, not forked: a forked child inherits locks that the threads of a BLAS may hold.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(number, mp_context=context, initializer=_follow_parent)
    try:
        yield executor, number
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def dask_workers(address: str) -> Iterator[tuple[Executor, int]]:
    """Give an executor over the workers of a Dask cluster, and how many chunks they take at a time.

    Raises
    ------
    KgError
        The extra ``dask`` is not installed.
    InputError
        No scheduler answers at that address, or it has no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise KgError("a Dask cluster needs the extra: pip install 'kg[dask]'.") from None
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {address!r} ({error}); start one first.") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise InputError(
                f"the Dask cluster at {address!r} has no workers; start some with `dask worker`."
            )
        yield client.get_executor(pure=False), threads


@lru_cache(maxsize=1)
def _loaded(model: str) -> tuple[Language, str]:
    nlp = load_pipeline(model)
    return nlp, fingerprint(nlp)


def _follow_parent() -> None:
    """Leave an interrupt to the parent, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
