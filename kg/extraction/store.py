"""Keeps the mentions of each paper that was extracted, so that no paper is extracted twice."""

from __future__ import annotations

import hashlib
import io
import os
import time
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from platformdirs import user_cache_path

from kg.extraction.pipeline import mention_at
from kg.extraction.sentences import sentence_starts
from kg.files import atomic_write
from kg.schema import Mention, Paper

__all__ = ["CACHE_VARIABLE", "MentionStore", "default_cache"]

CACHE_VARIABLE = "KG_CACHE"
"""Environment variable that names the cache folder where no other is asked for."""

SCHEMA = pa.schema(
    [
        ("text", pa.binary(16)),
        (
            "mentions",
            pa.list_(
                pa.struct(
                    [
                        ("start", pa.int32()),
                        ("end", pa.int32()),
                        ("label", pa.string()),
                        ("entity", pa.string()),
                        ("relation", pa.string()),
                        ("score", pa.float64()),
                    ]
                )
            ),
        ),
    ]
)
"""Columns of a part: a digest of the paper's text, and its mentions without what the text itself gives."""

_FIELDS = tuple(field.name for field in SCHEMA.field("mentions").type.value_type)
_SECONDS = 2.0
"""A part is written at least this often: the most that a killed run loses."""
_SMALL, _MANY = 1000, 32
"""Parts of fewer papers are small; this many of them are made one."""
_OPEN_PARTS = 8

Row = list[dict[str, Any]]


def default_cache() -> Path:
    """Return the user's cache folder: ``$KG_CACHE``, else the platform's own place (``~/.cache/kg``)."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("kg", appauthor=False)


class MentionStore:
    """The mentions that one pipeline found, as Parquet files in one folder.

    Each file (a part) is written whole under a name made from its content and never changed, so several
    processes may share the folder; small parts are made larger ones as they gather. What is known of a paper
    depends on its text alone. Use it as a context manager: on leaving, also by an error or an interrupt,
    everything added is on disk.

    Parameters
    ----------
    folder : Path
        Made when the first part is written. Where it cannot be written, a warning says so once and nothing
        is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: dict[bytes, Row] = {}
        self._written = time.monotonic()
        self._sizes: dict[str, int] = {}
        self._places: dict[bytes, tuple[str, int]] = {}
        self._open: OrderedDict[str, pa.ChunkedArray] = OrderedDict()
        self._writable = True
        self._read_index()

    def __enter__(self) -> MentionStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()

    def __contains__(self, paper: Paper) -> bool:
        key = _key(paper)
        return key in self._places or key in self._pending

    def get(self, papers: Sequence[Paper]) -> list[list[Mention] | None]:
        """Return the mentions of each paper, None where nothing is known."""
        keys = [_key(paper) for paper in papers]
        rows: dict[bytes, Row] = {key: self._pending[key] for key in keys if key in self._pending}
        wanted = [key for key in keys if key in self._places and key not in rows]
        # Part by part: papers of one run lie together, whatever the order they are asked for in.
        for key in sorted(wanted, key=self._places.__getitem__):
            row = self._row(key)
            if row is not None:
                rows[key] = row
        return [_mentions(p, rows[k]) if k in rows else None for p, k in zip(papers, keys, strict=True)]

    def add(self, paper: Paper, mentions: Sequence[Mention]) -> None:
        """Keep the mentions of a paper; on disk within two seconds of the next `add`, or after `flush`."""
        self._pending[_key(paper)] = [{name: getattr(m, name) for name in _FIELDS} for m in mentions]
        if time.monotonic() - self._written >= _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what was added since the last time."""
        pending, self._pending = self._pending, {}
        self._written = time.monotonic()
        if not pending or not self._writable:
            return
        table = pa.table({"text": list(pending), "mentions": list(pending.values())}, schema=SCHEMA)
        try:
            self._write(table)
            small = [name for name, size in self._sizes.items() if size < _SMALL]
            if len(small) >= _MANY:
                self._unite(small)
        except OSError as error:
            self._writable = False
            warnings.warn(
                f"{self.folder} cannot be written ({error.strerror or error}): what is extracted is not kept "
                f"for the next run; name another folder with --cache or {CACHE_VARIABLE}.",
                RuntimeWarning,
                stacklevel=2,
            )

    def _write(self, table: pa.Table) -> None:
        stream = io.BytesIO()
        pq.write_table(table, stream, compression="zstd")
        data = stream.getvalue()
        name = f"{hashlib.sha256(data).hexdigest()[:24]}.parquet"
        atomic_write(self.folder / name, data)
        self._index(name, table.column("text"))

    def _unite(self, names: Sequence[str]) -> None:
        tables = [table for name in names if (table := self._table(name)) is not None]
        self._write(pa.concat_tables(tables))
        # Only now: a run that is killed in between leaves papers twice, never not at all.
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
            self._sizes.pop(name, None)
            self._open.pop(name, None)

    def _read_index(self) -> None:
        self._sizes.clear()
        self._places.clear()
        self._open.clear()
        for path in sorted(self.folder.glob("*.parquet")):
            table = self._table(path.name, columns=["text"])
            if table is not None:
                self._index(path.name, table.column("text"))

    def _index(self, name: str, keys: pa.ChunkedArray) -> None:
        self._sizes[name] = len(keys)
        self._places.update((key, (name, row)) for row, key in enumerate(keys.to_pylist()))

    def _row(self, key: bytes) -> Row | None:
        name, row = self._places[key]
        if name not in self._open:
            table = self._table(name)
            if table is None:
                # Another run has made larger parts of small ones, or somebody has deleted the cache.
                self._read_index()
                if key not in self._places:
                    return None
                name, row = self._places[key]
                table = self._table(name)
                if table is None:
                    return None
            self._open[name] = table.column("mentions")
            if len(self._open) > _OPEN_PARTS:
                self._open.popitem(last=False)
        found: Row = self._open[name][row].as_py()
        return found

    def _table(self, name: str, columns: list[str] | None = None) -> pa.Table | None:
        """Return a part, None where it is gone or damaged: its papers are then unknown again."""
        try:
            return pq.read_table(io.BytesIO((self.folder / name).read_bytes()), columns=columns)
        except FileNotFoundError:
            return None
        except (pa.ArrowException, KeyError):
            (self.folder / name).unlink(missing_ok=True)
            return None


def _key(paper: Paper) -> bytes:
    return hashlib.blake2b(paper.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _mentions(paper: Paper, row: Row) -> list[Mention]:
    starts = sentence_starts(paper.text) if row else []
    return [mention_at(paper, starts, **fields) for fields in row]
