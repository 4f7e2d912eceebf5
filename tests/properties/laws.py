"""All laws that hold for every run of every scenario, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import flow, limits, occupancy
from .history import History

Law = Callable[[History], Iterator[str]]

LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        flow.work_orders_are_conserved,
        flow.shipments_are_shipped_orders,
        flow.orders_are_due_when_promised,
        flow.order_book_is_released,
        flow.components_are_released,
        flow.parts_follow_their_routing,
        flow.waits_leave_no_gap,
        flow.little_holds,
        flow.material_adds_up,
        flow.bills_are_consumed_exactly,
        flow.genealogy_tells_what_went_in,
        flow.defects_have_one_end,
        flow.shipments_sum_their_visits,
        occupancy.tables_have_their_columns,
        occupancy.nothing_lasts_less_than_nothing,
        occupancy.states_partition_the_horizon,
        occupancy.visits_are_the_sum_of_their_parts,
        occupancy.one_part_at_a_time,
        occupancy.states_tell_the_visits,
        occupancy.buffers_hold,
        occupancy.gangs_start_together,
        occupancy.equals_do_not_overtake,
        occupancy.fixed_work_takes_its_time,
        occupancy.waits_have_a_reason,
        limits.limits_hold,
        limits.loads_add_up_the_tree,
        limits.energy_is_draw_times_time,
        limits.energy_is_the_draw_above_idle,
        limits.draw_is_that_of_the_work,
        limits.people_work_only_when_present,
        limits.labour_is_the_time_attended,
    )
}


def violations(history: History) -> list[str]:
    """Every violation of every law, each with the law's name."""
    return [f"{name}: {problem}" for name, law in LAWS.items() for problem in law(history)]
