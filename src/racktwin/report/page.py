"""One self-contained HTML file: no network, no script but its own, whatever the names in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from racktwin.results.manifest import write_atomically

from .blocks import Chart, Figure, Section
from .figure import to_json
from .palette import scheme


@dataclass(frozen=True)
class Page:
    """A page: its headings and its sections."""

    kicker: str
    title: str
    subtitle: str
    description: str
    sections: tuple[Section, ...]
    footer: str

    def charts(self) -> Iterator[Chart]:
        """All charts, in order."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Chart))


def write_page(page: Page, out: Path) -> Path:
    """Write the page to ``out`` in one step."""
    write_atomically(out, render(page).encode())
    return out


def render(page: Page) -> str:
    """The page as HTML.

    Only its own scripts run: the content security policy names them by hash, and allows no connection at all.
    """
    figures: dict[str, Figure] = {chart.name: chart.figure for chart in page.charts()}
    script = _asset("page.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            policy=_policy(script),
            css=Markup(_asset("page.css")),
            palettes=Markup(to_json({"light": scheme(dark=False), "dark": scheme(dark=True)})),
            figures=Markup(to_json(figures)),
            plotly=Markup(_plotly()),
            script=Markup(script),
        )
    )


def _policy(script: str) -> str:
    allowed = " ".join(f"'sha256-{_hash(text)}'" for text in (_plotly(), script))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("racktwin.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _plotly() -> str:
    """plotly's JavaScript, in which nothing ends a script element (tests/report/test_page.py)."""
    return str(get_plotlyjs()).strip()


@cache
def _asset(name: str) -> str:
    return (resources.files("racktwin.report") / "templates" / name).read_text(encoding="utf-8").strip()
