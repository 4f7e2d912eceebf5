"""Work centers that follow a plan: its order, its times, and what it does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from racktwin.engines.line import PlannedStarts, compile_line, replicate
from racktwin.scenario import read_scenario

_H = 3600.0
_TEXT = """
racktwin: 1
name: planned
start: 2026-01-05
horizon: 10 d
work_centers: {saw: {work_units: 1}, rig: {work_units: 1}, bench: {work_units: 1}}
parts: {tray: {routing: tray}}
defect_kinds: {crack: {repair_time: 1 h}}
routings:
  tray:
    operations:
      - {operation: cut, work_center: saw, duration: 1 h}
      - operation: test
        work_center: rig
        duration: 2 h
        p_false_failure: 0
        on_fail: {debug: mend, retest_from: test}
      - {operation: mend, work_center: bench, rework: true, duration: 1 h}
order_book: [{product: tray, quantity: 2}, {product: tray, quantity: 3}]
"""
_PLAN = np.array([[3.0, 9.0], [0.0, 7.0], [1.0, 5.0], [2.0, 3.0], [np.nan, np.nan]]) * _H


def _starts(folder: Path, plan: PlannedStarts | None, *overrides: str) -> dict[str, list[tuple[int, float]]]:
    path = folder / "planned.yaml"
    path.write_text(_TEXT)
    scenario = read_scenario(path, overrides).scenario
    table: pa.Table = replicate(compile_line(scenario, plan), 0, 1)["operations"]
    rows = sorted(table.to_pylist(), key=lambda row: row["start_s"])
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        found.setdefault(row["operation"], []).append((row["serial_number"], row["start_s"] / _H))
    return found


def test_the_queue_goes_by_planned_start(tmp_path: Path) -> None:
    plan = PlannedStarts({"tray": _PLAN}, frozenset({"rig"}))

    starts = _starts(tmp_path, plan)

    assert starts["cut"] == [(n, float(n)) for n in range(5)]  # the saw does not follow the plan
    assert [n for n, _ in starts["test"]] == [0, 2, 3, 1, 4]  # what the plan does not know comes last
    assert [at for _, at in starts["test"]] == [1.0, 3.0, 5.0, 7.0, 9.0]


def test_what_is_held_starts_no_earlier_than_planned(tmp_path: Path) -> None:
    starts = _starts(tmp_path, PlannedStarts({"tray": _PLAN}, frozenset({"saw", "rig"}), is_held=True))

    assert starts["cut"] == [(1, 0.0), (2, 1.0), (3, 2.0), (0, 3.0), (4, 4.0)]
    assert starts["test"] == [(3, 3.0), (2, 5.0), (1, 7.0), (0, 9.0), (4, 11.0)]


def test_a_late_head_does_not_hold_what_is_there(tmp_path: Path) -> None:
    """Piece 3 is planned first at the rig but cut last: those that are there go."""
    plan = PlannedStarts({"tray": _PLAN}, frozenset({"rig"}))

    starts = _starts(tmp_path, plan, "routings.tray.operations.cut.duration=3 h")

    assert starts["test"][0] == (0, 3.0)


def test_without_a_plan_nothing_changes(tmp_path: Path) -> None:
    empty = PlannedStarts({}, frozenset())

    assert _starts(tmp_path, empty) == _starts(tmp_path, None)
