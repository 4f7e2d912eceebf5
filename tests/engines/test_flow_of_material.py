"""Transport, kanban, drum-buffer-rope, disassembly, lots, yield that improves, limits that move."""

from __future__ import annotations

from typing import Any

import pytest

from .worlds import HOUR_S, ends_h, one_step, starts_h, step, tables


def _moved(**vehicle: Any) -> dict[str, Any]:
    return {
        "parts": {"rack": {"routing": "rack", "transport": "forklift"}},
        "work_centers": {
            "build": {"work_units": 9, "position": {"x": "0 m", "y": "0 m"}},
            "test": {"work_units": 9, "position": {"x": "100 m", "y": "80 m"}},
            "forklift": {"work_units": 1, "vehicle": {"speed": "0.1 m/s", "handling": "15 min", **vehicle}},
        },
        "routings": {"rack": {"operations": [step("build", "build", "1 h"), step("test", "test", "1 h")]}},
    }


def test_a_vehicle_comes_loads_and_goes() -> None:
    run = tables(**_moved(), order_book=[{"product": "rack", "quantity": 2}])
    assert ends_h(run, "move_to_test") == [1.75, 3]  # the second time it comes back empty
    assert ends_h(run, "test") == [2.75, 4]


def test_the_nearest_vehicle_comes() -> None:
    """One stands where it brought the rack; the other became free later, far away."""
    world = _moved()
    centers, rack = world["work_centers"], world["routings"]["rack"]["operations"]
    centers["forklift"]["work_units"] = 2
    centers["pack"] = {"work_units": 1, "position": {"x": "100 m", "y": "116 m"}}
    centers["store"] = {"work_units": 1, "position": {"x": "1000 m", "y": "0 m"}}
    rack[1]["duration"] = "5 h"
    rack.append(step("pack", "pack", "1 h"))
    world["parts"]["other"] = {"routing": "other", "transport": "forklift"}
    world["routings"]["other"] = {"operations": [step("make", "build", "1 h"), step("store", "store", "1 h")]}
    run = tables(**world, order_book=[{"product": "rack"}, {"product": "other"}])
    assert ends_h(run, "test") == [6.75]
    assert ends_h(run, "move_to_store") < [6.75]
    assert ends_h(run, "move_to_pack") == [6.75 + 0.25 + 0.1]


def test_a_failed_rack_is_moved_to_debug_and_back() -> None:
    world = _moved()
    world["defect_kinds"] = {"bad": {}}
    build, test = world["routings"]["rack"]["operations"]
    build["defects"] = {"bad": 1}
    test.update(detects={"bad": 1}, on_fail={"debug": "fix", "retest_from": "test"})
    world["routings"]["rack"]["operations"].append(step("fix", "build", "1 h", rework=True))
    run = tables(**world, order_book=[{"product": "rack"}])
    moves = [row["operation"] for row in run["operations"].to_pylist()]
    assert moves == ["build", "move_to_test", "test", "move_to_fix", "fix", "move_to_test", "test"]
    assert run["shipments"]["failures"].to_pylist() == [1]


def test_a_vehicle_with_room_for_two_takes_two() -> None:
    world = _moved()
    world["work_centers"]["forklift"]["batch"] = {"size": 2}
    run = tables(**world, order_book=[{"product": "rack", "quantity": 4}])
    # the first goes alone: its vehicle is there when it is ready, and the others come an instant later
    assert ends_h(run, "move_to_test") == [1.75, 3, 3, 4.25]


def test_kanban_cards_are_made_at_first_and_replaced_as_they_are_used() -> None:
    run = tables(
        parts={
            "rack": {"routing": "rack", "bill_of_materials": {"tray": 2}},
            "tray": {"routing": "tray", "kanban": 4},
        },
        work_centers={"bench": {"work_units": 9}, "rack_bench": {"work_units": 1}},
        routings={
            "tray": {"operations": [step("tray", "bench", "1 h")]},
            "rack": {"operations": [step("rack", "rack_bench", "3 h")]},
        },
        order_book=[{"product": "rack", "release": "10 h"}],
    )
    trays = [row for row in run["work_orders"].to_pylist() if row["part"] == "tray"]
    assert sorted(row["release_s"] / HOUR_S for row in trays) == [0, 0, 0, 0, 10, 10]
    assert ends_h(run, "rack") == [13]
    on_hand = [row["on_hand"] for row in run["material"].to_pylist() if row["part"] == "tray"]
    assert on_hand[-1] == 4 == max(on_hand)


def test_the_rope_releases_as_the_drum_gets_through() -> None:
    run = tables(
        parts={"rack": {"routing": "rack"}},
        work_centers={"bench": {"work_units": 9}, "soak": {"work_units": 2}},
        routings={"rack": {"operations": [step("build", "bench", "1 h"), step("soak", "soak", "10 h")]}},
        drum="soak",
        demand={"racks": {"product": "rack", "rope": "20 h"}},
    )
    releases = sorted(row["release_s"] / HOUR_S for row in run["work_orders"].to_pylist())
    assert releases[:8] == [0, 0, 0, 0, 11, 11, 21, 21]
    assert len(ends_h(run, "soak")) == 2 * int((480 - 1) / 10)  # the drum never starves


