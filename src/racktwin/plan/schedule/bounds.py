"""What no schedule can beat, by each piece's own route alone."""

from __future__ import annotations

from .goals import Measures, Target, loads_on
from .problem import Problem, working_end


def earliest_ends(problem: Problem) -> list[int]:
    """The earliest end of each activity were nobody else there: materials, precedences, pauses, shortest modes."""
    before: dict[int, list[tuple[int, int]]] = {}
    for link in problem.precedences:
        before.setdefault(link.after, []).append((link.before, link.lag))
    ready = [0] * len(problem.activities)
    for material in problem.materials:
        for index in material.activities:
            ready[index] = max(ready[index], material.earliest)
    ends: dict[int, int] = {}
    for index in _in_order(problem, before):
        start = max([ready[index], *(ends[earlier] + lag for earlier, lag in before.get(index, ()))])
        ends[index] = min(_alone(problem, index, mode, start) for mode in range(len(problem.activities[index].modes)))
    return [ends[index] for index in range(len(problem.activities))]


def _in_order(problem: Problem, before: dict[int, list[tuple[int, int]]]) -> list[int]:
    """The activities, each after its predecessors."""
    done: dict[int, None] = {}
    for index in range(len(problem.activities)):
        stack = [index]
        while stack:
            top = stack[-1]
            open_ones = [earlier for earlier, _ in before.get(top, ()) if earlier not in done]
            if open_ones:
                stack += open_ones
            else:
                done.setdefault(stack.pop(), None)
    return list(done)


def _alone(problem: Problem, index: int, mode: int, start: int) -> int:
    activity = problem.activities[index]
    at = _first_open(start, problem.closed(activity.opens))
    for phase, ticks in enumerate(activity.modes[mode].ticks):
        closed = problem.closed(activity.pauses[phase])
        if ticks:
            at = working_end(_first_open(at, closed), ticks, closed)
    return at


def _first_open(tick: int, closed: tuple[tuple[int, int], ...]) -> int:
    for opening, closing in closed:
        if opening <= tick < closing:
            tick = closing
    return tick


UNKNOWN = -(1 << 60)
"""Where no bound is known."""


def least(problem: Problem, target: Target, measures: Measures | None = None) -> int:
    """A lower bound on the target, or UNKNOWN: 0 for peaks, all at the lowest price for costs if none is negative."""
    ends = earliest_ends(problem)
    total = 0
    for goal, weight in target.weights:
        if goal == "energy_cost":
            cost = _least_cost(problem, measures)
            if cost is None:
                return UNKNOWN
            total += weight * cost
        if goal == "makespan":
            total += weight * max(ends, default=0)
        for order in problem.orders:
            end = max((ends[a] for a in order.activities), default=0)
            if goal == "throughput":
                total += weight * order.weight * end
            elif goal == "tardiness" and order.due is not None:
                total += weight * order.weight * max(0, end - order.due)
    return total


def _least_cost(problem: Problem, measures: Measures | None) -> int | None:
    """Every activity in its most modest mode at the lowest price of all; None where a price is negative."""
    prices = None if measures is None else measures.prices
    if prices is None or min(prices.cost) < 0:
        return None
    total = 0
    for activity in problem.activities:
        work = [0] * len(activity.modes)
        for phase, mode, amount in loads_on(activity, prices.resource):
            work[mode] += amount * activity.modes[mode].ticks[phase]
        total += min(work) * min(prices.cost)
    return total
