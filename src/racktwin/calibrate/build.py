"""From rows as a file has them to visits: words mapped, names checked against the scenario, times made sense of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from racktwin.spelling import did_you_mean

from .faults import Faults
from .mapping import Mapping
from .observation import ORDERS, VISITS, Observed
from .plant import Plant

_SLACK_S = 1e-3
_UNKNOWN = "rows of operations, parts or work centers the scenario does not know"


@dataclass
class RawVisit:
    """A row as it was read: the file's own words, times in seconds after the scenario's start."""

    row: int
    serial_number: str
    operation: str
    start_s: float
    end_s: float = math.nan
    part: str = ""
    phase: str = ""
    work_center: str = ""
    work_unit: str = ""
    work_s: float = math.nan
    outcome: str = ""
    defect_kind: str = ""
    retest_passed: str = ""
    released_s: float = math.nan


@dataclass
class _Unknown:
    """Rows with the same word that means nothing here."""

    row: int
    what: str
    remedy: str
    rows: list[int] = field(default_factory=list)


def observed_from(
    name: str, raw: Sequence[RawVisit], mapping: Mapping, plant: Plant, faults: Faults, columns: Sequence[str]
) -> Observed:
    """The observation in ``raw``; raises ScenarioError through ``faults``. ``columns`` are those the file has."""
    if not raw and not faults.bad_rows:
        faults.file_fault("there are no rows", "give a table with at least one visit to an operation")
    known = _KnownNames(plant, mapping, faults, "outcome" in columns)
    visits = [visit for visit in raw if visit.row not in faults.bad_rows and _is_sound(visit, mapping, faults)]
    named = [row for visit in raw for row in [known.row(visit)] if row is not None]
    known.tell()
    rows = [row for row in named if row["row"] not in faults.bad_rows]
    _drop_repeats(rows, faults)
    faults.raise_if_any()
    rows = [row for row in rows if row["row"] not in faults.bad_rows]
    if not rows:
        faults.file_fault("no row can be used", "run it without --skip-bad to see what is wrong with each")
        faults.raise_if_any()
    table = _table(rows)
    ends = [row["start_s"] for row in rows] + [row["end_s"] for row in rows if row["end_s"] == row["end_s"]]
    return Observed(
        name=name,
        visits=table,
        states=None,
        orders=_orders(visits, plant, mapping),
        start_s=min(ends),
        end_s=max(ends),
        from_new=False,
        worked="work" in columns,
        tells_false_failures="retest_passed" in columns or any(row["outcome"] == "false_fail" for row in rows),
        left_out=faults.left_out,
    )


def _is_sound(visit: RawVisit, mapping: Mapping, faults: Faults) -> bool:
    if not visit.serial_number:
        faults.row(visit.row, "serial_number is empty", "every row needs the serial number of its part")
    if math.isnan(visit.start_s):
        faults.row(visit.row, "start is empty", "leave out what never began")
    if visit.end_s < visit.start_s:
        faults.row(visit.row, f"ends {visit.start_s - visit.end_s:g} s before it starts", "were the columns swapped?")
    if visit.work_s < 0:
        faults.row(visit.row, f"work is negative: {visit.work_s:g} s", "work is a duration of 0 or more")
    if visit.work_s > visit.end_s - visit.start_s + _SLACK_S:
        message = f"worked {visit.work_s:g} s within {visit.end_s - visit.start_s:g} s"
        faults.row(visit.row, message, "check the units of work, start and end")
    if mapping.outcome(visit.outcome) is None:
        message = f"outcome {visit.outcome!r} means nothing here"
        faults.row(visit.row, message, "name its meaning under outcomes: in a mapping file, as {OK-2: pass}")
    return visit.row not in faults.bad_rows


class _KnownNames:
    """Checks names against the scenario; the same unknown name is told once, with the number of its rows."""

    def __init__(self, plant: Plant, mapping: Mapping, faults: Faults, has_outcomes: bool) -> None:
        self.plant, self.mapping, self.faults, self.has_outcomes = plant, mapping, faults, has_outcomes
        self.unknown: dict[str, _Unknown] = {}

    def row(self, visit: RawVisit) -> dict[str, Any] | None:
        """The visit in our words, or None if one of its names is unknown."""
        scenario, mapping = self.plant.scenario, self.mapping
        operation = mapping.operations.get(visit.operation, visit.operation)
        part = mapping.parts.get(visit.part, visit.part)
        center = mapping.work_centers.get(visit.work_center, visit.work_center)
        if operation not in self.plant.routings_of:
            remedy = did_you_mean(operation, self.plant.routings_of, "operations")
            return self._refuse(visit, f"unknown operation {operation!r}", f"operations: {{…}} in a mapping; {remedy}")
        if part and part not in scenario.parts:
            return self._refuse(visit, f"unknown part {part!r}", did_you_mean(part, scenario.parts, "parts"))
        routing = self.plant.routing(part, operation)
        if routing is None or (routing, operation) not in self.plant.steps:
            among = ", ".join(self.plant.routings_of[operation])
            what = f"operation {operation!r} of part {part!r}" if part else f"operation {operation!r} without a part"
            return self._refuse(visit, f"{what}: it is in the routings {among}", "name the part: --map part=…")
        if center and center not in scenario.work_centers:
            remedy = did_you_mean(center, scenario.work_centers, "work centers")
            return self._refuse(
                visit, f"unknown work center {center!r}", f"map work_centers, or leave it out; {remedy}"
            )
        parts = self.plant.parts_of.get(routing, ())
        kind = mapping.defect_kinds.get(visit.defect_kind, visit.defect_kind)
        if kind and kind not in scenario.defect_kinds:
            self.faults.count(f"names of defects the scenario does not know ({kind})")
            kind = ""
        return {
            "row": visit.row,
            "replication": 0,
            "serial_number": visit.serial_number,
            "part": part or (parts[0] if len(parts) == 1 else ""),
            "operation": operation,
            "phase": mapping.phases.get(visit.phase, visit.phase),
            "work_center": center or self.plant.steps[routing, operation].operation.work_center,
            "work_unit": visit.work_unit,
            "start_s": visit.start_s,
            "end_s": visit.end_s,
            "work_s": visit.work_s if visit.work_s == visit.work_s else visit.end_s - visit.start_s,
            "down_s": 0.0,
            "cap": 1.0,
            "outcome": self._outcome(visit),
            "defect_kind": kind,
        }

    def _outcome(self, visit: RawVisit) -> str:
        if not self.has_outcomes:
            return ""
        outcome = self.mapping.outcome(visit.outcome) or "error"
        passed = self.mapping.outcome(visit.retest_passed) == "pass" or visit.retest_passed.strip().lower() == "yes"
        return "false_fail" if outcome == "fail" and passed else outcome

    def _refuse(self, visit: RawVisit, what: str, remedy: str) -> dict[str, Any] | None:
        self.unknown.setdefault(what, _Unknown(visit.row, what, remedy)).rows.append(visit.row)
        return None

    def tell(self) -> None:
        """Report what was refused."""
        for unknown in self.unknown.values():
            many = f" ({len(unknown.rows)} rows, the first here)" if len(unknown.rows) > 1 else ""
            rows = unknown.rows if self.faults.skip else unknown.rows[:1]
            for row in rows:
                self.faults.row(row, unknown.what + many, unknown.remedy, kind=_UNKNOWN)


def _drop_repeats(rows: list[dict[str, Any]], faults: Faults) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in ("serial_number", "part", "operation", "phase", "start_s"))
        first = seen.setdefault(key, row["row"])
        if first != row["row"]:
            message = f"the same visit as in row {first}"
            faults.row(row["row"], message, "remove the repeated row", kind="rows that repeat another")


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as visits, each numbered within its part, operation and phase by its start."""
    order = sorted(range(len(rows)), key=lambda index: (rows[index]["start_s"], rows[index]["row"]))
    counts: dict[tuple[Any, ...], int] = {}
    for index in order:
        row = rows[index]
        key = tuple(row[name] for name in ("serial_number", "part", "operation", "phase"))
        row["visit"] = counts[key] = counts.get(key, 0) + 1
    return pa.table({name: [row[name] for row in rows] for name in VISITS.names}, schema=VISITS)


def _orders(visits: Sequence[RawVisit], plant: Plant, mapping: Mapping) -> pa.Table | None:
    """When orders came, for products with one demand: serial numbers released at the same moment are one order."""
    demands: dict[str, list[str]] = {}
    for name, demand in plant.scenario.demand.items():
        demands.setdefault(demand.product, []).append(name)
    released: dict[str, set[float]] = {}
    for visit in visits:
        part = mapping.parts.get(visit.part, visit.part)
        part = part or (next(iter(demands)) if len(demands) == 1 else "")
        if visit.released_s == visit.released_s and len(demands.get(part, ())) == 1:
            released.setdefault(demands[part][0], set()).add(visit.released_s)
    if not released:
        return None
    pairs = [(name, time_s) for name, times_s in released.items() for time_s in sorted(times_s)]
    return pa.table(
        {
            "replication": np.zeros(len(pairs), np.int64),
            "demand": [name for name, _ in pairs],
            "wanted_s": [time_s for _, time_s in pairs],
        },
        schema=ORDERS,
    )
