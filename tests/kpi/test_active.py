"""When work centers, people, feeds and loops count as active."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.kpi.active import Periods, _periods, active_periods
from racktwin.results.schema import E10_STATES
from tests.kpi import sweep
from tests.results.plant import plant_document
from tests.results.rows import run_of

Row = dict[str, Any]
WARM_UP_S, HORIZON_S = 100.0, 200.0


def active(path: Path, **rows: list[Row]) -> dict[str, list[tuple[float, float]]]:
    """The periods of a plant with two debug benches and a window from 100 s to 200 s; idle candidates left out."""
    document = plant_document() | {"warm_up": "100 s", "horizon": "200 s"}
    found = active_periods(run_of(path / "run", document, [rows]), 0)
    pairs = {name: list(zip(*map(np.ndarray.tolist, periods), strict=True)) for name, periods in found.items()}
    return {name: periods for name, periods in pairs.items() if periods}


def bench(unit: int, *spans: tuple[str, float, float]) -> list[Row]:
    return [
        {"work_center": "debug_bench", "work_unit": unit, "state": state, "start_s": start, "end_s": end}
        for state, start, end in spans
    ]


def test_a_work_center_with_a_spare_work_unit_is_not_active(tmp_path: Path) -> None:
    states = [*bench(0, ("productive", 110, 150)), *bench(1, ("productive", 120, 130), ("standby", 130, 150))]

    assert active(tmp_path, states=states) == {"work_center:debug_bench": [(120, 130)]}


def test_a_work_unit_that_takes_its_next_part_at_once_stays_active(tmp_path: Path) -> None:
    """Rows may come unit by unit or in order of time."""
    states = [
        *bench(0, ("productive", 110, 140)),
        *bench(1, ("productive", 110, 120), ("unscheduled_down", 120, 125), ("productive", 125, 130)),
    ]

    assert active(tmp_path, states=states) == {"work_center:debug_bench": [(110, 130)]}
    assert active(tmp_path / "b", states=states[::-1]) == {"work_center:debug_bench": [(110, 130)]}


@pytest.mark.parametrize("state", E10_STATES)
def test_waiting_and_closed_work_units_are_idle(tmp_path: Path, state: str) -> None:
    states = [*bench(0, (state, 110, 150)), *bench(1, ("productive", 110, 150))]
    idle = state in ("standby", "non_scheduled")

    assert active(tmp_path, states=states) == ({} if idle else {"work_center:debug_bench": [(110, 150)]})


def test_periods_are_cut_to_the_observed_window(tmp_path: Path) -> None:
    states = [
        *bench(0, ("productive", 0, 130), ("standby", 130, 180), ("productive", 180, 200)),
        *bench(1, ("productive", 0, 200)),
    ]

    assert active(tmp_path, states=states) == {"work_center:debug_bench": [(100, 130), (180, 200)]}


def crew(start: float, end: float, present: int, busy: int, waiting: int) -> Row:
    return {
        "operator_group": "technicians",
        "start_s": start,
        "end_s": end,
        "present": present,
        "busy": busy,
        "waiting": waiting,
    }


def test_people_limit_while_all_are_busy_and_somebody_waits(tmp_path: Path) -> None:
    labour = [
        crew(100, 110, 4, 4, 0),
        crew(110, 120, 4, 3, 1),
        crew(120, 130, 4, 4, 1),
        crew(130, 140, 4, 4, 2),
        crew(140, 150, 0, 0, 2),
        crew(150, 160, 0, 0, 0),
    ]

    assert active(tmp_path, labour=labour) == {"operator_group:technicians": [(120, 150)]}


def load(name: str, quantity: str, start: float, end: float, waiting: int) -> Row:
    return {"name": name, "quantity": quantity, "start_s": start, "end_s": end, "waiting": waiting}


def test_feeds_and_loops_limit_while_an_operation_waits_for_them(tmp_path: Path) -> None:
    """A loop is one candidate, whether its heat or its flow is short."""
    limits = [
        load("test_floor", "power", 110, 120, 1),
        load("test_floor", "power", 120, 130, 3),
        load("test_floor", "power", 130, 140, 0),
        load("facility_water", "heat", 110, 120, 1),
        load("facility_water", "flow", 115, 130, 1),
        load("room_air", "heat", 110, 120, 0),
    ]

    assert active(tmp_path, limits=limits) == {
        "feed:test_floor": [(110, 130)],
        "cooling_loop:facility_water": [(110, 130)],
    }


def test_every_candidate_is_there_even_if_it_never_is_active(tmp_path: Path) -> None:
    found = active_periods(run_of(tmp_path / "run", plant_document(), [{}]), 0)

    assert set(found) == {
        *(f"work_center:{name}" for name in plant_document()["work_centers"]),
        *(f"operator_group:{name}" for name in plant_document()["operator_groups"]),
        *(f"feed:{name}" for name in plant_document()["feeds"]),
        *(f"cooling_loop:{name}" for name in plant_document()["cooling_loops"]),
    }


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), max_size=12),
    st.integers(1, 4),
)
def test_counting_agrees_with_looking_between_every_two_instants(spans: list[tuple[int, int]], at_once: int) -> None:
    intervals = [(float(start), float(start + length)) for start, length in spans]
    starts, ends = (np.array([pair[end] for pair in intervals], float) for end in (0, 1))
    found = _periods(Periods(starts, ends), at_once)

    assert list(zip(*map(np.ndarray.tolist, found), strict=True)) == sweep.active_periods(intervals, at_once, (0, 99))
