"""A plan of the test floor: the schedule in seconds, cells and watts, as tables that can be kept and read again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from racktwin.errors import RacktwinError

from .bounds import UNKNOWN
from .check import load_of
from .floor import Floor, Piece
from .goals import Measures
from .problem import Placed, Schedule, working_end
from .solve import Answer

SCHEDULE = "schedule"
_SCHEMA = pa.schema(
    [
        ("order", pa.int64()),
        ("part", pa.string()),
        ("piece", pa.int64()),
        ("release_s", pa.float64()),
        ("due_s", pa.float64()),
        ("weight", pa.int64()),
        ("operation", pa.string()),
        ("phase", pa.string()),
        ("work_center", pa.string()),
        ("work_unit", pa.int64()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("cap", pa.float64()),
        ("reserved_w", pa.float64()),
        ("mode", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Plan:
    """A floor and the best schedule found for it, with what peaks and costs were measured by."""

    floor: Floor
    answer: Answer
    measures: Measures = field(default_factory=Measures)

    def in_unit(self, target: str, value: float) -> tuple[float, str]:
        """A target's value in h, kW or USD; NaN for what is not known, and no unit for mixed sums."""
        if not math.isfinite(value) or value <= UNKNOWN // 2:
            return math.nan, ""
        goals = {term.split(" × ")[-1] for term in target.split(" + ")}
        if goals <= {"tardiness", "throughput", "makespan"}:
            return value * self.floor.options.tick_s / 3600.0, "h" if goals == {"makespan"} else "weighted h"
        if target == "energy_cost":
            return value / 1e6, "USD of what is reserved"
        if target == "peak" and self.measures.peak_of is not None:
            limit = self.floor.limits.rows[self.measures.peak_of - self.floor.limits.first]
            return (limit.base + value * limit.grain) / 1e3, "kW reserved"
        return value, "units"

    @property
    def schedule(self) -> Schedule:
        """The schedule; RacktwinError where there is none."""
        if self.answer.schedule is None:
            raise RacktwinError("there is no schedule")
        return self.answer.schedule

    def end_s(self, order: int) -> float:
        """When the last piece of the order is planned to be done."""
        activities = self.floor.problem.orders[order].activities
        return max(self.schedule[a].end for a in activities) * self.floor.options.tick_s


def schedule_table(plan: Plan) -> pa.Table:
    """One row per phase of each visit: where, when, at what cap, and what is reserved for it."""
    return pa.Table.from_pylist(list(_rows(plan)), schema=_SCHEMA)


def _rows(plan: Plan) -> Iterator[dict[str, Any]]:
    floor, tick_s = plan.floor, plan.floor.options.tick_s
    units = work_units(plan)
    line = floor.compiled.line
    for index, (visit, placed) in enumerate(zip(floor.visits, plan.schedule, strict=True)):
        piece = floor.pieces[visit.piece]
        operation = _operation(floor, piece, visit.operation)
        first = int(line.operations[visit.row].first_phase)
        for number, phase in enumerate(operation.phases):
            row = line.phases[first + number]
            cap = cap_at(floor, first + number, visit.levels[placed.mode])
            yield {
                "order": piece.order,
                "part": piece.part,
                "piece": piece.number,
                "release_s": piece.release_s,
                "due_s": piece.due_s,
                "weight": piece.weight,
                "operation": visit.operation,
                "phase": phase.name,
                "work_center": visit.work_center,
                "work_unit": units[index],
                "start_s": placed.starts[number] * tick_s,
                "end_s": placed.ends[number] * tick_s,
                "cap": cap,
                "reserved_w": float(row.peak_w) * cap,
                "mode": placed.mode,
            }


def _operation(floor: Floor, piece: Piece, name: str) -> Any:
    routing = floor.scenario.routings[floor.scenario.parts[piece.part].routing or ""]
    return next(operation for operation in routing.operations if operation.operation == name)


def cap_at(floor: Floor, phase_row: int, level: int) -> float:
    """The cap of a phase at a level, as a share of full draw."""
    line = floor.compiled.line
    row = line.phases[phase_row]
    if row.n_levels == 0:
        return 1.0
    return float(line.levels[row.first_level + min(level, int(row.n_levels) - 1)].cap)


def work_units(plan: Plan) -> list[int]:
    """The number of the work unit within its work center for each activity: the first that is free."""
    floor, line = plan.floor, plan.floor.compiled.line
    chosen = [0] * len(plan.schedule)
    free_at: dict[int, list[int]] = {}
    for index in sorted(range(len(plan.schedule)), key=lambda a: (plan.schedule[a].start, a)):
        placed, visit = plan.schedule[index], floor.visits[index]
        bank = visit.banks[placed.mode]
        ends = free_at.setdefault(bank, [0] * int(line.banks[bank].n_units))
        unit = next(number for number, end in enumerate(ends) if end <= placed.start)
        ends[unit] = placed.end
        center = line.centers[line.banks[bank].center]
        first = sum(int(line.banks[b].n_units) for b in range(int(center.first_bank), bank))
        chosen[index] = first + unit
    return chosen


