"""The page in a real browser: for every reader, on every device, inside a notebook."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_example import search
from playwright.sync_api import Page, expect

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


class TestInside:
    def test_works_inside_a_notebook(self, open_page: OpenPage, small: Path, tmp_path: Path) -> None:
        source = html.escape(small.read_text(encoding="utf-8"))
        (tmp_path / "notebook.html").write_text(
            f'<!DOCTYPE html><iframe srcdoc="{source}" width="900" height="600"></iframe>',
            encoding="utf-8",
        )
        page = open_page(tmp_path / "notebook.html")
        frame = page.frame_locator("iframe")

        frame.locator("#finder").fill("glue")
        frame.locator("#finder").press("Enter")
        expect(frame.locator("#panel h2")).to_have_text("GLUE")
        frame.locator("#panel h5 a").first.click()

        expect(frame.locator("#panel h2")).to_have_text("Adapters for BERT")
        expect(frame.get_by_role("button", name="Back")).to_be_hidden()


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
