"""Tiny problems and all of their schedules: the oracle that the solver is held against."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.problem import (
    Activity,
    Material,
    Mode,
    Order,
    Placed,
    Precedence,
    Problem,
    Resource,
    Schedule,
    Use,
    working_end,
)

HORIZON = 8


def all_schedules(problem: Problem) -> Iterator[Schedule]:
    """Every feasible schedule: each mode and each whole start of each phase, judged by the checker alone."""
    places = [list(_places(problem, index)) for index in range(len(problem.activities))]
    for schedule in product(*places):
        if not broken_rules(problem, schedule):
            yield schedule


def _places(problem: Problem, index: int) -> Iterator[Placed]:
    activity = problem.activities[index]
    alone = Problem(problem.horizon, problem.resources, (activity,), calendars=problem.calendars)
    for number, mode in enumerate(activity.modes):
        for starts in product(range(problem.horizon + 1), repeat=activity.n_phases):
            ends = tuple(
                working_end(start, ticks, problem.closed(pause))
                for start, ticks, pause in zip(starts, mode.ticks, activity.pauses, strict=True)
            )
            placed = Placed(number, starts, ends)
            if ends[-1] <= problem.horizon and not broken_rules(alone, (placed,)):
                yield placed


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Two to three activities of one or two phases with modes, pauses, a gang, materials and due dates."""
    n_resources = draw(st.integers(1, 2))
    resources = tuple(
        Resource(
            f"r{number}",
            draw(st.integers(1, 3)),
            "people" if number else "power",
            draw(st.sampled_from([(), ((2, 5, 1),)])),
        )
        for number in range(n_resources)
    )
    calendars = (draw(st.sampled_from([((3, 5),), ((2, 3), (5, 8)), ((0, 1), (4, 6))])),)
    count = draw(st.integers(2, 3))
    n_phases = draw(st.integers(1, 2)) if count == 2 else 1
    n_modes = draw(st.integers(1, 2)) if count == 2 else 1
    activities = tuple(_activity(draw, f"a{number}", n_phases, n_resources, n_modes) for number in range(count))
    precedences = (Precedence(0, 1, draw(st.integers(0, 2))),) if draw(st.booleans()) else ()
    gangs: tuple[tuple[int, ...], ...] = ()
    if not precedences and draw(st.booleans()):
        gangs = ((0, 1),)
        activities = (activities[0], activities[0], *activities[2:])
    orders = tuple(
        Order(f"o{number}", (number,), draw(st.integers(1, 9)), draw(st.integers(1, 3)), draw(st.booleans()))
        for number in range(count)
    )
    materials = (Material("m", (count - 1,), draw(st.integers(0, 4))),)
    return Problem(HORIZON, resources, activities, precedences, calendars, gangs, orders, materials)


def _activity(draw: st.DrawFn, name: str, n_phases: int, n_resources: int, n_modes: int) -> Activity:
    empty = draw(st.sampled_from([1, None]))
    modes = tuple(
        Mode(
            f"m{number}",
            tuple(draw(st.integers(1, 3)) if phase != empty else 0 for phase in range(n_phases)),
            tuple((Use(draw(st.integers(0, n_resources - 1)), draw(st.integers(0, 2))),) for _ in range(n_phases)),
            (Use(0, 1),) if draw(st.booleans()) else (),
        )
        for number in range(n_modes)
    )
    pauses = tuple(draw(st.sampled_from([None, 0])) for _ in range(n_phases))
    may_wait = (True, *(draw(st.booleans()) for _ in range(n_phases - 1)))
    return Activity(name, modes, pauses, may_wait, draw(st.sampled_from([None, None, 0])))
