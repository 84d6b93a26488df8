"""Measures extraction by one process, by several, and by the workers of a Dask cluster on this machine.

    python benchmarks/workers.py [PAPERS] [--limit N] [--workers N] [--model NAME]

Every way starts with an empty cache. Columns: seconds; abstracts per second; processor milliseconds per
abstract of this process and of its workers (loading the pipeline included); and whether the result is that
of one process. The milliseconds of the driver bound how many workers it can keep busy.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kg import read
from kg.extraction.run import extract_papers


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("papers", nargs="?", default="seeds/pages", metavar="PAPERS")
    parser.add_argument("--limit", type=int, metavar="N", help="take the first N papers")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--model", default="default", metavar="NAME")
    options = parser.parse_args()
    papers = read(options.papers).papers[: options.limit]
    print(f"{len(papers)} abstracts")
    print(f"{'':<20}{'seconds':>9}{'per second':>12}{'driver ms':>11}{'workers ms':>12}{'same':>6}")
    first = None
    for name, way in ways(options.workers):
        with tempfile.TemporaryDirectory() as cache, way as settings:
            own, others, clock = time.process_time(), children(), time.perf_counter()
            found = list(extract_papers(papers, options.model, cache=cache, **settings))
            seconds, own = time.perf_counter() - clock, time.process_time() - own
        first = first or found
        per = 1000 / len(papers)
        print(
            f"{name:<20}{seconds:>9.1f}{len(papers) / seconds:>12.1f}{own * per:>11.1f}"
            f"{(children() - others) * per:>12.1f}{'yes' if found == first else 'NO':>6}",
            flush=True,
        )


def ways(number: int) -> Iterator[tuple[str, Any]]:
    """Yield a name and a context that gives the settings, for each way to extract."""
    yield "one process", with_settings()
    yield f"{number} processes", with_settings(processes=number)
    yield f"Dask, {number} workers", on_cluster(number)


@contextmanager
def with_settings(**settings: int) -> Iterator[dict[str, int]]:
    """Give the settings as they are."""
    yield settings


@contextmanager
def on_cluster(number: int) -> Iterator[dict[str, str]]:
    """Start a cluster here, its workers processes of their own, and give its address."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield {"dask": cluster.scheduler_address}


def children() -> float:
    """Return the processor seconds of the processes that this one started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
