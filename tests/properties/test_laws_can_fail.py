"""Each law holds in the small world made by hand, and notices when that world is bent."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import pytest

from racktwin.model import Scenario

from . import small_world
from .history import History, Row
from .laws import LAWS, violations

Tables = dict[str, list[Row]]


def test_the_small_world_breaks_no_law() -> None:
    assert violations(History(small_world.SCENARIO, small_world.tables())) == []


def _set(table: str, index: int, **values: Any) -> Callable[[Tables], None]:
    def bend(tables: Tables) -> None:
        tables[table][index].update(values)

    return bend


def _drop(table: str, index: int) -> Callable[[Tables], None]:
    def bend(tables: Tables) -> None:
        del tables[table][index]

    return bend


def _repeat(table: str, index: int, **values: Any) -> Callable[[Tables], None]:
    def bend(tables: Tables) -> None:
        tables[table].append({**tables[table][index], **values})

    return bend


BENT: list[tuple[str, Callable[[Tables], None]]] = [
    ("work_orders_are_conserved", _set("work_orders", 0, fate="in_stock", end_s=nan)),
    ("work_orders_are_conserved", _set("work_orders", 1, fate="shipped")),
    ("work_orders_are_conserved", _set("work_orders", 1, end_s=20000.0)),
    ("work_orders_are_conserved", _drop("work_orders", 3)),
    ("shipments_are_shipped_orders", _drop("shipments", 0)),
    ("shipments_are_shipped_orders", _set("shipments", 0, shipped_s=14401.0)),
    ("orders_are_due_when_promised", _set("work_orders", 0, source="market", due_s=9000.0)),
    ("orders_are_due_when_promised", _set("work_orders", 0, source="hot")),
    ("order_book_is_released", _set("work_orders", 0, source="market")),
    ("components_are_released", _set("work_orders", 3, source="order_book")),
    ("parts_follow_their_routing", _drop("operations", 1)),
    ("parts_follow_their_routing", _set("operations", 6, visit=1)),
    ("parts_follow_their_routing", _set("operations", 5, work_center="bench")),
    ("parts_follow_their_routing", _set("operations", 0, outcome="pass")),
    ("waits_leave_no_gap", _set("operations", 1, queued_s=7100.0)),
    ("waits_leave_no_gap", _set("work_orders", 0, release_s=3000.0)),
    ("little_holds", _set("operations", 1, queued_s=7100.0)),
    ("little_holds", _set("work_orders", 3, end_s=12000.0)),
    ("material_adds_up", _set("material", 3, on_hand=4)),
    ("material_adds_up", _set("material", 1, change=4)),
    ("material_adds_up", _drop("material", 7)),
    ("material_adds_up", _set("work_orders", 3, fate="in_stock")),
    ("bills_are_consumed_exactly", _set("material", 2, change=-3)),
    ("bills_are_consumed_exactly", _set("material", 2, change=-1)),
    ("genealogy_tells_what_went_in", _drop("genealogy", 1)),
    ("genealogy_tells_what_went_in", _set("genealogy", 0, time_s=10000.0)),
    ("genealogy_tells_what_went_in", _set("genealogy", 0, child_serial_number=-1, lot="L9")),
    ("defects_have_one_end", _set("defects", 0, found_s=7300.0)),
    ("defects_have_one_end", _set("defects", 0, end_s=7000.0)),
    ("defects_have_one_end", _set("defects", 1, fate="open")),
    ("defects_have_one_end", _set("shipments", 0, latent_escapes=0)),
    ("defects_have_one_end", _set("defects", 1, precipitated_s=8000.0)),
    ("shipments_sum_their_visits", _set("shipments", 0, energy_j=1.0)),
    ("tables_have_their_columns", _set("labour", 0, mood="good")),
    ("nothing_lasts_less_than_nothing", _set("operations", 0, wait_cell_s=-1.0)),
    ("nothing_lasts_less_than_nothing", _set("operations", 0, start_s=8000.0)),
    ("nothing_lasts_less_than_nothing", _set("states", 0, end_s=-1.0)),
    ("nothing_lasts_less_than_nothing", _set("labour", 3, end_s=40000.0)),
    ("states_partition_the_horizon", _drop("states", 1)),
    ("states_partition_the_horizon", _set("states", 1, start_s=3500.0)),
    ("states_partition_the_horizon", _set("states", 0, state="idle")),
    ("visits_are_the_sum_of_their_parts", _set("operations", 2, wait_cell_s=3500.0)),
    ("one_part_at_a_time", _set("operations", 2, start_s=7000.0)),
    ("one_part_at_a_time", _set("operations", 1, start_s=7100.0)),
    ("states_tell_the_visits", _set("states", 1, reason="blocked")),
    ("states_tell_the_visits", _set("states", 1, serial_number=3)),
    ("equals_do_not_overtake", _set("operations", 4, queued_s=3500.0, start_s=5000.0)),
    ("fixed_work_takes_its_time", _set("operations", 5, work_s=3500.0)),
    ("waits_have_a_reason", _set("operations", 2, wait_power_s=3600.0)),
    ("limits_hold", _set("limits", 1, reserved=12.1e3)),
    ("limits_hold", _set("limits", 1, draw=12.1e3)),
    ("limits_hold", _set("limits", 1, limit=13e3)),
    ("limits_hold", _drop("limits", 2)),
    ("loads_add_up_the_tree", _set("limits", 5, draw=20e3)),
    ("energy_is_draw_times_time", _set("operations", 5, energy_j=30e6)),
    ("energy_is_the_draw_above_idle", _set("operations", 5, energy_j=60e6)),
    ("energy_is_the_draw_above_idle", _set("limits", 1, draw=2e3)),
    ("draw_is_that_of_the_work", _set("limits", 3, draw=2e3)),
    ("people_work_only_when_present", _set("labour", 1, busy=3)),
    ("people_work_only_when_present", _set("labour", 3, present=2)),
    ("people_work_only_when_present", _drop("labour", 2)),
    ("labour_is_the_time_attended", _set("labour", 1, busy=2)),
    ("labour_is_the_time_attended", _set("operations", 6, labour_s=0.0)),
]


@pytest.mark.parametrize(("law", "bend"), BENT, ids=[f"{law}-{index}" for index, (law, _) in enumerate(BENT)])
def test_a_bent_world_breaks_the_law(law: str, bend: Callable[[Tables], None]) -> None:
    tables = small_world.tables()
    bend(tables)
    assert list(LAWS[law](History(small_world.SCENARIO, tables)))


def test_every_law_has_been_seen_to_fail() -> None:
    assert {law for law, _ in BENT} | {"gangs_start_together", "buffers_hold"} == set(LAWS)


def _burn_in_that(**values: Any) -> Scenario:
    """The small world, but its burn-in is otherwise."""
    routings = small_world.SCENARIO.routings
    prepare, burn_in = routings["rack"].operations
    rack = routings["rack"].model_copy(update={"operations": (prepare, burn_in.model_copy(update=values))})
    return small_world.SCENARIO.model_copy(update={"routings": {**routings, "rack": rack}})


def test_gangs_of_two_do_not_start_alone() -> None:
    assert list(LAWS["gangs_start_together"](History(_burn_in_that(gang=2), small_world.tables())))


def test_two_do_not_wait_where_one_may() -> None:
    tables = small_world.tables()
    _repeat("operations", 5, serial_number=1)(tables)
    assert list(LAWS["buffers_hold"](History(_burn_in_that(consumes={}), tables)))
