"""Reads and writes the graph as GraphML that Gephi, Gephi Lite, igraph and NetworkX all understand."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from kg.errors import InputError
from kg.files import atomic_write
from kg.schema import KINDS

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["read_graphml", "write_graphml", "xml_text"]

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# The order of the columns in Gephi's data laboratory; columns of any other name follow these.
_COLUMNS = (
    *("label", "kind", "relation", "weight", "score", "evidence"),
    *("degree", "n_papers", "n_mentions", "first_date", "aliases", "code", "former_ids"),
    *("title", "date", "year", "url", "organization", "venue", "authors", "n_authors", "source"),
    *("x", "y", "size", "r", "g", "b"),
)


def write_graphml(graph: nx.DiGraph[str], path: str | Path) -> Path:
    """Write a graph as GraphML.

    Besides what NetworkX's own writer does, every ``<edge>`` carries its relation as the XML attribute
    ``label`` (Gephi takes it for the edge type), key ids depend on names alone, numbers have the types that
    every reader knows, and text that XML cannot hold is shown by :func:`xml_text` instead of failing.
    The graph is left as it is.

    Parameters
    ----------
    graph : networkx.DiGraph
        Node ids are text. Attributes are text, numbers or booleans; those that are None or not-a-number
        are left out, as unknown.
    path : str or Path
        Replaced in one step.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        An attribute has values of different types or of a type GraphML has not, or a weight is not positive.

    Examples
    --------
    >>> import networkx as nx, tempfile
    >>> graph = nx.DiGraph()
    >>> graph.add_node("paper:1", label="On Adam", kind="paper")
    >>> graph.add_node("method:adam", label="Adam", kind="method")
    >>> graph.add_edge("paper:1", "method:adam", relation="uses", label="uses", weight=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_graphml(write_graphml(graph, f"{folder}/graph.graphml"))
    >>> again.edges["paper:1", "method:adam"]["weight"]
    2
    """
    return atomic_write(path, _document(graph))


def read_graphml(path: str | Path) -> nx.DiGraph[str]:
    """Read a graph that kg wrote as GraphML, and perhaps Gephi saved again.

    The file is parsed by lxml with entities, document types and the network out of play, and interpreted by
    NetworkX.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    InputError
        The file is not GraphML, or not of a graph of kg.
    OSError
        The file cannot be read.
    """
    import networkx as nx

    root = _parse(Path(path))
    # Edge ids are Gephi's: kg gives none, since source and target already name an edge.
    for edge in root.iterfind(f"{{{_NAMESPACE}}}graph/{{{_NAMESPACE}}}edge"):
        edge.attrib.pop("id", "")
    reader: Any = nx.GraphMLReader()
    try:
        keys, defaults = reader.find_graphml_keys(root)
        graph: nx.DiGraph[str] = reader.make_graph(root.find(f"{{{_NAMESPACE}}}graph"), keys, defaults)
    except (nx.NetworkXError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not valid GraphML: {error}.") from error
    graph.graph.clear()
    _check_ours(graph, path)
    return graph


def xml_text(text: str) -> str:
    r"""Return ``text`` with what XML cannot hold made visible, character for character.

    Control characters become their pictures (U+2400 and following); lone surrogates and the non-characters
    U+FFFE and U+FFFF become U+FFFD. Offsets into the text stay right.

    >>> xml_text("a\x07b\ttab \ud83d")
    'a␇b\ttab �'
    """
    return _NO_XML.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\ufffd", text)


class _Columns:
    """The attributes of all nodes or all edges: name, key id and GraphML type."""

    def __init__(self, scope: str, items: Iterable[Mapping[str, Any]]) -> None:
        found: dict[str, set[str]] = {}
        for attributes in items:
            for name, value in attributes.items():
                if (value_type := _type_of(value, f"the attribute {name!r} of a {scope}")) is not None:
                    found.setdefault(name, set()).add(value_type)
        known = {name: place for place, name in enumerate(_COLUMNS)}
        names = sorted(found, key=lambda name: (known.get(name, len(known)), name))
        self.scope = scope
        self.types = {name: self._one_type(name, found[name]) for name in names}

    def _one_type(self, name: str, types: set[str]) -> str:
        for wide, narrow in (("double", {"int", "long", "double"}), ("long", {"int", "long"})):
            if wide in types and types <= narrow:
                return wide
        if len(types) > 1:
            raise InputError(
                f"the attribute {name!r} of the {self.scope}s has values of several types "
                f"({', '.join(sorted(types))}); give it one type."
            )
        return next(iter(types))

    def keys(self) -> Iterator[etree._Element]:
        for name, value_type in self.types.items():
            attributes = {"id": self._key(name), "for": self.scope, "attr.name": xml_text(name)}
            yield etree.Element("key", {**attributes, "attr.type": value_type})

    def add_data(self, element: etree._Element, attributes: Mapping[str, Any]) -> None:
        for name, value_type in self.types.items():
            value = attributes.get(name)
            if value is None or value != value:
                continue
            etree.SubElement(element, "data", {"key": self._key(name)}).text = _as_text(value, value_type)

    def _key(self, name: str) -> str:
        # An id of its own for nodes and for edges: readers keep both in one table.
        return f"{self.scope[0]}_{xml_text(name)}"


def _document(graph: nx.DiGraph[str]) -> bytes:
    nodes = _Columns("node", (attributes for _, attributes in graph.nodes(data=True)))
    edges = _Columns("edge", (attributes for _, _, attributes in graph.edges(data=True)))
    stream = io.BytesIO()
    with etree.xmlfile(stream, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("graphml", nsmap={None: _NAMESPACE}):
            for element in (*nodes.keys(), *edges.keys()):
                _write_line(file, element)
            with file.element("graph", edgedefault="directed"):
                for element in _elements(graph, nodes, edges):
                    _write_line(file, element)
    return stream.getvalue() + b"\n"


def _elements(graph: nx.DiGraph[str], nodes: _Columns, edges: _Columns) -> Iterator[etree._Element]:
    seen: dict[str, str] = {}
    for node, attributes in graph.nodes(data=True):
        name = xml_text(node)
        if seen.setdefault(name, node) != node:
            raise InputError(f"the nodes {seen[name]!r} and {node!r} have the same id in XML; rename one.")
        element = etree.Element("node", id=name)
        nodes.add_data(element, attributes)
        yield element
    for source, target, attributes in graph.edges(data=True):
        if not attributes.get("weight", 1) > 0:
            weight = attributes["weight"]
            raise InputError(f"the edge {source!r} → {target!r} has the weight {weight}; it must be above 0.")
        element = etree.Element("edge", source=xml_text(source), target=xml_text(target))
        if "relation" in attributes:
            element.set("label", xml_text(attributes["relation"]))
        edges.add_data(element, attributes)
        yield element


def _write_line(file: Any, element: etree._Element) -> None:
    # One attribute a line, so that two exports can be compared line by line.
    file.write("\n")
    etree.indent(element)
    file.write(element)


def _type_of(value: object, what: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Integral):
        return "int" if -(2**31) <= int(value) < 2**31 else "long"
    if isinstance(value, Real):
        value = float(value)
        if math.isinf(value):
            raise InputError(f"{what} is infinite; give it a number.")
        return None if math.isnan(value) else "double"
    if isinstance(value, str):
        return "string"
    raise InputError(f"{what} is a {type(value).__name__}; GraphML holds text, numbers and booleans.")


def _as_text(value: Any, value_type: str) -> str:
    if value_type == "double":
        return repr(float(value))
    if value_type == "boolean":
        return "true" if value else "false"
    return xml_text(str(value))


def _parse(path: Path) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        with path.open("rb") as stream:
            tree = etree.parse(stream, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path} is not GraphML: {error.msg}.") from error
    root = tree.getroot()
    docinfo: Any = tree.docinfo
    if root.tag != f"{{{_NAMESPACE}}}graphml" or root.find(f"{{{_NAMESPACE}}}graph") is None:
        raise InputError(f"{path} is XML but not GraphML: its root is <{etree.QName(root).localname}>.")
    if docinfo.doctype:
        raise InputError(f"{path} declares a document type, which a GraphML file of kg never has; remove it.")
    return root


def _check_ours(graph: nx.DiGraph[str], path: str | Path) -> None:
    advice = "it is not a graph of kg; build one with `kg build`"
    if graph.is_multigraph() or not graph.is_directed():
        raise InputError(f"{path} holds an undirected graph or parallel edges: {advice}.")
    for node, attributes in graph.nodes(data=True):
        if attributes.get("kind") not in KINDS or not isinstance(attributes.get("label"), str):
            raise InputError(f"{path}: the node {node!r} has no label or no known kind: {advice}.")
    for source, target, attributes in graph.edges(data=True):
        if not isinstance(attributes.get("relation"), str):
            raise InputError(f"{path}: the edge {source!r} → {target!r} has no relation: {advice}.")
