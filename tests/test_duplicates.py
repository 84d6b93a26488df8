"""Pairs of entities that may be one thing: what is found, what is not, and in which order."""

from __future__ import annotations

import random
import time
from itertools import count

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.duplicates import alias_lines, duplicates
from kg.errors import InputError
from kg.graph import KnowledgeGraph
from kg.names import slug
from kg.schema import ENTITY_KINDS


def graph_of(*entities: str, papers: tuple[tuple[str, ...], ...] = ()) -> nx.DiGraph[str]:
    """Return a graph of entities written `kind label | alias | alias`, and of papers that name labels."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for entity in entities:
        kind, _, names = entity.partition(" ")
        label, *aliases = names.split(" | ")
        graph.add_node(f"{kind}:{slug(label)}", kind=kind, label=label, aliases="|".join(aliases), n_papers=0)
    ids = {at["label"]: node for node, at in graph.nodes(data=True)}
    for n, labels in enumerate(papers):
        graph.add_node(f"paper:{n}", kind="paper", label=f"Paper {n}")
        for label in labels:
            graph.add_edge(f"paper:{n}", ids[label], relation="uses")
            graph.nodes[ids[label]]["n_papers"] += 1
    return graph


def pairs(graph: nx.DiGraph[str]) -> list[tuple[str, str]]:
    found = [(record["label"], record["other_label"]) for record in duplicates(graph)]
    return [tuple(sorted(pair)) for pair in found]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("task text-to-image retrieval", "task image-text retrieval", "the same words"),
        ("method continued training", "method continuous training", "the same words"),
        ("model MultiFusion", "model MutliFusion", "spelling"),
        ("dataset ScanNetPP", "dataset ScanNettPP", "spelling"),
        ("task NLU", "task natural language understanding", "initials"),
        ("method pseudo-labelling", "method pseudolabeling", "one name"),
        ("dataset core", "method CORE", "one name, two kinds"),
        ("model multilayer perceptron | MLP", "model MLP", "one name"),
        ("task abstractive summarization", "task abstractive text summarization", "a word left out"),
    ],
)
def test_names_that_may_be_one_thing_are_a_pair_with_the_reason(one: str, other: str, reason: str) -> None:
    (record,) = duplicates(graph_of(one, other))
    assert record["evidence"].startswith(f"{reason}: ")
    assert 0 < record["score"] <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model GPT-3", "model GPT-4"),
        ("dataset CIFAR-10", "dataset CIFAR-100"),
        ("method supervised learning", "method unsupervised learning"),
        ("method semi-supervised learning", "method supervised learning"),
        ("task node classification", "task edge classification"),
        ("method contrastive learning | CL", "method continual learning | CL"),
        ("model BERT", "dataset GLUE"),
        ("model diffusion model", "method diffusion models for all"),
    ],
)
def test_names_that_say_two_things_are_no_pair(one: str, other: str) -> None:
    assert pairs(graph_of(one, other)) == []


def test_a_variant_and_its_family_are_no_pair_at_any_distance() -> None:
    graph = graph_of("model MultiFusion", "model MultiFusion family", "model MultiFusions family x")
    assert len(pairs(graph)) > 0
    graph.add_edge("model:multifusion", "model:multifusion-family", relation="variant_of")
    graph.add_edge("model:multifusion-family", "model:multifusions-family-x", relation="variant_of")
    assert pairs(graph) == []


def test_the_same_company_speaks_for_a_pair_and_a_shared_paper_against_it() -> None:
    context = ("ImageNet", "top-1 accuracy")
    entities = (
        *("dataset ImageNet", "metric top-1 accuracy", "dataset GLUE"),
        *("model MultiFusion", "model MutliFusion"),
        *("model ResFormer", "model ResFromer"),
        *("model ConvMixer", "model ConvMixter"),
    )
    papers = (
        *(("MultiFusion", *context), ("MutliFusion", *context)),
        *(("ResFormer", *context), ("ResFromer", "GLUE"), ("GLUE",)),
        ("ConvMixer", "ConvMixter", *context),
    )
    records = duplicates(graph_of(*entities, papers=papers))
    assert [r["label"] for r in records] == ["MultiFusion", "ResFormer", "ConvMixer"]
    assert [r["shared"] for r in records] == [0, 0, 1]
    assert records[0]["context"] > records[1]["context"] == 0


def test_kind_and_limit_narrow_the_answer() -> None:
    graph = graph_of(
        "model MultiFusion", "model MutliFusion", "task NLU", "task natural language understanding"
    )
    assert len(duplicates(graph)) == 2
    assert [r["id"] for r in duplicates(graph, kind="task")] == ["task:natural-language-understanding"]
    assert len(duplicates(graph, limit=1)) == 1
    with pytest.raises(InputError, match="no kind of entity 'paper'"):
        duplicates(graph, kind="paper")
    with pytest.raises(InputError, match="limit is 0"):
        duplicates(graph, limit=0)


def test_the_method_of_the_graph_gives_the_same_pairs() -> None:
    graph = graph_of("model MultiFusion", "model MutliFusion")
    frame = KnowledgeGraph(graph).duplicates(kind="model")
    assert frame[["id", "other"]].values.tolist() == [["model:multifusion", "model:mutlifusion"]]
    assert list(KnowledgeGraph(graph_of()).duplicates().columns)[:3] == ["id", "other", "score"]


def test_alias_lines_name_the_other_by_its_id_where_the_kind_differs() -> None:
    lines = alias_lines(duplicates(graph_of("dataset core", "method CORE"))).splitlines()
    assert [line.split("\t")[:4] for line in lines] == [["merge", "dataset", "core", "method:core"]]


NAMES = [
    "GPT-3",
    "GPT-4",
    "BERT",
    "BERTs",
    "BRET",
    "core",
    "NLU",
    "natural language understanding",
    "Core set",
]


@given(st.lists(st.tuples(st.sampled_from(ENTITY_KINDS), st.sampled_from(NAMES)), unique=True), st.randoms())
def test_the_order_of_the_nodes_makes_no_difference(found: list[tuple[str, str]], rng: random.Random) -> None:
    entities = [f"{kind} {name}" for kind, name in found]
    straight = duplicates(graph_of(*entities))
    rng.shuffle(entities)
    assert duplicates(graph_of(*entities)) == straight
    for record in straight:
        assert record["id"] != record["other"]
        assert {record["label"], record["other_label"]} != {"GPT-3", "GPT-4"}


def test_many_names_with_much_in_common_take_seconds() -> None:
    number = count()
    entities = [
        f"method {a}{b}-{c} learning of {a}{c} {next(number)}"
        for a in "aeiouk" * 3
        for b in "lmnrst"
        for c in "bcdfghjk"
    ] * 10
    started = time.perf_counter()
    duplicates(graph_of(*entities))
    assert time.perf_counter() - started < 30
