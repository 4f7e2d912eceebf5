"""Set-ups, batches, dispatch that looks at the whole queue, hot lots, alternatives and unequal units."""

from __future__ import annotations

from typing import Any

import pytest

from .worlds import HOUR_S, ends_h, intervals_h, one_step, starts_h, step, tables


def _orders(*products: str, **keys: Any) -> list[dict[str, Any]]:
    return [{"product": product, **keys} for product in products]


def _two_families(**center: Any) -> dict[str, Any]:
    return {
        "parts": {part: {"routing": part} for part in ("a", "b")},
        "routings": {part: {"operations": [step(part, "bench", "1 h", setup=part)]} for part in ("a", "b")},
        "work_centers": {"bench": {"work_units": 1, "setups": {"duration": "2 h"}, **center}},
    }


def test_each_change_of_family_is_set_up_and_the_same_family_is_not() -> None:
    run = tables(**_two_families(), order_book=_orders("a", "b", "a", "a"))
    assert intervals_h(run, "setup") == [(0, 2), (3, 5), (6, 8)]
    assert ends_h(run, "a") == [3, 9, 10]
    assert [row["setup_s"] / HOUR_S for row in run["operations"].to_pylist()] == [2, 2, 2, 0]
    assert {row["state"] for row in run["states"].to_pylist() if row["reason"] == "setup"} == {"scheduled_down"}


def test_a_set_up_depends_on_the_sequence() -> None:
    there = {"before": "a", "after": "b", "duration": "30 min"}
    back = {"before": "b", "after": "a", "duration": "1 h"}
    setups = {"duration": "2 h", "changes": [there, back]}
    run = tables(**_two_families(setups=setups), order_book=_orders("a", "b", "a"))
    assert intervals_h(run, "setup") == [(0, 2), (3, 3.5), (4.5, 5.5)]


def test_least_setup_goes_on_with_what_is_set_up() -> None:
    run = tables(**_two_families(dispatch="least_setup"), order_book=_orders("a", "b", "a", "a", "b"))
    assert ends_h(run, "a") == [3, 4, 5]
    assert ends_h(run, "b") == [8, 9]


def test_a_set_up_waits_for_its_people() -> None:
    people = {"setter": {"skills": ["setter"], "crews": [{"calendar": "late", "headcount": 1}]}}
    run = tables(
        **_two_families(setups={"duration": "2 h", "operators": {"setter": 1}}),
        calendars={"late": {"shifts": [{"days": "mon-sun", "start": "06:00", "end": "22:00"}]}},
        operator_groups=people,
        order_book=_orders("a"),
    )
    assert intervals_h(run, "setup") == [(6, 8)]
    assert run["operations"]["labour_s"].to_pylist() == [2 * HOUR_S]


def test_a_batch_starts_full_or_when_the_first_has_waited_long_enough() -> None:
    oven = {"work_units": 1, "batch": {"size": 3, "minimum": 3, "max_wait": "5 h"}}
    orders = [{"product": "tray", "release": f"{hour} h"} for hour in (0, 1, 2, 10)]
    run = tables(**one_step("tray", center="oven", duration="4 h"), work_centers={"oven": oven}, order_book=orders)
    rows = run["operations"].to_pylist()
    assert [row["start_s"] / HOUR_S for row in rows] == [2, 2, 2, 15]
    assert [row["end_s"] / HOUR_S for row in rows] == [6, 6, 6, 19]
    assert [row["wait_gang_s"] / HOUR_S for row in rows] == [2, 1, 0, 5]
    assert len({row["serial_number"] for row in rows}) == 4


def test_a_batch_takes_no_more_than_its_size_and_shares_its_energy() -> None:
    oven = {"work_units": 1, "batch": {"size": 4}, "feed": "panel"}
    run = tables(
        **one_step("tray", center="oven", duration="4 h", draw="1 kW"),
        feeds={"panel": {"limit": "10 kW"}},
        work_centers={"oven": oven},
        order_book=[{"product": "tray", "quantity": 1}, {"product": "tray", "quantity": 5, "release": "1 h"}],
    )
    rows = run["operations"].to_pylist()
    assert [row["start_s"] / HOUR_S for row in rows] == [0, 4, 4, 4, 4, 8]
    assert [row["energy_j"] for row in rows] == pytest.approx([4 * 3.6e6] * 6)
    assert run["shipments"]["energy_j"].to_pylist() == pytest.approx([4 * 3.6e6] * 6)
    assert max(run["limits"]["draw"].to_pylist()) == 4000


