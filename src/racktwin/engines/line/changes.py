"""What-ifs: changes to a line from an instant on, each a step of a timeline that the kernel takes in its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from racktwin.errors import SimulationError

from .compile import CompiledLine
from .tables import HEADCOUNT, LIMIT_CHANGE, OUTAGE, RELEASE, Line
from .timelines import step, steps_to_come, with_steps


@dataclass(frozen=True)
class UnitDown:
    """A work unit (numbered from 0 in its work center) is down from ``from_s`` (now) to ``until_s``.

    What is in it waits inside. Nobody of the plant repairs it; it counts as one of its breakdowns.
    """

    work_center: str
    work_unit: int
    until_s: float
    from_s: float | None = None


@dataclass(frozen=True)
class Absent:
    """So many people of a group are not there from ``from_s`` (now) to ``until_s``, on every shift."""

    operator_group: str
    people: int
    until_s: float
    from_s: float | None = None


@dataclass(frozen=True)
class LimitChanged:
    """A feed or cooling loop has another limit (W, or m³/s) from ``from_s`` (now) to ``until_s`` (the end).

    What no longer fits is throttled or shed, as the scenario's ``shortage`` says.
    """

    name: str
    limit: float
    quantity: Literal["power", "heat", "flow"] = "power"
    until_s: float = np.inf
    from_s: float | None = None


@dataclass(frozen=True)
class OrderAdded:
    """One more order, released at ``release_s`` (now)."""

    product: str
    quantity: int = 1
    priority: int = 0
    due_s: float = np.inf
    release_s: float | None = None


Change = UnitDown | Absent | LimitChanged | OrderAdded


def changed(line: Line, compiled: CompiledLine, changes: Sequence[Change]) -> Line:
    """The line with the changes. Raises SimulationError listing all that cannot be."""
    now_s = float(line.clock[0].now_s)
    if problems := [f"{change}: {problem}" for change in changes for problem in _problems(change, compiled, now_s)]:
        raise SimulationError("changes that cannot be made:\n  " + "\n  ".join(problems))
    for change in changes:
        line = _apply(line, compiled, change, now_s)
    return line


def _problems(change: Change, compiled: CompiledLine, now_s: float) -> Iterator[str]:
    names, horizon_s = compiled.names, compiled.horizon_s
    from_s = change.release_s if isinstance(change, OrderAdded) else change.from_s
    from_s = now_s if from_s is None else from_s
    if not now_s <= from_s <= horizon_s:
        yield f"it begins at {from_s:g} s; choose from now, {now_s:g} s, to the horizon, {horizon_s:g} s"
    if not isinstance(change, OrderAdded) and not change.until_s > from_s:
        yield f"it ends at {change.until_s:g} s, not after it begins at {from_s:g} s"
    match change:
        case UnitDown():
            if change.work_center not in names.work_centers:
                yield f"no such work center; choose from {', '.join(names.work_centers)}"
            elif not 0 <= change.work_unit < (count := _units_of(compiled, change.work_center)):
                yield f"no such work unit; choose from 0 to {count - 1}"
        case Absent():
            if change.operator_group not in names.operator_groups:
                yield f"no such operator group; choose from {', '.join(names.operator_groups) or 'none'}"
            if change.people < 1:
                yield "at least one person is absent"
        case LimitChanged():
            limits = list(zip(names.limits, names.limit_quantities, strict=True))
            if (change.name, change.quantity) not in limits:
                yield f"no such limit; choose from {', '.join(f'{name} {what}' for name, what in limits) or 'none'}"
            if not change.limit >= 0.0:
                yield "a limit is 0 or more"
        case OrderAdded():
            products = [
                name for name, part in zip(names.parts, compiled.line.parts, strict=True) if part.first_operation >= 0
            ]
            if change.product not in products:
                yield f"not made here; choose from {', '.join(products)}"
            if change.quantity < 1:
                yield "at least one piece is ordered"


def _units_of(compiled: CompiledLine, work_center: str) -> int:
    return int(compiled.line.centers[compiled.names.work_centers.index(work_center)].n_units)


def _apply(line: Line, compiled: CompiledLine, change: Change, now_s: float) -> Line:
    names = compiled.names
    match change:
        case UnitDown():
            center = line.centers[names.work_centers.index(change.work_center)]
            u = int(center.first_unit) + change.work_unit
            from_s = now_s if change.from_s is None else change.from_s
            return _with_more(line, OUTAGE, [step(from_s, u, due_s=min(change.until_s, compiled.horizon_s + 1.0))])
        case Absent():
            return _with_absence(line, names.operator_groups.index(change.operator_group), change, now_s)
        case LimitChanged():
            return _with_limit(line, compiled, change, now_s)
        case OrderAdded():
            part = names.parts.index(change.product)
            release_s = now_s if change.release_s is None else change.release_s
            order = step(release_s, part, change.quantity, due_s=change.due_s, priority=change.priority)
            return _with_more(line, RELEASE, [order])


def _with_more(line: Line, kind: int, steps: list[np.void]) -> Line:
    t = int(np.flatnonzero(line.timelines.kind == kind)[0])
    return with_steps(line, {t: [*steps_to_come(line, t), *steps]})


def _with_absence(line: Line, crew: int, change: Absent, now_s: float) -> Line:
    """Take the absent from the crew's headcount while they are away."""
    assert line.timelines[crew].kind == HEADCOUNT  # crews come first: compile_orders.add_timelines
    begin_s = now_s if change.from_s is None else change.from_s
    planned = [(now_s, int(line.crews[crew].present))]
    planned += [(float(row.time_s), int(row.amount)) for row in steps_to_come(line, crew)]
    times_s = sorted({time_s for time_s, _ in planned} | {begin_s, change.until_s} - {np.inf})
    rows = []
    for time_s in times_s:
        present = [count for since_s, count in planned if since_s <= time_s][-1]
        away = change.people if begin_s <= time_s < change.until_s else 0
        rows.append(step(time_s, crew, max(0, present - away)))
    return with_steps(line, {crew: rows})


def _planned_limit(line: Line, index: int, at_s: float) -> float:
    t = int(np.flatnonzero(line.timelines.kind == LIMIT_CHANGE)[0])
    planned = [float(row.due_s) for row in steps_to_come(line, t) if row.target == index and row.time_s <= at_s]
    return planned[-1] if planned else float(line.limits[index].limit)


def _with_limit(line: Line, compiled: CompiledLine, change: LimitChanged, now_s: float) -> Line:
    names = compiled.names
    index = list(zip(names.limits, names.limit_quantities, strict=True)).index((change.name, change.quantity))
    begin_s = now_s if change.from_s is None else change.from_s
    steps = [step(begin_s, index, due_s=change.limit)]
    if change.until_s <= compiled.horizon_s:
        steps.append(step(change.until_s, index, due_s=_planned_limit(line, index, change.until_s)))
    return _with_more(line, LIMIT_CHANGE, steps)
