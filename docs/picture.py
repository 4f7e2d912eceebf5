"""Take the README's picture: the top of a report, as a browser shows it."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"


def main(report: str, picture: str) -> None:
    """Write the first screen of the file ``report`` to ``picture``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1240})
        page.goto(Path(report).resolve().as_uri())
        page.wait_for_selector(".main-svg")  # the first chart is drawn
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
