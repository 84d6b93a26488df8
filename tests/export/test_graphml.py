"""The GraphML file, as its readers see it: Gephi's rules, NetworkX, python-igraph and Gephi Lite's parser."""

from __future__ import annotations

import json
import math
import subprocess
import tempfile
from pathlib import Path

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kg.errors import InputError
from kg.export.graphml import read_graphml, write_graphml, xml_text

NAMESPACE = {"g": "http://graphml.graphdrawing.org/xmlns"}
GEPHI_TYPES = {"boolean", "int", "long", "float", "double", "string"}


def small() -> nx.DiGraph:
    graph = nx.DiGraph()
    looks = {"x": -1.5, "y": 0.0, "size": 7.0, "r": 138, "g": 143, "b": 152}
    graph.add_node(
        "paper:1",
        label="<b>On</b> Adam & Eve 🦙",
        kind="paper",
        title="On Adam",
        year=2024,
        degree=2,
        **looks,
    )
    graph.add_node("paper:2", label="Undated", kind="paper", title="Undated", degree=0, **looks)
    graph.add_node(
        "method:adam",
        label="Adam",
        kind="method",
        aliases="ADAM|Adam optimizer",
        n_papers=1,
        degree=2,
        **looks,
    )
    graph.add_node("dataset:中文", label="中文", kind="dataset", n_papers=1, degree=1, **looks)
    graph.add_node("method:adamw", label="AdamW", kind="method", n_papers=0, degree=1, **looks)
    for target, relation, weight, score in [
        ("method:adam", "uses", 2, 0.5),
        ("dataset:中文", "mentions", 1, 1.0),
    ]:
        graph.add_edge(
            "paper:1",
            target,
            label=relation,
            relation=relation,
            weight=weight,
            score=score,
            evidence='A "quoted" sentence, line\nbreak and tab\t.',
        )
    graph.add_edge(
        "method:adamw", "method:adam", label="variant_of", relation="variant_of", weight=1, evidence="suffix"
    )
    for node, attributes in graph.nodes(data=True):
        attributes.update(looks, degree=graph.degree[node])
    return graph


