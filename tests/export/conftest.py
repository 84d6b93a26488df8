"""A real browser for the tests of the page, without a network; a word on its console is a failure."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_example import hostile_page, seeds_graph, small_graph, written
from playwright.sync_api import Browser, Page, sync_playwright

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "The tests of the page need Debian's chromium on the PATH: apt-get install chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a file, with what follows its ``#``, and waits until it is loaded.

    At the end of the test nothing may have been asked of a network, nothing said on the console, no dialog
    opened and no error left uncaught.
    """
    said: list[str] = []
    contexts = []

    def open_page(
        path: Path, fragment: str = "", width: int = 1280, height: int = 800, **options: object
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            offline=True,
            permissions=["clipboard-read", "clipboard-write"],
            **{"reduced_motion": "reduce", **options},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:", "blob:")) else said.append(request.url)
            ),
        )
        page.goto(path.resolve().as_uri() + fragment)
        # Not wait_for_function: it needs `eval`, which the page's policy forbids.
        started = time.monotonic()
        while not page.evaluate("Boolean(window.kg || !document.querySelector('#canvas'))"):
            assert time.monotonic() - started < 30, "the page does not get ready"
            page.wait_for_timeout(20)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_graph(), tmp_path_factory.mktemp("small") / "graph.html")


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(seeds_graph(), tmp_path_factory.mktemp("seeds") / "graph.html", "Seeds")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_page(tmp_path_factory.mktemp("hostile") / "graph.html")
