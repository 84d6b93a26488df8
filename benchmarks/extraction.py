"""Measures the speed of the shipped pipelines beside a bare spaCy recogniser, and that memory stays flat.

    python benchmarks/extraction.py [PAPERS] [--limit N]

PAPERS is anything that `kg.read` takes, by default ``seeds/pages``. Columns: abstracts per second; the same
per second of processor time, which other work on the machine disturbs less; and both as multiples of the
bare pipeline, which is spaCy's ``ner`` at its default ("efficiency") size: HashEmbedCNN of width 96 and
depth 4, initialised on a few sentences and not trained. The pipelines take turns, a block of papers each,
so that a disturbance meets all alike. The shipped ones do all that `kg extract` does but read and write.

The second table is the resident memory (MB) of a fresh process after shares of the papers, less what it had
when the pipeline was loaded and the papers read (Linux only).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import spacy
from spacy.training import Example

from kg import Paper, read
from kg.extraction import extract_mentions, load_pipeline
from kg.extraction.pipeline import models_folder

BLOCK = 64
SHARES = 8
SENTENCES = (
    ("We fine-tune BERT on SQuAD .", ["O", "O", "U-MODEL", "O", "U-DATASET", "O"]),
    ("LoRA helps in English translation .", ["U-METHOD", "O", "O", "U-LANGUAGE", "U-TASK", "O"]),
    ("The word error rate falls .", ["O", "B-METRIC", "I-METRIC", "L-METRIC", "O", "O"]),
)

Run = Callable[[Sequence[Paper]], Iterable[object]]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("papers", nargs="?", default="seeds/pages", metavar="PAPERS")
    parser.add_argument("--limit", type=int, metavar="N", help="take the first N papers")
    options = parser.parse_args()
    papers = read(options.papers).papers[: options.limit]
    names = sorted(path.parent.name for path in models_folder().glob("*/config.cfg"))
    print_speeds(papers, names)
    print()
    print_memory(options.papers, options.limit, names)


def print_speeds(papers: Sequence[Paper], names: Sequence[str]) -> None:
    """Run every pipeline over the papers and print their speeds."""
    runs: dict[str, Run] = {"bare spaCy": bare_pipeline(), **{name: shipped(name) for name in names}}
    for run in runs.values():
        list(run(papers[:BLOCK]))
    wall, processor = dict.fromkeys(runs, 0.0), dict.fromkeys(runs, 0.0)
    for start in range(0, len(papers), BLOCK):
        for name, run in runs.items():
            clock, work = time.perf_counter(), time.process_time()
            for _ in run(papers[start : start + BLOCK]):
                pass
            wall[name] += time.perf_counter() - clock
            processor[name] += time.process_time() - work
    print(f"{len(papers)} abstracts, {os.cpu_count()} processors")
    print(f"{'pipeline':<14}{'per second':>12}{'ratio':>8}{'per processor second':>24}{'ratio':>8}")
    for name in runs:
        speed, pace = len(papers) / wall[name], len(papers) / processor[name]
        ratio, paced = wall["bare spaCy"] / wall[name], processor["bare spaCy"] / processor[name]
        print(f"{name:<14}{speed:>12.1f}{ratio:>8.2f}{pace:>24.1f}{paced:>8.2f}", flush=True)


def bare_pipeline() -> Run:
    """Return spaCy's recogniser of default size, run as spaCy's manual says."""
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    nlp.initialize(
        lambda: [Example.from_dict(nlp.make_doc(text), {"entities": tags}) for text, tags in SENTENCES]
    )
    return lambda papers: nlp.pipe(paper.text for paper in papers)


def shipped(name: str) -> Run:
    """Return a shipped pipeline, run as `kg extract` runs it."""
    nlp = load_pipeline(name)
    return lambda papers: extract_mentions(papers, nlp)


def print_memory(source: str, limit: int | None, names: Sequence[str]) -> None:
    """Print how the memory of a fresh process grows over the papers."""
    shares = "".join(f"{n / SHARES:>8.1%}" for n in range(1, SHARES + 1))
    print(f"{'memory, MB':<14}{'at start':>12}{shares}")
    # Spawned: a forked process would begin with the memory of this one.
    context = multiprocessing.get_context("spawn")
    for name in names:
        with context.Pool(1) as pool:
            start, *growth = pool.apply(memory, (source, limit, name))
        print(f"{name:<14}{start:>12.0f}" + "".join(f"{g:>+8.1f}" for g in growth), flush=True)


def memory(source: str, limit: int | None, name: str) -> list[float]:
    """Return the resident memory at the start, and the growth after each share of the papers, in MB."""
    papers = read(source).papers[:limit]
    nlp = load_pipeline(name)
    list(extract_mentions(papers[:BLOCK], nlp))
    start = resident()
    stops = {len(papers) * n // SHARES for n in range(1, SHARES + 1)}
    found = enumerate(extract_mentions(papers, nlp), start=1)
    return [start, *(resident() - start for done, _ in found if done in stops)]


def resident() -> float:
    """Return the memory of this process that is in RAM, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
