"""A flexible job shop as record tables for :mod:`.shop_kernel`: steps, the machines that may do them, sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from racktwin.sim.rng import stream_key

from .problem import Placed, Problem, Schedule

Records = np.recarray[Any, Any]
Ints = npt.NDArray[np.int64]

STEP = np.dtype(
    [
        ("machine", "i8"),
        ("ticks", "i8"),
        ("route_before", "i8"),  # the step before and after on its own route, -1 for none
        ("route_after", "i8"),
        ("before", "i8"),  # on its machine
        ("after", "i8"),
        ("head", "i8"),  # ticks of the longest way to its start, and from its end
        ("tail", "i8"),
        ("first_choice", "i8"),
        ("n_choices", "i8"),
        ("choice", "i8"),
        ("waits_for", "i8"),
        ("best_choice", "i8"),
        ("best_head", "i8"),
    ]
)
CHOICE = np.dtype([("machine", "i8"), ("ticks", "i8"), ("tabu_until", "i8")])
MACHINE = np.dtype([("first", "i8"), ("last", "i8")])
STATE = np.dtype(
    [
        ("key", "u8"),
        ("draws", "i8"),
        ("turn", "i8"),
        ("makespan", "i8"),
        ("best", "i8"),
        ("best_turn", "i8"),  # of the last improvement, restart or shake
        ("shakes", "i8"),  # rounds for which moves are taken at random
        ("floor", "i8"),
    ]
)


class Tables(NamedTuple):
    """``order`` is a topological order of the steps, ``best_order`` that of the best; ``path`` is work space."""

    steps: Records
    choices: Records
    machines: Records
    state: Records
    order: Ints
    best_order: Ints
    path: Ints


@dataclass(frozen=True)
class Shop:
    """The tables of a problem that is a shop; step numbers are activity numbers, choices are modes in their order."""

    tables: Tables

    def schedule(self) -> Schedule:
        """The best schedule found so far."""
        steps = self.tables.steps
        ticks = self.tables.choices.ticks
        return tuple(
            Placed(int(row.best_choice - row.first_choice), (int(row.best_head),), (end,))
            for row in steps
            for end in (int(row.best_head + ticks[row.best_choice]),)
        )


def is_shop(problem: Problem) -> bool:
    """Whether each activity is one phase of some ticks on one machine of many, in chains, and nothing else counts."""
    if problem.gangs or problem.materials or len(problem.activities) < 2:
        return False
    if any(resource.capacity != 1 or resource.missing for resource in problem.resources):
        return False
    for activity in problem.activities:
        if activity.n_phases != 1 or activity.pauses[0] is not None or activity.opens is not None:
            return False
        if any(not _is_simple(mode.ticks[0], (*mode.uses[0], *mode.held)) for mode in activity.modes):
            return False
    befores, afters = ([getattr(link, end) for link in problem.precedences] for end in ("after", "before"))
    is_chained = len(set(befores)) == len(befores) and len(set(afters)) == len(afters)
    return is_chained and not any(link.lag for link in problem.precedences)


def _is_simple(ticks: int, uses: tuple[Any, ...]) -> bool:
    return ticks > 0 and len(uses) == 1 and uses[0].amount == 1


def shop_of(problem: Problem, start: Schedule, floor: int, seed: int) -> Shop:
    """The tables of the shop, with its machines in the sequence of ``start``; ``floor`` is a bound to stop at."""
    n, widest = len(problem.activities), sum(len(activity.modes) for activity in problem.activities)
    tables = Tables(
        np.zeros(n, STEP).view(np.recarray),
        np.zeros(widest, CHOICE).view(np.recarray),
        np.full(len(problem.resources), -1, MACHINE).view(np.recarray),
        np.zeros(1, STATE).view(np.recarray),
        np.array(sorted(range(n), key=lambda index: (start[index].start, start[index].end)), np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
    )
    steps, choices, state = tables.steps, tables.choices, tables.state[0]
    for name in ("route_before", "route_after", "before", "after"):
        steps[name] = -1
    for link in problem.precedences:
        steps.route_after[link.before], steps.route_before[link.after] = link.after, link.before
    at = 0
    for index, activity in enumerate(problem.activities):
        steps.first_choice[index], steps.n_choices[index] = at, len(activity.modes)
        for mode in activity.modes:
            choices.machine[at] = (*mode.uses[0], *mode.held)[0].resource
            choices.ticks[at] = mode.ticks[0]
            at += 1
        steps.best_choice[index] = steps.first_choice[index] + start[index].mode
        steps.best_head[index] = start[index].start
    tables.best_order[:] = tables.order
    state.key, state.floor = stream_key(seed, 0, "plan/schedule/shop"), floor
    state.best = max(placed.end for placed in start)
    return Shop(tables)
