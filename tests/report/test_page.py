"""The page around the content: nothing gets out, nothing gets in, whatever the names."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

from racktwin.report import write_comparison, write_report
from racktwin.report.blocks import Chart, Column, Row, Section, Table
from racktwin.report.figure import figure, text, to_json
from racktwin.report.page import Page, render
from racktwin.report.palette import COLOURS
from racktwin.results import RunFolder
from tests.report.reader import Reader, read
from tests.results.plant import plant_document
from tests.results.rows import run_of

HOSTILE = (
    """</script><script>alert("1")</script><img src=http://evil.test/x onerror='alert(2)'>"]]>{{ 7*7 }}&lt;\u2028"""
)


@pytest.fixture
def hostile(tmp_path: Path) -> RunFolder:
    """A run whose every free text, and every name in its tables, is an attack."""
    document = plant_document(title=HOSTILE, description=HOSTILE)
    document["feeds"]["utility"]["limit"] = {"value": "2.4 MW", "source": HOSTILE, "confidence": "B"}
    state = {"work_center": "burn_in", "state": "productive", "reason": HOSTILE, "start_s": 0.0, "end_s": 3e6}
    visit = {"serial_number": 0, "part": HOSTILE, "operation": HOSTILE, "work_center": "burn_in", "left_s": 3e6}
    load = {"name": HOSTILE, "quantity": "power", "start_s": 0.0, "end_s": 3e6, "draw": 1.0, "limit": 2.0}
    return run_of(tmp_path / "run", document, [{"states": [state], "operations": [visit], "limits": [load]}] * 2)


def _check_safe(page: Reader) -> None:
    assert [given.get("type", "") for given, _ in page.scripts] == ["application/json", "application/json", "", ""]
    assert page.handlers == []
    assert "img" not in page.tags
    assert all(address.startswith("#") for address in page.addresses)


def test_hostile_names_stay_text(hostile: RunFolder) -> None:
    page = read(write_report(hostile))
    _check_safe(page)
    assert HOSTILE.replace("\u2028", "") in page.text.replace("\u2028", "")
    assert page.figures["week"]["data"][0]["name"].startswith("&lt;/script&gt;")


def test_hostile_names_stay_text_in_a_comparison(hostile: RunFolder, tmp_path: Path) -> None:
    other = run_of(tmp_path / "other", plant_document(title=HOSTILE * 2), [{}] * 2)
    _check_safe(read(write_comparison(hostile, other, tmp_path / "comparison.html")))


def test_the_page_loads_nothing_and_runs_only_its_own_scripts(run: RunFolder, tmp_path: Path) -> None:
    html = write_report(run, tmp_path / "report.html").read_text()
    page = read(html)
    _check_safe(page)
    assert "link" not in page.tags
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    policy = html.partition('Content-Security-Policy" content="')[2].partition('"')[0].replace("&#39;", "'")
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for _, text in page.scripts[2:]]
    assert f"script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}';" in policy
    assert "default-src 'none'" in policy
    assert len(html) < 8e6


def test_plotly_is_there_once_and_cannot_end_its_script(run: RunFolder, tmp_path: Path) -> None:
    assert "</script" not in get_plotlyjs().lower()
    assert "<!--" not in get_plotlyjs()
    html = write_report(run, tmp_path / "report.html").read_text()
    assert html.count(get_plotlyjs().strip()) == 1


@given(st.text(max_size=50))
def test_any_text_survives_the_page_as_text(name: str) -> None:
    table = Table("caption", (Column("title", False),), (Row((name,)),))
    chart = Chart("chart", name, name, figure([{"name": name}]))
    html = render(Page("", name, "", name, (Section("one", name, name, (table, chart)),), ""))
    page = read(html)
    assert page.figures["chart"]["data"][0]["name"] == name
    _check_safe(page)
    assert page.tables[0].rows[0][0] == name.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd") or (
        page.tables[0].rows[0][0] == name
    )


@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_json_can_stand_in_a_script(value: object) -> None:
    written = to_json(value)
    assert not re.search("[<>&\u2028\u2029]", written)
    json.loads(written)


def test_chart_text_shows_what_it_says() -> None:
    assert text("a<b>&amp;") == "a&lt;b&gt;&amp;amp;"


def test_no_template_switches_escaping_off() -> None:
    for template in (resources.files("racktwin.report") / "templates").iterdir():
        if template.name.endswith(".j2"):
            assert not re.search(r"\|\s*safe|autoescape", template.read_text()), template.name


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_lines_stand_out_from_the_page(dark: bool) -> None:
    paper = COLOURS["paper"][dark]
    for name in ("ink", "muted"):
        assert _contrast(COLOURS[name][dark], paper) >= 4.5, name
    for name in ("work", "power", "coolant", "down", "rework", "limit", "blocked"):
        assert _contrast(COLOURS[name][dark], paper) >= 3, name


def test_text_on_the_page_has_the_contrast_of_wcag_aa() -> None:
    css = (resources.files("racktwin.report") / "templates" / "page.css").read_text()
    schemes = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", scheme))
        for name in ("ink", "muted", "accent", "better", "worse"):
            for ground in ("paper", "ground"):
                assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        assert _contrast(colours["warning-ink"], colours["warning-ground"]) >= 4.5
        assert _contrast(colours["tip-ink"], colours["tip"]) >= 4.5
