"""What the strategy generates: always valid, and rich enough to be worth simulating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings

from racktwin.model import Operation, Scenario

from .plants import plants
from .semantics import rich_plants

FEATURES: dict[str, Callable[[Scenario], bool]] = {
    "two bays": lambda s: len(s.feeds) == 3,
    "three loops": lambda s: len(s.cooling_loops) == 3,
    "time-phased": lambda s: bool(s.feeds) and s.admission.rule == "time_phased",
    "greedy": lambda s: bool(s.feeds) and s.admission.order == "greedy",
    "repair by people": lambda s: any(one.failures and one.failures.repair_skill for one in s.work_centers.values()),
    "no place to wait": lambda s: any(center.input_buffer == 0 for center in s.work_centers.values()),
    "work unit groups": lambda s: any(isinstance(center.work_units, tuple) for center in s.work_centers.values()),
    "gang": lambda s: any(one.gang for one in _operations(s)),
    "debug": lambda s: any(one.rework for one in _operations(s)),
    "scrap": lambda s: any(one.on_fail and one.on_fail.scrap_after for one in _operations(s)),
    "three levels": lambda s: "module" in s.parts,
    "caps": lambda s: bool(s.feeds) and any(phase.cap for one in _operations(s) for phase in one.phases),
    "receipts": lambda s: s.parts["pump"].supply == "receipts" and bool(s.part_receipts),
    "order book": lambda s: bool(s.order_book),
    "max_wip": lambda s: any(demand.max_wip for demand in s.demand.values()),
    "swapped trays": lambda s: "bad_tray" in s.defect_kinds,
    "night shift": lambda s: any(len(group.crews) > 1 for group in s.operator_groups.values()),
}


@pytest.mark.slow
def test_generated_plants_are_valid_and_have_every_feature() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=120, phases=[Phase.generate])
    @given(plants())
    def look(scenario: Scenario) -> None:
        seen.update(name for name, has in FEATURES.items() if has(scenario))

    look()
    assert {name for name in FEATURES if not seen[name]} == set()


RICH_FEATURES: dict[str, Callable[[Scenario], bool]] = {
    "set-ups": lambda s: any(one.setup and s.work_centers[one.work_center].setups for one in _operations(s)),
    "batches": lambda s: any(center.batch for center in s.work_centers.values()),
    "upkeep by parts": lambda s: any(plan.every_parts for one in s.work_centers.values() for plan in one.upkeep),
    "upkeep by people": lambda s: any(plan.skill for one in s.work_centers.values() for plan in one.upkeep),
    "engineering": lambda s: any(plan.kind == "engineering" for one in s.work_centers.values() for plan in one.upkeep),
    "unequal units": lambda s: any(
        float(group.speed) != 1.0 for one in s.work_centers.values() for group in one.groups
    ),
    "critical ratio": lambda s: any(one.dispatch == "critical_ratio" for one in s.work_centers.values()),
    "least set-up": lambda s: any(one.dispatch == "least_setup" for one in s.work_centers.values()),
    "alternatives": lambda s: any(one.alternatives for one in _operations(s)),
    "learning": lambda s: any(one.learning for one in _operations(s)),
    "levels of skill": lambda s: any(isinstance(group.skills, dict) for group in s.operator_groups.values()),
    "walking": lambda s: any(group.walking_speed_m_per_s for group in s.operator_groups.values()),
    "transport": lambda s: any(part.transport for part in s.parts.values()),
    "kanban": lambda s: any(part.kanban for part in s.parts.values()),
    "rope": lambda s: any(demand.rope_s for demand in s.demand.values()),
    "hot lots": lambda s: any(order.hot for order in s.order_book),
    "lots": lambda s: any(receipt.lot for receipt in s.part_receipts),
    "improving yield": lambda s: any(kind.improves for kind in s.defect_kinds.values()),
    "moving limits": lambda s: any(feed.changes for feed in s.feeds.values()),
}


@pytest.mark.slow
def test_rich_plants_are_valid_and_have_every_feature() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=80, phases=[Phase.generate])
    @given(rich_plants())
    def look(scenario: Scenario) -> None:
        seen.update(name for name, has in RICH_FEATURES.items() if has(scenario))

    look()
    assert {name for name in RICH_FEATURES if not seen[name]} == set()


def _operations(scenario: Scenario) -> list[Operation]:
    return [operation for routing in scenario.routings.values() for operation in routing.operations]
