"""The web app in a browser, over runs of the Georgetown plant; a screenshot of each page goes to build/screenshots."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import expect, sync_playwright

from racktwin.report import write_report
from racktwin.results.store import RunWriter
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario, starter_text
from tests.api.hall_run import hall_run
from tests.api.live import Server, serving

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)
CHROMIUM = Path("/usr/bin/chromium")
SHOTS = ROOT / "build" / "screenshots"


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the built pages, built now if their sources changed."""
    sys.path.insert(0, str(ROOT / "web"))
    try:
        build_pages = import_module("build_pages")
    finally:
        sys.path.pop(0)
    build_pages.build()
    found: Path = build_pages.PAGES
    return found


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``runs/base`` and ``runs/half``: six weeks of Georgetown, with its whole test-floor feed and half; a hall."""
    root = tmp_path_factory.mktemp("web")
    for name, more in (("base", []), ("half", ["feeds.test_floor.limit*=0.5"])):
        file = read_scenario("georgetown", ["horizon=6 wk", "warm_up=2 wk", *more])
        run = run_scenario(file, root / "runs" / name, replications=2, marginals=name == "base")
    write_report(run)
    stocks = {"time_s": [86400.0 * day for day in range(40) for _ in "ab"], "part": ["a", "b"] * 40}
    writer = RunWriter.resume(run)
    writer.write_extra("frontier", pa.table({**stocks, "cost_usd": [float(n % 7) for n in range(80)]}))
    writer.finish("finished")
    hall_run(root / "runs" / "hall")
    (root / "scenarios").mkdir()
    (root / "scenarios" / "plant.yaml").write_text(starter_text())
    return root


@pytest.fixture(scope="session")
def server(workspace: Path, pages: Path) -> Iterator[Server]:
    with serving(workspace) as server:
        yield server


@pytest.fixture(scope="package")  # not the session: the report's browser tests may come next on the same worker
def browser() -> Iterator[Any]:
    arguments = ["--no-sandbox", "--disable-background-networking", "--lang=en-GB"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


class Visit:
    """A page of the app with what it complained of and what failed; :meth:`end` says that there was nothing."""

    def __init__(self, browser: Any, server: Server, **settings: Any) -> None:
        self.server = server
        self.complaints: list[str] = []
        settings = {"viewport": {"width": 1280, "height": 850}, "locale": "en-GB", "color_scheme": "light", **settings}
        self.page = browser.new_page(**settings)
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.complaints.append(message.text)

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400:
            self.complaints.append(f"{answer.url}: {answer.status}")

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # what the app itself no longer wanted
            self.complaints.append(f"{request.url}: {request.failure}")

    def open(self, address: str) -> Any:
        """The page at that address, once nothing is loading any more."""
        self.page.goto(self.server.address + address)
        expect(self.page.locator("#content")).to_be_visible()
        expect(self.page.locator("[aria-busy=true], p.muted[role=status].panel")).to_have_count(0, timeout=30_000)
        return self.page

    def shot(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"))

    def end(self) -> None:
        self.page.close()
        assert self.complaints == []


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    visit = Visit(browser, server)
    yield visit
    visit.end()
