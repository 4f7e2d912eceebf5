"""Ways to run the floor on the same orders: by the plan, and by each dispatch rule.

All variants split the order book into single pieces, released when the orders are, in the same sequence: piece by piece
the engine then draws the same random numbers whatever the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.engines.line import PlannedStarts
from racktwin.model import Admission, Scenario, WorkOrder
from racktwin.model.quantity import Count, Quantity
from racktwin.plan.schedule.plan import Plan

PLAN = "the plan"
RULES = ("fifo", "priority", "edd", "spt")


@dataclass(frozen=True)
class Policy:
    """A name, the scenario that runs by it, and the plan it follows; order n of a replay is piece n of the floor."""

    name: str
    scenario: Scenario
    starts: PlannedStarts | None = None


def policies_of(
    plan: Plan, *, is_held: bool = False, feed_limits_w: Mapping[str, float] | None = None
) -> tuple[Policy, ...]:
    """The plan first, under the scenario's own admission; then the rules, which reserve by peak.

    Planned work centers take who is planned first; ``is_held``: and nobody before their time. Elsewhere the pieces that
    are planned to be done first go first. ``feed_limits_w`` lowers feeds for the plan: what it promises must hold.
    """
    scenario = plan.floor.scenario
    planned = _with_orders(plan, _by_plan(plan))
    if feed_limits_w:
        feeds = {
            name: feed.model_copy(update={"limit_w": Quantity(min(float(feed.limit_w), feed_limits_w[name]), "W")})
            if name in feed_limits_w
            else feed
            for name, feed in scenario.feeds.items()
        }
        planned = planned.model_copy(update={"feeds": feeds})
    by_peak = scenario.admission.model_copy(update={"rule": "peak"})
    given = _with_orders(plan, [piece.priority for piece in plan.floor.pieces])
    rules = [Policy(f"{rule}, by peak", _dispatched(given, rule, by_peak)) for rule in RULES]
    followed = Policy(PLAN, _dispatched(planned, "priority", scenario.admission), planned_starts(plan, is_held))
    return (followed, *rules)


def planned_starts(plan: Plan, is_held: bool) -> PlannedStarts:
    """The plan as the line engine follows it."""
    floor = plan.floor
    pieces = {part: sum(piece.part == part for piece in floor.pieces) for part in {p.part for p in floor.pieces}}
    starts_s: dict[str, npt.NDArray[np.float64]] = {}
    steps: dict[tuple[str, str], int] = {}
    for part, count in pieces.items():
        operations = floor.scenario.routings[floor.scenario.parts[part].routing or ""].operations
        starts_s[part] = np.full((count, len(operations)), np.nan)
        steps.update({(part, operation.operation): number for number, operation in enumerate(operations)})
    for visit, placed in zip(floor.visits, plan.schedule, strict=True):
        piece = floor.pieces[visit.piece]
        starts_s[piece.part][piece.number, steps[piece.part, visit.operation]] = placed.start * floor.options.tick_s
    return PlannedStarts(starts_s, frozenset(visit.work_center for visit in floor.visits), is_held)


def _by_plan(plan: Plan) -> list[int]:
    """A priority per piece: the sooner it is planned to be done, the higher."""
    ends = [0] * len(plan.floor.pieces)
    for visit, placed in zip(plan.floor.visits, plan.schedule, strict=True):
        ends[visit.piece] = max(ends[visit.piece], placed.end)
    ranked = sorted(range(len(ends)), key=lambda piece: (ends[piece], piece))
    priorities = [0] * len(ends)
    for rank, piece in enumerate(ranked):
        priorities[piece] = len(ends) - rank
    return priorities


def _with_orders(plan: Plan, priorities: list[int]) -> Scenario:
    orders = []
    for piece, priority in zip(plan.floor.pieces, priorities, strict=True):
        due = None if piece.due_s == float("inf") else Quantity(piece.due_s, "s")
        release = Quantity(piece.release_s, "s")
        orders.append(
            WorkOrder.model_construct(
                product=piece.part, quantity=Count(1), release=release, due=due, priority=priority, customer=""
            )
        )
    return plan.floor.scenario.model_copy(update={"order_book": tuple(orders)})


def _dispatched(scenario: Scenario, rule: str, admission: Admission) -> Scenario:
    centers = {name: center.model_copy(update={"dispatch": rule}) for name, center in scenario.work_centers.items()}
    return scenario.model_copy(update={"work_centers": centers, "admission": admission})
