"""The report as a browser shows it: charts drawn, nothing fetched, nothing complained of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from racktwin.report import write_report
from racktwin.report.palette import COLOURS
from racktwin.results import RunFolder

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def report(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(run, tmp_path_factory.mktemp("browser") / "report.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


class Visit:
    """A page opened from its file, with what it asked for and what it complained of."""

    def __init__(self, browser: Any, report: Path, **settings: Any) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page = browser.new_page(**settings)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(report.as_uri())
        expect(self.page.locator(".plot:not(:has(svg))")).to_have_count(0)


@pytest.fixture(scope="module")
def visit(browser: Any, report: Path) -> Iterator[Visit]:
    """The report on a tablet: six megabytes of script and a dozen charts take a while, and nobody changes them."""
    visit = Visit(browser, report, viewport={"width": 820, "height": 1000})
    yield visit
    visit.page.close()


def test_every_chart_is_drawn_from_this_file_alone_and_without_complaint(visit: Visit, report: Path) -> None:
    plots = visit.page.locator(".plot")
    assert plots.count() > 8
    for plot in plots.all():
        assert plot.locator(".trace").count() > 0, plot.get_attribute("id")
    assert {url for url in visit.requests if not url.startswith(("data:", "blob:"))} == {report.as_uri()}
    assert visit.complaints == []


def test_a_keyboard_reaches_the_definition_of_a_card(visit: Visit) -> None:
    card = visit.page.locator(".card").first
    definition = card.locator("[role=tooltip]")
    assert not definition.is_visible()
    card.focus()
    assert definition.is_visible()


def test_the_ledger_filters_by_word_and_confidence(visit: Visit) -> None:
    rows = visit.page.locator("#ledger tbody tr:visible")
    everything = rows.count()
    visit.page.fill("#ledger-search", "test_floor limit")
    assert rows.count() == 1
    assert rows.first.inner_text().startswith("feeds › test_floor › limit")
    visit.page.fill("#ledger-search", "")
    visit.page.select_option("#ledger-confidence", "B")
    assert 0 < rows.count() < everything
    assert visit.page.inner_text("#ledger-count") == f"{rows.count()} of {everything} shown"
    visit.page.select_option("#ledger-confidence", "")
    assert rows.count() == everything


def test_charts_follow_the_readers_colour_scheme(browser: Any, report: Path) -> None:
    visit = Visit(browser, report, color_scheme="dark")
    for scheme, dark in (("dark", True), ("light", False)):
        visit.page.emulate_media(color_scheme=scheme)
        expect(visit.page.locator(".plot .xtick text").first).to_have_css("fill", _rgb(COLOURS["ink"][dark]))
    visit.page.close()


def _rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


@pytest.mark.parametrize("width", [820, 1280])
def test_nothing_is_wider_than_the_page(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 1000})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
