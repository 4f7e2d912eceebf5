"""An independent look at a schedule: every rule of the problem, tick by tick, with no solver's help."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .problem import Activity, Placed, Problem, Schedule, Window, working_end


def broken_rules(problem: Problem, schedule: Schedule) -> list[str]:
    """What the schedule does that the problem forbids, in words; empty if it is feasible."""
    if len(schedule) != len(problem.activities):
        return [f"{len(schedule)} places for {len(problem.activities)} activities"]
    return [*_phases(problem, schedule), *_relations(problem, schedule), *_loads(problem, schedule)]


def _phases(problem: Problem, schedule: Schedule) -> Iterator[str]:
    for activity, placed in zip(problem.activities, schedule, strict=True):
        for phase in range(activity.n_phases):
            for fault in _phase_faults(problem, activity, placed, phase):
                yield f"{activity.name}, phase {phase}: {fault}"
        if placed.start < 0 or placed.end > problem.horizon:
            yield f"{activity.name}: outside the horizon"
        if _is_inside(placed.start, problem.closed(activity.opens)):
            yield f"{activity.name}: begins while closed"


def _phase_faults(problem: Problem, activity: Activity, placed: Placed, phase: int) -> Iterator[str]:
    start, end = placed.starts[phase], placed.ends[phase]
    closed = problem.closed(activity.pauses[phase])
    ticks = activity.modes[placed.mode].ticks[phase]
    if end != working_end(start, ticks, closed):
        yield f"{start} to {end} is not {ticks} ticks of work"
    if ticks and _is_inside(start, closed):
        yield "begins while closed"
    if phase and start < placed.ends[phase - 1]:
        yield "begins before the phase before it ends"
    if phase and start > placed.ends[phase - 1] and not activity.may_wait[phase]:
        yield "waits, which it must not"


def _is_inside(tick: int, closed: tuple[Window, ...]) -> bool:
    return any(opening <= tick < closing for opening, closing in closed)


def _relations(problem: Problem, schedule: Schedule) -> Iterator[str]:
    for link in problem.precedences:
        if schedule[link.after].start < schedule[link.before].end + link.lag:
            yield f"{problem.activities[link.after].name} begins before {problem.activities[link.before].name} allows"
    for gang in problem.gangs:
        first = schedule[gang[0]]
        if any(schedule[a].starts != first.starts or schedule[a].ends != first.ends for a in gang):
            yield f"the gang of {problem.activities[gang[0]].name} is not together"
    for material in problem.materials:
        for index in material.activities:
            if schedule[index].start < material.earliest:
                yield f"{problem.activities[index].name} begins before {material.name} is there"
    for order in problem.orders:
        for index in order.activities:
            if order.is_hard and order.due is not None and schedule[index].end > order.due:
                yield f"{order.name} is late"


def _loads(problem: Problem, schedule: Schedule) -> Iterator[str]:
    for number, resource in enumerate(problem.resources):
        load = load_of(problem, schedule, number)
        room = np.full(problem.horizon, resource.capacity, np.int64)
        for start, end, amount in resource.missing:
            room[start:end] -= amount
        over = np.flatnonzero(load > np.maximum(room, 0))
        if len(over):
            tick = int(over[0])
            yield f"{resource.name} at {tick}: {load[tick]} of {room[tick]}"


def load_of(problem: Problem, schedule: Schedule, resource: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """What is used of the resource at each tick. People are at work only while their calendar is open."""
    load = np.zeros(problem.horizon, np.int64)
    is_people = problem.resources[resource].kind == "people"
    for activity, placed in zip(problem.activities, schedule, strict=True):
        mode = activity.modes[placed.mode]
        for use in mode.held:
            if use.resource == resource:
                load[placed.start : placed.end] += use.amount
        for phase, uses in enumerate(mode.uses):
            for use in uses:
                if use.resource == resource:
                    load[placed.starts[phase] : placed.ends[phase]] += use.amount
                    if is_people:
                        for opening, closing in problem.closed(activity.pauses[phase]):
                            first, last = max(opening, placed.starts[phase]), min(closing, placed.ends[phase])
                            load[first : max(first, last)] -= use.amount
    return load
