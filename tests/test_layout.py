"""The layout as a reader of the page sees it: steady, spread out, topics apart, leaves by their papers."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import KDTree

from kg.layout import layout

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Drawn = tuple["nx.DiGraph[str]", dict[str, tuple[float, float]]]

SEEDS = Path(__file__).parent.parent / "seeds" / "gold" / "seeds.jsonl"


def seeds_graph() -> nx.DiGraph[str]:
    """The papers and entities of the gold annotation."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for line in SEEDS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        paper = f"paper:{record['id']}"
        graph.add_node(paper)
        for entity in record["entities"]:
            graph.add_edge(paper, f"{entity['type'].lower()}:{entity['name'].lower()}")
    return graph


def planted_graph(topics: int = 6, papers: int = 40) -> tuple[nx.DiGraph[str], dict[str, int]]:
    """Papers of known topics, a sixth of their entities from others, a third of them with one hub."""
    rng = random.Random(1)
    graph: nx.DiGraph[str] = nx.DiGraph()
    topic_of: dict[str, int] = {}
    for topic in range(topics):
        for number in range(papers):
            paper = f"paper:{topic}-{number}"
            topic_of[paper] = topic
            for _ in range(5):
                home = topic if rng.random() > 1 / 6 else rng.randrange(topics)
                entity = f"method:{home}-{rng.randrange(papers // 2)}"
                topic_of[entity] = home
                graph.add_edge(paper, entity)
            if rng.random() < 1 / 3:
                graph.add_edge(paper, "model:hub")
    return graph, topic_of


def core_of(graph: nx.DiGraph[str]) -> list[str]:
    """Papers, and the entities of two papers or more."""
    return [node for node in graph if node.startswith("paper:") or graph.in_degree(node) > 1]


def neighbours_of(points: Floats, k: int) -> tuple[Floats, Ints]:
    """Distances to and indices of the k nearest other points."""
    distances, indices = KDTree(points).query(points, k + 1)
    return np.asarray(distances)[:, 1:], np.asarray(indices)[:, 1:]


def nearest_gap(points: Floats) -> Floats:
    return neighbours_of(points, 1)[0][:, 0]


@pytest.fixture(scope="module")
def seeds() -> Drawn:
    graph = seeds_graph()
    return graph, layout(graph)


def test_order_and_attributes_of_nodes_do_not_matter(
    seeds: Drawn,
) -> None:
    graph, positions = seeds
    rng = random.Random(0)
    nodes, edges = sorted(graph), sorted(graph.edges)
    rng.shuffle(nodes)
    rng.shuffle(edges)
    shuffled: nx.DiGraph[str] = nx.DiGraph()
    shuffled.add_nodes_from(nodes, kind="x", size=3)
    shuffled.add_edges_from(edges, weight=7)
    assert layout(shuffled) == positions


def test_one_paper_more_leaves_the_map_recognisable(
    seeds: Drawn,
) -> None:
    graph, before = seeds
    more = graph.copy()
    more.add_edges_from([("paper:new", "model:bert"), ("paper:new", "task:question answering")])
    after = layout(more)
    moved = [math.dist(before[node], after[node]) for node in graph]
    width = np.ptp([x for x, _ in before.values()])
    assert np.median(moved) < 0.1 * width


def test_nodes_have_room(seeds: Drawn) -> None:
    graph, positions = seeds
    everything = np.array([positions[node] for node in graph])
    core = np.array([positions[node] for node in core_of(graph)])
    assert np.isfinite(everything).all()
    assert nearest_gap(everything).min() > 20
    assert nearest_gap(core).min() > 25
    assert np.median(nearest_gap(core)) > 60