anything = st.text(st.characters(exclude_categories=()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_graphml(small(), tmp_path / "graph.graphml")


@pytest.fixture
def xml(path: Path) -> etree._Element:
    return etree.parse(path).getroot()


class TestGephi:
    """What Gephi's importer needs, checked on the XML itself."""

    def test_keys_have_known_types_scopes_and_ids_of_their_own(self, xml):
        keys = xml.findall("g:key", NAMESPACE)
        assert {key.get("attr.type") for key in keys} <= GEPHI_TYPES
        assert {key.get("for") for key in keys} == {"node", "edge"}
        assert len({key.get("id").lower() for key in keys}) == len(keys)
        names = [(key.get("for"), key.get("attr.name").lower()) for key in keys]
        assert len(set(names)) == len(names)

    def test_looks_are_under_the_names_and_types_that_gephi_matches(self, xml):
        types = {
            (key.get("for"), key.get("attr.name")): key.get("attr.type")
            for key in xml.findall("g:key", NAMESPACE)
        }
        assert types["node", "label"] == types["edge", "label"] == "string"
        assert types["node", "x"] == types["node", "y"] == types["node", "size"] == "double"
        assert types["node", "r"] == types["node", "g"] == types["node", "b"] == "int"
        assert types["edge", "weight"] == "int"
        assert types["node", "year"] == types["node", "degree"] == types["node", "n_papers"] == "int"

    def test_no_name_that_gephi_keeps_for_itself(self, xml):
        names = {(k.get("for"), k.get("attr.name").lower()) for k in xml.findall("g:key", NAMESPACE)}
        assert not names & {("node", name) for name in ("id", "timeset", "interval", "weight")}
        assert not names & {("edge", name) for name in ("id", "timeset", "interval", "source", "target")}

    def test_an_edge_has_its_relation_as_its_type(self, xml):
        edges = xml.findall("g:graph/g:edge", NAMESPACE)
        assert [edge.get("label") for edge in edges] == ["uses", "mentions", "variant_of"]
        assert xml.find("g:graph", NAMESPACE).get("edgedefault") == "directed"

    def test_every_node_and_edge_has_what_gephi_draws(self, xml):
        names = {key.get("id"): key.get("attr.name") for key in xml.findall("g:key", NAMESPACE)}
        for node in xml.findall("g:graph/g:node", NAMESPACE):
            values = {names[data.get("key")]: data.text for data in node}
            assert float(values["size"]) > 0
            assert all(math.isfinite(float(values[name])) for name in ("x", "y"))
            assert all(0 <= int(values[name]) <= 255 for name in ("r", "g", "b"))
        for edge in xml.findall("g:graph/g:edge", NAMESPACE):
            values = {names[data.get("key")]: data.text for data in edge}
            assert float(values["weight"]) > 0

    def test_what_is_unknown_is_absent(self, path):
        text = path.read_text(encoding="utf-8")
        assert text.count('key="n_year"') == 1
        assert "nan" not in text.lower().replace("namespace", "")


class TestReaders:
    def test_networkx_reads_the_very_graph(self, path):
        graph = nx.read_graphml(path)
        assert dict(graph.nodes(data=True)) == dict(small().nodes(data=True))
        assert list(graph.edges(data=True)) == list(small().edges(data=True))

    def test_so_do_we(self, path):
        graph = read_graphml(path)
        assert list(graph.nodes(data=True)) == list(small().nodes(data=True))
        assert list(graph.edges(data=True)) == list(small().edges(data=True))
        assert type(graph.nodes["paper:1"]["x"]) is float
        assert type(graph.nodes["paper:1"]["year"]) is int
        assert graph.graph == {}

    def test_igraph(self, path):
        graph = igraph.Graph.Read_GraphML(str(path))
        assert (graph.vcount(), graph.ecount(), graph.is_directed()) == (5, 3, True)
        assert graph.vs["id"] == list(small())
        assert graph.vs["label"] == [label for _, label in small().nodes(data="label")]
        assert graph.vs["x"] == [-1.5] * 5
        assert graph.es["relation"] == graph.es["label"] == ["uses", "mentions", "variant_of"]
        assert graph.es["weight"] == [2, 1, 1]
        assert graph.es["evidence"][0] == small().edges["paper:1", "method:adam"]["evidence"]

    def test_graphology_which_is_gephi_lites(self, path):
        graph = graphology(path)
        assert graph["type"] == "directed"
        assert list(graph["nodes"]) == list(small())
        for node, attributes in small().nodes(data=True):
            expected = {name: value for name, value in attributes.items() if name not in ("r", "g", "b")}
            assert graph["nodes"][node] == {**expected, "color": "#8a8f98"}
        found = [(edge["source"], edge["target"], edge["attributes"]) for edge in graph["edges"]]
        assert found == list(small().edges(data=True))

    def test_all_readers_take_text_that_xml_cannot_hold(self, tmp_path):
        graph = small()
        hostile = "\u2028\ufdd0\uffff\U0010ffff\ud800"
        graph.nodes["paper:2"]["label"] = "".join(map(chr, range(0x100))) + hostile
        graph.add_node("task:\x02", label="\x03", kind="task")
        path = write_graphml(graph, tmp_path / "graph.graphml")
        label = xml_text(graph.nodes["paper:2"]["label"])
        assert nx.read_graphml(path).nodes["paper:2"]["label"] == label
        assert igraph.Graph.Read_GraphML(str(path)).vs["label"][1] == label
        # In Node it takes these two for line ends, as XML 1.1 does; in a browser it does not.
        ends = str.maketrans("\x85\u2028", "\n\n")
        assert graphology(path)["nodes"]["paper:2"]["label"] == label.translate(ends)
        assert read_graphml(path).nodes["task:␂"]["label"] == "␃"

    def test_an_empty_graph(self, tmp_path):
        path = write_graphml(nx.DiGraph(), tmp_path / "graph.graphml")
        assert len(read_graphml(path)) == len(nx.read_graphml(path)) == 0
        assert igraph.Graph.Read_GraphML(str(path)).vcount() == 0
        assert graphology(path)["nodes"] == {}


class TestWriting:
    def test_the_graph_is_left_as_it_is(self, tmp_path):
        graph = small()
        graph.graph["id"] = "mine"
        write_graphml(graph, tmp_path / "graph.graphml")
        assert graph.graph == {"id": "mine"}
        assert list(graph.nodes(data=True)) == list(small().nodes(data=True))

    def test_the_same_graph_gives_the_same_bytes_in_any_order_of_attributes(self, path, tmp_path):
        turned = nx.DiGraph()
        for node, attributes in small().nodes(data=True):
            turned.add_node(node, **dict(reversed(attributes.items())))
        turned.add_edges_from(small().edges(data=True))
        again = write_graphml(turned, tmp_path / "again.graphml")
        assert again.read_bytes() == path.read_bytes()
        assert write_graphml(read_graphml(path), tmp_path / "third.graphml").read_bytes() == path.read_bytes()

    def test_one_attribute_a_line(self, path):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert '<edge source="paper:1" target="method:adam" label="uses">' in lines
        assert '  <data key="e_weight">2</data>' in lines

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda graph: graph.nodes["paper:1"].update(year="2024", x=1), None),
            (lambda graph: graph.nodes["paper:2"].update(year="2024"), r"'year' of the nodes .*int, string"),
            (lambda graph: graph.nodes["paper:2"].update(tags=["a"]), r"'tags' of a node is a list"),
            (lambda graph: graph.nodes["paper:2"].update(x=math.inf), r"'x' of a node is infinite"),
            (lambda graph: graph.edges["paper:1", "method:adam"].update(weight=0), r"paper:1.*weight 0"),
            (lambda graph: graph.add_node("a\x00") or graph.add_node("a␀"), r"same id"),
        ],
    )
    def test_what_gephi_would_drop_in_silence_is_an_error_and_the_old_file_stays(self, path, change, words):
        before = path.read_bytes()
        graph = small()
        change(graph)
        if words is None:
            write_graphml(graph, path)
            assert path.read_bytes() != before
        else:
            with pytest.raises(InputError, match=words):
                write_graphml(graph, path)
            assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_numbers_of_numpy_and_unknown_values(self, tmp_path):
        graph = small()
        graph.nodes["paper:1"].update(year=np.int64(2024), x=np.float64(0.25), big=2**40, new=True)
        graph.nodes["paper:2"].update(year=None, x=math.nan, y=3)
        again = read_graphml(write_graphml(graph, tmp_path / "graph.graphml"))
        node = again.nodes["paper:1"]
        assert (node["year"], node["x"], node["big"], node["new"]) == (2024, 0.25, 2**40, True)
        assert not {"year", "x"} & set(again.nodes["paper:2"])
        assert again.nodes["paper:2"]["y"] == 3.0

    @given(
        label=st.text(st.characters(exclude_categories=())),
        node=st.text(st.characters(exclude_categories=())),
    )
    def test_any_text_is_read_back_as_it_is_shown(self, label, node):
        graph = nx.DiGraph()
        graph.add_node(f"task:{node}", kind="task", label=label)
        with tempfile.TemporaryDirectory() as folder:
            again = read_graphml(write_graphml(graph, f"{folder}/graph.graphml"))
        assert list(again.nodes(data=True)) == [
            (xml_text(f"task:{node}"), {"kind": "task", "label": xml_text(label)})
        ]
        assert len(xml_text(label)) == len(label)

    @given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn"))))
    def test_text_that_xml_holds_is_not_touched(self, text):
        assert xml_text(text) == text


