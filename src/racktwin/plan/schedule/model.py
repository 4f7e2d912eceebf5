"""The problem as a CP-SAT model: one interval per phase, one cumulative per resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ortools.sat.python import cp_model

from .problem import Activity, Mode, Placed, Problem, Schedule, Use, Window

Ticks = Any
"""A CP-SAT linear expression, variable or whole number."""


@dataclass
class Variables:
    """Per activity the start and end of its phases and which mode is taken; per relaxed resource its capacity."""

    starts: list[list[Ticks]] = field(default_factory=list)
    ends: list[list[Ticks]] = field(default_factory=list)
    taken: list[list[Ticks]] = field(default_factory=list)
    free: dict[int, Any] = field(default_factory=dict)  # a start variable's index to itself, for hints

    def end(self, activity: int) -> Ticks:
        """When the activity ends."""
        return self.ends[activity][-1]


@dataclass
class Built:
    """A model under construction: ``room`` overrides the capacity of a resource by an expression."""

    problem: Problem
    model: cp_model.CpModel
    variables: Variables
    spans: dict[tuple[int, int], list[tuple[Ticks, int]]] = field(default_factory=dict)


def build(
    problem: Problem,
    model: cp_model.CpModel | None = None,
    room: Mapping[int, Ticks] | None = None,
    sooner: Mapping[int, Ticks] | None = None,
) -> Built:
    """The model of all rules but due dates, which :mod:`.goals` adds.

    ``room``: capacities of resources, and ``sooner``: ticks by which a material comes earlier, where they are not the
    problem's own.
    """
    built = Built(problem, model or cp_model.CpModel(), Variables())
    loads: list[list[tuple[Any, int]]] = [[] for _ in problem.resources]
    for index, activity in enumerate(problem.activities):
        _add_activity(built, index, activity, loads)
    for link in problem.precedences:
        built.model.add(built.variables.starts[link.after][0] >= built.variables.end(link.before) + link.lag)
    for number, material in enumerate(problem.materials):
        for index in material.activities:
            if material.earliest > 0:
                built.model.add(built.variables.starts[index][0] >= material.earliest - (sooner or {}).get(number, 0))
    for gang in problem.gangs:
        _keep_together(built, gang)
    for number, intervals in enumerate(loads):
        _limit(built, number, intervals, (room or {}).get(number))
    return built


def _add_activity(built: Built, index: int, activity: Activity, loads: list[list[tuple[Any, int]]]) -> None:
    model, variables = built.model, built.variables
    taken: list[Ticks] = [1]
    if len(activity.modes) > 1:
        taken = [model.new_bool_var("") for _ in activity.modes]
        model.add_exactly_one(taken)
    starts: list[Ticks] = []
    ends: list[Ticks] = []
    for phase in range(activity.n_phases):
        start, end = _add_phase(built, index, phase, taken, ends[-1] if ends else None)
        starts.append(start)
        ends.append(end)
    variables.starts.append(starts)
    variables.ends.append(ends)
    variables.taken.append(taken)
    for mode, literal in zip(activity.modes, taken, strict=True):
        _load(built, activity, mode, literal, starts, ends, loads)


def _add_phase(
    built: Built, index: int, phase: int, taken: Sequence[Ticks], before: Ticks | None
) -> tuple[Ticks, Ticks]:
    """The start of a phase, free or at the end of the one before, and its end after work and pauses."""
    problem, model = built.problem, built.model
    activity = problem.activities[index]
    closed = problem.closed(activity.pauses[phase])
    ticks = [mode.ticks[phase] for mode in activity.modes]
    most = max(ticks)
    opens: tuple[Window, ...] = problem.closed(activity.opens) if phase == 0 else ()
    start: Ticks
    if before is not None and not activity.may_wait[phase]:
        start = before
        if closed and most:
            model.add_linear_expression_in_domain(start, _outside(problem.horizon, closed))
    else:
        domain = _outside(problem.horizon, (*closed, *opens) if most else opens)
        start = model.new_int_var_from_domain(domain, "")
        built.variables.free[start.index] = start
        if before is not None:
            model.add(start >= before)
    work: Ticks = ticks[0]
    if len(set(ticks)) > 1:
        work = sum(literal * number for literal, number in zip(taken, ticks, strict=True))
    if not closed and len(set(ticks)) == 1:
        return start, start + work
    if not closed:  # intervals want affine ends
        end = model.new_int_var(0, problem.horizon, "")
        model.add(end == start + work)
        return start, end
    return start, _paused_end(built, (index, phase), start, work, most, closed)


def _paused_end(
    built: Built, where: tuple[int, int], start: Ticks, work: Ticks, most: int, closed: tuple[Window, ...]
) -> Ticks:
    """The end of work that pauses: it spans a closed window, or lies wholly before or after it."""
    model, horizon = built.model, built.problem.horizon
    end = model.new_int_var_from_domain(_outside(horizon + 1, [(a + 1, b + 1) for a, b in closed], last=horizon), "")
    spans: list[tuple[Ticks, int]] = []
    for opening, closing in closed:
        if closing <= 0 or opening >= horizon:
            continue
        is_spanned = model.new_bool_var("")
        model.add(start < opening).only_enforce_if(is_spanned)
        model.add(end > closing).only_enforce_if(is_spanned)
        if closing - opening < most:  # else a start before and an end after it without a pause is no open tick
            is_before = model.new_bool_var("")
            model.add(end <= opening).only_enforce_if(is_before, is_spanned.negated())
            model.add(start >= closing).only_enforce_if(is_before.negated(), is_spanned.negated())
        spans.append((is_spanned, closing - opening))
    model.add(end == start + work + sum(literal * length for literal, length in spans))
    built.spans[where] = spans
    return end


def _outside(horizon: int, closed: Sequence[Window], last: int | None = None) -> cp_model.Domain:
    """The ticks from 0 to ``last`` (the horizon) that lie in no closed window."""
    top = horizon if last is None else last
    inside = [[max(0, a), min(b - 1, top)] for a, b in closed if b > 0 and a <= top]
    whole = cp_model.Domain(0, top)
    return whole.intersection_with(cp_model.Domain.from_intervals(inside).complement()) if inside else whole


def _load(
    built: Built,
    activity: Activity,
    mode: Mode,
    literal: Ticks,
    starts: Sequence[Ticks],
    ends: Sequence[Ticks],
    loads: list[list[tuple[Any, int]]],
) -> None:
    for phase, uses in enumerate(mode.uses):
        if uses and mode.ticks[phase]:
            fixed = mode.ticks[phase] if activity.pauses[phase] is None else None
            _share(_interval(built, starts[phase], ends[phase], fixed, literal), uses, loads)
    if mode.held and sum(mode.ticks):
        is_fixed = not any(activity.may_wait[1:]) and all(pause is None for pause in activity.pauses)
        interval = _interval(built, starts[0], ends[-1], sum(mode.ticks) if is_fixed else None, literal)
        _share(interval, mode.held, loads)


def _interval(built: Built, start: Ticks, end: Ticks, ticks: int | None, literal: Ticks) -> Any:
    model = built.model
    if ticks is not None:
        if isinstance(literal, int):
            return model.new_fixed_size_interval_var(start, ticks, "")
        return model.new_optional_fixed_size_interval_var(start, ticks, literal, "")
    length = model.new_int_var(0, built.problem.horizon, "")
    if isinstance(literal, int):
        return model.new_interval_var(start, length, end, "")
    return model.new_optional_interval_var(start, length, end, literal, "")


def _share(interval: Any, uses: Sequence[Use], loads: list[list[tuple[Any, int]]]) -> None:
    for use in uses:
        if use.amount:
            loads[use.resource].append((interval, use.amount))


def _keep_together(built: Built, gang: Sequence[int]) -> None:
    variables, model = built.variables, built.model
    first = gang[0]
    for other in gang[1:]:
        for phase in range(built.problem.activities[first].n_phases):
            model.add(variables.starts[first][phase] == variables.starts[other][phase])
            model.add(variables.ends[first][phase] == variables.ends[other][phase])


def _limit(built: Built, number: int, intervals: list[tuple[Any, int]], room: Ticks | None) -> None:
    if not intervals:
        return
    resource, model = built.problem.resources[number], built.model
    if room is None and resource.capacity == 1 and not resource.missing and all(a == 1 for _, a in intervals):
        model.add_no_overlap([interval for interval, _ in intervals])
        return
    used = list(intervals)
    for start, end, amount in resource.missing:
        if end > start and amount > 0:
            used.append((model.new_fixed_size_interval_var(start, end - start, ""), amount))
    capacity = resource.capacity if room is None else room
    model.add_cumulative([interval for interval, _ in used], [amount for _, amount in used], capacity)


def hint(built: Built, schedule: Schedule) -> None:
    """Tell the solver where to begin."""
    for index, placed in enumerate(schedule):
        for variable, value in _free_values(built, index, placed):
            built.model.add_hint(variable, value)


def fix(built: Built, index: int, placed: Placed) -> None:
    """Leave the activity where it is."""
    variables, model = built.variables, built.model
    for start, tick in zip(variables.starts[index], placed.starts, strict=True):
        model.add(start == tick)
    literal = variables.taken[index][placed.mode]
    if not isinstance(literal, int):
        model.add(literal == 1)


def _free_values(built: Built, index: int, placed: Placed) -> list[tuple[Any, int]]:
    values: list[tuple[Any, int]] = []
    variables = built.variables
    for phase, start in enumerate(variables.starts[index]):
        if isinstance(start, cp_model.IntVar) and start.index in variables.free:
            values.append((start, placed.starts[phase]))
        closed = built.problem.closed(built.problem.activities[index].pauses[phase])
        inside = [window for window in closed if window[1] > 0 and window[0] < built.problem.horizon]
        if (index, phase) in built.spans:
            for (literal, _), (opening, closing) in zip(built.spans[(index, phase)], inside, strict=True):
                values.append((literal, int(placed.starts[phase] < opening and placed.ends[phase] > closing)))
    for number, literal in enumerate(variables.taken[index]):
        if not isinstance(literal, int):
            values.append((literal, int(number == placed.mode)))
    return values


def read(built: Built, value: Any) -> Schedule:
    """The schedule in a solver's answer; ``value`` gives the value of an expression."""
    variables = built.variables
    return tuple(
        Placed(
            next(number for number, literal in enumerate(taken) if isinstance(literal, int) or value(literal)),
            tuple(int(value(start)) for start in starts),
            tuple(int(value(end)) for end in ends),
        )
        for starts, ends, taken in zip(variables.starts, variables.ends, variables.taken, strict=True)
    )
