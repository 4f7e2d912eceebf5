"""What a schedule is to be good at, as expressions of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from .check import load_of
from .problem import Activity, Problem, Schedule, makespan, tardiness

Goal = Literal["tardiness", "makespan", "throughput", "peak", "energy_cost"]
"""``tardiness``: weighted ticks late · ``makespan``: the last end · ``throughput``: orders finished as early as can be
(the weighted sum of their ends) · ``peak``: the highest load of one resource · ``energy_cost``: what the draw costs."""

GOALS: tuple[Goal, ...] = ("tardiness", "makespan", "throughput", "peak", "energy_cost")


if TYPE_CHECKING:
    from .model import Built, Ticks


@dataclass(frozen=True)
class Prices:
    """What a tick costs per unit of ``resource``, window by window of ``every`` ticks (whole numbers)."""

    resource: int
    every: int
    cost: tuple[int, ...]

    def at(self, tick: int) -> int:
        """The cost of the tick; the last window's cost goes on for ever."""
        return self.cost[min(tick // self.every, len(self.cost) - 1)]


@dataclass(frozen=True)
class Target:
    """Goals with their weights: those of one target are summed; targets follow each other lexicographically."""

    weights: tuple[tuple[Goal, int], ...]

    @property
    def name(self) -> str:
        return " + ".join(f"{weight} × {goal}" if weight != 1 else goal for goal, weight in self.weights)


@dataclass(frozen=True)
class Measures:
    """Which resource's peak counts, and the prices, for goals that need them."""

    peak_of: int | None = None
    prices: Prices | None = None


def orders_into(built: Built, later: Mapping[int, Ticks] | None = None) -> list[Ticks]:
    """Add hard due dates; the end of each order. ``later``: ticks by which the due date of an order may be missed."""
    ends: list[Ticks] = []
    model, variables, horizon = built.model, built.variables, built.problem.horizon
    for number, order in enumerate(built.problem.orders):
        end = model.new_int_var(0, horizon, "")
        for index in order.activities:
            model.add(end >= variables.end(index))
        if order.is_hard and order.due is not None:
            model.add(end <= order.due + (later or {}).get(number, 0))
        ends.append(end)
    return ends


def expression(built: Built, ends: Sequence[Ticks], target: Target, measures: Measures) -> Ticks:
    """The weighted sum that the target minimises."""
    return sum(weight * _goal(built, ends, goal, measures) for goal, weight in target.weights)


def _goal(built: Built, ends: Sequence[Ticks], goal: Goal, measures: Measures) -> Ticks:
    if goal == "tardiness":
        return _tardiness(built, ends)
    if goal == "makespan":
        last = built.model.new_int_var(0, built.problem.horizon, "")
        for index in range(len(built.problem.activities)):
            built.model.add(last >= built.variables.end(index))
        return last
    if goal == "throughput":
        return sum(order.weight * end for order, end in zip(built.problem.orders, ends, strict=True))
    if goal == "peak":
        return _peak(built, measures)
    return _energy_cost(built, measures)


def _tardiness(built: Built, ends: Sequence[Ticks]) -> Ticks:
    late: list[Ticks] = []
    for order, end in zip(built.problem.orders, ends, strict=True):
        if order.due is not None:
            by = built.model.new_int_var(0, max(0, built.problem.horizon - order.due), "")
            built.model.add(by >= end - order.due)
            late.append(order.weight * by)
    return sum(late)


def _peak(built: Built, measures: Measures) -> Ticks:
    """A second, variable capacity for the resource."""
    assert measures.peak_of is not None
    problem, model, number = built.problem, built.model, measures.peak_of
    peak = model.new_int_var(0, problem.resources[number].capacity, "")
    intervals, amounts = [], []
    for index, activity in enumerate(problem.activities):
        for phase, mode, amount in loads_on(activity, number):
            literal = built.variables.taken[index][mode]
            start, end = built.variables.starts[index][phase], built.variables.ends[index][phase]
            length = model.new_int_var(0, problem.horizon, "")
            is_sure = isinstance(literal, int)
            interval = (
                model.new_interval_var(start, length, end, "")
                if is_sure
                else model.new_optional_interval_var(start, length, end, literal, "")
            )
            intervals.append(interval)
            amounts.append(amount)
    model.add_cumulative(intervals, amounts, peak)
    return peak


def loads_on(activity: Activity, resource: int) -> list[tuple[int, int, int]]:
    """(phase, mode, amount) of every use of the resource; what is held over the activity counts in each phase."""
    found = []
    for number, mode in enumerate(activity.modes):
        for phase in range(activity.n_phases):
            amount = sum(use.amount for use in (*mode.uses[phase], *mode.held) if use.resource == resource)
            if amount and mode.ticks[phase]:
                found.append((phase, number, amount))
    return found


def _energy_cost(built: Built, measures: Measures) -> Ticks:
    """Per phase without pauses, its cost by the price window in which it starts; the exact cost is told afterwards."""
    prices = measures.prices
    assert prices is not None
    problem, model = built.problem, built.model
    windows = (problem.horizon + prices.every - 1) // prices.every
    total: list[Ticks] = []
    for index, activity in enumerate(problem.activities):
        for phase, mode, amount in loads_on(activity, prices.resource):
            ticks = activity.modes[mode].ticks[phase]
            costs = [amount * cost_of(prices, window * prices.every, ticks) for window in range(windows + 1)]
            window = model.new_int_var(0, windows, "")
            start = built.variables.starts[index][phase]
            model.add(start >= window * prices.every)
            model.add(start < (window + 1) * prices.every)
            cost = model.new_int_var(min(costs), max(costs), "")
            model.add_element(window, costs, cost)
            literal = built.variables.taken[index][mode]
            total.append(cost if isinstance(literal, int) else _if_taken(built, cost, literal, costs))
    return sum(total)


def _if_taken(built: Built, cost: Ticks, literal: Ticks, costs: Sequence[int]) -> Ticks:
    paid = built.model.new_int_var(min(0, *costs), max(0, *costs), "")
    built.model.add(paid == cost).only_enforce_if(literal)
    built.model.add(paid == 0).only_enforce_if(literal.negated())
    return paid


def cost_of(prices: Prices, start: int, ticks: int) -> int:
    """What one unit costs from ``start`` over ``ticks``."""
    total, at = 0, start
    while at < start + ticks:
        until = min(start + ticks, (at // prices.every + 1) * prices.every)
        total += (until - at) * prices.at(at)
        at = until
    return total


def is_exact(problem: Problem, target: Target, measures: Measures) -> bool:
    """Whether the model counts the target as :func:`value_of` does, so that its bound is one of the target."""
    prices = measures.prices
    if prices is None or all(goal != "energy_cost" for goal, _ in target.weights):
        return True
    loaded = [(activity, phase) for activity in problem.activities for phase, *_ in loads_on(activity, prices.resource)]
    return prices.every == 1 and all(
        activity.n_phases == 1 and activity.pauses[phase] is None for activity, phase in loaded
    )


def modelled(problem: Problem, schedule: Schedule, target: Target, measures: Measures) -> int:
    """What the model takes the target to be under this schedule: energy by the price window that a phase starts in."""
    total, prices = 0, measures.prices
    for goal, weight in target.weights:
        if goal != "energy_cost" or prices is None:
            total += weight * value_of(problem, schedule, goal, measures)
            continue
        for activity, placed in zip(problem.activities, schedule, strict=True):
            for phase, mode, amount in loads_on(activity, prices.resource):
                if mode == placed.mode:
                    begins = placed.starts[phase] // prices.every * prices.every
                    total += weight * amount * cost_of(prices, begins, activity.modes[mode].ticks[phase])
    return total


def value_of(problem: Problem, schedule: Schedule, goal: Goal, measures: Measures) -> int:
    """What the schedule achieves, computed from its times alone."""
    if goal == "tardiness":
        return tardiness(problem, schedule)
    if goal == "makespan":
        return makespan(schedule)
    if goal == "throughput":
        return sum(
            order.weight * max((schedule[a].end for a in order.activities), default=0) for order in problem.orders
        )
    if goal == "peak":
        assert measures.peak_of is not None
        return int(load_of(problem, schedule, measures.peak_of).max(initial=0))
    assert measures.prices is not None
    load = load_of(problem, schedule, measures.prices.resource)
    price = np.array([measures.prices.at(tick) for tick in range(problem.horizon)], np.int64)
    return int(load @ price)
