"""Small worlds of the line engine, one expectation each: what an independent review found, and keeps found."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.run import simulate_tables

HOUR_S = 3600.0


def _tables(**keys: Any) -> dict[str, pa.Table]:
    document = {"racktwin": 1, "name": "world", "start": "2027-01-04T00:00", "horizon": "20 d", **keys}
    return simulate_tables(Scenario.model_validate(document), 1, 1)[0]


def _step(name: str, center: str, duration: str, **keys: Any) -> dict[str, Any]:
    return {"operation": name, "work_center": center, "duration": duration, **keys}


def _starts(tables: dict[str, pa.Table]) -> dict[str, list[float]]:
    starts: dict[str, list[float]] = {}
    for row in tables["operations"].to_pylist():
        starts.setdefault(row["part"], []).append(row["start_s"] / HOUR_S)
    return starts


@pytest.mark.slow
def test_a_large_order_of_many_parts_fits_its_tables() -> None:
    parts = {f"part_{k}": {"defects": {"bent": "5 %"}} for k in range(10)}
    bill = dict.fromkeys(parts, 10)
    tables = _tables(
        parts={"rack": {"routing": "rack", "bill_of_materials": bill}, **parts},
        defect_kinds={"bent": {}},
        work_centers={"bench": {"work_units": 1}},
        routings={"rack": {"operations": [_step("build", "bench", "1 min")]}},
        order_book=[{"product": "rack", "quantity": 2000}],
    )
    assert sum(tables["material"]["change"].to_pylist()) == -2000 * 100
    assert tables["defects"].num_rows == pytest.approx(2000 * 100 * 0.05, rel=0.05)


@pytest.mark.slow
def test_time_that_stands_still_is_told() -> None:
    with pytest.raises(SimulationError, match="time stands still at day 0"):
        _tables(
            parts={"tray": {"routing": "tray"}},
            work_centers={"bench": {"work_units": 1}},
            routings={"tray": {"operations": [_step("build", "bench", "0 s")]}},
            demand={"trays": {"product": "tray", "max_wip": 1}},
        )


def test_debug_that_needs_a_tray_orders_it() -> None:
    tables = _tables(
        parts={"rack": {"routing": "rack", "bill_of_materials": {"tray": 1}}, "tray": {"routing": "tray"}},
        defect_kinds={"bad": {"replace": "tray"}},
        work_centers={"bench": {"work_units": 1}},
        routings={
            "tray": {"operations": [_step("build", "bench", "1 h", defects={"bad": "50 %"})]},
            "rack": {
                "operations": [
                    _step("test", "bench", "1 h", detects={"bad": 1}, on_fail={"debug": "fix", "retest_from": "test"}),
                    _step("fix", "bench", "1 h", rework=True),
                ]
            },
        },
        demand={"racks": {"product": "rack", "max_wip": 1}},
    )
    assert tables["shipments"].num_rows > 80


def test_a_part_waits_for_the_limits_of_every_bank() -> None:
    tables = _tables(
        feeds={"weak": {"limit": "10 kW"}, "strong": {"limit": "100 kW"}},
        parts={name: {"routing": name} for name in ("other", "tray")},
        work_centers={
            "neighbour": {"work_units": 1, "feed": "strong"},
            "cell": {
                "work_units": [
                    {"name": "a", "count": 1, "feed": "weak"},
                    {"name": "b", "count": 1, "feed": "strong"},
                ]
            },
        },
        routings={
            "other": {"operations": [_step("test", "neighbour", "10 h", draw="80 kW")]},
            "tray": {"operations": [_step("test", "cell", "1 h", draw="50 kW")]},
        },
        order_book=[{"product": "other"}, {"product": "tray", "release": "1 h"}],
    )
    assert _starts(tables) == {"other": [0.0], "tray": [10.0]}


def test_a_new_head_of_the_queue_is_not_held_up_by_the_old_ones_claim() -> None:
    def part(watts: str) -> dict[str, Any]:
        return {"operations": [_step("test", "cell", "10 h", draw=watts)]}

    tables = _tables(
        feeds={"floor": {"limit": "100 kW"}},
        parts={name: {"routing": name} for name in ("first", "large", "small")},
        work_centers={"cell": {"work_units": 3, "feed": "floor", "dispatch": "priority"}},
        routings={"first": part("80 kW"), "large": part("50 kW"), "small": part("5 kW")},
        order_book=[
            {"product": "first"},
            {"product": "large", "release": "1 h"},
            {"product": "small", "release": "2 h", "priority": 9},
        ],
    )
    assert _starts(tables) == {"first": [0.0], "small": [2.0], "large": [10.0]}


def test_the_versatile_are_left_for_what_only_they_can_do() -> None:
    tables = _tables(
        parts={"tray": {"routing": "tray"}},
        operator_groups={
            "both": {"skills": ["load", "test"], "crews": [{"calendar": "always", "headcount": 1}]},
            "loaders": {"skills": ["load"], "crews": [{"calendar": "always", "headcount": 1}]},
        },
        work_centers={"cell": {"work_units": 1}},
        routings={"tray": {"operations": [_step("test", "cell", "1 h", operators={"load": 1, "test": 1})]}},
        order_book=[{"product": "tray", "quantity": 2}],
    )
    assert _starts(tables)["tray"] == [0.0, 1.0]


def test_a_retest_does_not_wait_for_a_new_gang() -> None:
    tables = _tables(
        parts={"rack": {"routing": "rack"}},
        defect_kinds={"loose": {}},
        work_centers={"bay": {"work_units": 4}, "bench": {"work_units": 4}},
        routings={
            "rack": {
                "operations": [
                    _step("build", "bench", "1 h", defects={"loose": "50 %"}),
                    _step("cluster", "bay", "5 h", gang=4, detects={"loose": 1},
                          on_fail={"debug": "fix", "retest_from": "cluster"}),
                    _step("fix", "bench", "1 h", rework=True),
                ]
            }
        },
        order_book=[{"product": "rack", "quantity": 8}],
    )  # fmt: skip
    assert "fail" in tables["operations"]["outcome"].to_pylist()
    assert tables["shipments"].num_rows == 8


def test_scarce_stock_goes_by_priority_and_then_by_age() -> None:
    tables = _tables(
        parts={
            "chip": {"supply": "receipts"},
            **{name: {"routing": "tray", "bill_of_materials": {"chip": 1}} for name in ("early", "late", "urgent")},
        },
        work_centers={"bench": {"work_units": 9}},
        routings={"tray": {"operations": [_step("build", "bench", "1 h")]}},
        order_book=[
            {"product": "late", "release": "3 h"},
            {"product": "early", "release": "1 h"},
            {"product": "urgent", "release": "5 h", "priority": 1},
        ],
        part_receipts=[{"part": "chip", "quantity": 1, "at": f"{day} d"} for day in (1, 2, 3)],
    )
    assert tables["shipments"]["part"].to_pylist() == ["urgent", "early", "late"]


def test_a_board_swapped_in_a_tray_leaves_the_trays_other_defects() -> None:
    tables = _tables(
        parts={
            "rack": {"routing": "rack", "bill_of_materials": {"tray": 1}},
            "tray": {"routing": "tray", "bill_of_materials": {"board": 1}},
            "board": {},
        },
        defect_kinds={"dead_board": {"replace": "board"}, "scratch": {}},
        work_centers={"bench": {"work_units": 1}},
        routings={
            "tray": {"operations": [_step("build", "bench", "1 h", defects={"dead_board": 1, "scratch": 1})]},
            "rack": {
                "operations": [
                    _step("test", "bench", "1 h", detects={"dead_board": 1},
                          on_fail={"debug": "fix", "retest_from": "test"}),
                    _step("fix", "bench", "1 h", rework=True),
                ]
            },
        },
        order_book=[{"product": "rack"}],
    )  # fmt: skip
    fates = {row["kind"]: row["fate"] for row in tables["defects"].to_pylist()}
    assert fates == {"dead_board": "repaired", "scratch": "escaped"}


def test_what_is_scrapped_before_it_was_kitted_orders_no_second_kit() -> None:
    tables = _tables(
        parts={"rack": {"routing": "rack", "bill_of_materials": {"tray": 2}}, "tray": {"routing": "tray"}},
        defect_kinds={"cracked": {}},
        work_centers={"bench": {"work_units": 2}},
        routings={
            "tray": {"operations": [_step("build", "bench", "1 h")]},
            "rack": {
                "operations": [
                    _step("frame", "bench", "1 h", defects={"cracked": "50 %"}, detects={"cracked": 1}),
                    _step("integrate", "bench", "1 h", consumes={"tray": 2}),
                ]
            },
        },
        order_book=[{"product": "rack", "quantity": 20}],
    )
    fates = Counter((row["part"], row["fate"]) for row in tables["work_orders"].to_pylist())
    assert fates["rack", "scrapped"] > 3
    assert fates["rack", "shipped"] == 20
    assert fates["tray", "consumed"] == 40
    assert fates["tray", "in_stock"] == 0


@pytest.mark.slow
def test_the_fate_of_a_tray_does_not_depend_on_how_others_are_repaired() -> None:
    def durations(repair: str) -> dict[int, float]:
        tables = _tables(
            parts={"rack": {"routing": "rack", "bill_of_materials": {"tray": 2}}, "tray": {"routing": "tray"}},
            defect_kinds={"bad": {"replace": "tray", "repair_time": repair}},
            work_centers={"bench": {"work_units": 50}},
            routings={
                "tray": {
                    "operations": [
                        {"operation": "build", "work_center": "bench", "defects": {"bad": "20 %"},
                         "duration": {"exponential": {"mean": "2 h"}}},
                    ]
                },
                "rack": {
                    "operations": [
                        _step("test", "bench", "1 h", detects={"bad": 1},
                              on_fail={"debug": "fix", "retest_from": "test"}),
                        _step("fix", "bench", "by_defect", rework=True),
                    ]
                },
            },
            demand={"racks": {"product": "rack", "interarrival": "5 h"}},
        )  # fmt: skip
        orders = {row["serial_number"]: row for row in tables["work_orders"].to_pylist()}
        released = {row["order_number"]: row["release_s"] for row in orders.values() if row["part"] == "rack"}
        first: dict[int, float] = {}
        for row in tables["operations"].to_pylist():
            order = orders[row["serial_number"]]
            number = order["order_number"]
            if row["part"] == "tray" and order["release_s"] == released[number]:  # no spare, ordered later
                first[number] = first.get(number, 0.0) + row["work_s"]
        return first

    quick, slow = durations("10 min"), durations("7 h")
    same = [number for number in quick.keys() & slow.keys() if quick[number] == pytest.approx(slow[number])]
    assert len(same) == len(quick) > 90
