"""Reads and writes the Parquet tables of a graph: papers, mentions, entities, edges."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from kg.errors import InputError
from kg.export.graphml import xml_text
from kg.files import atomic_write
from kg.schema import Mention, Paper

if TYPE_CHECKING:
    import networkx as nx

    from kg.graph import KnowledgeGraph

__all__ = ["SCHEMAS", "read_index", "read_tables", "tables_fit", "write_tables"]

_TEXT, _INT, _REAL = pa.string(), pa.int64(), pa.float64()

SCHEMAS = {
    "papers": pa.schema(
        {
            "id": _TEXT,
            "title": _TEXT,
            "abstract": _TEXT,
            "date": _TEXT,
            "year": _INT,
            "url": _TEXT,
            "source": _TEXT,
            "organization": _TEXT,
            "n_authors": _INT,
            "authors": _TEXT,
            "venue": _TEXT,
        }
    ),
    "mentions": pa.schema(
        {
            "paper": _TEXT,
            "start": _INT,
            "end": _INT,
            "text": _TEXT,
            "label": _TEXT,
            "entity": _TEXT,
            "relation": _TEXT,
            "score": _REAL,
            "sentence": _TEXT,
        }
    ),
    "entities": pa.schema(
        {
            "id": _TEXT,
            "kind": _TEXT,
            "label": _TEXT,
            "aliases": _TEXT,
            "code": _TEXT,
            "former_ids": _TEXT,
            "n_papers": _INT,
            "n_mentions": _INT,
            "first_date": _TEXT,
        }
    ),
    "edges": pa.schema(
        {
            "source": _TEXT,
            "target": _TEXT,
            "relation": _TEXT,
            "weight": _INT,
            "score": _REAL,
            "evidence": _TEXT,
        }
    ),
}
"""Columns of each table. Lists (authors, aliases, former ids) are ``|``-separated text, as in the GraphML."""

_STAMP = b"kg.graph"


def write_tables(graph: KnowledgeGraph, folder: str | Path) -> list[Path]:
    """Write ``papers``, ``mentions``, ``entities`` and ``edges`` as Parquet.

    Each table carries the digest of the folder's ``graph.graphml``, if there is one, so that
    :func:`tables_fit` can tell whether both are of one build: write the GraphML first.

    Parameters
    ----------
    graph : KnowledgeGraph
    folder : str or Path

    Returns
    -------
    list of Path
        The files written.

    Examples
    --------
    >>> import networkx as nx, tempfile
    >>> from kg.graph import KnowledgeGraph
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_tables(KnowledgeGraph(nx.DiGraph()), folder)]
    ['papers.parquet', 'mentions.parquet', 'entities.parquet', 'edges.parquet']
    """
    rows = {
        "papers": _paper_rows(graph.nx, graph.paper_records),
        "mentions": map(_mention_row, graph.mentions),
        "entities": _entity_rows(graph.nx),
        "edges": ({"source": s, "target": t, **edge} for s, t, edge in graph.nx.edges(data=True)),
    }
    stamp = _digest(Path(folder))
    return [_write(name, rows[name], stamp, Path(folder)) for name in SCHEMAS]


def tables_fit(folder: str | Path) -> bool:
    """Tell whether the folder has all four tables, and of the same build as its ``graph.graphml``."""
    folder = Path(folder)
    paths = [folder / f"{name}.parquet" for name in SCHEMAS]
    if not all(path.is_file() for path in paths):
        return False
    stamp = _digest(folder)
    return all(_stamp(path) == stamp for path in paths)


def read_tables(folder: str | Path) -> tuple[dict[str, Paper], list[Mention]]:
    """Read the papers, by id, and the mentions.

    Papers of which only the GraphML was known have no abstract in the table and are left out.

    Raises
    ------
    InputError
        A table is not Parquet or lacks a column.
    """
    papers = {}
    for row in _rows(Path(folder), "papers"):
        if row["abstract"] is not None:
            del row["year"]
            row["authors"] = tuple(row["authors"].split("|")) if row["authors"] else ()
            papers[row["id"]] = Paper(**row)
    return papers, [Mention(**row) for row in _rows(Path(folder), "mentions")]


def read_index(folder: str | Path) -> nx.DiGraph[str]:
    """Read what queries need: the graph without positions, sizes and colours, many times faster than GraphML.

    Raises
    ------
    InputError
        A table is not Parquet or lacks a column.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for row in _rows(Path(folder), "papers"):
        bare = row.pop("id")
        del row["abstract"]
        known = {
            name: xml_text(v) if isinstance(v, str) else v for name, v in row.items() if v not in (None, "")
        }
        known["label"] = known.get("title") or bare
        graph.add_node(f"paper:{bare}", kind="paper", **known)
    for row in _rows(Path(folder), "entities"):
        graph.add_node(row.pop("id"), **{name: value for name, value in row.items() if value is not None})
    for row in _rows(Path(folder), "edges"):
        source, target, relation = row.pop("source"), row.pop("target"), row["relation"]
        known = {name: value for name, value in row.items() if value is not None}
        graph.add_edge(source, target, label=relation, **known)
    return graph


def _paper_rows(graph: nx.DiGraph[str], papers: Mapping[str, Paper]) -> Iterator[dict[str, Any]]:
    for node, attributes in graph.nodes(data=True):
        if attributes["kind"] != "paper":
            continue
        bare = node.removeprefix("paper:")
        row = {**attributes, "id": bare}
        if (paper := papers.get(bare)) is not None:
            row |= {"title": paper.title, "abstract": paper.abstract}
        yield row


def _mention_row(mention: Mention) -> dict[str, Any]:
    return {name: getattr(mention, name) for name in SCHEMAS["mentions"].names}


def _entity_rows(graph: nx.DiGraph[str]) -> Iterator[dict[str, Any]]:
    for node, attributes in graph.nodes(data=True):
        if attributes["kind"] != "paper":
            yield {**attributes, "id": node}


def _write(name: str, rows: Iterable[Mapping[str, Any]], stamp: bytes, folder: Path) -> Path:
    schema = SCHEMAS[name].with_metadata({_STAMP: stamp})
    columns: dict[str, list[Any]] = {column: [] for column in schema.names}
    for row in rows:
        for column, values in columns.items():
            values.append(row.get(column))
    stream = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), stream, compression="zstd")
    return atomic_write(folder / f"{name}.parquet", stream.getvalue())


def _digest(folder: Path) -> bytes:
    path = folder / "graph.graphml"
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest().encode()


def _stamp(path: Path) -> bytes | None:
    with _open(path) as file:
        return (file.schema_arrow.metadata or {}).get(_STAMP)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a Parquet table: {error}.") from error


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.parquet"
    columns = SCHEMAS[name].names
    # ParquetFile, since pyarrow.parquet.read_table imports pandas: half a second.
    with _open(path) as file:
        missing = [column for column in columns if column not in file.schema_arrow.names]
        if missing:
            known = ", ".join(missing)
            raise InputError(f"{path} has no column {known}; build the graph again with `kg build`.")
        try:
            table = file.read(columns)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} cannot be read as a Parquet table: {error}.") from error
    values = [table.column(column).to_pylist() for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
