"""Solving: targets one after the other, with a time limit, a start, progress, and the best so far on Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from racktwin.errors import RacktwinError

from .bounds import earliest_ends, least
from .check import broken_rules
from .goals import Measures, Target, expression, is_exact, modelled, orders_into, value_of
from .improve import Descent, Worth, keeps_hard_dates, lower_peak
from .model import Built, build, fix
from .problem import Placed, Problem, Schedule
from .search import minimize
from .shop import is_shop, tabu

Status = Literal["optimal", "feasible", "infeasible", "unknown", "interrupted"]

MAKESPAN = Target((("makespan", 1),))

LARGE = 200
"""From so many activities on, most of the time goes to the descent before the solver is asked."""

_SHOP_SHARE = 0.6
"""Of the time, at most, for the tabu search of a flexible job shop."""


@dataclass(frozen=True)
class Limits:
    """``time_s`` over all targets together; stop earlier at a relative ``gap``. ``workers``: threads."""

    time_s: float = 60.0
    workers: int = 2
    gap: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class Progress:
    """The best value of a target so far and the bound that no schedule can pass."""

    target: str
    value: float
    bound: float
    wall_s: float

    @property
    def gap(self) -> float:
        return relative_gap(self.value, self.bound)


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Reached:
    """What one target came to: its value, the bound that no schedule can pass, and whether it is proven the best."""

    target: str
    value: int
    bound: float
    is_optimal: bool

    @property
    def gap(self) -> float:
        return relative_gap(self.value, self.bound)


@dataclass(frozen=True)
class Answer:
    """The best schedule found (None where there is none), what each target came to, and how long it took.

    ``first_s`` is when the first feasible schedule was there.
    """

    status: Status
    schedule: Schedule | None
    reached: tuple[Reached, ...]
    wall_s: float
    first_s: float | None = None


def relative_gap(value: float, bound: float) -> float:
    """How far the value may be from the best, as a share of it; 0 where it is the best."""
    return 0.0 if value <= bound else (value - bound) / max(abs(value), 1e-9)


def solve(
    problem: Problem,
    targets: Sequence[Target] = (MAKESPAN,),
    limits: Limits | None = None,
    *,
    measures: Measures | None = None,
    start: Schedule | None = None,
    fixed: Mapping[int, Placed] | None = None,
    report: Report | None = None,
) -> Answer:
    """The best schedule for the targets, lexicographically: a later one never worsens an earlier one.

    ``start`` is where the search begins (it may break rules); ``fixed`` are places that stay. The schedule is checked
    by :func:`broken_rules` before it is returned. After Ctrl-C the best so far is returned as ``interrupted``.
    """
    return _Solving(
        problem, tuple(targets), limits or Limits(), measures or Measures(), dict(fixed or {}), start, report
    ).answer()


@dataclass
class _Solving:
    problem: Problem
    targets: tuple[Target, ...]
    limits: Limits
    measures: Measures
    fixed: dict[int, Placed]
    start: Schedule | None
    report: Report | None
    best: Schedule | None = None
    first_s: float | None = None
    began_s: float = field(default_factory=time.monotonic)

    def answer(self) -> Answer:
        self._keep(self.start)
        status: Status = "unknown"
        reached: list[Reached] = []
        try:
            self._descend()
            built = build(self.problem)
            ends = orders_into(built)
            for index, placed in self.fixed.items():
                fix(built, index, placed)
            for number, target in enumerate(self.targets):
                status = self._reach(built, ends, target, len(self.targets) - number, reached)
                if status in ("infeasible", "interrupted") or self.best is None:
                    break
        except KeyboardInterrupt:
            status = "interrupted"
        if self.best is None:
            return Answer(status, None, (), self._elapsed_s())
        if faults := broken_rules(self.problem, self.best):
            raise RacktwinError(f"the schedule found breaks a rule: {faults[0]}; please report this scenario")
        for target in self.targets[len(reached) :]:  # Ctrl-C came first
            value = self._value(self.best, target)
            reached.append(Reached(target.name, value, float(least(self.problem, target, self.measures)), False))
        if status == "unknown":
            status = "feasible"
        return Answer(status, self.best, tuple(reached), self._elapsed_s(), self.first_s)

    def _descend(self) -> None:
        """A quick start; on large problems more than that."""
        if not self.problem.orders:
            return
        descent = Descent(self.problem, self._worth(len(self.targets)), self.limits.seed, self.fixed)
        try:
            descent.begin()
        finally:  # Ctrl-C as well
            self._keep(descent.best)
        if self.targets == (MAKESPAN,) and not self.fixed and self.best is not None and is_shop(self.problem):
            floor = least(self.problem, MAKESPAN)
            tabu(self.problem, self.best, _SHOP_SHARE * self.limits.time_s, floor, self.limits.seed, self._keep_shop)
        if len(self.problem.orders) < 2:  # nothing can change places
            return
        is_large = len(self.problem.activities) >= LARGE
        time_s = self.limits.time_s * (0.6 if is_large else 0.05)
        goals = [goal for target in self.targets for goal, _ in target.weights]
        if "peak" in goals:
            time_s /= 2.0
        until_s = time.monotonic() + time_s
        ideal = tuple(float(least(self.problem, target, self.measures)) for target in self.targets)
        while self.best is not None and time.monotonic() < until_s and descent.best_worth[1:] > ideal:
            descent.go_on(min(1.0, until_s - time.monotonic()), (0.0, *ideal))
            self._keep(descent.best)
            self._tell(self.targets[0], descent.best_worth[1], ideal[0])
        if "peak" in goals and self.best is not None and self.measures.peak_of is not None:
            before = next(n for n, target in enumerate(self.targets) if "peak" in dict(target.weights))
            worth = self._worth(before)
            self._keep(lower_peak(self.problem, self.best, self.measures.peak_of, worth, time_s, self.fixed))

    def _keep_shop(self, schedule: Schedule) -> None:
        self._keep(schedule)
        self._tell(MAKESPAN, float(self._value(schedule, MAKESPAN)), float(least(self.problem, MAKESPAN)))

    def _reach(self, built: Built, ends: list[object], target: Target, left: int, reached: list[Reached]) -> Status:
        """Let the solver work on one target, and hold what it came to for the next."""
        aim = expression(built, ends, target, self.measures)
        share_s = max(0.2, (self.limits.time_s - self._elapsed_s()) / left)
        floor = float(least(self.problem, target, self.measures))
        is_bound = is_exact(self.problem, target, self.measures)
        found = minimize(
            built,
            aim,
            share_s,
            workers=self.limits.workers,
            gap=self.limits.gap,
            seed=self.limits.seed,
            start=self.best or self.start,
            is_large=len(self.problem.activities) >= LARGE,
            report=lambda seen: self._tell(target, seen.value, max(seen.bound, floor) if is_bound else floor),
        )
        if found.status == "infeasible":
            self.best = None
            return "infeasible"
        if found.schedule is not None:
            self._keep(found.schedule, target)
        if self.best is None:
            return found.status
        value = self._value(self.best, target)
        bound = max(min(found.bound, value), floor) if is_bound else floor
        reached.append(Reached(target.name, value, bound, value - bound < 0.5))
        built.model.add(aim <= max(value, modelled(self.problem, self.best, target, self.measures)))
        if found.status == "interrupted":
            return "interrupted"
        return "optimal" if all(one.is_optimal for one in reached) else "feasible"

    def _keep(self, schedule: Schedule | None, target: Target | None = None) -> None:
        """Remember the schedule if it is feasible and no worse than the best."""
        if schedule is None or any(schedule[index] != placed for index, placed in self.fixed.items()):
            return
        if target is None and broken_rules(self.problem, schedule):
            return
        worth = self._worth(len(self.targets))
        if self.best is None or worth(schedule) <= worth(self.best):
            self.best = schedule
            if self.first_s is None:
                self.first_s = self._elapsed_s()

    def _worth(self, targets: int) -> Worth:
        """All targets before that number, after hard due dates; then the orders' ends, to tell equals apart."""

        def worth(schedule: Schedule) -> tuple[float, ...]:
            late = 0.0 if keeps_hard_dates(self.problem, schedule) else 1.0
            return (late, *(float(self._value(schedule, target)) for target in self.targets[:targets]))

        return worth

    def _value(self, schedule: Schedule, target: Target) -> int:
        return sum(weight * value_of(self.problem, schedule, goal, self.measures) for goal, weight in target.weights)

    def _tell(self, target: Target, value: float, bound: float) -> None:
        if self.report is not None:
            self.report(Progress(target.name, value, bound, self._elapsed_s()))

    def _elapsed_s(self) -> float:
        return time.monotonic() - self.began_s


__all__ = ["LARGE", "MAKESPAN", "Answer", "Limits", "Progress", "Reached", "Status", "earliest_ends", "solve"]
