"""The Parquet tables, as pandas and our own queries read them."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kg import queries
from kg.errors import InputError
from kg.export.tables import read_index, read_tables, tables_fit, write_tables
from kg.graph import KnowledgeGraph
from kg.schema import Mention, Paper

PAPER = Paper(
    "1", "On\x07 Adam", "Adam is used.", date="2024-03", authors=("Ada", "Al"), n_authors=2, venue="V"
)
MENTION = Mention("1", 10, 14, "Adam", "METHOD", "method:adam", "uses", 0.123456789, "Adam is used.")


@pytest.fixture
def graph() -> KnowledgeGraph:
    graph = nx.DiGraph()
    looks = {"x": 1.0, "y": 2.0, "size": 7.0, "r": 1, "g": 2, "b": 3, "degree": 1}
    known = {"date": "2024-03", "year": 2024, "authors": "Ada|Al", "n_authors": 2, "venue": "V"}
    graph.add_node("paper:1", label="On␇ Adam", kind="paper", title="On␇ Adam", **known, **looks)
    graph.add_node("paper:2", label="Bare", kind="paper", title="Bare", **looks)
    graph.add_node(
        "method:adam",
        label="Adam",
        kind="method",
        aliases="ADAM|Adams",
        n_papers=1,
        n_mentions=1,
        **{"first_date": "2024-03", **looks},
    )
    graph.add_node("method:adamw", label="AdamW", kind="method", n_papers=0, n_mentions=0, **looks)
    graph.add_edge(
        "paper:1",
        "method:adam",
        label="uses",
        relation="uses",
        weight=1,
        score=0.1235,
        evidence="Adam is used.",
    )
    graph.add_edge(
        "method:adamw", "method:adam", label="variant_of", relation="variant_of", weight=1, evidence="suffix"
    )
    return KnowledgeGraph(graph, {"1": PAPER, "2": Paper("2", "Bare")}, [MENTION])


def rows(folder: Path, name: str) -> list[dict]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_columns_and_types(graph, tmp_path):
    assert [path.name for path in write_tables(graph, tmp_path)] == [
        *("papers.parquet", "mentions.parquet", "entities.parquet", "edges.parquet")
    ]
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    for name, types in {
        "papers": {
            "id": text,
            "title": text,
            "abstract": text,
            "date": text,
            "year": whole,
            "url": text,
            "source": text,
            "organization": text,
            "n_authors": whole,
            "authors": text,
            "venue": text,
        },
        "mentions": {
            "paper": text,
            "start": whole,
            "end": whole,
            "text": text,
            "label": text,
            "entity": text,
            "relation": text,
            "score": real,
            "sentence": text,
        },
        "entities": {
            "id": text,
            "kind": text,
            "label": text,
            "aliases": text,
            "code": text,
            "former_ids": text,
            "n_papers": whole,
            "n_mentions": whole,
            "first_date": text,
        },
        "edges": {
            "source": text,
            "target": text,
            "relation": text,
            "weight": whole,
            "score": real,
            "evidence": text,
        },
    }.items():
        schema = pq.read_schema(tmp_path / f"{name}.parquet")
        assert dict(zip(schema.names, schema.types, strict=True)) == types


def test_rows(graph, tmp_path):
    write_tables(graph, tmp_path)
    assert rows(tmp_path, "papers")[0] == {
        "id": "1",
        "title": "On\x07 Adam",
        "abstract": "Adam is used.",
        "date": "2024-03",
        "year": 2024,
        "url": None,
        "source": None,
        "organization": None,
        "n_authors": 2,
        "authors": "Ada|Al",
        "venue": "V",
    }
    assert rows(tmp_path, "mentions") == [
        {
            "paper": "1",
            "start": 10,
            "end": 14,
            "text": "Adam",
            "label": "METHOD",
            "entity": "method:adam",
            "relation": "uses",
            "score": 0.123456789,
            "sentence": "Adam is used.",
        }
    ]
    assert rows(tmp_path, "entities")[0] == {
        "id": "method:adam",
        "kind": "method",
        "label": "Adam",
        "aliases": "ADAM|Adams",
        "code": None,
        "former_ids": None,
        "n_papers": 1,
        "n_mentions": 1,
        "first_date": "2024-03",
    }
    assert rows(tmp_path, "edges")[1] == {
        "source": "method:adamw",
        "target": "method:adam",
        "relation": "variant_of",
        "weight": 1,
        "score": None,
        "evidence": "suffix",
    }


def test_records_come_back(graph, tmp_path):
    write_tables(graph, tmp_path)
    assert read_tables(tmp_path) == (graph.paper_records, graph.mentions)


def test_papers_known_from_graphml_alone_have_no_abstract(graph, tmp_path):
    write_tables(KnowledgeGraph(graph.nx), tmp_path)
    assert [row["abstract"] for row in rows(tmp_path, "papers")] == [None, None]
    assert read_tables(tmp_path) == ({}, [])


def test_the_index_answers_as_the_graphml_does(graph, tmp_path):
    graph.to_graphml(tmp_path / "graph.graphml")
    from_graphml = queries.open_index(tmp_path)
    write_tables(graph, tmp_path)
    index = queries.open_index(tmp_path)
    assert "x" in from_graphml.nodes["paper:1"]
    assert "x" not in index.nodes["paper:1"]
    for name in ("Adam", "AdamW", "On␇ Adam"):
        assert queries.show(index, name) == queries.show(from_graphml, name) == graph.show(name)
        assert queries.neighbors(index, name) == queries.neighbors(from_graphml, name)
    assert queries.stats(index) == queries.stats(from_graphml)
    assert list(index) == list(from_graphml)
    assert list(read_index(tmp_path).edges(data=True)) == list(graph.nx.edges(data=True))


def test_the_same_graph_gives_the_same_bytes(graph, tmp_path):
    first = [path.read_bytes() for path in write_tables(graph, tmp_path / "one")]
    assert [path.read_bytes() for path in write_tables(graph, tmp_path / "two")] == first


def test_tables_fit_the_graphml_they_were_written_beside(graph, tmp_path):
    assert not tables_fit(tmp_path)
    graph.to_graphml(tmp_path / "graph.graphml")
    write_tables(graph, tmp_path)
    assert tables_fit(tmp_path)
    graph.nx.nodes["paper:2"]["label"] = "Changed"
    graph.to_graphml(tmp_path / "graph.graphml")
    assert not tables_fit(tmp_path)
    (tmp_path / "edges.parquet").unlink()
    assert not tables_fit(tmp_path)


def test_a_damaged_table_is_named(graph, tmp_path):
    write_tables(graph, tmp_path)
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "papers.parquet")
    with pytest.raises(InputError, match=r"papers\.parquet has no column title"):
        read_tables(tmp_path)
    (tmp_path / "papers.parquet").write_bytes(b"PAR1 not at all")
    with pytest.raises(InputError, match=r"papers\.parquet is not a Parquet table"):
        read_tables(tmp_path)
