"""A graph as a PyVis network: the nodes, edges and options that the page draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.schema import COLORS, KINDS

if TYPE_CHECKING:
    import networkx as nx
    from pyvis.network import Network

__all__ = ["network"]

OPTIONS: dict[str, Any] = {
    "autoResize": True,
    "edges": {"smooth": False},
    "interaction": {
        "dragNodes": False,
        "hover": False,
        "keyboard": False,
        "selectable": False,
        "tooltipDelay": 3_600_000,
        "zoomSpeed": 1.2,
    },
    "layout": {"improvedLayout": False},
    "nodes": {"chosen": False, "physics": False, "shape": "custom"},
    "physics": {"enabled": False},
}
"""Options of vis-network: positions are given, so nothing moves by itself; the page draws and selects."""


def network(graph: nx.DiGraph[str], title: str) -> Network:
    """Fill a PyVis network with a graph, papers first, each group in the order of its ids.

    The lists are filled directly: ``add_edge`` searches them and ``from_nx`` changes the graph it is given.

    Parameters
    ----------
    graph : networkx.DiGraph
        Nodes without a position get one from :func:`kg.layout.layout`, all of them.
    title : str
        Heading of the network.

    Returns
    -------
    pyvis.network.Network

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("paper:1", kind="paper", label="LoRA on GLUE", x=1.0, y=2.0)
    >>> graph.add_node("dataset:glue", kind="dataset", label="GLUE", x=3.0, y=4.0)
    >>> graph.add_edge("paper:1", "dataset:glue", relation="uses")
    >>> net = network(graph, "Example")
    >>> net.get_nodes(), net.edges
    (['paper:1', 'dataset:glue'], [{'relation': 'uses', 'from': 'paper:1', 'to': 'dataset:glue'}])
    """
    from pyvis.network import Network

    net = Network(directed=True, heading=title, cdn_resources="in_line")
    positions = _positions(graph)
    order = sorted(graph, key=lambda node: (_kind(graph, node) != "paper", node))
    for node in order:
        attributes = dict(graph.nodes[node])
        kind = _kind(graph, node)
        x, y = positions[node]
        attributes |= {
            "id": node,
            "label": str(attributes.get("label", node)),
            "kind": kind,
            "x": x,
            "y": y,
            "shape": "square" if kind == "paper" else "dot",
            "color": COLORS[kind],
        }
        net.nodes.append(attributes)
        net.node_ids.append(node)
        net.node_map[node] = attributes
    net.edges = [
        {**attributes, "from": source, "to": target}
        for source, target, attributes in sorted(graph.edges(data=True), key=lambda edge: edge[:2])
    ]
    net.options = OPTIONS
    return net


def _kind(graph: nx.DiGraph[str], node: str) -> str:
    kind = str(graph.nodes[node].get("kind", node.partition(":")[0]))
    return kind if kind in KINDS else "method"


def _positions(graph: nx.DiGraph[str]) -> dict[str, tuple[float, float]]:
    given = {
        node: (float(attributes["x"]), float(attributes["y"]))
        for node, attributes in graph.nodes(data=True)
        if "x" in attributes and "y" in attributes
    }
    if len(given) == len(graph):
        return given
    from kg.layout import layout

    return layout(graph)
