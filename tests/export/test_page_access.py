"""The page in a real browser: for every reader, on every device, inside a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_example import search, small_graph
from playwright.sync_api import Page, expect

from kg.export.page.notebook import MOST_IN_A_NOTEBOOK, frame

OpenPage = Callable[..., Page]
RICH_PAPER = "paper:d9fdee5a"
"""A paper of the seeds with mentions of all kinds."""


class TestEverybody:
    def test_dark_follows_the_system_and_the_switch(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, color_scheme="dark")
        background = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(background)

        page.get_by_role("button", name="Dark or light").click()
        light = page.evaluate(background)

        assert dark == "rgb(20, 22, 26)"
        assert light == "rgb(250, 250, 248)"

    def test_a_narrow_screen_keeps_everything_in_reach(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, width=360, height=640)

        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.get_by_role("button", name="Filters and list").click()
        page.locator("[data-kind=model]").click()
        assert not page.evaluate("kg.isVisible('model:bert')")
        page.get_by_role("button", name="Filters and list").click()
        search(page, "GLUE")
        page.keyboard.press("Enter")
        expect(page.locator("#panel h2")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 360

    def test_every_control_has_a_name(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1&pick=model:bert&pick=dataset:glue")

        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, summary, a, [role=tab]")]
                .filter(each => !(each.ariaLabel || each.textContent.trim() || each.labels?.length
                    || each.getAttribute("aria-labelledby")))
                .map(each => each.outerHTML)"""
        )

        assert nameless == []

    def test_the_canvas_moves_with_the_keyboard(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        before = page.evaluate("kg.position('model:bert')")

        page.locator("#canvas").focus()
        page.keyboard.press("ArrowRight")
        moved = page.evaluate("kg.position('model:bert')")
        scale = page.evaluate("kg.scale()")
        page.keyboard.press("+")

        assert moved["x"] == pytest.approx(before["x"] - 80, abs=1)
        assert page.evaluate("kg.scale()") == pytest.approx(1.3 * scale, rel=0.01)

    def test_tab_walks_through_everything_and_the_focus_is_seen(
        self, open_page: OpenPage, small: Path
    ) -> None:
        page = open_page(small, "#node=paper:p1")
        reached = []

        for _ in range(120):
            page.keyboard.press("Tab")
            name, outline, in_sight = page.evaluate(
                """() => {
                    if (document.activeElement === document.body) return ["", "", true];
                    const focused = document.activeElement, box = focused.getBoundingClientRect();
                    const { outlineStyle, outlineWidth } = getComputedStyle(focused);
                    return [focused.id || focused.ariaLabel || focused.textContent.trim(), outlineStyle + " " + outlineWidth,
                        box.bottom > 0 && box.top < innerHeight && box.width > 0];
                }"""
            )
            if not name:
                break
            reached.append(name)
            assert not outline.startswith("none"), name
            assert in_sight, name

        assert {"finder", "back", "theme", "tab-filters", "year-from", "undated", "reset"} <= set(reached)
        assert {"canvas", "zoom-in", "show-all", "Expand", "Pick", "GLUE"} <= set(reached)

    def test_a_finger_selects_and_finds_room_to_press(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, width=390, height=700, has_touch=True, is_mobile=True)
        place = page.evaluate("kg.position('model:bert')")

        page.touchscreen.tap(place["x"], place["y"])

        expect(page.locator("#panel h2")).to_have_text("BERT")
        small_targets = page.evaluate(
            """() => [...document.querySelectorAll(".bar button, .bar summary, .panel button:not(.text-button)")]
                .filter(each => each.offsetParent && Math.min(each.offsetWidth, each.offsetHeight) < 24)
                .map(each => each.textContent || each.ariaLabel)"""
        )
        assert small_targets == []

    def test_nothing_moves_by_itself_where_that_is_unwanted(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        search(page, "GLUE")
        page.keyboard.press("Enter")
        place = page.evaluate("kg.position('dataset:glue')")
        page.wait_for_timeout(400)

        assert page.evaluate("kg.position('dataset:glue')") == place
        assert page.evaluate("document.getAnimations().length") == 0

    def test_the_camera_arrives_in_time(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, reduced_motion="no-preference")
        still = open_page(small)

        for each in (page, still):
            search(each, "GLUE")
            each.keyboard.press("Enter")
        page.wait_for_timeout(1500)

        assert page.evaluate("kg.scale()") == pytest.approx(still.evaluate("kg.scale()"), rel=0.01)

    def test_prints_the_picture_and_the_panel_alone(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1", color_scheme="dark")

        page.emulate_media(media="print")

        expect(page.locator("#panel h2")).to_be_visible()
        expect(page.locator("#canvas canvas")).to_be_visible()
        for control in ("#finder", "#rail", ".tools", ".zoom", ".actions"):
            expect(page.locator(control)).to_be_hidden()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 250, 248)"


class TestInside:
    @pytest.fixture
    def notebook(self, open_page: OpenPage, tmp_path: Path) -> Page:
        cell = small_graph()._repr_html_()
        (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html>{cell}", encoding="utf-8")
        return open_page(tmp_path / "notebook.html")

    def test_works_inside_a_notebook(self, notebook: Page) -> None:
        frame = notebook.frame_locator("iframe")

        frame.locator("#finder").fill("glue")
        frame.locator("#finder").press("Enter")
        expect(frame.locator("#panel h2")).to_have_text("GLUE")
        frame.locator("#panel h5 a").first.click()
        expect(frame.locator("#panel h2")).to_have_text("Adapters for BERT")
        expect(frame.get_by_role("button", name="Back")).to_be_hidden()

        frame.get_by_role("button", name="Dark or light").click()
        frame.locator("#save summary").click()
        with notebook.expect_download() as download:
            frame.locator("#save-csv").click()
        assert download.value.suggested_filename == "adapters-for-bert.csv"

    def test_cannot_reach_the_notebook(self, notebook: Page) -> None:
        inner = notebook.frames[1]

        assert inner.evaluate("location.href") == "about:srcdoc"
        assert (
            inner.evaluate("(() => { try { return parent.document.title } catch { return 'no' } })()") == "no"
        )

    def test_a_page_too_large_for_a_notebook_says_how_to_open_it(self) -> None:
        text = frame("x" * (MOST_IN_A_NOTEBOOK + 1), "<KnowledgeGraph: 9 papers>")

        assert "graph.open()" in text
        assert "&lt;KnowledgeGraph: 9 papers&gt;" in text
        assert len(text) < 300


# What a reader may have before them: part of the address, options of the browser, what is pressed.
SIGHTS = {
    "start": ("", {}, None),
    "dark": ("", {"color_scheme": "dark"}, None),
    "entity": ("#node=dataset:imagenet", {}, None),
    "paper": ("#node={paper}", {}, None),
    "paper, dark": ("#node={paper}", {"color_scheme": "dark"}, None),
    "shared": ("#pick=model:bert&pick=dataset:imagenet&show=shared", {}, None),
    "path": ("#pick=language:english&pick=dataset:imagenet&show=path", {"color_scheme": "dark"}, None),
    "filtered": ("#kind=paper,model&rel=uses&year=2020-2021", {}, None),
    "list": ("", {}, "#tab-list"),
    "save menu": ("", {"color_scheme": "dark"}, "#save summary"),
    "filters, narrow": ("", {"width": 360, "height": 640}, "#rail-switch"),
    "entity, narrow": ("#node=dataset:imagenet", {"width": 360, "height": 640}, None),
}


class TestAxe:
    """The rules of axe-core for WCAG 2.2 AA, and what it holds for good practice."""

    @pytest.mark.parametrize("sight", SIGHTS)
    def test_finds_nothing(self, open_page: OpenPage, seeds: Path, sight: str) -> None:
        fragment, options, press = SIGHTS[sight]
        page = open_page(seeds, fragment.format(paper=RICH_PAPER), **options)
        if press:
            page.locator(press).click()

        assert violations(page) == []

    def test_finds_nothing_in_the_suggestions(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds)
        search(page, "bert")
        expect(page.get_by_role("option").first).to_be_visible()

        assert violations(page) == []


def violations(page: Page) -> list[str]:
    return [
        f"{found['id']} ({found['impact']}): {node['html']} {node['failureSummary']}"
        for found in Axe().run(page).response["violations"]
        for node in found["nodes"]
    ]
