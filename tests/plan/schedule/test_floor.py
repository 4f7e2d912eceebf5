"""A floor's schedule keeps what the scenario says, judged from its table in seconds and watts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.schedule.floor import Options
from racktwin.plan.schedule.folder import write_plan
from racktwin.plan.schedule.make import NoScheduleError, Request, make_plan
from racktwin.plan.schedule.objective import prices_of, read_prices, read_targets
from racktwin.plan.schedule.plan import load_curves, read_schedule, schedule_table
from racktwin.plan.schedule.solve import Limits

from .small import planned, small

_H = 3600.0


def _rows(plan: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = schedule_table(plan).to_pylist()
    return rows


def _watts(rows: list[dict[str, Any]], at_s: float) -> float:
    return sum(float(row["reserved_w"]) for row in rows if row["start_s"] <= at_s < row["end_s"])


def test_attended_work_is_by_day_and_soaks_run_through_the_night(tmp_path: Path) -> None:
    rows = _rows(planned(small(tmp_path)))

    for row in rows:
        if row["phase"] in ("dock", "undock"):
            assert 6 * _H <= row["start_s"] % 86400.0 < 14 * _H
            assert row["end_s"] - row["start_s"] == (1.0 if row["phase"] == "dock" else 0.5) * _H
    assert any(int(row["start_s"] // 86400) != int(row["end_s"] // 86400) for row in rows if row["phase"] == "soak")


def test_power_never_exceeds_feed_or_loop_at_any_instant(tmp_path: Path) -> None:
    plan = planned(small(tmp_path))
    rows = _rows(plan)

    for at_s in sorted({row["start_s"] for row in rows}):
        watts = _watts(rows, at_s)
        assert watts + 2e3 <= 200e3  # idle draw of the bays
        assert watts * 0.8 * 1.2 / 1e3 <= 400.0 + 1e-6  # L/min
    for curve in load_curves(plan):
        assert curve.peak <= curve.limit


def test_two_uncapped_soaks_fit_no_smaller_feed_so_one_is_capped_or_waits(tmp_path: Path) -> None:
    wide = planned(small(tmp_path))
    narrow = planned(small(tmp_path, "feeds.floor.limit=160 kW"))

    assert {row["cap"] for row in _rows(wide)} == {1.0}
    assert max(_watts(_rows(narrow), row["start_s"]) for row in _rows(narrow)) <= 158e3
    assert narrow.answer.reached[0].value >= wide.answer.reached[0].value


def test_a_capped_soak_takes_as_much_longer_as_it_is_slower(tmp_path: Path) -> None:
    plan = planned(small(tmp_path, "feeds.floor.limit=125 kW"))

    soaks = [row for row in _rows(plan) if row["phase"] == "soak"]
    for row in soaks:
        assert row["end_s"] - row["start_s"] == pytest.approx(20.0 * _H / row["cap"])


def test_members_of_a_gang_are_together_in_cells_of_their_own(tmp_path: Path) -> None:
    rows = [row for row in _rows(planned(small(tmp_path))) if row["operation"] == "cluster_test"]

    starts = sorted(row["start_s"] for row in rows)
    assert starts[0] == starts[1]
    assert starts[2] == starts[3]
    assert {row["work_unit"] for row in rows if row["start_s"] == starts[0]} == {0, 1}


def test_material_comes_first(tmp_path: Path) -> None:
    late = small(tmp_path, "parts.frame.initial_stock=2", "part_receipts=[{part: frame, quantity: 2, at: 5 d}]")

    starts = sorted(row["start_s"] for row in _rows(planned(late)) if row["phase"] == "dock")

    assert starts[1] < 5 * 86400.0 <= starts[2]


def test_peak_after_tardiness_is_lower_at_equal_tardiness(tmp_path: Path) -> None:
    file = small(tmp_path)
    tardy, low = planned(file, "tardiness"), planned(file, "tardiness, peak")

    assert low.answer.reached[0].value == tardy.answer.reached[0].value
    peak = {plan.answer: max(c.peak for c in load_curves(plan) if c.name == "floor") for plan in (tardy, low)}
    assert peak[low.answer] <= peak[tardy.answer]
    assert peak[low.answer] < 200e3


def test_energy_goes_where_it_is_cheap(tmp_path: Path) -> None:
    """Half of all days cost ten times as much; one rack that has all the time in the world runs on the cheap ones."""
    file = small(
        tmp_path,
        "order_book=[{product: rack, quantity: 2}]",
        "routings.rack.operations.burn_in.phases.soak.duration=8 h",
    )
    prices = tuple(300.0 if hour < 96 else 30.0 for hour in range(12 * 24))
    request = Request(
        read_targets("energy_cost"), Options(tick_s=3600.0), Limits(30.0, 2), feed="floor", usd_per_mwh=prices
    )

    plan = make_plan(file.scenario, request)

    assert min(row["start_s"] for row in _rows(plan) if row["reserved_w"] > 0) >= 96 * _H
    (reached,) = plan.answer.reached
    usd, unit = plan.in_unit("energy_cost", reached.value)
    kwh = sum(row["reserved_w"] * (row["end_s"] - row["start_s"]) for row in _rows(plan)) / 3.6e6
    assert 0 < reached.bound <= reached.value
    assert unit == "USD of what is reserved"
    assert usd == pytest.approx(kwh * 0.03, rel=0.05)
    assert math.isnan(plan.in_unit("energy_cost", float("-inf"))[0])


def test_frozen_work_stays_and_the_rest_goes_on_from_now(tmp_path: Path) -> None:
    file = small(tmp_path)
    first = planned(file)
    write_plan(tmp_path / "first", file, first, {})
    rush = small(
        tmp_path,
        "order_book=[{product: rack, quantity: 2, due: 3 d, priority: 1}, {product: rack, quantity: 2, release: 1 d, "
        "due: 4 d}, {product: rack, quantity: 2, release: 1.2 d, due: 3 d, priority: 9}]",
    )
    request = Request(
        read_targets("tardiness"),
        Options(tick_s=1800.0),
        Limits(5.0, 2),
        earlier=tmp_path / "first",
        now_s=1.2 * 86400.0,
        frozen_s=4 * _H,
    )

    rows = _rows(make_plan(rush.scenario, request))

    before = {(r["order"], r["piece"], r["phase"]): r["start_s"] for r in _rows(first) if r["operation"] == "burn_in"}
    until_s = 1.2 * 86400.0 + 4 * _H
    for row in rows:
        key = (row["order"], row["piece"], row["phase"])
        if row["operation"] == "burn_in" and before.get((*key[:2], "dock"), np.inf) < until_s:
            assert row["start_s"] == before[key]
        elif row["phase"] == "dock":
            assert row["start_s"] >= 1.2 * 86400.0


def test_the_same_plan_again_is_found_from_itself(tmp_path: Path) -> None:
    file = small(tmp_path)
    write_plan(tmp_path / "first", file, planned(file), {})
    request = Request(
        read_targets("tardiness, makespan"), Options(tick_s=1800.0), Limits(1.0, 1), earlier=tmp_path / "first"
    )

    again = make_plan(file.scenario, request)

    assert again.answer.reached[0].value == 0
    assert read_schedule(tmp_path / "first").num_rows == len(_rows(again))


_ONE = "order_book=[{product: rack, quantity: 2, due: %s}]"
_TWO = "order_book=[{product: rack, quantity: 2, due: %s}, {product: rack, quantity: 2, due: %s}]"

INFEASIBLE: dict[str, tuple[tuple[str, ...], dict[str, Any], str, str]] = {
    "a part that never comes": (("parts.frame.initial_stock=3",), {}, "it never comes", "to have material of rack 4"),
    "a due date nobody can keep": ((_ONE % "1 d",), {"is_hard": True}, "due date of order 1", "move the due date"),
    "two orders for the same night": (
        (_TWO % ("40 h", "40 h"),), {"is_hard": True}, "work units of bay: 2 work units", "move the due date of order",
    ),
    "a feed for one at a time": (
        (_ONE % "40 h", "feeds.floor.limit=125 kW"), {"is_hard": True, "caps": False}, "power of floor", "move the due",
    ),
    "one tester for two docks": (
        (_ONE % "36.6 h", "operator_groups.testers.crews.0.headcount=1"), {"is_hard": True},
        "people in testers: 1 person", "add 1 person to testers",
    ),
    "a horizon too short": (("horizon=20 h",), {}, "the horizon: day 0.8", "lengthen the horizon"),
    "a release too late": (
        ("order_book=[{product: rack, quantity: 2, release: 11.5 d}]",), {}, "release of rack", "lengthen the horizon",
    ),
    "material after the due date": (
        (_ONE % "4 d", "part_receipts=[{part: frame, quantity: 2, at: 5 d}]", "parts.frame.initial_stock=0"),
        {"is_hard": True}, "material of rack 1", "move the due date of order 1",
    ),
    "a gang without its partner": (
        ("order_book=[{product: rack, quantity: 3}]",), {}, "cannot form gangs of 2", "order 1 more",
    ),
    "time that is not there": (
        ("horizon=40 h", "routings.rack.operations.cluster_test.duration=30 h"), {},
        "the horizon", "lengthen the horizon",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INFEASIBLE)
def test_the_reason_and_the_way_out_are_in_the_users_words(name: str, tmp_path: Path) -> None:
    overrides, options, reason, remedy = INFEASIBLE[name]
    file = small(tmp_path, *overrides)

    with pytest.raises(RacktwinError) as caught:
        planned(file, time_s=10.0, **options)

    assert reason in str(caught.value)
    assert remedy in str(caught.value)
    if "gang" not in name:
        assert isinstance(caught.value, NoScheduleError)


@pytest.mark.parametrize(
    ("overrides", "objective", "message"),
    [
        (("order_book=[]", "demand={racks: {product: rack, interarrival: 1 d}}"), "tardiness", "no order book"),
        ((), "speed", "'speed' is no objective"),
        ((), "tardiness + ", "'' is no objective"),
        ((), "energy_cost", "energy_cost needs prices"),
        ((), "-1*tardiness", "is no objective"),
    ],
)
def test_a_request_that_means_nothing_is_refused(
    overrides: tuple[str, ...], objective: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(RacktwinError, match=message.replace("*", r"\*")):
        planned(small(tmp_path, *overrides), objective)


@pytest.mark.parametrize(
    ("tick_min", "costs"),
    [(30, (10, 10, 30, 30, 50, 50, 50)), (40, (10, 20, 30, 50, 50, 50)), (120, (40, 100, 100)), (240, (140, 200))],
)
def test_prices_are_those_of_the_time_of_each_tick(tick_min: int, costs: tuple[int, ...]) -> None:
    """Hours at 10, 30 and 50 USD/MWh; a unit is 1 kW, or what makes a tick of it 1 kWh at 40 minutes and less."""
    grain_w = 1e3 * 60.0 / min(tick_min, 60)

    prices = prices_of(0, (10.0, 30.0, 50.0), grain_w, tick_min * 60.0)

    assert [prices.at(tick) for tick in range(len(costs))] == [1000 * cost for cost in costs]


@pytest.mark.parametrize("text", ["", "hour,price\n", "hour,price\n0,cheap\n", "hour,price\n0,nan\n"])
def test_prices_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(text)

    with pytest.raises(RacktwinError, match=r"prices\.csv"):
        read_prices(path)


def test_a_feed_that_does_not_exist_and_a_folder_without_a_schedule_are_refused(tmp_path: Path) -> None:
    file = small(tmp_path)
    with pytest.raises(RacktwinError, match="no feed 'roof'"):
        make_plan(file.scenario, Request(read_targets("peak"), limits=Limits(2.0), feed="roof"))
    with pytest.raises(RacktwinError, match="holds no schedule"):
        make_plan(file.scenario, Request(read_targets("tardiness"), limits=Limits(2.0), earlier=tmp_path))
