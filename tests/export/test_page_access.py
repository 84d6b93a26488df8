"""The page in a real browser: for every reader, on every device, inside a notebook."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from page_example import search
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


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
