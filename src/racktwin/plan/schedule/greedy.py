"""A first schedule in a second: activities placed one by one, each as early as its predecessors and resources allow.

The serial schedule generation scheme (Kolisch, European Journal of Operational Research 90, 1996), with phases, pauses,
modes and gangs. It gives the solver a start, and stands alone where the solver finds nothing in time.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

import numpy as np
import numpy.typing as npt

from .problem import Activity, Mode, Placed, Problem, Schedule, Use, Window, working_end

_MOST_COMBINATIONS = 12

Room = list[npt.NDArray[np.int64]]


def greedy(problem: Problem, keys: Sequence[float], fixed: Mapping[int, Placed] | None = None) -> Schedule | None:
    """A schedule, activities of low ``keys`` first; None where one of them fits nowhere in the horizon.

    What is ``fixed`` stays where it is, first of all. Hard due dates are not looked at: the caller checks them.
    """
    room, fixed = _whole_room(problem), fixed or {}
    for index, place in fixed.items():
        _take(problem.activities[index].modes[place.mode], place, room)
    groups = _groups(problem)
    earliest = _earliest(problem)
    waiting, after = _precedences(problem, groups)
    ready = [(min(keys[a] for a in groups[g]), g) for g in range(len(groups)) if not waiting[g]]
    heapq.heapify(ready)
    placed: dict[int, Placed] = {}
    while ready:
        _, group = heapq.heappop(ready)
        members = groups[group]
        if members[0] in fixed:
            found: list[Placed] | None = [fixed[member] for member in members]
        else:
            found = _place(problem, members, max(earliest[a] for a in members), room)
        if found is None:
            return None
        for member, place in zip(members, found, strict=True):
            placed[member] = place
            if member not in fixed:
                _take(problem.activities[member].modes[place.mode], place, room)
        for following, lag in after[group]:
            for member in groups[following]:
                earliest[member] = max(earliest[member], found[0].end + lag)
            waiting[following] -= 1
            if not waiting[following]:
                heapq.heappush(ready, (min(keys[a] for a in groups[following]), following))
    return tuple(placed[index] for index in range(len(problem.activities)))


def _whole_room(problem: Problem) -> Room:
    room = []
    for resource in problem.resources:
        free = np.full(problem.horizon, resource.capacity, np.int64)
        for start, end, amount in resource.missing:
            free[max(0, start) : max(0, end)] -= amount
        room.append(free)
    return room


def _groups(problem: Problem) -> list[tuple[int, ...]]:
    ganged = {member for gang in problem.gangs for member in gang}
    return [*problem.gangs, *((index,) for index in range(len(problem.activities)) if index not in ganged)]


def _earliest(problem: Problem) -> list[int]:
    earliest = [0] * len(problem.activities)
    for material in problem.materials:
        for index in material.activities:
            earliest[index] = max(earliest[index], material.earliest)
    return earliest


def _precedences(problem: Problem, groups: Sequence[tuple[int, ...]]) -> tuple[list[int], list[list[tuple[int, int]]]]:
    """Per group how many links lead to it, and the (group, lag) that follow it."""
    group_of = {member: number for number, group in enumerate(groups) for member in group}
    waiting = [0] * len(groups)
    after: list[list[tuple[int, int]]] = [[] for _ in groups]
    for link in problem.precedences:
        waiting[group_of[link.after]] += 1
        after[group_of[link.before]].append((group_of[link.after], link.lag))
    return waiting, after


def _place(problem: Problem, members: Sequence[int], earliest: int, room: Room) -> list[Placed] | None:
    """The place that ends first, over the modes of the members."""
    first = problem.activities[members[0]]
    choices = product(*(range(len(problem.activities[a].modes)) for a in members))
    best: tuple[_Chain, tuple[int, ...]] | None = None
    for choice in islice(choices, _MOST_COMBINATIONS):
        modes = [problem.activities[a].modes[m] for a, m in zip(members, choice, strict=True)]
        if any(mode.ticks != modes[0].ticks for mode in modes):
            continue
        chain = _chain(problem, first, _merged(modes), earliest, room)
        if chain is not None and (best is None or chain.ends[-1] < best[0].ends[-1]):
            best = chain, choice
    if best is None:
        return None
    return [Placed(mode, best[0].starts, best[0].ends) for mode in best[1]]


def _merged(modes: Sequence[Mode]) -> Mode:
    if len(modes) == 1:
        return modes[0]
    uses = tuple(_sum([use for mode in modes for use in mode.uses[p]]) for p in range(len(modes[0].ticks)))
    return replace(modes[0], uses=uses, held=_sum([use for mode in modes for use in mode.held]))


def _sum(uses: Sequence[Use]) -> tuple[Use, ...]:
    total: dict[int, int] = {}
    for use in uses:
        total[use.resource] = total.get(use.resource, 0) + use.amount
    return tuple(Use(resource, amount) for resource, amount in total.items())


@dataclass(frozen=True)
class _Chain:
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def _chain(problem: Problem, activity: Activity, mode: Mode, earliest: int, room: Room) -> _Chain | None:
    """The earliest start of the whole activity: phases block by block, the cell free from first to last."""
    start = earliest
    while True:
        chain = _phases_from(problem, activity, mode, start, room)
        if chain is None:
            return None
        clash = _last_clash(mode.held, chain.starts[0], chain.ends[-1], room)
        if clash < 0:
            return chain
        start = clash + 1


def _phases_from(problem: Problem, activity: Activity, mode: Mode, start: int, room: Room) -> _Chain | None:
    starts: list[int] = []
    ends: list[int] = []
    for first, last in _blocks(activity):
        opens = problem.closed(activity.opens) if first == 0 else ()
        block = _block_from(problem, activity, mode, (first, last), ends[-1] if ends else start, opens, room)
        if block is None:
            return None
        starts += block[0]
        ends += block[1]
    return _Chain(tuple(starts), tuple(ends))


def _blocks(activity: Activity) -> list[tuple[int, int]]:
    """Runs of phases that follow each other without a wait."""
    begins = [0, *(phase for phase in range(1, activity.n_phases) if activity.may_wait[phase])]
    return list(zip(begins, [*begins[1:], activity.n_phases], strict=True))


def _block_from(
    problem: Problem,
    activity: Activity,
    mode: Mode,
    block: tuple[int, int],
    start: int,
    opens: tuple[Window, ...],
    room: Room,
) -> tuple[list[int], list[int]] | None:
    """The earliest place of a block from ``start``: moved past whatever stands in its way, until nothing does."""
    while start <= problem.horizon:
        start = _first_open(start, opens)
        starts: list[int] = []
        ends: list[int] = []
        at, shift = start, 0
        for phase in range(*block):
            closed = problem.closed(activity.pauses[phase])
            shift = _first_open(at, closed) - at if mode.ticks[phase] else 0
            end = working_end(at, mode.ticks[phase], closed)
            if not shift and end > problem.horizon:
                return None
            clash = -1 if shift else _last_clash(_asked(mode, phase), at, end, room)
            if clash >= 0:
                shift = clash + 1 - at
            if shift:
                break
            starts.append(at)
            ends.append(end)
            at = end
        if not shift:
            return starts, ends
        start += shift
    return None


def _asked(mode: Mode, phase: int) -> tuple[Use, ...]:
    """What the phase uses, with what the activity holds of the same resources."""
    uses = mode.uses[phase]
    also = [use for use in mode.held if any(use.resource == other.resource for other in uses)]
    return _sum([*uses, *also]) if also else uses


def _first_open(tick: int, closed: tuple[Window, ...]) -> int:
    for opening, closing in closed:
        if opening <= tick < closing:
            tick = closing
    return tick


def _last_clash(uses: Sequence[Use], start: int, end: int, room: Room) -> int:
    """The last tick from ``start`` to ``end`` at which a use has no room, or -1."""
    last = -1
    for use in uses:
        short = np.flatnonzero(room[use.resource][start:end] < use.amount)
        if len(short):
            last = max(last, start + int(short[-1]))
    return last


def _take(mode: Mode, place: Placed, room: Room) -> None:
    for use in mode.held:
        room[use.resource][place.start : place.end] -= use.amount
    for phase, uses in enumerate(mode.uses):
        for use in uses:
            room[use.resource][place.starts[phase] : place.ends[phase]] -= use.amount