class TestReading:
    def test_a_file_that_gephi_saved_again_is_read(self, tmp_path):
        path = tmp_path / "graph.graphml"
        path.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
            '<key attr.name="label" attr.type="string" for="node" id="label"/>'
            '<key attr.name="kind" attr.type="string" for="node" id="n_kind"/>'
            '<key attr.name="Edge Label" attr.type="string" for="edge" id="edgelabel"/>'
            '<key attr.name="relation" attr.type="string" for="edge" id="e_relation"/>'
            '<graph edgedefault="directed">'
            '<node id="paper:1"><data key="label">A</data><data key="n_kind">paper</data></node>'
            '<node id="task:b"><data key="label">B</data><data key="n_kind">task</data></node>'
            '<edge id="0" source="paper:1" target="task:b"><data key="edgelabel">uses</data>'
            '<data key="e_relation">uses</data></edge></graph></graphml>',
            encoding="utf-8",
        )
        graph = read_graphml(path)
        assert graph.edges["paper:1", "task:b"] == {"Edge Label": "uses", "relation": "uses"}

    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE graphml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE graphml [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE graphml SYSTEM "http://example.org/graphml.dtd">',
        ],
    )
    def test_document_types_and_their_entities_are_refused(self, path, doctype):
        text = path.read_text(encoding="utf-8").replace("?>", f"?>{doctype}", 1)
        entity = "&b;" if "ENTITY" in doctype else ""
        path.write_text(text.replace("Undated", f"Undated{entity}"), encoding="utf-8")
        with pytest.raises(InputError, match="document type"):
            read_graphml(path)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('<data key="n_year">2024</data>', '<data key="n_year">soon</data>'),
            ('<data key="n_year">2024</data>', '<data key="other">2024</data>'),
            ('attr.type="int"', 'attr.type="integers"'),
            ('edgedefault="directed"', 'edgedefault="undirected"'),
            ('<data key="n_kind">method</data>', '<data key="n_kind">planet</data>'),
            ('<data key="n_kind">method</data>', ""),
            ('<data key="e_relation">uses</data>', ""),
            ('target="method:adam"', 'target="method:unknown"'),
            ("</graphml>", ""),
        ],
    )
    def test_a_damaged_file_is_named(self, path, old, new):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(InputError, match=r"graph\.graphml"):
            read_graphml(path)


def graphology(path: Path) -> dict:
    """What graphology-graphml makes of the file; `npm ci --prefix tests/export/graphology` installs it."""
    script = Path(__file__).parent / "graphology" / "read.js"
    return json.loads(subprocess.run(["node", script, path], check=True, capture_output=True).stdout)