def test_each_of_a_batch_has_its_own_verdict() -> None:
    run = tables(
        parts={"tray": {"routing": "tray"}},
        defect_kinds={"bad": {}},
        work_centers={"oven": {"work_units": 1, "batch": {"size": 10}}, "bench": {"work_units": 1}},
        routings={
            "tray": {
                "operations": [
                    step("build", "bench", "1 min", defects={"bad": "50 %"}),
                    step("bake", "oven", "9 h", detects={"bad": 1}, on_fail={"debug": "fix", "retest_from": "bake"}),
                    step("fix", "bench", "1 h", rework=True),
                ]
            }
        },
        order_book=[{"product": "tray", "quantity": 100}],
    )
    outcomes = [row["outcome"] for row in run["operations"].to_pylist() if row["operation"] == "bake"]
    assert outcomes.count("fail") == run["defects"].num_rows
    assert 30 < outcomes.count("fail") < 70
    assert run["shipments"].num_rows == 100


def test_critical_ratio_weighs_the_due_date_by_the_work_left() -> None:
    run = tables(
        parts={part: {"routing": part} for part in ("first", "short", "long")},
        work_centers={"bench": {"work_units": 1, "dispatch": "critical_ratio"}, "rest": {"work_units": 9}},
        routings={
            "first": {"operations": [step("build", "bench", "1 h")]},
            "short": {"operations": [step("build", "bench", "1 h")]},
            "long": {"operations": [step("build", "bench", "1 h"), step("finish", "rest", "49 h")]},
        },
        order_book=[{"product": "first"}, {"product": "short", "due": "30 h"}, {"product": "long", "due": "60 h"}],
    )
    assert starts_h(run) == {"first": [0], "long": [1, 2], "short": [2]}


def test_of_complete_batches_the_rule_takes_the_most_urgent() -> None:
    """Two of each part come while the oven bakes; only whole batches may go, of these the one due first."""
    parts = ("first", "late", "urgent", "alone")
    dues = {"late": "90 h", "urgent": "30 h"}
    starts = {}
    for rule in ("fifo", "critical_ratio"):
        run = tables(
            parts={part: {"routing": part} for part in parts},
            work_centers={"oven": {"work_units": 1, "batch": {"size": 2, "minimum": 2}, "dispatch": rule}},
            routings={part: {"operations": [step("bake", "oven", "5 h")]} for part in parts},
            order_book=[
                {"product": "first", "quantity": 2},
                {"product": "alone", "due": "1 h"},
                *({"product": part, "quantity": 2, "due": due, "release": "1 h"} for part, due in dues.items()),
            ],
        )
        starts[rule] = starts_h(run)
    assert starts == {
        "fifo": {"first": [0, 0], "late": [5, 5], "urgent": [10, 10]},
        "critical_ratio": {"first": [0, 0], "late": [10, 10], "urgent": [5, 5]},
    }


def test_a_hot_lot_goes_before_all_others() -> None:
    for rule in ("fifo", "spt", "critical_ratio"):
        run = tables(
            **one_step("tray", "rack"),
            work_centers={"bench": {"work_units": 1, "dispatch": rule}},
            order_book=[
                {"product": "tray", "quantity": 5, "due": "1 h", "priority": 9},
                {"product": "rack", "hot": True, "release": "30 min"},
            ],
        )
        assert starts_h(run)["rack"] == [1], rule


def test_a_faster_unit_takes_less_time_and_may_be_preferred() -> None:
    groups = [{"name": "old", "count": 1}, {"name": "new", "count": 1, "speed": 2}]
    for choice, ends in (("first", [0.5, 1, 1]), ("fastest", [0.5, 1, 1])):
        run = tables(
            **one_step("tray"),
            work_centers={"bench": {"work_units": groups, "unit_choice": choice}},
            order_book=[{"product": "tray", "quantity": 3}],
        )
        assert sorted(ends_h(run, "tray")) == ends
        assert run["operations"]["work_unit"].to_pylist()[0] == 1
        first = min(run["operations"].to_pylist(), key=lambda row: row["serial_number"])
        assert first["work_unit"] == (1 if choice == "fastest" else 0)


