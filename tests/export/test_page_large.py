"""The page in a real browser: graphs that are larger than what can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from page_example import PAPERS, click_node, small_graph
from playwright.sync_api import Page, expect

from kg.export.page import render

OpenPage = Callable[..., Page]


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