def test_disassembly_puts_parts_in_stock() -> None:
    run = tables(
        parts={
            "old": {"routing": "old"},
            "new": {"routing": "new", "bill_of_materials": {"tray": 2, "board": 3}},
            "tray": {"routing": "tray"},
            "board": {"supply": "receipts"},
        },
        work_centers={"bench": {"work_units": 1}},
        routings={
            "old": {"operations": [step("take_apart", "bench", "2 h", produces={"tray": 2, "board": 3})]},
            "tray": {"operations": [step("tray", "bench", "100 d")]},
            "new": {"operations": [step("new", "bench", "1 h")]},
        },
        order_book=[{"product": "old", "priority": 1}, {"product": "new", "release": "1 h"}],
    )
    reasons = [(row["part"], row["reason"], row["change"]) for row in run["material"].to_pylist()]
    assert reasons[:3] == [("tray", "recovered", 1), ("tray", "recovered", 1), ("board", "recovered", 3)]


def test_a_lot_is_traced_to_what_it_went_into_and_brings_its_own_defects() -> None:
    run = tables(
        parts={
            "rack": {"routing": "rack", "bill_of_materials": {"tray": 1}},
            "tray": {"routing": "tray", "bill_of_materials": {"board": 2}},
            "board": {"supply": "receipts", "initial_stock": 1},
        },
        defect_kinds={"crack": {}},
        work_centers={"bench": {"work_units": 1}},
        routings={part: {"operations": [step(part, "bench", "1 h")]} for part in ("rack", "tray")},
        part_receipts=[
            {"part": "board", "quantity": 2, "at": "1 h", "lot": "good"},
            {"part": "board", "quantity": 3, "at": "2 h", "lot": "bad", "defects": {"crack": 1}},
        ],
        order_book=[{"product": "rack", "quantity": 3}],
    )
    rows = run["genealogy"].to_pylist()
    boards = [(row["lot"], row["pieces"]) for row in rows if row["part"] == "board"]
    assert boards == [("good", 1), ("good", 1), ("bad", 1), ("bad", 2)]
    trays = {row["child_serial_number"]: row["serial_number"] for row in rows if row["part"] == "tray"}
    bad = {row["serial_number"] for row in rows if row["lot"] == "bad"}
    cracked = {row["serial_number"] for row in run["defects"].to_pylist()}
    assert cracked == {trays[tray] for tray in bad}
    assert run["defects"].num_rows == 3


@pytest.mark.slow
def test_yield_improves_with_time() -> None:
    run = tables(
        **one_step("tray", duration="6 min", defects={"bad": "50 %"}),
        defect_kinds={"bad": {"improves": {"to": "20 %", "time_constant": "5 d"}}},
        work_centers={"bench": {"work_units": 1}},
        order_book=[{"product": "tray", "quantity": 4800}],
    )
    created = [time_s / 86400.0 for time_s in run["defects"]["created_s"].to_pylist()]
    early, late = (sum(1 for day in created if low <= day < low + 1) for low in (0, 19))
    assert early == pytest.approx(240 * 0.5 * 0.925, abs=25)
    assert late == pytest.approx(240 * 0.5 * 0.216, abs=15)


def _two_on_a_feed(changes: list[dict[str, str]], **keys: Any) -> dict[str, Any]:
    return {
        **one_step("rack", center="cell", duration="10 h", draw="100 kW", **keys),
        "feeds": {"panel": {"limit": "200 kW", "changes": changes}},
        "cap_tables": {"measured": {"points": [[0.5, 0.8], [1, 1]]}},
        "work_centers": {"cell": {"work_units": 2, "feed": "panel"}},
        "order_book": [{"product": "rack"}, {"product": "rack", "release": "1 h"}],
    }


def test_what_no_longer_fits_is_shed_and_resumes() -> None:
    changes = [{"at": "4 h", "limit": "150 kW"}, {"at": "7 h", "limit": "200 kW"}]
    run = tables(**_two_on_a_feed(changes))
    assert ends_h(run, "rack") == [10, 14]
    rows = run["operations"].to_pylist()
    assert [row["wait_power_s"] / HOUR_S for row in rows] == [0, 3]
    assert [row["energy_j"] for row in rows] == pytest.approx([1e5 * 36000] * 2)
    assert all(row["reserved"] <= row["limit"] for row in run["limits"].to_pylist())


def test_what_no_longer_fits_is_throttled_and_raised_again() -> None:
    changes = [{"at": "4 h", "limit": "150 kW"}, {"at": "7 h", "limit": "200 kW"}]
    run = tables(**_two_on_a_feed(changes, cap={"table": "measured", "levels": [1, 0.5]}))
    assert ends_h(run, "rack") == [10, 11.6]  # three hours at 0.8 speed
    energy = [row["energy_j"] / 3.6e9 for row in run["operations"].to_pylist()]
    assert energy == pytest.approx([1, 0.3 + 0.15 + 0.46])
    assert [row["cap"] for row in run["operations"].to_pylist()] == [1, 0.5]