def test_headroom_spreads_over_feeds() -> None:
    groups = [{"name": name, "count": 2, "feed": name} for name in ("west", "east")]
    for choice, units in (("first", {0, 1}), ("headroom", {1, 2})):
        run = tables(
            **one_step("tray", draw="1 kW"),
            feeds={name: {"limit": "10 kW"} for name in ("west", "east")},
            work_centers={"bench": {"work_units": groups, "unit_choice": choice}},
            order_book=[{"product": "tray", "quantity": 2}],
        )
        used = set(run["operations"]["work_unit"].to_pylist())
        assert {unit // 2 for unit in used} == ({0} if choice == "first" else {0, 1}), (choice, units)


def test_an_alternative_takes_what_the_first_place_has_no_time_for() -> None:
    run = tables(
        **one_step("tray", alternatives=[{"work_center": "spare", "speed": "50 %"}]),
        work_centers={"bench": {"work_units": 1}, "spare": {"work_units": 1}},
        order_book=[{"product": "tray", "quantity": 3}],
    )
    rows = {row["serial_number"]: row for row in run["operations"].to_pylist()}
    places = [rows[serial]["work_center"] for serial in sorted(rows)]
    assert places == ["bench", "bench", "spare"]
    assert [(row["end_s"] - row["start_s"]) / HOUR_S for _, row in sorted(rows.items())] == [1, 1, 2]


def test_a_hot_lot_is_kitted_before_all_others() -> None:
    world = one_step("cold", "rack")
    world["parts"] = {name: {**part, "bill_of_materials": {"board": 1}} for name, part in world["parts"].items()}
    run = tables(
        parts={**world["parts"], "board": {"supply": "receipts"}},
        routings=world["routings"],
        work_centers={"bench": {"work_units": 1}},
        part_receipts=[{"part": "board", "quantity": 1, "at": f"{hour} h"} for hour in (10, 20, 30, 40)],
        order_book=[
            {"product": "cold", "quantity": 2, "priority": 9},
            {"product": "rack"},
            {"product": "rack", "hot": True, "release": "1 h"},
        ],
    )
    assert starts_h(run) == {"rack": [10, 40], "cold": [20, 30]}


def test_a_blocked_batch_stays_down_while_one_part_after_the_other_leaves() -> None:
    failures = {"time_between": "15 h", "repair_time": "20 h", "clock": "calendar"}
    run = tables(
        parts={"tray": {"routing": "tray"}},
        work_centers={
            "oven": {"work_units": 1, "batch": {"size": 3, "minimum": 3}, "failures": failures},
            "bench": {"work_units": 1, "input_buffer": 1},
        },
        routings={"tray": {"operations": [step("bake", "oven", "1 h"), step("bench", "bench", "10 h")]}},
        order_book=[{"product": "tray", "quantity": 6}],
        horizon="40 h",
    )
    assert sum(end - start for start, end in intervals_h(run, "repair")) == 20
    assert intervals_h(run, "blocked") == [(1, 11), (12, 15), (35, 40)]


def test_a_hot_lot_takes_the_cell_that_a_gang_waits_with() -> None:
    """Two cells, one busy: the gang waits for the other one, beside which its second cell is free."""
    run = tables(
        parts={part: {"routing": part} for part in ("tray", "pair", "rush")},
        work_centers={"bay": {"work_units": 2}},
        routings={
            "tray": {"operations": [step("soak", "bay", "10 h")]},
            "pair": {"operations": [step("cluster", "bay", "1 h", gang=2)]},
            "rush": {"operations": [step("soak", "bay", "1 h")]},
        },
        order_book=[
            {"product": "tray"},
            {"product": "pair", "quantity": 2, "release": "1 h"},
            {"product": "rush", "hot": True, "release": "2 h"},
        ],
    )
    assert starts_h(run) == {"tray": [0], "rush": [2], "pair": [10, 10]}


def test_without_places_between_a_part_goes_on_when_the_next_cell_is_empty() -> None:
    run = tables(
        parts={"tray": {"routing": "tray"}},
        work_centers={"saw": {"work_units": 1}, "bench": {"work_units": 1, "input_buffer": 0}},
        routings={"tray": {"operations": [step("saw", "saw", "1 h"), step("bench", "bench", "3 h")]}},
        order_book=[{"product": "tray", "quantity": 3}],
    )
    assert ends_h(run, "bench") == [4, 7, 10]
    assert intervals_h(run, "blocked") == [(2, 4), (5, 7)]