def test_the_drawing_fills_its_frame(seeds: Drawn) -> None:
    graph, positions = seeds
    core = np.array([positions[node] for node in core_of(graph)])
    width, height = np.ptp(core, axis=0)
    assert 4000 < width < 10000
    assert 1.0 < width / height < 2.0
    cells = {(int(x // (width / 10)), int(y // (height / 10))) for x, y in core}
    assert len(cells) > 60


def test_leaves_stand_beside_their_paper(
    seeds: Drawn,
) -> None:
    graph, positions = seeds
    papers = [node for node in graph if node.startswith("paper:")]
    tree = KDTree(np.array([positions[paper] for paper in papers]))
    leaves = [node for node in graph if graph.in_degree(node) == 1]
    nearest = np.asarray(tree.query(np.array([positions[leaf] for leaf in leaves]))[1])
    owners = [next(iter(graph.predecessors(leaf))) for leaf in leaves]
    own = [math.dist(positions[leaf], positions[owner]) for leaf, owner in zip(leaves, owners, strict=True)]
    assert max(own) < 150
    assert np.mean([papers[k] == owner for k, owner in zip(nearest, owners, strict=True)]) > 0.98


def test_shared_entities_bring_papers_together(
    seeds: Drawn,
) -> None:
    graph, positions = seeds
    rng = random.Random(0)
    core = core_of(graph)
    edges = [(a, b) for a, b in graph.edges if 1 < graph.in_degree(b) < 20]
    linked = np.median([math.dist(positions[a], positions[b]) for a, b in edges])
    random_pair = np.median(
        [math.dist(positions[rng.choice(core)], positions[rng.choice(core)]) for _ in range(2000)]
    )
    assert linked < 0.2 * random_pair


def test_planted_topics_come_apart_in_spite_of_a_hub() -> None:
    graph, topic_of = planted_graph()
    positions = layout(graph)
    nodes = [node for node in graph if node in topic_of]
    topics = np.array([topic_of[node] for node in nodes])
    points = np.array([positions[node] for node in nodes])
    neighbours = neighbours_of(points, 10)[1]
    assert (topics[neighbours] == topics[:, None]).mean() > 0.85


def test_what_is_not_connected_is_packed_around_the_rest() -> None:
    graph, _ = planted_graph()
    main = set(graph)
    graph.add_nodes_from(f"paper:alone-{i}" for i in range(30))
    graph.add_edges_from((f"paper:few-{i}", f"method:few-{i // 3}") for i in range(30))
    positions = layout(graph)
    points = {name: np.array([positions[n] for n in graph if (n in main) == name]) for name in (True, False)}
    reach = np.linalg.norm(points[True], axis=1).max()
    assert np.linalg.norm(points[False], axis=1).max() < 1.5 * reach
    assert np.min(KDTree(points[True]).query(points[False])[0]) > 25


def test_a_family_stands_near_the_papers_of_its_variants() -> None:
    graph, _ = planted_graph()
    graph.add_edges_from([("paper:0-1", "model:t-small"), ("paper:0-2", "model:t-large")])
    graph.add_edges_from([("model:t-small", "model:t"), ("model:t-large", "model:t")])
    positions = layout(graph)
    to_variants = math.dist(positions["model:t"], positions["paper:0-1"])
    to_all = np.median(
        [math.dist(positions["model:t"], positions[n]) for n in graph if n.startswith("paper:")]
    )
    assert to_variants < to_all / 2


@pytest.mark.parametrize("hubs", [1, 2])
def test_papers_that_share_nothing_but_a_hub_surround_it(hubs: int) -> None:
    graph = nx.DiGraph((f"paper:{i}", f"model:{i % hubs}") for i in range(300))
    graph.add_edge("paper:0", f"model:{hubs - 1}")
    positions = layout(graph)
    points = np.array(list(positions.values()))
    assert nearest_gap(points).min() > 20
    assert np.ptp(points, axis=0).max() < 6000


def test_the_empty_graph() -> None:
    assert layout(nx.DiGraph()) == {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40),
    st.sets(st.sampled_from(["paper:alone", "method:alone", "task:é\ud800", "odd"])),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5),
)
def test_any_small_graph_gets_distinct_finite_positions(
    edges: list[tuple[int, int]], alone: set[str], variants: list[tuple[int, int]]
) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(alone)
    graph.add_edges_from((f"paper:{a}", f"method:{b}") for a, b in edges)
    graph.add_edges_from((f"method:{a}", f"method:{b}") for a, b in variants)
    positions = layout(graph)
    assert positions.keys() == set(graph)
    assert np.isfinite(np.array(list(positions.values()))).all()
    points = np.array(list(positions.values())).reshape(-1, 2)
    if len(points) > 1:
        assert nearest_gap(points).min() > 15
