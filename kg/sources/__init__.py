"""Readers: from files of any known format to papers, each paper once."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import InputError
from kg.schema import Paper
from kg.sources import delimited, jsonl, pages, parquet
from kg.sources.merging import merge

__all__ = ["Corpus", "Skipped", "read"]

FORMATS = (parquet, jsonl, pages, delimited)
"""Modules with ``NAME``, ``recognise(data) -> bool`` and ``parse(data, source) -> Iterable[Paper]``.

The first that recognises the content reads it; the one that is easiest to satisfy comes last.
"""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that was not read, and why."""

    path: str
    reason: str


@dataclass
class Corpus:
    """What the inputs hold.

    Attributes
    ----------
    papers : list of Paper
        In input order, each once.
    n_listings : int
        Number of records before duplicates were merged.
    files : list of str
        The files read, relative to the input.
    skipped : list of Skipped
        Files of folders that are of no known format.
    """

    papers: list[Paper] = field(default_factory=list)
    n_listings: int = 0
    files: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def read(*inputs: str | Path, on_progress: Callable[[int, int], None] | None = None) -> Corpus:
    """Read papers from files and folders.

    Parameters
    ----------
    *inputs : str or Path
        Listing pages, JSONL, CSV, TSV or Parquet with ``title`` and ``abstract``, gzip'd or not, told apart
        by their content; folders are read recursively, hidden files left out; ``-`` is standard input.
    on_progress : callable, optional
        Called with the number of files read and of all files.

    Returns
    -------
    Corpus

    Raises
    ------
    InputError
        An input is missing, a file that was named is of no known format, or a record is broken; the message
        names file and place.
    """
    files = [file for one in inputs for file in _files(one)]
    corpus = Corpus()
    listings: list[Paper] = []
    for done, (name, path, explicit) in enumerate(files, start=1):
        data = _content(name, path)
        reader = next((f for f in FORMATS if data.strip() and f.recognise(data)), None)
        if reader is not None:
            listings.extend(reader.parse(data, name))
            corpus.files.append(name)
        elif not data.strip():
            corpus.files.append(name)
        elif explicit:
            raise InputError(f"{name}: of no known format; accepted are {_accepted()}.")
        else:
            corpus.skipped.append(Skipped(name, "of no known format"))
        if on_progress:
            on_progress(done, len(files))
    corpus.n_listings = len(listings)
    corpus.papers = merge(listings)
    return corpus


def _files(one: str | Path) -> Iterator[tuple[str, Path | None, bool]]:
    if str(one) == "-":
        yield "-", None, True
        return
    path = Path(one)
    if path.is_dir():
        for file in sorted(path.rglob("*"), key=lambda p: p.relative_to(path).as_posix()):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.is_file() and not hidden:
                yield file.relative_to(path).as_posix(), file, False
    elif path.exists():
        yield path.name, path, True
    else:
        raise InputError(f"{one}: no such file or folder.")


def _content(name: str, path: Path | None) -> bytes:
    try:
        data = sys.stdin.buffer.read() if path is None else path.read_bytes()
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError) as error:
        raise InputError(f"{name}: cannot be read ({error}).") from None


def _accepted() -> str:
    names: Iterable[str] = (reader.NAME for reader in FORMATS)
    return ", ".join(names) + ", gzip'd or not"
