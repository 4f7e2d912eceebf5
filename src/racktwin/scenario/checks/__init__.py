"""Rules between entities: one small function each, all run, all findings at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from racktwin.model import Scenario

from . import (
    capacity,
    cycles,
    gpu_work,
    hall,
    hall_hours,
    material,
    movement,
    names,
    network,
    network_terms,
    observed,
    people,
    places,
    power,
    prebuilt,
    quality,
    references,
    work,
)
from .finding import Finding, Rule

RULES: tuple[Rule, ...] = (
    references.unknown_names,
    names.repeated_names,
    cycles.part_inside_itself,
    cycles.feed_above_itself,
    cycles.loop_above_itself,
    work.unknown_time_zone,
    work.warm_up_within_horizon,
    work.nothing_to_simulate,
    work.nothing_ordered,
    work.product_without_routing,
    work.endless_demand,
    work.breaks_down_at_once,
    work.order_outside_horizon,
    work.very_short_phase,
    material.consumed_but_not_in_bill,
    material.consumed_more_than_in_bill,
    material.rework_consumes,
    material.made_part_by_receipts,
    material.stock_of_made_part,
    material.never_supplied,
    material.receipts_of_unlimited_parts,
    quality.debug_is_rework,
    quality.retest_comes_before,
    quality.by_defect_only_in_rework,
    quality.repair_takes_time,
    quality.unreachable_rework,
    quality.nothing_on_main_route,
    quality.failure_without_way,
    quality.latent_without_law,
    quality.detected_but_never_brought,
    quality.brought_but_never_detected,
    quality.defects_of_made_part,
    people.calendar_without_hours,
    people.step_beyond_calendars,
    people.repair_beyond_calendars,
    power.share_of_unknown_power,
    power.idle_exceeds_limit,
    power.phase_exceeds_limit,
    power.cap_outside_table,
    power.cap_table_out_of_order,
    power.heat_without_liquid,
    power.cells_exceed_limit,
    places.setup_without_setups,
    places.setups_without_families,
    places.batch_too_small,
    places.gang_in_batches,
    places.alternatives_only_on_the_main_route,
    places.learning_without_people,
    places.upkeep_takes_all_time,
    movement.transport_needs_vehicles,
    movement.work_in_vehicles,
    movement.kanban_only_for_components,
    movement.rope_needs_a_drum,
    movement.lots_of_bought_parts,
    movement.produced_parts_are_stocked,
    movement.changed_limit_below_idle,
    observed.observed_state,
    hall.unknown_names,
    hall.work_without_hall,
    hall.hall_without_work,
    hall.domain_of_other_size,
    hall.model_of_several_kinds,
    hall.job_larger_than_hall,
    hall.unknown_power,
    hall.rules_that_disagree,
    hall.repeated_jobs,
    hall.event_without_target,
    hall.idle_racks_exceed_limit,
    hall.shared_with_the_line,
    *gpu_work.RULES,
    *hall_hours.RULES,
    cycles.buffers_that_gridlock,
    capacity.gang_exceeds_units,
    capacity.too_large,
    capacity.overloaded,
    *network.RULES,
    *prebuilt.RULES,
    *network_terms.RULES,
    names.unused_things,
    names.unneeded_groups,
)
"""Every rule. Each looks at a plant on its own, and leaves out what another rule finds wrong."""


MOST_OF_A_KIND = 50


def check(plant: Scenario) -> list[Finding]:
    """Every finding of every rule about ``plant``, errors and oddities, each once.

    Where a rule finds more than :data:`MOST_OF_A_KIND` in one part of the scenario (a long order book), the last one
    told says how many more there are.
    """
    found = []
    for rule in RULES:
        by_part: dict[str | int, list[Finding]] = defaultdict(list)
        for finding in dict.fromkeys(rule(plant)):
            by_part[finding.steps[0] if finding.steps else ""].append(finding)
        found += [finding for findings in by_part.values() for finding in _cut_short(findings)]
    return found


def _cut_short(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= MOST_OF_A_KIND:
        return findings
    last = findings[MOST_OF_A_KIND - 1]
    more = f"{last.message} (and {len(findings) - MOST_OF_A_KIND:,} more like this)"
    return [*findings[: MOST_OF_A_KIND - 1], replace(last, message=more)]


__all__ = ["RULES", "Finding", "check"]