@dataclass(frozen=True)
class LoadCurve:
    """What a plan reserves of one limit over time: ``load`` from each of ``from_s`` on, in W or m3/s, and the limit."""

    name: str
    quantity: str
    limit: float
    from_s: npt.NDArray[np.float64]
    load: npt.NDArray[np.float64]

    @property
    def peak(self) -> float:
        return float(self.load.max(initial=0.0))


def load_curves(plan: Plan) -> list[LoadCurve]:
    """Per limit that the plan loads, what is reserved over time, the load that is there anyway included."""
    floor, curves = plan.floor, []
    for number, limit in enumerate(floor.limits.rows):
        load = load_of(floor.problem, plan.schedule, floor.limits.first + number)
        if not load.any():
            continue
        changes = np.flatnonzero(np.diff(load, prepend=-1))
        from_s = np.asarray(changes * floor.options.tick_s, np.float64)
        names = floor.compiled.names
        whole = float(floor.compiled.line.limits[number].limit)
        curves.append(
            LoadCurve(
                names.limits[number],
                names.limit_quantities[number],
                whole,
                from_s,
                np.asarray(load[changes] * limit.grain + limit.base, np.float64),
            )
        )
    return curves


def read_schedule(folder: Path) -> pa.Table:
    """The schedule that a planning run left in ``folder``; RacktwinError if it holds none."""
    path = folder / f"{SCHEDULE}.parquet"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise RacktwinError(
            f"{folder} holds no schedule: {error}\n    → name a folder of 'racktwin plan schedule'"
        ) from None
    if missing := [name for name in _SCHEMA.names if name not in table.column_names]:
        raise RacktwinError(f"{path} lacks the column {missing[0]!r}\n    → plan again with this version")
    return table


def placed_before(floor: Floor, table: pa.Table) -> dict[int, Placed]:
    """Where the activities of the floor were in an earlier plan, by part, release, piece and operation.

    Durations are today's: phases keep their starts, and are moved only where a phase now ends later.
    """
    before: dict[tuple[str, float, int, str], dict[str, Any]] = {}
    seen: dict[tuple[str, float], list[int]] = {}
    for row in table.to_pylist():
        pieces = seen.setdefault((row["part"], row["release_s"]), [])
        if row["piece"] not in pieces:
            pieces.append(row["piece"])
        key = (row["part"], row["release_s"], pieces.index(row["piece"]), row["operation"])
        entry = before.setdefault(key, {"mode": row["mode"], "starts": []})
        entry["starts"].append(row["start_s"])
    found: dict[int, Placed] = {}
    ordinals = _ordinals(floor)
    for index, visit in enumerate(floor.visits):
        piece = floor.pieces[visit.piece]
        entry_ = before.get((piece.part, piece.release_s, ordinals[visit.piece], visit.operation))
        if entry_ is not None and len(entry_["starts"]) == floor.problem.activities[index].n_phases:
            found[index] = _again(floor, index, entry_["mode"], entry_["starts"])
    return found


def _ordinals(floor: Floor) -> list[int]:
    """Per piece its number among those of its part and release."""
    counted: dict[tuple[str, float], int] = {}
    numbers = []
    for piece in floor.pieces:
        key = (piece.part, piece.release_s)
        numbers.append(counted.get(key, 0))
        counted[key] = numbers[-1] + 1
    return numbers


def _again(floor: Floor, index: int, mode: int, starts_s: list[float]) -> Placed:
    activity = floor.problem.activities[index]
    mode = min(mode, len(activity.modes) - 1)
    starts: list[int] = []
    ends: list[int] = []
    for phase, start_s in enumerate(starts_s):
        start = round(start_s / floor.options.tick_s)
        if phase:
            start = ends[-1] if not activity.may_wait[phase] else max(start, ends[-1])
        starts.append(start)
        closed = floor.problem.closed(activity.pauses[phase])
        ends.append(working_end(start, activity.modes[mode].ticks[phase], closed))
    return Placed(mode, tuple(starts), tuple(ends))


def frozen(floor: Floor, before: Mapping[int, Placed], now_s: float, frozen_s: float) -> dict[int, Placed]:
    """Of the earlier places those that begin before ``now_s + frozen_s``: they stay; gangs stay as a whole."""
    until = (now_s + frozen_s) / floor.options.tick_s
    kept = {index: placed for index, placed in before.items() if placed.start < until}
    for gang in floor.problem.gangs:
        if any(member in kept for member in gang) and not all(member in kept for member in gang):
            for member in gang:
                kept.pop(member, None)
    return kept
