"""Maintenance, tool life, engineering time, learning, levels of skill, walking."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from .worlds import HOUR_S, ends_h, intervals_h, one_step, step, tables


def test_maintenance_by_the_calendar_waits_for_the_operation_to_end() -> None:
    upkeep = [{"name": "service", "every": "5 d", "duration": "8 h"}]
    run = tables(
        **one_step("tray", duration="23 h"),
        work_centers={"bench": {"work_units": 1, "upkeep": upkeep}},
        demand={"trays": {"product": "tray", "max_wip": 1}},
    )
    # due at 120, 240 and 360 h, in the sixth, tenth and fifteenth operation
    assert intervals_h(run, "maintenance") == [(138, 146), (261, 269), (361, 369)]


def test_a_tool_is_changed_after_its_parts_and_another_after_its_hours() -> None:
    upkeep = [
        {"name": "tool", "every_parts": 4, "duration": "30 min"},
        {"name": "filter", "every": "10 h", "clock": "busy", "duration": "15 min"},
    ]
    run = tables(
        **one_step("tray"),
        work_centers={"bench": {"work_units": 1, "upkeep": upkeep}},
        order_book=[{"product": "tray", "quantity": 13}],
    )
    assert intervals_h(run, "maintenance") == [(4, 4.5), (8.5, 9), (11, 11.25), (13.25, 13.75)]


def test_engineering_time_is_its_own_state_and_needs_its_people() -> None:
    plan = {"name": "trial", "every": "4 d", "duration": "3 h", "kind": "engineering", "skill": "engineer"}
    run = tables(
        **one_step("tray"),
        calendars={"noon": {"shifts": [{"days": "mon-sun", "start": "12:00", "end": "20:00"}]}},
        operator_groups={"lab": {"skills": ["engineer"], "crews": [{"calendar": "noon", "headcount": 1}]}},
        work_centers={"bench": {"work_units": 1, "upkeep": [plan]}},
        order_book=[{"product": "tray"}],
    )
    assert intervals_h(run, "trial")[0] == (108, 111)
    assert intervals_h(run, "trial_wait")[0] == (96, 108)
    assert {row["state"] for row in run["states"].to_pylist() if row["reason"] == "trial"} == {"engineering"}


def test_units_are_maintained_one_after_the_other() -> None:
    upkeep = [{"name": "service", "every": "4 d", "duration": "1 h"}]
    run = tables(
        **one_step("tray"),
        work_centers={"bench": {"work_units": 4, "upkeep": upkeep}},
        order_book=[{"product": "tray"}],
        horizon="5 d",
    )
    assert sorted(intervals_h(run, "maintenance")) == [(24, 25), (48, 49), (72, 73), (96, 97)]


@pytest.mark.slow
def test_breakdowns_and_maintenance_keep_out_of_each_others_way() -> None:
    failures = {"time_between": {"exponential": {"mean": "6 h"}}, "repair_time": "1 h", "clock": "calendar"}
    upkeep = [{"name": "service", "every": "5 h", "duration": "3 h"}]
    run = tables(
        **one_step("tray"),
        work_centers={"bench": {"work_units": 3, "failures": failures, "upkeep": upkeep}},
        demand={"trays": {"product": "tray", "max_wip": 9}},
        horizon="400 d",
    )
    states = run["states"].to_pylist()
    for unit in range(3):
        rows = sorted((row["start_s"], row["end_s"]) for row in states if row["work_unit"] == unit)
        assert all(before[1] == after[0] for before, after in itertools.pairwise(rows))
    assert len(intervals_h(run, "repair")) > 1000 < len(intervals_h(run, "maintenance"))


def _people(**group: Any) -> dict[str, Any]:
    return {"crew": {"skills": ["fitter"], "crews": [{"calendar": "always", "headcount": 1}], **group}}


def test_wrights_curve() -> None:
    run = tables(
        **one_step("tray", duration="10 h", operators={"fitter": 1}, learning={"rate": "80 %", "floor": "35 %"}),
        operator_groups=_people(),
        work_centers={"bench": {"work_units": 1}},
        order_book=[{"product": "tray", "quantity": 40}],
    )
    hours = [work_s / HOUR_S for work_s in run["operations"]["work_s"].to_pylist()]
    assert [hours[n - 1] for n in (1, 2, 4, 8)] == pytest.approx([10, 8, 6.4, 5.12])
    assert hours[-1] == pytest.approx(3.5)


def test_unattended_work_learns_nothing() -> None:
    run = tables(
        **one_step("tray", learning={"rate": "80 %"}),
        work_centers={"bench": {"work_units": 1}},
        order_book=[{"product": "tray", "quantity": 4}],
    )
    assert ends_h(run, "tray") == [1, 2, 3, 4]


def test_the_level_of_a_skill_sets_the_pace() -> None:
    run = tables(
        **one_step("tray", duration="5 h", operators={"fitter": 1}),
        operator_groups=_people(skills={"fitter": 1.25}),
        work_centers={"bench": {"work_units": 1}},
        order_book=[{"product": "tray"}],
    )
    assert ends_h(run, "tray") == [4]


def test_who_takes_over_goes_on_at_his_own_pace() -> None:
    calendars = {
        "day": {"shifts": [{"days": "mon-sun", "start": "00:00", "end": "08:00"}]},
        "late": {"shifts": [{"days": "mon-sun", "start": "08:00", "end": "16:00"}]},
    }
    run = tables(
        **one_step("tray", duration="10 h", operators={"fitter": 1}),
        calendars=calendars,
        operator_groups={
            "quick": {"skills": {"fitter": 1}, "crews": [{"calendar": "day", "headcount": 1}]},
            "slow": {"skills": {"fitter": "50 %"}, "crews": [{"calendar": "late", "headcount": 1}]},
        },
        work_centers={"bench": {"work_units": 1}},
        order_book=[{"product": "tray"}],
    )
    assert ends_h(run, "tray") == [12]


def test_people_walk_from_where_they_were() -> None:
    run = tables(
        parts={"tray": {"routing": "tray"}},
        operator_groups=_people(walking_speed="1 m/s", base={"x": "0 m", "y": "0 m"}),
        work_centers={
            "near": {"work_units": 1, "position": {"x": "360 m", "y": "0 m"}},
            "far": {"work_units": 1, "position": {"x": "360 m", "y": "720 m"}},
        },
        routings={
            "tray": {
                "operations": [
                    step("one", "near", "1 h", operators={"fitter": 1}),
                    step("two", "far", "1 h", operators={"fitter": 1}),
                    step("three", "far", "1 h", operators={"fitter": 1}),
                ]
            }
        },
        order_book=[{"product": "tray"}],
    )
    ends = [row["end_s"] / HOUR_S for row in run["operations"].to_pylist()]
    assert ends == pytest.approx([1.1, 2.3, 3.3])


def test_the_nearest_comes() -> None:
    """One has just worked next door, another stands at the base, farther away."""
    work = {"operators": {"fitter": 1}}
    people = _people(walking_speed="1 m/s", base={"x": "0 m", "y": "0 m"})
    people["crew"]["crews"][0]["headcount"] = 2
    run = tables(
        parts={part: {"routing": part} for part in ("first", "second")},
        operator_groups=people,
        work_centers={
            "next_door": {"work_units": 1, "position": {"x": "1800 m", "y": "0 m"}},
            "here": {"work_units": 1, "position": {"x": "2160 m", "y": "0 m"}},
        },
        routings={
            "first": {"operations": [step("one", "next_door", "1 h", **work)]},
            "second": {"operations": [step("two", "here", "1 h", **work)]},
        },
        order_book=[{"product": "first"}, {"product": "second", "release": "5 h"}],
    )
    assert ends_h(run, "one") == [1.5]
    assert ends_h(run, "two") == [6.1]
