"""Parquet with the columns ``title`` and ``abstract``."""

from __future__ import annotations

from collections.abc import Iterator

from kg.errors import InputError
from kg.schema import Paper
from kg.sources.records import paper_of

__all__ = ["NAME", "parse", "recognise"]

NAME = "Parquet with `title` and `abstract`"

_MAGIC = b"PAR1"


def recognise(data: bytes) -> bool:
    """Tell whether the content has the format's magic number."""
    return data.startswith(_MAGIC)


def parse(data: bytes, source: str) -> Iterator[Paper]:
    """Yield the listings of a file.

    Raises
    ------
    InputError
        The file is damaged, lacks a column, or a row has no title.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(pa.BufferReader(data))
        names = set(table.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source}: a damaged Parquet file ({error}).") from None
    for name in ("title", "abstract"):
        if name not in names:
            raise InputError(f"{source}: no column `{name}`; it has {', '.join(sorted(names))}.")
    number = 0
    for batch in table.iter_batches():
        for record in batch.to_pylist():
            number += 1
            yield paper_of(record, f"{source}, row {number}", f"{source}:{number}")
