"""The page in a real browser: from one thing to the next."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from page_example import PAPERS, click_node, saved, search, small_graph, written
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


class TestFollowing:
    def test_a_click_shows_an_entity(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "method:lora")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text("LoRA")
        expect(panel.locator(".kind-line")).to_have_text("method")
        expect(panel).to_contain_text("Also low-rank adaptation")
        expect(panel).to_contain_text("2 papers")
        expect(panel).to_contain_text("Variant of Adapters")
        expect(panel.locator("h4")).to_have_text(["2023", "2021"])
        expect(panel.locator(".relation")).to_have_text(["compares", "introduces"])
        expect(panel.locator("q")).to_have_text(
            ["Adapters are compared with LoRA on GLUE.", "LoRA: low-rank adaptation of BERT"]
        )
        expect(panel.locator("q mark")).to_have_text(["LoRA", "LoRA"])
        expect(panel.get_by_role("link", name="source")).to_have_attribute("href", "https://example.org/p1")
        expect(panel).to_contain_text("Often together with")
        assert page.evaluate("kg.emphasised()") == [
            "method:adapter",
            "method:lora",
            "paper:p1",
            "paper:p2",
        ]

    def test_a_click_shows_a_paper_with_its_mentions_marked(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "paper:p1")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text(PAPERS[0].title)
        expect(panel.locator(".abstract")).to_have_text(PAPERS[0].abstract)
        expect(panel.locator(".abstract mark")).to_have_text(["LoRA", "BERT", "GLUE"])
        expect(panel).to_contain_text("2021-06-17 · Analytical Engines · Ada Lovelace, Alan Turing")
        links = {
            link.inner_text(): (link.get_attribute("href"), link.get_attribute("rel"))
            for link in panel.locator(".links a").all()
        }
        assert links["Paper"] == ("https://example.org/p1", "noopener noreferrer")
        assert links["github.com/x/lora"] == ("https://github.com/x/lora", "noopener noreferrer")
        assert links["Search arXiv"][0] is not None
        assert "query=LoRA%3A%20low-rank" in links["Search arXiv"][0]
        expect(panel).to_contain_text("pages/a.txt:3")

    def test_marks_have_the_colours_of_the_legend(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        shadow = page.locator(".abstract mark").first.evaluate("mark => getComputedStyle(mark).boxShadow")
        dot = page.locator("[data-kind=method] .dot").evaluate("dot => getComputedStyle(dot).backgroundColor")

        assert dot in shadow
        assert dot == "rgb(0, 158, 115)"

    def test_a_mark_leads_on_and_back_comes_back(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        page.locator(".abstract mark", has_text="GLUE").click()
        expect(page.locator("#panel h2")).to_have_text("GLUE")
        page.get_by_role("button", name="Back").click()
        expect(page.locator("#panel h2")).to_have_text(PAPERS[0].title)
        page.get_by_role("button", name="Forward").click()
        expect(page.locator("#panel h2")).to_have_text("GLUE")
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()

    def test_a_paper_without_abstract_says_so(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p5")

        expect(page.locator("#panel")).to_contain_text("This paper came without an abstract.")

    def test_expands_and_collapses(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p3")
        page.get_by_role("button", name="Expand").click()
        page.get_by_role("button", name="Close").click()
        assert page.evaluate("kg.isVisible('task:tagging')")

        click_node(page, "paper:p3")
        page.get_by_role("button", name="Collapse").click()
        page.get_by_role("button", name="Close").click()

        assert not page.evaluate("kg.isVisible('task:tagging')")

    def test_coming_close_to_a_paper_shows_what_only_it_has(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        place = page.evaluate("kg.position('paper:p3')")
        page.mouse.move(place["x"], place["y"])

        for _ in range(15):
            page.mouse.wheel(0, -240)
        expect(page.locator("[data-kind=task]")).to_contain_text("1 / 1")
        assert page.evaluate("kg.isVisible('task:tagging')")
        page.get_by_role("button", name="Show the whole graph").click()

        expect(page.locator("[data-kind=task]")).to_contain_text("0 / 1")

    def test_the_papers_of_variants_come_in_when_asked_for(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=method:adapter")
        expect(page.locator(".paper-item h5")).to_have_text(["Adapters for BERT"])

        page.get_by_role("button", name="Include 1 paper of its variants").click()

        expect(page.locator(".paper-item h5")).to_have_text(["Adapters for BERT", PAPERS[0].title])
        expect(page.locator(".paper-item").last).to_contain_text("via LoRA")

    def test_keeps_its_place_and_the_focus_while_it_changes(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1", height=420)
        page.get_by_role("button", name="Expand").focus()
        page.locator("#panel").evaluate("panel => (panel.scrollTop = 60)")

        page.keyboard.press("Enter")

        expect(page.get_by_role("button", name="Collapse")).to_be_focused()
        assert page.locator("#panel").evaluate("panel => panel.scrollTop") == 60

    def test_draws_what_is_within_a_few_steps(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=language:swahili")

        page.get_by_role("button", name="Only what is within 1 step").click()

        assert page.evaluate("kg.counts()") == {
            "paper": 2,
            "model": 0,
            "dataset": 0,
            "method": 0,
            "language": 1,
            "task": 0,
            "metric": 0,
        }

    def test_what_is_within_a_few_steps_is_the_selection(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=language:swahili&focus=2")

        assert page.evaluate("kg.emphasised()") == [
            "language:swahili",
            "model:bert",
            "paper:p3",
            "paper:p4",
            "task:tagging",
        ]
        rows = saved(page, "#save-csv").decode("utf-8-sig").splitlines()
        assert len(rows) == 1 + 4

    def test_a_name_is_listed_once_however_it_is_written(self, open_page: OpenPage, tmp_path: Path) -> None:
        graph = small_graph()
        graph.nx.nodes["method:lora"]["aliases"] = "LoRA|lora|Lo-RA|low-rank adaptation|Low-Rank Adaptation"

        page = open_page(written(graph, tmp_path / "graph.html"), "#node=method:lora")

        expect(page.locator(".aliases")).to_have_text("Also Lo-RA, low-rank adaptation")

    def test_several_picked_show_the_papers_they_share(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "model:bert", modifiers=["Shift"])
        click_node(page, "dataset:glue", modifiers=["Shift"])
        page.get_by_role("button", name="Shared 2").click()

        expect(page.locator("#panel h2")).to_have_text("2 papers")
        expect(page.locator("#panel h5")).to_have_text(["Adapters for BERT 2023", f"{PAPERS[0].title} 2021"])

    def test_finds_a_shortest_path(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#pick=dataset:glue&pick=language:swahili")

        page.get_by_role("button", name="Path").click()

        expect(page.locator("#panel h2")).to_have_text("4 steps")
        expect(page.locator(".path .step")).to_have_text(
            [
                "GLUE",
                re.compile("LoRA: low-rank adaptation of BERT|Adapters for BERT"),
                "BERT",
                "Swahili tagging",
                "Swahili",
            ]
        )

    def test_copies_evidence_with_its_citation(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue")

        page.get_by_role("button", name="Copy the sentence with its citation").last.click()
        expect(page.locator("#notice")).to_have_text("Copied.")

        assert page.evaluate("navigator.clipboard.readText()") == (
            "“It is tested on GLUE.” — Ada Lovelace, Alan Turing. LoRA: low-rank adaptation of BERT "
            "(2021-06-17). https://example.org/p1"
        )

    def test_a_link_restores_selection_and_filters(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        page.locator("[data-kind=dataset]").click()
        page.locator("#undated").uncheck()
        search(page, "BERT")
        page.keyboard.press("Enter")
        page.wait_for_timeout(600)
        fragment = page.evaluate("location.hash")

        again = open_page(small, fragment)

        assert "node=model:bert" in fragment
        expect(again.locator("#panel h2")).to_have_text("BERT")
        expect(again.locator("[data-kind=dataset]")).to_have_attribute("aria-pressed", "false")
        expect(again.locator("#undated")).not_to_be_checked()
        assert again.evaluate("kg.counts()") == page.evaluate("kg.counts()")
        assert again.evaluate("kg.scale()") == pytest.approx(page.evaluate("kg.scale()"), rel=0.01)

    def test_understands_a_link_written_by_hand(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue&kind=paper,dataset&year=2022-2023&undated=0")

        expect(page.locator("#panel h2")).to_have_text("GLUE")
        expect(page.locator("#years-value")).to_have_text("2022 – 2023")
        assert page.evaluate("kg.counts().paper") == 1
        assert page.evaluate("kg.counts().model") == 0

    def test_a_link_to_what_is_not_there_is_no_error(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=model:gone&year=x-&kind=&at=1,b&%=%E0%A4%A")

        expect(page.locator("#notice")).to_contain_text("model:gone")
