"""Takes the pictures of the page of the seeds, in headless Chromium: python docs/screenshot.py [FOLDER]."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parent
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 780}


@dataclass(frozen=True)
class Picture:
    """A picture: part of the address, the size of the window, options of the browser, what is done first."""

    name: str
    fragment: str = ""
    size: dict[str, int] = field(default_factory=lambda: WIDE)
    options: dict[str, Any] = field(default_factory=dict)
    act: Callable[[Page], object] = Page.title


def type_a_name(page: Page) -> None:
    """Search, with a typing error."""
    page.keyboard.press("/")
    page.keyboard.type("trasformer")


PICTURES = (
    Picture("page", "#node=dataset:imagenet"),
    Picture("page-start"),
    Picture("page-search", act=type_a_name),
    Picture("page-paper", "#node=paper:6310aed7"),
    Picture("page-path", "#pick=dataset:imagenet&pick=language:english&show=path"),
    Picture("page-dark", "#node=model:bert", options={"color_scheme": "dark"}),
    Picture("page-narrow", "#node=dataset:imagenet", size=NARROW, options={"has_touch": True}),
)


def main(folder: Path) -> None:
    """Write docs/page*.png."""
    page_of_seeds = (folder / "graph.html").resolve().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture in PICTURES:
            page = browser.new_page(viewport=picture.size, reduced_motion="reduce", **picture.options)
            page.goto(page_of_seeds + picture.fragment)
            page.wait_for_timeout(1500)
            picture.act(page)
            page.wait_for_timeout(500)
            page.screenshot(path=DOCS / f"{picture.name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS.parent / "exports")
