"""The page in a real browser: graphs that are larger than what can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from page_example import PAPERS, click_node, search, small_graph, wide_graph, written
from playwright.sync_api import Page, expect

from kg.export.page import render

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(
        wide_graph(n_papers=6000, n_entities=12_000), tmp_path_factory.mktemp("wide") / "graph.html"
    )


class TestWide:
    """18,000 nodes, of which 5,000 are drawn."""

    def test_opens_on_the_best_connected(self, open_page: OpenPage, wide: Path) -> None:
        page = open_page(wide)

        assert sum(page.evaluate("kg.counts()").values()) == 5000
        expect(page.locator("#status")).to_contain_text("5,000 of 18,000 nodes")
        expect(page.locator("#status")).to_contain_text("zoom in or search for the rest")
        expect(page.locator("#show-all")).to_be_hidden()
        assert page.evaluate("kg.isVisible('method:m0')")
        assert not page.evaluate("kg.isVisible('method:m7777')")

    def test_searches_in_all_of_it_and_brings_in_what_was_found(
        self, open_page: OpenPage, wide: Path
    ) -> None:
        page = open_page(wide)

        search(page, "m 7777")
        page.keyboard.press("Enter")

        expect(page.locator("#panel h2")).to_have_text("Method 7777")
        assert page.evaluate("kg.emphasised()") == ["method:m7777", "paper:3888"]
        page.get_by_role("link", name="Paper 3888").click()
        assert page.evaluate("kg.emphasised()") == [
            "method:m7776",
            "method:m7777",
            "method:m88",
            "paper:3888",
        ]
        assert sum(page.evaluate("kg.counts()").values()) == 5000

    def test_coming_close_brings_in_what_is_there(self, open_page: OpenPage, wide: Path) -> None:
        page = open_page(wide)
        assert not page.evaluate("kg.isVisible('method:m5050')")

        # Paper 2525 stands in the middle of a screen.
        again = open_page(wide, "#at=7550,15050,0.6")

        expect(again.locator("#status")).to_contain_text("5,000 of 18,000 nodes")
        assert again.evaluate("['paper:2525', 'method:m5050', 'method:m5051'].every(kg.isVisible)")

    def test_finds_the_way_through_what_is_not_drawn(self, open_page: OpenPage, wide: Path) -> None:
        page = open_page(wide, "#pick=method:m7776&pick=method:m7777&show=path")

        expect(page.locator("#panel h2")).to_have_text("2 steps")
        assert page.evaluate("kg.isVisible('paper:3888')")


class TestLarge:
    def test_goes_without_abstracts_where_they_are_too_many(
        self, open_page: OpenPage, tmp_path: Path
    ) -> None:
        graph = small_graph()
        most = sum(len(paper.abstract.encode()) for paper in PAPERS)
        whole, without = (
            render(graph.nx, graph.paper_records, graph.mentions, most_text=limit)
            for limit in (most, most - 1)
        )
        (tmp_path / "graph.html").write_text(without, encoding="utf-8")

        page = open_page(tmp_path / "graph.html", "#node=paper:p1")

        assert len(without) < len(whole)
        expect(page.locator("#panel")).to_contain_text(
            "the abstracts of so many papers would make it too large"
        )
        expect(page.locator("#panel h2 mark")).to_have_text(["LoRA", "BERT"])
        click_node(page, "dataset:glue")
        expect(page.locator("q").last).to_have_text("It is tested on GLUE.")
