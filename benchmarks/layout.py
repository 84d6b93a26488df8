"""Compares the layout with those of NetworkX and python-igraph on graphs with planted topics.

    python benchmarks/layout.py [NODES EDGES TOPICS]

Columns: seconds; kNN, the share of the 10 nearest neighbours of a node that have its topic; edge, the median
length of an edge over the median distance of two nodes (low: groups are tight); overlap, the share of nodes
with another closer than half of the median distance to the nearest (even spacing: 0).
A peer that is not installed, or would need minutes at that size, is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import time
from collections.abc import Callable, Iterator

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from kg.layout import layout

Floats = NDArray[np.float64]
Layout = Callable[["nx.DiGraph[str]"], dict[str, tuple[float, float]]]

CROSS_TOPIC = 0.15
HUBS, HUB_SHARE = 3, 0.3


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("size", nargs="*", type=int, default=[5000, 15000, 20], metavar="NODES EDGES TOPICS")
    size = parser.parse_args().size
    if len(size) != 3:
        parser.error("give all three of NODES, EDGES and TOPICS, or none")
    graph, topic_of = planted_graph(*size)
    print(f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges, {HUBS} of the nodes hubs")
    print(f"{'layout':<28}{'seconds':>8}{'kNN':>7}{'edge':>7}{'overlap':>9}")
    for name, draw in layouts(graph.number_of_nodes()):
        started = time.perf_counter()
        positions = draw(graph)
        seconds = time.perf_counter() - started
        knn, edge, overlap = quality(graph, positions, topic_of)
        print(f"{name:<28}{seconds:>8.1f}{knn:>7.3f}{edge:>7.3f}{overlap:>9.3f}", flush=True)


def planted_graph(n_nodes: int, n_edges: int, n_topics: int) -> tuple[nx.DiGraph[str], dict[str, int]]:
    """Return a paper-entity graph and the topic of each node but the hubs.

    Within a topic popularity falls off. Edges to hubs come on top of ``n_edges``, of which duplicates are
    dropped, as are entities of no paper.
    """
    rng = random.Random(0)
    n_papers = round(0.6 * n_nodes)
    entities = [list(range(topic, n_nodes - n_papers, n_topics)) for topic in range(n_topics)]
    popularity = [[1 / (rank + 1) ** 0.8 for rank in range(len(members))] for members in entities]
    graph: nx.DiGraph[str] = nx.DiGraph()
    topic_of: dict[str, int] = {}
    for number in range(n_papers):
        paper = f"paper:{number}"
        topic_of[paper] = number % n_topics
        for _ in range(rng.randint(1, round(2 * n_edges / n_papers) - 1)):
            home = rng.randrange(n_topics) if rng.random() < CROSS_TOPIC else topic_of[paper]
            entity = f"method:{rng.choices(entities[home], popularity[home])[0]}"
            topic_of[entity] = home
            graph.add_edge(paper, entity)
        graph.add_edges_from((paper, f"model:hub-{k}") for k in range(HUBS) if rng.random() < HUB_SHARE)
        graph.add_node(paper)
    return graph, topic_of


def layouts(n_nodes: int) -> Iterator[tuple[str, Layout]]:
    """Yield the layouts that can be run here at this size."""
    yield "kg.layout", layout
    if importlib.util.find_spec("igraph"):
        yield "igraph UMAP, 300 epochs", lambda graph: by_igraph(graph, "umap", epochs=300)
        yield "igraph DrL", lambda graph: by_igraph(graph, "drl")
        yield "igraph Fruchterman-Reingold", lambda graph: by_igraph(graph, "fruchterman_reingold", niter=500)
    if n_nodes <= 6000:
        yield "networkx spring_layout", by_networkx


def by_igraph(graph: nx.DiGraph[str], method: str, **options: int) -> dict[str, tuple[float, float]]:
    """Run a layout of python-igraph, seeded."""
    import igraph

    random.seed(0)  # igraph draws from Python's generator
    index = {node: i for i, node in enumerate(graph)}
    twin = igraph.Graph(n=len(index), edges=[(index[a], index[b]) for a, b in graph.edges])
    return dict(zip(graph, map(tuple, getattr(twin, f"layout_{method}")(**options).coords), strict=True))


def by_networkx(graph: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    """Run NetworkX's default layout, seeded."""
    positions = nx.spring_layout(graph.to_undirected(), seed=0, iterations=50)
    return {node: (float(x), float(y)) for node, (x, y) in positions.items()}


def quality(
    graph: nx.DiGraph[str], positions: dict[str, tuple[float, float]], topic_of: dict[str, int]
) -> tuple[float, float, float]:
    """Return kNN purity, edge length ratio and overlap share, as the module's docstring defines them."""
    nodes = sorted(topic_of)
    points = np.array([positions[node] for node in nodes])
    topics = np.array([topic_of[node] for node in nodes])
    distances, neighbours = map(np.asarray, KDTree(points).query(points, 11))
    knn = float((topics[neighbours[:, 1:]] == topics[:, None]).mean())
    gaps = distances[:, 1]
    overlap = float((gaps < np.median(gaps) / 2).mean())
    pairs = np.random.default_rng(0).integers(len(nodes), size=(10_000, 2))
    far = np.median(np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1))
    ends = np.array([(positions[a], positions[b]) for a, b in graph.edges])
    return knn, float(np.median(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)) / far), overlap


if __name__ == "__main__":
    main()