def test_shed_at_once_where_that_is_wanted() -> None:
    changes = [{"at": "4 h", "limit": "150 kW"}, {"at": "7 h", "limit": "200 kW"}]
    cap = {"table": "measured", "levels": [1, 0.5]}
    run = tables(**_two_on_a_feed(changes, cap=cap), admission={"shortage": "shed"})
    assert ends_h(run, "rack") == [10, 14]
    assert run["operations"]["cap"].to_pylist() == [1, 1]


def test_what_was_throttled_is_raised_when_another_leaves() -> None:
    run = tables(**_two_on_a_feed([{"at": "4 h", "limit": "150 kW"}], cap={"table": "measured", "levels": [1, 0.5]}))
    assert ends_h(run, "rack") == [10, 12.2]  # 3 h full, 6 h at 0.8, 2.2 h full


def test_shed_work_resumes_at_the_level_that_fits_then() -> None:
    changes = [{"at": "4 h", "limit": "150 kW"}, {"at": "6 h", "limit": "160 kW"}]
    cap = {"table": "measured", "levels": [1, 0.5]}
    run = tables(**_two_on_a_feed(changes, cap=cap), admission={"shortage": "shed"})
    assert ends_h(run, "rack") == [10, 13.8]  # 3 h full, 2 h off, 4 h at 0.8, 3.8 h full
    assert [row["cap"] for row in run["operations"].to_pylist()] == [1, 0.5]


def test_a_rope_lets_nothing_go_before_its_demand_begins() -> None:
    run = tables(
        **one_step("early", "late", center="drum"),
        work_centers={"drum": {"work_units": 1}},
        drum="drum",
        demand={
            "late": {"product": "late", "rope": "5 h", "first": "10 d"},
            "early": {"product": "early", "rope": "5 h", "interarrival": "3 h"},
        },
    )
    assert min(starts_h(run)["late"]) >= 240


def test_recovered_pieces_bring_no_kanban_cards() -> None:
    run = tables(
        parts={
            "rack": {"routing": "rack", "bill_of_materials": {"tray": 1}},
            "tray": {"routing": "tray", "kanban": 2},
            "old": {"routing": "old"},
        },
        work_centers={"bench": {"work_units": 9}},
        routings={
            "old": {"operations": [step("old", "bench", "1 h", produces={"tray": 5})]},
            "tray": {"operations": [step("tray", "bench", "1 h")]},
            "rack": {"operations": [step("rack", "bench", "1 h")]},
        },
        order_book=[{"product": "old"}, {"product": "rack", "quantity": 7, "release": "10 h"}],
    )
    assert [row["on_hand"] for row in run["material"].to_pylist() if row["part"] == "tray"][-1] == 2


def test_a_part_is_taken_apart_once_however_often_it_is_tested() -> None:
    on_fail = {"debug": "fix", "retest_from": "apart"}
    run = tables(
        parts={"old": {"routing": "old"}, "board": {"supply": "receipts"}},
        defect_kinds={"bad": {}},
        work_centers={"bench": {"work_units": 1}},
        routings={
            "old": {
                "operations": [
                    step("apart", "bench", "1 h", produces={"board": 1}, defects={"bad": "50 %"}),
                    step("test", "bench", "1 h", detects={"bad": 1}, on_fail=on_fail),
                    step("fix", "bench", "1 h", rework=True),
                ]
            }
        },
        order_book=[{"product": "old", "quantity": 10}],
    )
    assert run["shipments"].num_rows == 10 < len(ends_h(run, "apart"))
    assert run["material"].num_rows == 10


def test_an_order_that_takes_another_place_than_the_drum_eases_the_rope() -> None:
    def build(**keys: Any) -> list[float]:
        run = tables(
            parts={"rack": {"routing": "rack"}},
            work_centers={name: {"work_units": 1} for name in ("drum", "spare")} | {"store": {"work_units": 9}},
            routings={"rack": {"operations": [step("cut", "drum", "1 h", **keys), step("keep", "store", "15 d")]}},
            drum="drum",
            demand={"racks": {"product": "rack", "rope": "2 h"}},
            horizon="6 h",
        )
        return ends_h(run, "cut")

    assert len(build()) == 6
    assert len(build(alternatives=[{"work_center": "spare"}])) > 9


@pytest.mark.slow
def test_a_turn_in_which_many_leave_parts_behind_has_room_for_all() -> None:
    stations = [f"s{number}" for number in range(12)]
    operations = [step(name, name, "1 h", produces={"chip": 40}) for name in stations]
    run = tables(
        parts={"old": {"routing": "old"}, "chip": {"routing": "chip"}},
        work_centers={
            **{name: {"work_units": 1, "input_buffer": 0} for name in stations},
            "last": {"work_units": 1, "input_buffer": 0},
        },
        routings={
            "old": {"operations": [*operations, step("last", "last", "50 h")]},
            "chip": {"operations": [step("chip", "last", "1 h")]},
        },
        order_book=[{"product": "old", "quantity": 30}],
    )
    assert run["material"].num_rows == 40 * len(
        [r for r in run["operations"].to_pylist() if r["work_center"] != "last"]
    )
