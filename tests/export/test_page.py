"""The page in a real browser: what a reader finds on it."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from page_example import PAPERS, click_node, search, small_graph, written
from playwright.sync_api import Page, expect

from kg.export.graphml import read_graphml, write_graphml
from kg.export.page import render, write_page
from kg.graph import KnowledgeGraph
from kg.linking import Linked
from kg.schema import COLORS, Paper

OpenPage = Callable[..., Page]


class TestFile:
    def test_renders_the_same_bytes_twice(self) -> None:
        one, two = small_graph(), small_graph(PAPERS[::-1])

        assert render(one.nx, one.paper_records, one.mentions) == render(
            two.nx, two.paper_records, two.mentions
        )

    def test_leaves_the_graph_as_it_was(self) -> None:
        graph = small_graph()
        before = nx.to_dict_of_dicts(graph.nx), dict(graph.nx.nodes(data=True))
        before = json.dumps(before, sort_keys=True)

        render(graph.nx, graph.paper_records, graph.mentions)

        after = nx.to_dict_of_dicts(graph.nx), dict(graph.nx.nodes(data=True))
        assert json.dumps(after, sort_keys=True) == before

    def test_is_a_document_with_a_title_a_language_and_a_strict_policy(self, small: Path) -> None:
        text = small.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)

        assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "<title>Example graph</title>" in text
        assert policy is not None
        assert policy[1].startswith("default-src 'none'")
        assert "unsafe" not in policy[1]
        assert "frame-ancestors" not in policy[1]

    def test_holds_each_abstract_once(self, small: Path) -> None:
        block = re.search(r'id="kg-data">([^<]*)<', small.read_text(encoding="utf-8"))

        assert block is not None
        assert zlib.decompress(base64.b64decode(block[1])).count(b"It is tested on GLUE.") == 1

    def test_repeats_no_colour_of_the_schema(self) -> None:
        page = Path(__file__).parents[2] / "kg" / "export" / "page"
        own = [*page.glob("js/*.js"), *page.glob("css/*.css"), page / "page.html.jinja"]

        assert own
        for file in own:
            content = file.read_text(encoding="utf-8").lower()
            assert not [color for color in COLORS.values() if color in content], file


class TestFinding:
    def test_opens_on_papers_and_the_entities_that_tie_them(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        assert page.title() == "Example graph"
        assert page.evaluate("kg.isVisible('model:bert')")
        assert page.evaluate("kg.isVisible('paper:p5')")
        assert not page.evaluate("kg.isVisible('task:tagging')")
        expect(page.locator("#status")).to_have_text("9 of 11 nodes · 9 links")
        page.get_by_role("button", name="Show all").click()
        assert page.evaluate("kg.isVisible('task:tagging')")
        expect(page.locator("#status")).to_have_text("All 11 nodes · 12 links")

    def test_finds_by_name_with_the_keyboard_alone(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        search(page, "ada")
        expect(page.get_by_role("option").first).to_contain_text("Adapters")
        expect(page.locator("#finder")).to_have_attribute("aria-activedescendant", "suggestion-0")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")

        expect(page.locator("#panel h2")).to_have_text("Adapters")
        assert page.evaluate("kg.isVisible('method:adapter')")
        expect(page.locator("#panel")).to_be_focused()

    @pytest.mark.parametrize(
        ("typed", "node"),
        [
            ("low rank adaptation", "method:lora"),
            ("kiswahili", "language:swahili"),
            ("swahli", "language:swahili"),
            ("LORA", "method:lora"),
            ("tagging swahili", "paper:p3"),
        ],
    )
    def test_finds_aliases_and_forgives_small_errors(
        self, open_page: OpenPage, small: Path, typed: str, node: str
    ) -> None:
        page = open_page(small)

        assert page.evaluate("text => kg.search(text)[0]", typed) == node

    def test_says_so_when_there_is_nothing(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        search(page, "zzzzzz")

        expect(page.locator("#suggestions")).to_have_text("Nothing has a name like that.")

    def test_the_legend_is_the_filter(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        models = page.locator("[data-kind=model]")
        expect(models).to_contain_text("1 / 1")

        models.click()

        expect(models).to_have_attribute("aria-pressed", "false")
        expect(models).to_contain_text("0 / 1")
        assert not page.evaluate("kg.isVisible('model:bert')")
        expect(page.locator("#status")).to_have_text("8 of 11 nodes · 6 links")
        page.get_by_role("button", name="Reset all filters").click()
        assert page.evaluate("kg.isVisible('model:bert')")

    def test_one_switch_hides_tasks_and_metrics(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#min=1")
        assert page.evaluate("kg.isVisible('task:tagging')")

        page.get_by_role("button", name="Hide tasks and metrics").click()

        assert not page.evaluate("kg.isVisible('task:tagging')")
        assert page.evaluate("kg.isVisible('method:lora')")

    def test_filters_by_relation(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        page.locator("[data-relation=uses]").click()
        page.locator("[data-relation=mentions]").click()

        # LoRA stays, introduced by one paper and compared by another; GLUE is only used.
        assert page.evaluate("kg.isVisible('method:lora')")
        assert not page.evaluate("kg.isVisible('dataset:glue')")

    def test_filters_by_year_with_the_undated_apart(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        page.locator("#year-from").focus()
        page.keyboard.press("End")

        expect(page.locator("#years-value")).to_have_text("2024")
        assert page.evaluate("['p1', 'p2', 'p3', 'p4', 'p5'].map(kg.isVisible)") == [
            False,
            False,
            True,
            True,
            True,
        ]
        page.locator("#undated").uncheck()
        assert not page.evaluate("kg.isVisible('paper:p4')")

    def test_lists_what_is_shown_for_the_keyboard(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        page.get_by_role("tab", name="List").click()
        expect(page.locator("#rows li")).to_have_count(9)
        page.locator("#sorting").select_option("label")
        rows = page.locator("#rows button .name").all_inner_texts()
        page.locator("#rows button").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        assert rows == sorted(rows, key=str.casefold)
        expect(page.locator("#panel h2")).to_have_text(rows[1])


class TestLittle:
    @pytest.mark.parametrize("papers", [[], PAPERS[:1], PAPERS[4:]], ids=["none", "one", "no abstract"])
    def test_few_papers_or_none(self, open_page: OpenPage, tmp_path: Path, papers: list[Paper]) -> None:
        graph = KnowledgeGraph.from_records(papers, Linked([], [], []))

        page = open_page(written(graph, tmp_path / "graph.html"))

        assert page.evaluate("kg.counts().paper") == len(papers)

    def test_from_graphml_alone_the_page_says_that_abstracts_are_missing(
        self, open_page: OpenPage, tmp_path: Path
    ) -> None:
        write_graphml(small_graph().nx, tmp_path / "graph.graphml")

        path = write_page(tmp_path / "graph.html", read_graphml(tmp_path / "graph.graphml"), {}, [])
        page = open_page(path, "#node=paper:p1")

        expect(page.locator("#panel h2")).to_have_text(PAPERS[0].title)
        expect(page.locator("#panel")).to_contain_text("it was made from the graph alone")
        click_node(page, "dataset:glue")
        expect(page.locator("q").last).to_have_text("It is tested on GLUE.")

    def test_an_astral_character_shifts_no_mark(self, open_page: OpenPage, tmp_path: Path) -> None:
        papers = [replace(PAPERS[0], title="🚀🚀 LoRA"), *PAPERS[1:]]

        page = open_page(written(small_graph(papers), tmp_path / "graph.html"), "#node=paper:p1")

        expect(page.locator("#panel h2 mark")).to_have_text("LoRA")
        expect(page.locator(".abstract mark")).to_have_text(["LoRA", "BERT", "GLUE"])


class TestSeeds:
    def test_is_ready_at_once_and_moves(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds, width=1400, height=900)

        assert page.evaluate("document.elementFromPoint(700, 450).tagName") == "CANVAS"
        counts = page.evaluate("kg.counts()")
        assert counts["paper"] == 640
        before = page.evaluate("kg.position('dataset:imagenet')")
        page.mouse.move(700, 450)
        page.mouse.down()
        page.mouse.move(760, 490, steps=4)
        page.mouse.up()
        after = page.evaluate("kg.position('dataset:imagenet')")
        assert after["x"] - before["x"] == pytest.approx(60, abs=6)
        assert after["y"] - before["y"] == pytest.approx(40, abs=6)

    def test_a_hub_opens_with_its_papers(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds, width=1400, height=900)

        search(page, "imagnet")
        page.keyboard.press("Enter")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text("ImageNet")
        assert panel.locator(".paper-item").count() >= 10
        assert len(page.evaluate("kg.emphasised()")) >= 20

    def test_shows_all_on_demand(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds)
        few = sum(page.evaluate("kg.counts()").values())

        page.get_by_role("button", name="Show all").click()

        assert sum(page.evaluate("kg.counts()").values()) > 2 * few
