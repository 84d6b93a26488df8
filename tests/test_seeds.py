"""The graph of the seeds: what the README promises, rebuilt and compared with the committed exports."""

import re
import warnings
from pathlib import Path

import pytest

import kg
from kg.export.graphml import read_graphml
from kg.schema import RELATIONS

EXPORTS = Path("exports")
NUMBERS = {"x", "y", "size", "score"}
"""Attributes that another processor may round differently; positions may then differ altogether."""

HISTORY = {"former_ids"}
"""What earlier builds say, and not the papers."""


@pytest.fixture(scope="module")
def graph():
    return kg.build("seeds/pages")


def test_640_papers_each_with_its_entities(graph):
    kinds = [at["kind"] for _, at in graph.nx.nodes(data=True)]
    assert kinds.count("paper") == 640
    assert (
        min(kinds.count(kind) for kind in ("model", "dataset", "method", "language", "task", "metric")) > 30
    )


def test_every_paper_edge_has_a_sentence_with_a_mention(graph):
    surfaces = {}
    for mention in graph.mentions:
        surfaces.setdefault((f"paper:{mention.paper}", mention.entity), set()).add(mention.text)
    edges = [(s, t, at) for s, t, at in graph.nx.edges(data=True) if at["relation"] in RELATIONS]
    assert len(edges) > 4000
    for source, target, at in edges:
        assert any(surface in at["evidence"] for surface in surfaces[source, target]), (source, target)


def test_imagenet_alone_stands_in_about_twenty_papers(graph):
    assert 15 <= len(graph.neighbors("ImageNet", kind="paper", exact=True)) <= 25


def test_no_two_labels_differ_only_in_spelling(graph):
    seen = {}
    for node, at in graph.nx.nodes(data=True):
        if at["kind"] != "paper":
            singular = re.sub("(?<=[a-z])s$", "", at["label"])
            key = (at["kind"], "".join(c for c in singular.casefold() if c not in " -"))
            assert key not in seen, (node, seen[key])
            seen[key] = node


def test_the_committed_exports_are_this_graph(graph):
    committed = read_graphml(EXPORTS / "graph.graphml")
    assert set(graph.nx) == set(committed)
    assert set(graph.nx.edges) == set(committed.edges)
    for node, at in graph.nx.nodes(data=True):
        other = committed.nodes[node]
        assert {k: v for k, v in at.items() if k not in NUMBERS | HISTORY} == {
            k: v for k, v in other.items() if k not in NUMBERS | HISTORY
        }
        assert at["size"] == pytest.approx(other["size"], abs=0.01)
    for edge in graph.nx.edges:
        at, other = graph.nx.edges[edge], committed.edges[edge]
        assert at.get("score", 0) == pytest.approx(other.get("score", 0), abs=0.02)
        assert {k: v for k, v in at.items() if k not in NUMBERS} == {
            k: v for k, v in other.items() if k not in NUMBERS
        }


def test_saving_and_loading_gives_the_graph_back(graph, tmp_path):
    graph.save(tmp_path / "exports")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = kg.load(tmp_path / "exports")
    assert dict(loaded.nx.nodes(data=True)) == dict(graph.nx.nodes(data=True))
    assert {e: loaded.nx.edges[e] for e in loaded.nx.edges} == {e: graph.nx.edges[e] for e in graph.nx.edges}
    assert loaded.mentions == graph.mentions
    assert loaded.paper_records == graph.paper_records


def test_build_is_a_function_after_its_module_is_imported():
    import kg.building

    assert callable(kg.build)
