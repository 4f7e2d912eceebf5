"""What to hold once the openings are chosen: the futures' costs by their slopes (Benders), damped.

The cost of each future is convex in what is opened and held; HiGHS's reduced costs are its slope there. The master
programme takes all slopes seen so far, for any openings. Its answer alone jumps from corner to corner, so it may go
only so far from the best plan: twice as far after a step that kept its promise, half as far after one that did not
(Linderoth and Wright 2003).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .design_bound import Futures, Node
from .design_problem import DesignProblem, mixed_usd
from .flows import Flags
from .program import Program, Solution
from .stages import Floats

_REACH = 0.25
"""Of what the futures disagree by: how far the first step may go."""
_STEPS = 20
_KEPT, _BROKEN = 0.75, 0.25
"""Shares of a promised saving."""


@dataclass(frozen=True)
class Plan:
    """A first stage and each future's plan for it; ``cost_usd`` is the objective."""

    is_open: Flags
    held: Floats
    cost_usd: float
    futures: list[Solution]


class Slopes:
    """Lower bounds on each future's cost, linear in the first stage."""

    def __init__(self, problem: DesignProblem, futures: Futures, root: Node) -> None:
        self.problem, self.futures = problem, futures
        self._floor_usd = root.future_usd
        self._seen: list[tuple[int, float, Floats]] = []

    def plan(self, is_open: Flags, held: Floats, *, is_near: bool = False) -> Plan:
        """What this first stage costs, which may be near the last one; its slopes are kept."""
        found = self.futures.cost(is_open, held, is_near=is_near)
        first = np.concatenate((is_open.astype(float), held))
        for k, (future, model) in enumerate(zip(found, self.futures.models, strict=True)):
            slope = future.column_duals[model.first_stage]
            self._seen.append((k, future.cost - float(slope @ first), slope))
        return Plan(is_open, held, mixed_usd(self.problem, np.array([future.cost for future in found])), found)

    def improve(self, plan: Plan, wanted: Floats, is_enough: Callable[[Plan], bool]) -> Plan:
        """The best of some steps from ``plan``; ``wanted[future, stock]`` says how far apart the futures are."""
        span, reach = np.ptp(wanted, axis=0), _REACH
        for _ in range(_STEPS):
            if is_enough(plan):
                break
            held, promised_usd = self._master(plan.is_open, plan.held, reach * span)
            if plan.cost_usd - promised_usd <= 1e-7 * abs(plan.cost_usd):
                break
            other = self.plan(plan.is_open, held, is_near=True)
            kept = (plan.cost_usd - other.cost_usd) / (plan.cost_usd - promised_usd)
            if kept > 0:
                plan = other
            reach *= 2.0 if kept > _KEPT else 0.5 if kept < _BROKEN else 1.0
        return plan

    def _master(self, is_open: Flags, centre: Floats, reach: Floats) -> tuple[Floats, float]:
        problem, programme = self.problem, Program()
        chances = np.array([future.probability for future in problem.futures])
        may_hold = np.isfinite(problem.hold_usd)
        most = np.where(may_hold, problem.requirement(), 0.0)
        lower, upper = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, most)
        held = programme.columns(len(may_hold), 0.0, lower, np.maximum(lower, upper))
        usd = programme.columns(len(chances), (1.0 - problem.risk_weight) * chances, self._floor_usd)
        if problem.risk_weight > 0:
            level = programme.columns(1, problem.risk_weight, -np.inf)
            tail = programme.columns(len(chances), problem.risk_weight * chances / (1.0 - problem.risk_level))
            above = programme.rows(len(chances), 0.0)
            programme.put(above, tail, 1.0)
            programme.put(above, usd, -1.0)
            programme.put(above, np.repeat(level, len(chances)), 1.0)
        for future, at_nothing, slope in self._seen:
            row = programme.rows(1, at_nothing + float(slope[: len(is_open)] @ is_open))
            programme.put(row, usd[future : future + 1], 1.0)
            programme.put(np.repeat(row, len(held)), held, -slope[len(is_open) :])
        found = programme.solve_linear()
        return found.values[held], found.cost
