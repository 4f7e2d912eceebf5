"""Better schedules without a solver: orders change places, and each try is placed anew by :mod:`.greedy`.

A random descent over one number per order (its place in the line). It keeps whatever is hard in the problem but due
dates, and hands the solver a start from which polishing and proving is worth while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .greedy import greedy
from .problem import Placed, Problem, Resource, Schedule

Worth = Callable[[Schedule], tuple[float, ...]]
"""What is minimised, the first number first."""

Keys = npt.NDArray[np.float64]

_NEVER = (float("inf"),)


@dataclass
class Descent:
    """A search that can be stopped and gone on with. ``fixed`` activities stay where they are."""

    problem: Problem
    worth: Worth
    seed: int = 1
    fixed: Mapping[int, Placed] = field(default_factory=dict)
    best: Schedule | None = None
    best_worth: tuple[float, ...] = _NEVER
    tried: int = 0
    _keys: Keys = field(default_factory=lambda: np.zeros(0))
    _owner: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._owner = owners(self.problem)
        self._random = np.random.default_rng(self.seed)

    def begin(self) -> None:
        """Try the simple rules: by due date, by due date over weight, as given."""
        for keys in _rules(self.problem):
            self._try(keys)

    def go_on(self, time_s: float, enough: tuple[float, ...] | None = None) -> None:
        """Try other places until the time is up or the worth is ``enough``."""
        until_s = time.monotonic() + time_s
        while self.best is not None and len(self.problem.orders) > 1 and time.monotonic() < until_s:
            if enough is not None and self.best_worth <= enough:
                return
            self._try(self._moved())

    def _try(self, keys: Keys) -> None:
        ranked = [float(keys[number]) + 1e-7 * index for index, number in enumerate(self._owner)]
        schedule = greedy(self.problem, ranked, self.fixed)
        self.tried += 1
        if schedule is not None and (worth := self.worth(schedule)) <= self.best_worth:
            self._keys, self.best, self.best_worth = keys, schedule, worth

    def _moved(self) -> Keys:
        """One order goes to another place; half of the time one that is late goes forward."""
        assert self.best is not None
        late = [number for number in range(len(self._keys)) if _is_late(self.problem, self.best, number)]
        moved = self._keys.copy()
        if late and self._random.random() < 0.5:
            chosen = int(self._random.choice(late))
            moved[chosen] = self._random.uniform(-0.5, self._keys[chosen])
        else:
            chosen = int(self._random.integers(len(self._keys)))
            moved[chosen] = self._random.uniform(-0.5, len(self._keys) - 0.5)
        return _ranks(moved)


def lower_peak(
    problem: Problem, schedule: Schedule, peak_of: int, worth: Worth, time_s: float, fixed: Mapping[int, Placed]
) -> Schedule:
    """The schedule again with less room on a resource, by bisection, as long as its ``worth`` becomes no worse."""
    until_s = time.monotonic() + time_s
    best, least = schedule, worth(schedule)
    low, high = 0, problem.resources[peak_of].capacity
    while high - low > max(1, problem.resources[peak_of].capacity // 200) and time.monotonic() < until_s:
        middle = (low + high) // 2
        descent = Descent(_with_capacity(problem, peak_of, middle), worth, 1, fixed)
        descent.begin()
        descent.go_on(min(time_s / 6.0, until_s - time.monotonic()), least)
        if descent.best is not None and descent.best_worth <= least:
            best, least, high = descent.best, descent.best_worth, middle
        else:
            low = middle
    return best


def _with_capacity(problem: Problem, number: int, capacity: int) -> Problem:
    resources: list[Resource] = list(problem.resources)
    resources[number] = replace(resources[number], capacity=capacity)
    return replace(problem, resources=tuple(resources))


def keeps_hard_dates(problem: Problem, schedule: Schedule) -> bool:
    """Whether no order that must not be late is."""
    return not any(order.is_hard and _is_late(problem, schedule, number) for number, order in enumerate(problem.orders))


def _is_late(problem: Problem, schedule: Schedule, number: int) -> bool:
    order = problem.orders[number]
    return order.due is not None and any(schedule[a].end > order.due for a in order.activities)


def owners(problem: Problem) -> list[int]:
    """The order of each activity: of the last activity it leads to."""
    before: dict[int, list[int]] = {}
    for link in problem.precedences:
        before.setdefault(link.after, []).append(link.before)
    owner = [0] * len(problem.activities)
    for number, order in enumerate(problem.orders):
        stack, seen = list(order.activities), set[int]()
        while stack:
            activity = stack.pop()
            if activity not in seen:
                seen.add(activity)
                owner[activity] = number
                stack += before.get(activity, ())
    return owner


def _rules(problem: Problem) -> list[Keys]:
    due = np.array([float(problem.horizon if order.due is None else order.due) for order in problem.orders])
    weight = np.array([float(max(1, order.weight)) for order in problem.orders])
    return [_ranks(rule) for rule in (due, due / weight, np.arange(len(due), dtype=np.float64))]


def _ranks(keys: Keys) -> Keys:
    return np.argsort(np.argsort(keys, kind="stable"), kind="stable").astype(np.float64)
