"""One replication's tables as rows, with the visits of each part and each work unit put together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa

from racktwin.model import Operation, Part, Routing, Scenario
from racktwin.results.schema import TABLES

Row = dict[str, Any]
Unit = tuple[str, int]
TOLERANCE_S = 1e-5
LINE_TABLES = {name: table for name, table in TABLES.items() if "line" in table.engines}
"""The tables that the line fills."""
FAILED = ("fail", "false_fail")


def close(one: float, other: float) -> bool:
    """Equal but for rounding of times and sums."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=TOLERANCE_S)


class OpenVisit(NamedTuple):
    """A part inside a work unit at the horizon."""

    unit: Unit
    serial_number: int
    start_s: float


class History:
    """What happened in one replication of ``scenario``; ``tables`` are those of results/schema.py, or lists of rows."""

    def __init__(self, scenario: Scenario, tables: Mapping[str, pa.Table | list[Row]]) -> None:
        self.scenario = scenario
        self.horizon_s = float(scenario.horizon_s)
        self.tables = {
            name: table.to_pylist() if isinstance(table, pa.Table) else table for name, table in tables.items()
        }

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of a table whose columns have these values, in table order."""
        return [row for row in self.tables[table] if all(row[key] == value for key, value in where.items())]

    @cached_property
    def visits(self) -> dict[int, list[Row]]:
        """The operations of each serial number, in order."""
        by_serial = _grouped(self.tables["operations"], "serial_number")
        return {serial: sorted(rows, key=_visit_order) for serial, rows in by_serial.items()}

    @cached_property
    def unit_visits(self) -> dict[Unit, list[Row]]:
        """The operations in each work unit, in order."""
        by_unit: dict[Unit, list[Row]] = defaultdict(list)
        for row in self.tables["operations"]:
            by_unit[row["work_center"], row["work_unit"]].append(row)
        return {unit: sorted(rows, key=lambda row: (row["start_s"], row["left_s"])) for unit, rows in by_unit.items()}

    @cached_property
    def unit_states(self) -> dict[Unit, list[Row]]:
        """The state intervals of each work unit, in order."""
        by_unit: dict[Unit, list[Row]] = defaultdict(list)
        for row in self.tables["states"]:
            by_unit[row["work_center"], row["work_unit"]].append(row)
        return {unit: sorted(rows, key=lambda row: (row["start_s"], row["end_s"])) for unit, rows in by_unit.items()}

    @cached_property
    def open_visits(self) -> list[OpenVisit]:
        """Who is inside a work unit at the horizon, and since when."""
        found = []
        for unit, states in self.unit_states.items():
            serial = states[-1]["serial_number"]
            visits = self.unit_visits.get(unit, [])
            left_s = visits[-1]["left_s"] if visits else 0.0
            if serial >= 0 and (not visits or visits[-1]["left_s"] < self.horizon_s):
                since_s = min(
                    row["start_s"]
                    for row in states
                    if row["serial_number"] == serial and row["start_s"] >= left_s - TOLERANCE_S
                )
                found.append(OpenVisit(unit, serial, since_s))
        return found

    @cached_property
    def orders(self) -> dict[int, Row]:
        """The work order of each serial number."""
        return {row["serial_number"]: row for row in self.tables["work_orders"]}

    @cached_property
    def work(self) -> list[Row]:
        """The operations of the routings: all visits but moves by vehicles."""
        return [row for row in self.tables["operations"] if not self.is_move(row)]

    def is_move(self, row: Row) -> bool:
        """Whether a visit is a trip in a vehicle."""
        return self.scenario.work_centers[row["work_center"]].vehicle is not None

    def batch(self, center: str) -> int:
        """How many parts a work unit takes at once."""
        batch = self.scenario.work_centers[center].batch
        return int(batch.size) if batch else 1

    def part(self, row: Row) -> Part:
        """The part of a row."""
        return self.scenario.parts[row["part"]]

    def routing(self, part: str) -> Routing:
        """The routing of a part made here."""
        name = self.scenario.parts[part].routing
        assert name is not None
        return self.scenario.routings[name]

    def operation(self, row: Row) -> Operation:
        """The operation of a visit."""
        return next(one for one in self.routing(row["part"]).operations if one.operation == row["operation"])

    def following(self, serial_number: int) -> set[str]:
        """The operations that may come next for a part; none when it has done its last or is scrapped."""
        return following(self.routing(self.orders[serial_number]["part"]), self.visits.get(serial_number, []))

    def is_made(self, part: str) -> bool:
        """Whether a part has a routing here."""
        return self.scenario.parts[part].routing is not None

    def consumed_by(self, part: str) -> dict[str, dict[str, int]]:
        """What each operation of a part takes from stock: its bill of materials, spread as the scenario says."""
        bill = dict(self.scenario.parts[part].bill_of_materials)
        main = [one for one in self.routing(part).operations if not one.rework]
        taken = {one.operation: dict(one.consumes) for one in main}
        named = {component for one in main for component in one.consumes}
        taken[main[0].operation].update({component: n for component, n in bill.items() if component not in named})
        return {operation: {name: int(n) for name, n in parts.items()} for operation, parts in taken.items()}


def following(routing: Routing, visits: list[Row]) -> set[str]:
    """The operations that may come after these visits."""
    main = [one.operation for one in routing.operations if not one.rework]
    operations = {one.operation: one for one in routing.operations}
    visits = [row for row in visits if row["operation"] in operations]  # not the moves
    if not visits:
        return {main[0]}
    last = visits[-1]
    if last["outcome"] == "scrap":
        return set()
    if not operations[last["operation"]].rework and last["outcome"] not in FAILED:
        return set(main[main.index(last["operation"]) + 1 :][:1])
    failed = [operations[row["operation"]] for row in visits if row["outcome"] in FAILED]
    test = failed[-1] if failed else None
    if test is None or test.on_fail is None:
        return set()
    if operations[last["operation"]].rework:
        return {test.on_fail.debug, test.on_fail.retest_from}
    return {test.on_fail.debug}


def _visit_order(row: Row) -> tuple[float, float, float]:
    return row["queued_s"], row["start_s"], row["left_s"]


def _grouped(rows: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups
