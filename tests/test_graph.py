"""The graph that users meet: assembling, asking, saving, loading."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import webbrowser
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import queries
from kg.errors import InputError, KgError, MissingGraphError
from kg.graph import KnowledgeGraph, load
from kg.linking import Linked
from kg.schema import COLORS, Entity, Mention, Paper, Variant

LORA = Paper(
    id="b1",
    title="LoRA on GLUE",
    abstract="We introduce LoRA. LoRA is tested on GLUE. QLoRA is next.",
    date="2024-03-24",
    authors=("Ada Lovelace", "Alan Turing"),
    n_authors=2,
    organization="Analytical Engines",
    url="https://example.org/lora",
    source="a.txt:3",
)
PLAIN = Paper(id="a2", title="GLUE alone")
EMPTY = Paper(id="c3", title="Nothing in it", abstract="No name here.", date="2023", n_authors=4)


def mention(paper: Paper, text: str, nth: int, entity: str, relation: str, score: float) -> Mention:
    start = -1
    for _ in range(nth):
        start = paper.text.index(text, start + 1)
    first = max(paper.text.rfind(mark, 0, start) for mark in (". ", "\n"))
    last = paper.text.find(".", start)
    sentence = paper.text[first + 1 : last + 1 if last >= 0 else None].strip()
    label = entity.partition(":")[0].upper()
    return Mention(paper.id, start, start + len(text), text, label, entity, relation, score, sentence)


MENTIONS = [
    mention(LORA, "LoRA", 2, "method:lora", "introduces", 0.75),
    mention(LORA, "LoRA", 3, "method:lora", "introduces", 0.987654),
    mention(LORA, "QLoRA", 1, "method:qlora", "mentions", 0.5),
    mention(LORA, "GLUE", 2, "dataset:glue", "uses", 0.9),
    mention(PLAIN, "GLUE", 1, "dataset:glue", "uses", 1.0),
]
LINKED = Linked(
    entities=[
        Entity(
            "method:lora",
            "method",
            "LoRA",
            ("LoRAs", "low-rank adaptation"),
            former_ids=("model:lora",),
            n_papers=1,
            n_mentions=2,
            first_date="2024-03-24",
        ),
        Entity("method:qlora", "method", "QLoRA", n_papers=1, n_mentions=1, first_date="2024-03-24"),
        Entity("dataset:glue", "dataset", "GLUE", n_papers=2, n_mentions=2, first_date="2024-03-24"),
    ],
    mentions=MENTIONS,
    variants=[Variant("method:qlora", "method:lora", "prefix Q")],
)
PAPERS = [LORA, PLAIN, EMPTY]


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.from_records(PAPERS, LINKED)


def typed(graph: nx.DiGraph) -> tuple[list, list]:
    """Nodes and edges in order, each value with its type."""

    def values(attributes: dict) -> dict:
        return {name: (type(value), value) for name, value in attributes.items()}

    nodes = [(node, values(attributes)) for node, attributes in graph.nodes(data=True)]
    return nodes, [(source, target, values(edge)) for source, target, edge in graph.edges(data=True)]


class TestAssembling:
    def test_nodes_and_edges_are_sorted(self, graph):
        assert list(graph.nx) == [
            *("paper:a2", "paper:b1", "paper:c3"),
            *("dataset:glue", "method:lora", "method:qlora"),
        ]
        assert list(graph.nx.edges) == [
            ("paper:a2", "dataset:glue"),
            ("paper:b1", "dataset:glue"),
            ("paper:b1", "method:lora"),
            ("paper:b1", "method:qlora"),
            ("method:qlora", "method:lora"),
        ]

    def test_a_paper_has_what_is_known_of_it_and_no_more(self, graph):
        looks = {"x", "y", "size", "r", "g", "b", "degree"}
        attributes = graph.nx.nodes["paper:b1"]
        assert {name: value for name, value in attributes.items() if name not in looks} == {
            "label": "LoRA on GLUE",
            "kind": "paper",
            "title": "LoRA on GLUE",
            "date": "2024-03-24",
            "year": 2024,
            "authors": "Ada Lovelace|Alan Turing",
            "n_authors": 2,
            "organization": "Analytical Engines",
            "url": "https://example.org/lora",
            "source": "a.txt:3",
        }
        assert set(graph.nx.nodes["paper:a2"]) == {"label", "kind", "title", *looks}

    def test_an_entity(self, graph):
        attributes = dict(graph.nx.nodes["method:lora"])
        assert isinstance(attributes.pop("x"), float)
        assert isinstance(attributes.pop("y"), float)
        assert attributes == {
            "label": "LoRA",
            "kind": "method",
            "aliases": "LoRAs|low-rank adaptation",
            "former_ids": "model:lora",
            "n_papers": 1,
            "n_mentions": 2,
            "first_date": "2024-03-24",
            "degree": 2,
            "size": 6.8,
            "r": 0x00,
            "g": 0x9E,
            "b": 0x73,
        }
        assert COLORS["method"] == "#009e73"

    def test_an_edge_has_the_evidence_of_its_surest_mention(self, graph):
        assert graph.nx.edges["paper:b1", "method:lora"] == {
            "label": "introduces",
            "relation": "introduces",
            "weight": 2,
            "score": 0.9877,
            "evidence": "LoRA is tested on GLUE.",
        }

    def test_equal_scores_are_decided_by_position(self):
        even = replace(LINKED, mentions=[replace(m, score=0.5) for m in reversed(MENTIONS)])
        edge = KnowledgeGraph.from_records(PAPERS, even).nx.edges["paper:b1", "method:lora"]
        assert edge["evidence"] == "We introduce LoRA."

    def test_every_paper_edge_has_evidence_that_holds_a_mention(self, graph):
        for source, target, edge in graph.nx.edges(data=True):
            texts = [m.text for m in graph.mentions if (f"paper:{m.paper}", m.entity) == (source, target)]
            assert edge["relation"] == "variant_of" or any(text in edge["evidence"] for text in texts)

    def test_a_variant_edge_names_its_rule(self, graph):
        assert graph.nx.edges["method:qlora", "method:lora"] == {
            "label": "variant_of",
            "relation": "variant_of",
            "weight": 1,
            "evidence": "prefix Q",
        }

    def test_the_order_of_the_input_does_not_matter(self, graph):
        turned = replace(LINKED, mentions=MENTIONS[::-1], entities=LINKED.entities[::-1])
        again = KnowledgeGraph.from_records(PAPERS[::-1], turned)
        assert typed(again.nx) == typed(graph.nx)
        assert again.mentions == graph.mentions

    def test_more_edges_make_a_larger_node(self, graph):
        sizes = [graph.nx.nodes[node]["size"] for node in ("paper:c3", "paper:a2", "paper:b1")]
        assert sizes == sorted(sizes)
        assert 0 < sizes[0] < sizes[1] < sizes[2]

    def test_a_bar_in_an_alias_does_not_make_two(self):
        entities = [Entity("metric:p", "metric", "P", ("P(a|b)",))]
        graph = KnowledgeGraph.from_records([], Linked(entities=entities, mentions=[], variants=[]))
        assert graph.show("metric:p")["aliases"] == ["P(a¦b)"]

    def test_two_papers_of_one_id_are_an_error(self):
        with pytest.raises(InputError, match="'b1'"):
            KnowledgeGraph.from_records([LORA, EMPTY, replace(PLAIN, id="b1")], LINKED)

    def test_a_mention_of_nothing_is_an_error(self):
        stray = replace(LINKED, mentions=[replace(MENTIONS[0], entity="method:none")])
        with pytest.raises(InputError, match="method:none"):
            KnowledgeGraph.from_records(PAPERS, stray)


class TestAsking:
    def test_repr_counts(self, graph):
        assert repr(graph) == "<KnowledgeGraph: 3 papers, 3 entities, 5 edges>"

    def test_frames_hold_the_records_of_the_queries(self, graph):
        for frame, records in [
            (graph.neighbors("LoRA"), queries.neighbors(graph.nx, "LoRA")),
            (graph.neighbors("GLUE", kind="method"), queries.neighbors(graph.nx, "GLUE", kind="method")),
            (graph.similar("QLoRA"), queries.similar(graph.nx, "QLoRA")),
            (graph.path("QLoRA", "GLUE alone"), queries.path(graph.nx, "QLoRA", "GLUE alone")),
            (graph.cooccurrence("method"), queries.cooccurrence(graph.nx, "method")),
            (graph.search("lora"), queries.search(graph.nx, "lora")),
        ]:
            assert frame.to_dict("records") == records
            assert len(frame) > 0

    def test_papers(self, graph):
        frame = graph.papers(introduces="LoRA", dataset="GLUE", since=2024)
        assert list(frame.columns) == ["id", "label", "date", "url", "via", "introduces", "dataset"]
        assert list(frame["id"]) == ["paper:b1"]
        assert list(frame["dataset"]) == ["LoRA is tested on GLUE."]
        assert list(graph.papers(uses="GLUE")["id"]) == ["paper:b1", "paper:a2"]

    def test_an_empty_answer_keeps_its_columns(self, graph):
        assert list(graph.neighbors("LoRA", kind="task").columns) == list(queries.COLUMNS["neighbors"])

    def test_show_and_stats(self, graph):
        assert graph.show("LoRAs")["id"] == "method:lora"
        assert graph.show("method:lora", exact=True)["papers"]["mentions"] == []
        assert graph.stats()["papers_without_entities"] == 1


class TestSaving:
    def test_a_folder_brings_everything_back(self, graph, tmp_path):
        files = graph.save(tmp_path / "exports")
        assert sorted(file.name for file in files) == sorted(
            file.name for file in (tmp_path / "exports").iterdir()
        )
        again = load(tmp_path / "exports")
        assert typed(again.nx) == typed(graph.nx)
        assert again.nx.graph == graph.nx.graph
        assert again.paper_records == graph.paper_records
        assert again.mentions == graph.mentions

    def test_a_graphml_file_brings_the_graph_back_without_abstracts(self, graph, tmp_path):
        again = load(graph.to_graphml(tmp_path / "graph.graphml"))
        assert typed(again.nx) == typed(graph.nx)
        assert again.paper_records == {}

    def test_saved_twice_the_bytes_are_the_same(self, graph, tmp_path):
        first = {file.name: file.read_bytes() for file in graph.save(tmp_path / "one")}
        other = KnowledgeGraph.from_records(PAPERS[::-1], LINKED)
        assert {file.name: file.read_bytes() for file in other.save(tmp_path / "two")} == first
        third = {file.name: file.read_bytes() for file in load(tmp_path / "one").save(tmp_path / "three")}
        assert third == first

    def test_an_empty_graph_and_one_paper(self, tmp_path):
        nothing = Linked(entities=[], mentions=[], variants=[])
        for papers in ([], [PLAIN]):
            graph = KnowledgeGraph.from_records(papers, nothing)
            graph.save(tmp_path)
            assert typed(load(tmp_path).nx) == typed(graph.nx)
            assert graph.stats()["papers"] == len(papers)

    def test_tables_of_another_build_are_left_out_and_that_is_said(self, graph, tmp_path):
        graph.save(tmp_path)
        KnowledgeGraph.from_records([PLAIN], Linked([], [], [])).to_graphml(tmp_path / "graph.graphml")
        with pytest.warns(UserWarning, match="not of the same build"):
            again = load(tmp_path)
        assert list(again.nx) == ["paper:a2"]
        assert again.paper_records == {}
        assert list(queries.open_index(tmp_path)) == ["paper:a2"]

    def test_a_missing_graph_says_how_to_build_one(self, tmp_path):
        with pytest.raises(MissingGraphError, match="kg build"):
            load(tmp_path / "exports")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"title,abstract\n",
            b"<html><body/></html>",
            b"\xff\xfe\x00",
            b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">',
        ],
    )
    def test_a_file_that_is_not_graphml_is_named(self, tmp_path, content):
        (tmp_path / "graph.graphml").write_bytes(content)
        with pytest.raises(InputError, match=r"graph\.graphml"):
            load(tmp_path)

    def test_a_graphml_of_another_tool_is_named(self, tmp_path):
        nx.write_graphml(nx.path_graph(3, create_using=nx.DiGraph), tmp_path / "other.graphml")
        with pytest.raises(InputError, match=r"other\.graphml.*not a graph of kg"):
            load(tmp_path / "other.graphml")


class TestHostileText:
    TITLE = '<script>alert(1)</script> 🦙 \x00\x07 \ud83d & LoRA|"quoted" ]]> ‮abc'

    def test_nothing_is_lost_and_nothing_is_markup(self, tmp_path):
        paper = Paper("x\x01", self.TITLE, "\x0cAn \udc00abstract\x00.")
        found = mention(paper, "LoRA", 1, "method:lora", "uses", 1.0)
        graph = KnowledgeGraph.from_records([paper], replace(LINKED, mentions=[found], variants=[]))
        title = graph.nx.nodes["paper:x␁"]["title"]
        assert title == '<script>alert(1)</script> 🦙 ␀␇ � & LoRA|"quoted" ]]> ‮abc'
        assert "LoRA" in graph.nx.edges["paper:x␁", "method:lora"]["evidence"]
        graph.save(tmp_path)
        again = load(tmp_path)
        assert typed(again.nx) == typed(graph.nx)
        assert again.paper_records == graph.paper_records
        kept = again.paper_records["x␁"]
        assert kept.text[found.start : found.end] == "LoRA"
        assert kept.abstract == "\x0cAn �abstract\x00."
        assert "<script>alert(1)" not in (tmp_path / "graph.html").read_text(encoding="utf-8")
        assert graph.show(title)["id"] == "paper:x␁"

    @settings(max_examples=25, deadline=None)
    @given(
        title=st.text(st.characters(exclude_categories=())),
        abstract=st.text(st.characters(exclude_categories=())),
        label=st.text(st.characters(exclude_categories=()), min_size=1),
    )
    def test_any_text_comes_back(self, title, abstract, label):
        entity = Entity("task:t", "task", label, (label * 2,))
        linked = Linked(entities=[entity], mentions=[], variants=[])
        graph = KnowledgeGraph.from_records([Paper("1", title, abstract)], linked)
        with tempfile.TemporaryDirectory() as folder:
            graph.save(folder)
            again = load(folder)
            index = queries.open_index(folder)
        assert typed(again.nx) == typed(graph.nx)
        assert again.paper_records == graph.paper_records
        assert len(again.paper_records["1"].text) == len(title) + 1 + len(abstract)
        for node, attributes in index.nodes(data=True):
            assert attributes.items() <= graph.nx.nodes[node].items()


class TestShowing:
    def test_open_takes_the_saved_page_or_makes_one(self, graph, tmp_path):
        opened = []

        class Recorder(webbrowser.BaseBrowser):
            def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
                opened.append(url)
                return True

        webbrowser.register("recorder", None, Recorder(), preferred=True)
        try:
            graph.save(tmp_path)
            assert load(tmp_path).open() == tmp_path / "graph.html"
            page = load(tmp_path / "graph.graphml").open()
        finally:
            webbrowser._tryorder.remove("recorder")  # register() has no opposite
        assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
        assert opened == [(tmp_path / "graph.html").as_uri(), page.as_uri()]

    def test_a_notebook_shows_the_page_in_a_frame_of_its_own(self, graph):
        shown = graph._repr_html_()
        assert shown.startswith("<iframe srcdoc=")
        assert shown.count("<") == 2  # the frame alone: the page in it is escaped


def test_no_path_is_no_usage_error(graph):
    with pytest.raises(KgError) as error:
        graph.path("LoRA", "Nothing in it")
    assert error.value.exit_code == 1


def test_asking_needs_neither_pandas_nor_spacy(graph, tmp_path):
    graph.save(tmp_path)
    code = (
        "import sys; from kg import queries\n"
        f"graph = queries.open_index({str(tmp_path)!r})\n"
        "assert queries.neighbors(graph, 'LoRA')\n"
        "assert not {'pandas', 'spacy'} & set(sys.modules), 'a heavy import'"
    )
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
