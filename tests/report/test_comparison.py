"""Two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from racktwin.kpi import KPIS, SUBJECT_KINDS
from racktwin.kpi.shares import SHARES
from racktwin.report import compare_rows, write_comparison
from racktwin.report.comparison import _CHAPTERS, HEADLINES
from racktwin.results import RunFolder
from tests.report.reader import read
from tests.results.plant import plant_document
from tests.results.rows import run_of


def _run(path: Path, shipped: list[int], changes: dict[str, Any] | None = None, seed: int = 7) -> RunFolder:
    """A run whose replications ship that many racks in the week watched."""
    rows = [
        {"shipments": [{"part": "gb200_nvl72", "shipped_s": 8 * 86400.0 + number} for number in range(count)]}
        for count in shipped
    ]
    document = plant_document(weeks=2, seed=seed, replications=len(shipped), **(changes or {}))
    return run_of(path, document, rows, seed)


@pytest.fixture
def a(tmp_path: Path) -> RunFolder:
    return _run(tmp_path / "a", [10, 20, 30, 40])


def _throughput(a: RunFolder, b: RunFolder) -> dict[str, Any]:
    (row,) = [row for row in compare_rows(a, b) if (row["kpi"], row["subject"]) == ("throughput", "")]
    return row


def test_pairing_finds_a_difference_smaller_than_the_spread(a: RunFolder, tmp_path: Path) -> None:
    row = _throughput(a, _run(tmp_path / "b", [12, 23, 32, 43]))
    assert (row["a"], row["b"], row["difference"]) == (25.0, 27.5, 2.5)
    assert (row["verdict"], row["paired"]) == ("better", True)


def test_a_difference_of_chance_is_unclear_and_a_fall_is_worse(a: RunFolder, tmp_path: Path) -> None:
    assert _throughput(a, _run(tmp_path / "b", [20, 10, 40, 31]))["verdict"] == "unclear"
    assert _throughput(a, _run(tmp_path / "c", [8, 17, 28, 37]))["verdict"] == "worse"


def test_rows_can_be_written_as_json(a: RunFolder, tmp_path: Path) -> None:
    rows = compare_rows(a, _run(tmp_path / "b", [1, 2, 3, 4]))
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert {row["kpi"] for row in rows} <= set(KPIS)


def test_the_page_says_what_changed_and_what_came_of_it(a: RunFolder, tmp_path: Path) -> None:
    feeds = plant_document()["feeds"]
    feeds["test_floor"]["limit"] = "450 kW"
    page = read(write_comparison(a, _run(tmp_path / "b", [8, 17, 28, 37], {"feeds": feeds}), tmp_path / "page.html"))
    assert page.sections == ["headline", "scenarios", "limits", "output", "all", "reading"]
    assert page.table("Where the scenarios differ").rows == [["feeds.test_floor.limit", "900 kW", "450 kW"]]
    row = page.table("The plant as a whole").row("Throughput per week")
    assert (row["A"], row["B"], row["B − A"], row["Verdict"]) == ("25.0", "22.5", "−2.50 ± 0.92", "B worse")
    assert "A ships 25.0 a week, B 22.5: 2.50 ± 0.92 fewer with B." in page.text
    assert "common random numbers" in page.text


def test_what_cannot_be_compared_without_a_second_thought_is_said(a: RunFolder, tmp_path: Path) -> None:
    other = _run(tmp_path / "b", [10, 20, 30], seed=8)
    text = read(write_comparison(a, other, tmp_path / "page.html")).text
    assert "The seeds differ (7 and 8)" in text
    assert "The replications differ (4 and 3 done)" in text
    assert "The runs do not share their random numbers" in text


def test_rounding_is_no_difference(a: RunFolder, tmp_path: Path) -> None:
    loads = plant_document()
    rows = [
        {"limits": [{"name": "utility", "quantity": "power", "end_s": 2e6, "draw": draw * 1e5, "limit": 2.4e6}]}
        for draw in (1 + 1e-13, 1 + 2e-13, 1 + 3e-13, 1 + 5e-13)
    ]
    same = [
        {"limits": [{"name": "utility", "quantity": "power", "end_s": 2e6, "draw": 1e5, "limit": 2.4e6}]} for _ in rows
    ]
    first, second = run_of(tmp_path / "1", loads, same), run_of(tmp_path / "2", loads, rows)
    assert {row["verdict"] for row in compare_rows(first, second)} == {"unclear"}


def test_every_kpi_has_its_chapter() -> None:
    kinds = [kind for kinds in _CHAPTERS.values() for kind in kinds]
    assert sorted(kinds) == sorted(SUBJECT_KINDS)


def test_kpis_named_here_exist() -> None:
    assert set(HEADLINES) <= set(KPIS)
    assert set(SHARES) <= set(KPIS)
    assert {KPIS[kpi].unit for kpi in SHARES} == {"1"}
