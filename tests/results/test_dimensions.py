"""The scenario as tables."""

from __future__ import annotations

from typing import Any

import pytest

from racktwin.model import Scenario
from racktwin.results.dimensions import products, scenario_tables
from tests.results.plant import plant_document


def scenario_of(**changes: Any) -> Scenario:
    return Scenario.model_validate(plant_document(**changes))


def rows(scenario: Scenario, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scenario_tables(scenario)[table].to_pylist()
    return found


def test_products_are_what_is_ordered() -> None:
    book = [{"product": "gb200_compute_tray", "quantity": 2}]

    assert products(scenario_of()) == ("gb200_nvl72", "hgx_b200_rack")
    assert products(scenario_of(demand={}, order_book=book)) == ("gb200_compute_tray",)


def test_tree_multiplies_pieces_over_levels_and_leaves_out_bought_parts() -> None:
    parts = {
        "pod": {"routing": "rack", "bill_of_materials": {"rack": 8, "tray": 1}},
        "rack": {"routing": "rack", "bill_of_materials": {"tray": 18, "cable": 40}},
        "tray": {"routing": "tray", "bill_of_materials": {"cable": 2}},
        "cable": {},
    }
    demand = {"pods": {"product": "pod"}, "racks": {"product": "rack"}}
    found = rows(scenario_of(parts=parts, demand=demand, defect_kinds={}), "scenario_tree")

    assert [tuple(row.values()) for row in found] == [
        ("pod", "pod", 1),
        ("pod", "rack", 8),
        ("pod", "tray", 8 * 18 + 1),
        ("rack", "rack", 1),
        ("rack", "tray", 18),
    ]


def test_operations_say_what_they_are_and_how_long_they_should_take() -> None:
    steps = rows(scenario_of(), "scenario_operations")
    found = {row["operation"]: row for row in steps if row["part"] == "gb200_nvl72"}

    assert list(found) == ["integrate_rack", "burn_in_rack", "debug_rack"]
    assert [found[name]["planned_s"] for name in found] == [pytest.approx(16 * 3600), pytest.approx(49 * 3600), None]
    assert [found[name]["test"] for name in found] == [False, True, False]
    assert [found[name]["rework"] for name in found] == [False, False, True]
    assert {row["level"] for row in found.values()} == {"L11"}


def test_feeds_know_their_parents_and_work_centers_their_work_units() -> None:
    scenario = scenario_of()

    assert rows(scenario, "scenario_feeds") == [
        {"feed": "utility", "parent": None, "limit_w": pytest.approx(2.4e6), "of_hall": False},
        {"feed": "test_floor", "parent": "utility", "limit_w": pytest.approx(9e5), "of_hall": False},
    ]
    assert {row["work_center"]: row["work_units"] for row in rows(scenario, "scenario_work_centers")}["burn_in"] == 6


def test_a_plant_without_feeds_people_or_orders_has_empty_tables() -> None:
    bare = scenario_of(feeds={}, cooling_loops={}, operator_groups={}, demand={}, defect_kinds={})

    for table in ("scenario_feeds", "scenario_tree", "scenario_operator_groups"):
        assert rows(bare, table) == []
