"""Ways to run the floor on the same orders: by the plan, and by each dispatch rule.

All variants split the order book into single pieces, released when the orders are, in the same sequence: piece by piece
the engine then draws the same random numbers whatever the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from racktwin.model import Admission, Scenario, WorkOrder
from racktwin.model.quantity import Count, Quantity
from racktwin.plan.schedule.plan import Plan

PLAN = "the plan"
RULES = ("fifo", "priority", "edd", "spt")


@dataclass(frozen=True)
class Policy:
    """A name, and the scenario that runs by it; order n of a replay is piece n of the floor."""

    name: str
    scenario: Scenario


def policies_of(plan: Plan, *, feed_limits_w: Mapping[str, float] | None = None) -> tuple[Policy, ...]:
    """The plan first, under the scenario's own admission; then the rules, which reserve by peak.

    ``feed_limits_w`` lowers feeds for the plan: what a plan of a lower peak promises must hold.
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
    return (Policy(PLAN, _dispatched(planned, "priority", scenario.admission)), *rules)


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
