"""The page in a real browser: what a reader takes away, and what hostile text does to it."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import networkx as nx
from page_example import HOSTILE_TITLE, click_node, hrefs, saved, search, written
from playwright.sync_api import Page, expect

from kg.graph import KnowledgeGraph
from kg.linking import Linked
from kg.schema import Paper

OpenPage = Callable[..., Page]


class TestTakingAway:
    def test_the_selection_as_csv(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue")

        rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv").decode("utf-8-sig"))))

        assert [(row["source"], row["relation"], row["target"]) for row in rows] == [
            ("paper:p1", "uses", "dataset:glue"),
            ("paper:p2", "uses", "dataset:glue"),
        ]
        assert rows[0]["evidence"] == "It is tested on GLUE."

    def test_the_view_as_png_and_svg(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        assert saved(page, "#save-png").startswith(b"\x89PNG")
        svg = ET.fromstring(saved(page, "#save-svg"))
        texts = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
        assert {"BERT", "GLUE", "LoRA"} <= texts

    def test_the_selection_as_bibtex(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        assert saved(page, "#save-bibtex").decode("utf-8") == (
            "@misc{p1,\n  title = {{LoRA: low-rank adaptation of BERT}},\n"
            "  author = {Ada Lovelace and Alan Turing},\n  year = {2021},\n  url = {https://example.org/p1}\n}\n"
        )

    def test_the_selection_as_graphml(self, open_page: OpenPage, small: Path, tmp_path: Path) -> None:
        page = open_page(small, "#node=dataset:glue")
        (tmp_path / "part.graphml").write_bytes(saved(page, "#save-graphml"))

        part = nx.read_graphml(tmp_path / "part.graphml")

        assert sorted(part) == ["dataset:glue", "paper:p1", "paper:p2"]
        assert part.nodes["dataset:glue"]["label"] == "GLUE"
        assert part.edges["paper:p1", "dataset:glue"]["relation"] == "uses"


class TestHostile:
    def test_everything_is_text_and_nothing_runs(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        expect(page.locator("h1")).to_have_text("<script>alert(10)</script>\ufffd&")
        search(page, "alert")
        page.keyboard.press("Enter")
        panel = page.locator("#panel")
        shown = panel.locator("h2").evaluate("title => title.textContent")
        assert shown == HOSTILE_TITLE
        expect(panel.locator("h2 mark")).to_have_text("</script>")
        expect(panel).to_contain_text("<b>bold</b> {{ 7 * 7 }} ${alert(3)}")
        expect(panel).to_contain_text("<svg onload=alert(6)>")
        assert [link for link in hrefs(page) if not re.match("https?://|#node=", link)] == []
        click_node(page, "model:<img src=x onerror=alert(8)>")
        expect(panel.locator("h2")).to_have_text("=1+1<script>")
        expect(panel.locator("q")).to_have_text("</q><script>alert(9)</script>")
        assert page.locator("img, iframe, object, embed, body b > b").count() == 0

    def test_a_cell_of_the_table_is_no_formula(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv").decode("utf-8-sig"))))

        assert rows[0]["target_label"] == "'=1+1<script>"

    def test_the_picture_is_well_formed(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        ET.fromstring(saved(page, "#save-svg"))
        ET.fromstring(saved(page, "#save-graphml"))

    def test_references_hold_what_tex_would_take_for_commands(
        self, open_page: OpenPage, tmp_path: Path
    ) -> None:
        title = "50% of $x_1$ & \\input{secret} ~ #1 {open ^"
        authors = ("Strunk and White", "B. {Ünal")
        papers = [Paper("a b}c,d", title, "", authors=authors, venue="J. of\nX", url="https://x.org/?q={")]
        graph = KnowledgeGraph.from_records(papers, Linked([], [], []))
        page = open_page(written(graph, tmp_path / "graph.html"))

        reference = saved(page, "#save-bibtex").decode("utf-8")

        assert reference.count("{") == reference.count("}")
        assert reference.startswith("@article{a-b-c-d,\n")
        assert "\\input" not in reference
        assert r"50\% of \$x\_1\$ \& \textbackslash{}input\textbraceleft{}secret" in reference
        assert r"author = {{Strunk and White} and B. \textbraceleft{}Ünal}" in reference
        assert "journal = {J. of X}" in reference
        assert "url = {https://x.org/?q=%7B}" in reference

    def test_two_papers_of_one_key_are_two_references(self, open_page: OpenPage, tmp_path: Path) -> None:
        papers = [Paper(identifier, f"Title {identifier}", "") for identifier in ("a b", "a-b", "a,b")]
        graph = KnowledgeGraph.from_records(papers, Linked([], [], []))
        page = open_page(written(graph, tmp_path / "graph.html"))

        keys = re.findall(r"@misc\{(.*),", saved(page, "#save-bibtex").decode("utf-8"))

        assert len(keys) == len({key.lower() for key in keys}) == 3

    def test_the_saved_graph_is_read_as_it_was_shown(
        self, open_page: OpenPage, hostile: Path, tmp_path: Path
    ) -> None:
        page = open_page(hostile, "#min=1")
        (tmp_path / "part.graphml").write_bytes(saved(page, "#save-graphml"))

        part = nx.read_graphml(tmp_path / "part.graphml")

        entity = "model:<img src=x onerror=alert(8)>"
        assert part.nodes[entity]["label"] == "=1+1<script>"
        assert [attributes["evidence"] for _, _, attributes in part.edges(data=True)] == [
            "</q><script>alert(9)</script>"
        ]
