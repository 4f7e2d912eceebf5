"""The week that is shown, and what is shown of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from racktwin.report.clock import DAY_S, WEEK_S, Clock
from racktwin.report.typical_week import MOST_ROWS, Week, test_floor, typical_week
from racktwin.report.week_chart import week_chart
from tests.results.plant import plant_document
from tests.results.rows import run_of

Row = dict[str, Any]


def _state(unit: int, start_s: float, end_s: float, reason: str = "working", number: int = 1, **row: Any) -> Row:
    state = "productive" if reason == "working" else "standby"
    return {
        "work_center": "burn_in",
        "work_unit": unit,
        "state": state,
        "reason": reason,
        "serial_number": -1 if reason == "starved" else number,
        "start_s": start_s,
        "end_s": end_s,
        **row,
    }


def _week(tmp_path: Path, rows: dict[str, list[Row]], limits: list[tuple[str, str]] | None = None) -> Week:
    """The typical week of a run of five weeks from a Monday, the first of them warm-up."""
    run = run_of(tmp_path / "run", plant_document(weeks=5), [rows])
    with run.connect() as connection:
        return typical_week(connection, run.scenario, Clock.of(run.scenario), limits or [])


def _shipments(per_week: list[int]) -> list[Row]:
    return [
        {"shipped_s": week * WEEK_S + (number + 0.5) * 3600}
        for week, count in enumerate(per_week)
        for number in range(count)
    ]


def test_the_week_shown_ships_nearest_the_median_of_those_watched(tmp_path: Path) -> None:
    week = _week(tmp_path, {"shipments": _shipments([50, 9, 2, 5, 6])})
    assert (week.start_s, week.end_s) == (3 * WEEK_S, 4 * WEEK_S)
    assert (week.shipped, week.median_shipped) == (5, 5.5)


def test_bars_are_clipped_to_the_week_and_idle_time_is_left_empty(tmp_path: Path) -> None:
    start = WEEK_S
    states = [
        _state(0, start - DAY_S, start + DAY_S),
        _state(0, start + DAY_S, start + 2 * DAY_S, "starved"),
        _state(0, start + 2 * DAY_S, start + 3 * DAY_S, "power", number=2),
    ]
    week = _week(tmp_path, {"states": states})
    assert [(bar.doing, bar.start_s, bar.end_s) for bar in week.bars] == [
        ("not finished at the end", start, start + DAY_S),
        ("power", start + 2 * DAY_S, start + 3 * DAY_S),
    ]


def test_a_bar_knows_the_operation_of_its_part(tmp_path: Path) -> None:
    visit = {"serial_number": 1, "part": "gb200_nvl72", "operation": "burn_in_rack", "work_center": "burn_in"}
    visit |= {"work_unit": 0, "start_s": WEEK_S, "left_s": WEEK_S + 3 * DAY_S}
    states = [
        _state(0, WEEK_S, WEEK_S + DAY_S),
        _state(0, WEEK_S + DAY_S, WEEK_S + 2 * DAY_S),
        _state(0, WEEK_S + 2 * DAY_S, WEEK_S + 3 * DAY_S, "blocked"),
    ]
    week = _week(tmp_path, {"states": states, "operations": [visit]})
    worked, blocked = week.bars
    assert (worked.doing, worked.part, worked.end_s - worked.start_s) == ("burn_in_rack", "gb200_nvl72", 2 * DAY_S)
    assert (blocked.doing, blocked.operation) == ("blocked", "burn_in_rack")


def test_the_most_loaded_work_units_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    units = MOST_ROWS + 5
    states = [_state(unit, WEEK_S, WEEK_S + (unit + 1) * 3600) for unit in range(units)]
    week = _week(tmp_path, {"states": states})
    assert week.hidden_units == 5
    assert week.work_units == tuple(f"burn_in {unit}" for unit in range(5, units))
    assert {bar.work_unit for bar in week.bars} == set(week.work_units)


def test_a_load_keeps_its_peaks_and_ends_with_the_week(tmp_path: Path) -> None:
    step_s = WEEK_S / 100_000
    limits = [
        {
            "name": "utility",
            "quantity": "power",
            "start_s": WEEK_S + i * step_s,
            "end_s": WEEK_S + (i + 1) * step_s,
            "draw": 9e5 if i == 4321 else 1e5 + i,
            "reserved": 1e6,
            "limit": 2e6,
        }
        for i in range(100_000)
    ]
    (load,) = _week(tmp_path, {"limits": limits}, [("utility", "power")]).loads
    assert max(load.draw) == 9e5
    assert load.draw[-1] == 1e5 + 99_999
    assert load.time_s[-1] == 2 * WEEK_S
    assert len(load.time_s) < 2_000
    assert list(load.time_s) == sorted(load.time_s)


def test_a_run_shorter_than_a_week_is_shown_whole(tmp_path: Path) -> None:
    document = plant_document(weeks=0.5, warm_up_weeks=0)
    run = run_of(tmp_path / "run", document, [{"states": [_state(0, 0, DAY_S)]}])
    with run.connect() as connection:
        week = typical_week(connection, run.scenario, Clock.of(run.scenario), [])
    assert (week.start_s, week.end_s) == (0.0, 0.5 * WEEK_S)


def test_the_test_floor_is_where_parts_are_powered_or_tested(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [{}])
    assert test_floor(run.scenario) == ["tray_test", "burn_in"]


@pytest.mark.parametrize("loads", [0, 2])
def test_the_chart_has_a_strip_for_each_load_and_a_row_for_each_work_unit(tmp_path: Path, loads: int) -> None:
    limits = [
        {"name": "utility", "quantity": quantity, "start_s": 0.0, "end_s": 5 * WEEK_S, "draw": 1.0, "limit": 2.0}
        for quantity in ("power", "heat")
    ]
    run = run_of(tmp_path / "run", plant_document(weeks=5), [{"states": [_state(0, 0, 4 * WEEK_S)], "limits": limits}])
    with run.connect() as connection:
        clock = Clock.of(run.scenario)
        week = typical_week(connection, run.scenario, clock, [("utility", "power"), ("utility", "heat")][:loads])
    chart = week_chart(week, clock)
    axes = [name for name in chart.figure["layout"] if name.startswith("yaxis")]
    assert len(axes) == 1 + loads
    assert {y for trace in chart.figure["data"] if trace["type"] == "bar" for y in trace["y"]} == {"burn_in 0"}
