"""Every page on a real run: it draws, complains of nothing, is accessible, and fits its screen."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.live import Server

from .conftest import CHROMIUM, ROOT, Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs chromium: apt-get install chromium"),
]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {  # name: address, and what is there once it has drawn
    "runs": ("/", "table tbody tr"),
    "new": ("/new?source=georgetown", ".cm-line"),
    "compare": ("/compare?run=base&run=half", "[data-chart=compare][data-drawn]"),
    "builder": ("/report", "main h1"),
    "overview": ("/run/base", "[data-chart=bottlenecks][data-drawn]"),
    "floor": ("/run/base/floor?t=2000000", ".stage[data-frames] canvas"),
    "schedule": ("/run/base/schedule", "[data-plot=power][data-drawn]"),
    "time": ("/run/base/time", "[data-plot=wip][data-drawn]"),
    "distributions": ("/run/base/distributions", "[data-chart=distribution][data-drawn]"),
    "tables": ("/run/base/tables/operations", "table tbody tr"),
    "assumptions": ("/run/base/assumptions", "table tbody tr"),
    "report": ("/run/half/report", "iframe.report"),
    "hall": ("/run/hall/hall?t=16000&rack=wet-0", "canvas[data-hall][data-drawn]"),
    "fleet": ("/run/hall/fleet", "[data-plot=fleet-waiting][data-drawn]"),
    "supply": ("/run/base/supply", "svg[data-map=position]"),
    "plan": ("/run/half/plan", "canvas[data-heat]"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_is_accessible_and_fits_tablet_screen_and_paper(browser: Any, server: Server, name: str) -> None:
    visit = Visit(browser, server, viewport={"width": 820, "height": 1100})
    address, drawn = PAGES[name]
    page = visit.open(address)
    page.wait_for_selector(drawn)
    assert _width(page) <= 820
    visit.shot(f"{name}-tablet")
    page.set_viewport_size({"width": 1280, "height": 850})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert _width(page) <= 1280
    page.wait_for_selector(drawn)
    visit.shot(name)
    assert _serious(page) == []
    assert _cut_on_paper(page) == []
    visit.end()


@pytest.mark.parametrize("name", ["overview", "floor", "new", "hall"])
def test_the_dark_page_is_accessible_in_japanese(browser: Any, server: Server, name: str) -> None:
    visit = Visit(browser, server, color_scheme="dark", locale="ja-JP")
    page = visit.open(PAGES[name][0])
    page.wait_for_selector(PAGES[name][1])
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    assert "実行" in page.locator("header").inner_text()
    visit.shot(f"{name}-dark-ja")
    assert _serious(page) == []
    visit.end()


def test_the_first_page_is_small(pages: Path, visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.open("/")
    files = [pages / "index.html", *(pages / "assets" / url.rsplit("/", 1)[1] for url in asked if "/assets/" in url)]
    assert len(files) > 2
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) < 400_000


def test_a_keyboard_reaches_everything_on_the_list(visit: Visit) -> None:
    page = visit.open("/")
    page.wait_for_selector("table tbody tr")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.ariaLabel"))
    assert {"New run", "Compare", "base", "half", "Dark or light", "Compare base"} <= reached


def _width(page: Any) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def _cut_on_paper(page: Any) -> list[str]:
    """What would stand out at the right of a page of A4."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('#content *')].filter((one) => one.getBoundingClientRect().right > 704)
            .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found


def _serious(page: Any) -> list[str]:
    """What axe-core finds against WCAG A and AA that is serious or critical."""
    page.evaluate(AXE.read_text())
    tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']"
    found = page.evaluate(f"axe.run(document, {{runOnly: {tags}, resultTypes: ['violations'], iframes: false}})")
    return [
        f"{one['id']}: {node['html'][:150]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
