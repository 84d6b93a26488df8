"""Takes the README's picture of the page of the seeds, in headless Chromium."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto((ROOT / "exports" / "graph.html").as_uri() + "#node=dataset:imagenet")
        page.wait_for_timeout(1500)
        page.screenshot(path=ROOT / "docs" / "page.png")
        browser.close()
