"""Runs made without an engine: plausible rows for the plant of :mod:`tests.results.plant`.

``synthetic_run`` is small and consistent (work units do one thing at a time, states fill the horizon, what is shipped
was worked on). ``large_run`` has the volume of a year of Georgetown and only the shape of its rows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from racktwin.model import Scenario
from racktwin.results.schema import E10_STATES, TABLES
from racktwin.results.store import RunFolder, RunWriter
from racktwin.results.tables import arrow_schema
from tests.results.plant import plant_document
from tests.results.rows import run_of

Row = dict[str, Any]
HOUR_S = 3600.0

_WORK_H = {"assemble_tray": 2.0, "test_tray": 1.6, "debug_tray": 3.0, "integrate_rack": 16.0, "burn_in_rack": 49.0}
_WORK_H["debug_rack"] = 5.0
_DRAW_W = {"test_tray": 5_900.0, "burn_in_rack": 119_000.0}
_GROUP = {"assemble_tray": "assemblers", "integrate_rack": "assemblers"}
_PEOPLE = {"assemble_tray": 1, "integrate_rack": 2, "burn_in_rack": 1, "debug_tray": 1, "debug_rack": 1}
_ATTENDED = {"burn_in_rack": 1 / 49}
_P_FAIL = {"test_tray": 0.06, "burn_in_rack": 0.25}
_DUE_IN_H = {"gb200_nvl72": 216.0, "hgx_b200_rack": 192.0}
_INTERARRIVAL_H = {"gb200_nvl72": 28.0, "hgx_b200_rack": 36.0}


def synthetic_run(path: Path, replications: int = 4, weeks: float = 6, seed: int = 7) -> RunFolder:
    """A finished run of the small plant, one week of it warm-up."""
    document = plant_document(weeks, replications=replications, seed=seed)
    scenario = Scenario.model_validate(document)
    rows = [_Floor(scenario, np.random.default_rng([seed, number])).run() for number in range(replications)]
    return run_of(path, document, rows, seed)


@dataclass
class _Floor:
    """The plant, served in the order of release; a part's way is laid out at once from release to shipping."""

    scenario: Scenario
    random: np.random.Generator
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    free_s: dict[str, list[float]] = field(default_factory=dict)
    serial_number: int = 0

    def run(self) -> dict[str, list[Row]]:
        self.horizon_s = float(self.scenario.horizon_s)
        self.free_s = {
            name: [0.0] * sum(group.count for group in center.groups)
            for name, center in self.scenario.work_centers.items()
        }
        for order_number, (release_s, product) in enumerate(sorted(self._orders())):
            self._build(product, order_number, release_s)
        self._cut_at_horizon()
        self._states()
        self._limits()
        self._labour()
        return self.rows

    def _orders(self) -> Iterator[tuple[float, str]]:
        for product, mean_h in _INTERARRIVAL_H.items():
            now_s = 0.0
            while (now_s := now_s + self.random.exponential(mean_h * HOUR_S)) < self.horizon_s:
                yield now_s, product

    def _build(self, product: str, order_number: int, release_s: float) -> None:
        trays = 3 if product == "gb200_nvl72" else 0
        ways = [self._way("gb200_compute_tray", order_number, release_s, "component") for _ in range(trays)]
        ready_s = max((way["end_s"] for way in ways), default=release_s)
        rack = self._way(product, order_number, release_s, "nvl72" if trays else "hgx", ready_s)
        for way in ways:
            way["end_s"] = rack["first_start_s"]
        parts = [rack, *ways]
        latent = int(self.random.random() < 0.1)
        self.rows["shipments"].append(
            {
                "serial_number": rack["serial_number"],
                "part": product,
                "order_number": order_number,
                "release_s": release_s,
                "due_s": rack["due_s"],
                "shipped_s": rack["end_s"],
                "latent_escapes": latent,
                "failures": sum(way["failures"] for way in parts),
                "energy_j": sum(way["energy_j"] for way in parts),
                "labour_s": sum(way["labour_s"] for way in parts),
                "stress_s": 48 * HOUR_S,
            }
        )
        if latent:
            self._defect("gpu_infant", rack["serial_number"], release_s, "gb200_board", None, rack["end_s"])
        for part, pieces in (("nvlink_cartridge", 4), ("gb200_board", 2 * trays)):
            if pieces and rack["first_start_s"] < self.horizon_s:
                self.rows["material"].append(
                    {"part": part, "time_s": rack["first_start_s"], "change": -pieces, "reason": "consumed"}
                )
        for way in parts:
            self.rows["work_orders"].append({key: way[key] for key in _ORDER_KEYS})

    def _way(self, part: str, order_number: int, release_s: float, source: str, ready_s: float | None = None) -> Row:
        self.serial_number += 1
        way: Row = {
            "serial_number": self.serial_number,
            "part": part,
            "order_number": order_number,
            "source": source,
            "wanted_s": release_s,
            "release_s": release_s,
            "due_s": math.nan
            if source == "component"
            else release_s + (9 if part == "gb200_nvl72" else 8) * 24 * HOUR_S,
            "fate": "consumed" if source == "component" else "shipped",
            "failures": 0,
            "energy_j": 0.0,
            "labour_s": 0.0,
            "first_start_s": None,
        }
        build, test, debug = self._steps(part)
        material_s = 0.0 if ready_s is None else ready_s - release_s
        now_s = self._visit(way, build, 1, release_s, material_s)
        for visit in range(1, 5):
            now_s = self._visit(way, test, visit, now_s)
            if self.rows["operations"][-1]["outcome"] == "pass":
                break
            way["failures"] += 1
            now_s = self._visit(way, debug, visit, now_s)
        way["end_s"] = now_s
        return way

    def _steps(self, part: str) -> tuple[str, str, str]:
        names = [step.operation for step in self.scenario.routings[self.scenario.parts[part].routing or ""].operations]
        return names[0], names[1], names[2]

    def _visit(self, way: Row, operation: str, visit: int, queued_s: float, material_s: float = 0.0) -> float:
        center = _center(self.scenario, operation)
        free_s = self.free_s[center]
        unit = int(np.argmin(free_s))
        cell_s = max(0.0, free_s[unit] - queued_s - material_s)
        people_s = self.random.exponential(0.5 * HOUR_S) if operation in _PEOPLE else 0.0
        power_s = self.random.exponential(2 * HOUR_S) if operation in _DRAW_W and self.random.random() < 0.3 else 0.0
        start_s = queued_s + material_s + cell_s + people_s + power_s
        work_s = _WORK_H[operation] * HOUR_S * self.random.triangular(0.85, 0.98, 1.25)
        down_s = self.random.exponential(4 * HOUR_S) if center == "burn_in" and self.random.random() < 0.08 else 0.0
        blocked_s = self.random.exponential(0.3 * HOUR_S) if operation == "integrate_rack" else 0.0
        end_s = start_s + work_s + down_s
        free_s[unit] = end_s + blocked_s
        outcome = self._outcome(way, operation, end_s)
        labour_s = work_s * _PEOPLE.get(operation, 0) * _ATTENDED.get(operation, 1.0)
        energy_j = work_s * _DRAW_W.get(operation, 0.0)
        self.rows["operations"].append(
            {
                "serial_number": way["serial_number"],
                "part": way["part"],
                "operation": operation,
                "level": "L10" if way["part"] == "gb200_compute_tray" else "L11",
                "work_center": center,
                "work_unit": unit,
                "visit": visit,
                "queued_s": queued_s,
                "start_s": start_s,
                "end_s": end_s,
                "left_s": end_s + blocked_s,
                "wait_cell_s": cell_s,
                "wait_people_s": people_s,
                "wait_power_s": power_s,
                "wait_material_s": material_s,
                "work_s": work_s,
                "down_s": down_s,
                "blocked_s": blocked_s,
                "energy_j": energy_j,
                "labour_s": labour_s,
                "cap": 1.0,
                "outcome": outcome[0],
                "defect_kind": outcome[1],
            }
        )
        way["energy_j"] += energy_j
        way["labour_s"] += labour_s
        if way["first_start_s"] is None:
            way["first_start_s"] = start_s
        return float(end_s + blocked_s)

    def _outcome(self, way: Row, operation: str, now_s: float) -> tuple[str, str]:
        if operation.startswith("debug"):
            return "repaired", ""
        if self.random.random() >= _P_FAIL.get(operation, 0.0):
            return "pass", ""
        if self.random.random() < 0.15:
            return "false_fail", ""
        kind = "gpu_infant" if self.random.random() < 0.4 else "connector"
        origin = "gb200_board" if kind == "gpu_infant" else "nvlink_cartridge"
        self._defect(kind, way["serial_number"], way["release_s"], origin, (operation, now_s), now_s)
        return "fail", kind

    def _defect(
        self,
        kind: str,
        serial_number: int,
        created_s: float,
        origin: str,
        found: tuple[str, float] | None,
        end_s: float,
    ) -> None:
        latent = kind == "gpu_infant"
        self.rows["defects"].append(
            {
                "defect": len(self.rows["defects"]) + 1,
                "kind": kind,
                "origin": origin,
                "serial_number": serial_number,
                "created_s": created_s,
                "latent": latent,
                "precipitates_at_stress_s": 20 * HOUR_S if latent else 0.0,
                "precipitated_s": found[1] if latent and found else math.nan,
                "found_s": found[1] if found else math.nan,
                "found_at": found[0] if found else "",
                "end_s": end_s,
                "fate": "repaired" if found else "escaped",
            }
        )

    def _cut_at_horizon(self) -> None:
        """Forget what would happen after the horizon."""
        cut, rows = self.horizon_s, self.rows
        self.all_visits = rows["operations"]
        rows["operations"] = [row for row in rows["operations"] if row["left_s"] <= cut]
        rows["shipments"] = [row for row in rows["shipments"] if row["shipped_s"] <= cut]
        rows["defects"] = [row for row in rows["defects"] if row["created_s"] <= cut]
        for row in rows["work_orders"]:
            if row["end_s"] > cut:
                row.update(end_s=math.nan, fate="in_progress")
        for row in rows["defects"]:
            if row["end_s"] > cut:
                row.update(end_s=math.nan, found_s=math.nan, found_at="", precipitated_s=math.nan, fate="open")

    def _states(self) -> None:
        visits = defaultdict(list)
        for row in self.all_visits:
            visits[row["work_center"], row["work_unit"]].append(row)
        for center, free_s in self.free_s.items():
            for unit in range(len(free_s)):
                now_s = 0.0
                for row in sorted(visits[center, unit], key=lambda row: float(row["start_s"])):
                    now_s = self._state(center, unit, "standby", "starved", -1, now_s, row["start_s"])
                    number = row["serial_number"]
                    half_s = row["start_s"] + row["work_s"] / 2
                    now_s = self._state(center, unit, "productive", "working", number, now_s, half_s)
                    now_s = self._state(
                        center, unit, "unscheduled_down", "repair", number, now_s, half_s + row["down_s"]
                    )
                    now_s = self._state(center, unit, "productive", "working", number, now_s, row["end_s"])
                    now_s = self._state(center, unit, "standby", "blocked", number, now_s, row["left_s"])
                self._state(center, unit, "standby", "starved", -1, now_s, self.horizon_s)

    def _state(
        self, center: str, unit: int, state: str, reason: str, serial_number: int, start_s: float, end_s: float
    ) -> float:
        end_s = min(end_s, self.horizon_s)
        if end_s <= start_s:
            return start_s
        self.rows["states"].append(
            {
                "work_center": center,
                "work_unit": unit,
                "state": state,
                "reason": reason,
                "serial_number": serial_number,
                "start_s": start_s,
                "end_s": end_s,
            }
        )
        return end_s

    def _limits(self) -> None:
        loads = [
            ("test_floor", "power", 1.0, 900e3),
            ("utility", "power", 1 / 0.96, 2.4e6),
            ("facility_water", "heat", 0.87, 1.1e6),
            ("facility_water", "flow", 0.87 * 2e-8, 0.025),
            ("room_air", "heat", 0.13, 300e3),
        ]
        drawn = [(row["start_s"], row["end_s"], _DRAW_W.get(row["operation"], 0.0)) for row in self.all_visits]
        waits = [
            (row["start_s"] - row["wait_power_s"], row["start_s"], 1.0)
            for row in self.all_visits
            if row["wait_power_s"]
        ]
        times_s, (draw_w, waiting) = _steps([drawn, waits], self.horizon_s)
        for name, quantity, share, limit in loads:
            for i in range(len(times_s) - 1):
                draw = min(float(draw_w[i]) * share, limit)
                self.rows["limits"].append(
                    {
                        "name": name,
                        "quantity": quantity,
                        "start_s": times_s[i],
                        "end_s": times_s[i + 1],
                        "draw": draw,
                        "reserved": min(1.1 * draw, limit),
                        "limit": limit,
                        "waiting": int(waiting[i]) if name == "test_floor" else 0,
                    }
                )

    def _labour(self) -> None:
        present = {"assemblers": 10, "technicians": 4}
        for group, people in present.items():
            mine = [row for row in self.all_visits if _GROUP.get(row["operation"], "technicians") == group]
            busy = [
                (row["start_s"], row["start_s"] + row["labour_s"], 1.0) for row in mine if row["operation"] in _PEOPLE
            ]
            waits = [(row["start_s"] - row["wait_people_s"], row["start_s"], 1.0) for row in mine]
            times_s, (at_work, waiting) = _steps([busy, waits], self.horizon_s)
            for i in range(len(times_s) - 1):
                self.rows["labour"].append(
                    {
                        "operator_group": group,
                        "start_s": times_s[i],
                        "end_s": times_s[i + 1],
                        "present": people,
                        "busy": min(people, int(at_work[i])),
                        "waiting": int(waiting[i]),
                    }
                )


_ORDER_KEYS = ("serial_number", "part", "order_number", "source", "wanted_s", "release_s", "due_s", "end_s", "fate")


def _center(scenario: Scenario, operation: str) -> str:
    steps = (step for routing in scenario.routings.values() for step in routing.operations)
    return next(step.work_center for step in steps if step.operation == operation)


def _steps(
    groups: list[list[tuple[float, float, float]]], horizon_s: float
) -> tuple[list[float], list[np.ndarray[Any, Any]]]:
    """Sums of overlapping (start, end, height) per group, as steps between common instants up to the horizon."""
    clipped = [
        [(start, min(end, horizon_s), height) for start, end, height in group if start < horizon_s] for group in groups
    ]
    instants = sorted({0.0, horizon_s, *(t for group in clipped for start, end, _ in group for t in (start, end))})
    position = {instant: index for index, instant in enumerate(instants)}
    totals = []
    for group in clipped:
        change = np.zeros(len(instants))
        for start, end, height in group:
            change[position[start]] += height
            change[position[end]] -= height
        totals.append(np.maximum(np.round(np.cumsum(change), 6), 0.0))
    return instants, totals


def large_run(
    path: Path, replications: int = 20, limits: int = 300_000, operations: int = 15_000, states: int = 60_000
) -> RunFolder:
    """A year of the small plant with this many rows per replication: for measuring time and memory."""
    document = plant_document(weeks=52, warm_up_weeks=4, replications=replications)
    scenario = Scenario.model_validate(document)
    writer = RunWriter.create(path, document, (), seed=1, replications=replications)
    for number in range(replications):
        writer.write(number, large_tables(scenario, number, limits, operations, states))
    writer.finish("finished")
    return RunFolder.open(path)


def large_tables(scenario: Scenario, number: int, limits: int, operations: int, states: int) -> dict[str, pa.Table]:
    """The tables of one replication of a large run."""
    random = np.random.default_rng([1, number])
    horizon_s = float(scenario.horizon_s)
    centers = [(name, unit) for name, center in scenario.work_centers.items() for unit in range(center.groups[0].count)]
    names = list(scenario.work_centers)
    unit_rows, shipped = states // len(centers), operations // 15
    which = np.arange(unit_rows * len(centers)) % len(centers)
    time_s = np.tile(np.sort(random.uniform(0, horizon_s, (unit_rows, 1)), axis=0), (1, len(centers)))
    bounds = np.vstack([np.zeros(len(centers)), time_s[1:], np.full(len(centers), horizon_s)])
    state = np.asarray(E10_STATES)[random.choice([0, 1, 4], which.size, p=[0.6, 0.38, 0.02])]
    step_s = np.linspace(0, horizon_s, limits // 6 + 1)
    limit_names = np.asarray(["utility", "test_floor", "facility_water", "facility_water", "room_air", "room_air"])
    quantities = np.asarray(["power", "power", "heat", "flow", "heat", "heat"])
    draw = random.integers(0, 8, limits // 6 * 6) * 1e5
    queued_s = np.sort(random.uniform(0, horizon_s - 3e5, operations))
    steps = ["integrate_rack", "burn_in_rack", "debug_rack"]
    serial_number = np.arange(operations) // 3 + 1
    rack_s = np.sort(random.uniform(0, horizon_s - 9e5, shipped))
    products = np.asarray(["gb200_nvl72", "hgx_b200_rack"])[random.integers(0, 2, shipped)]
    columns: dict[str, dict[str, Any]] = {
        "states": {
            "work_center": np.asarray([centers[i][0] for i in range(len(centers))])[which],
            "work_unit": np.asarray([centers[i][1] for i in range(len(centers))])[which],
            "state": state,
            "reason": np.full(which.size, "working"),
            "start_s": bounds[:-1].ravel(),
            "end_s": bounds[1:].ravel(),
        },
        "limits": {
            "name": np.tile(limit_names, limits // 6),
            "quantity": np.tile(quantities, limits // 6),
            "start_s": np.repeat(step_s[:-1], 6),
            "end_s": np.repeat(step_s[1:], 6),
            "draw": draw,
            "reserved": draw * 1.1,
            "limit": np.full(draw.size, 9e5),
            "waiting": np.repeat(np.maximum(0, random.integers(-3, 3, limits // 6)), 6),
        },
        "labour": {
            "operator_group": np.tile(np.asarray(["assemblers", "technicians"]), limits // 12),
            "start_s": np.repeat(step_s[:-1:2], 2)[: limits // 12 * 2],
            "end_s": np.repeat(step_s[2::2], 2)[: limits // 12 * 2],
            "present": np.full(limits // 12 * 2, 10),
            "busy": random.integers(5, 11, limits // 12 * 2),
            "waiting": random.integers(0, 2, limits // 12 * 2),
        },
        "operations": {
            "serial_number": serial_number,
            "part": products[serial_number % shipped],
            "operation": np.tile(np.asarray(steps), operations // 3),
            "level": np.full(operations, "L11"),
            "work_center": np.asarray(names)[random.integers(0, len(names), operations)],
            "visit": random.integers(1, 3, operations),
            "queued_s": queued_s,
            "start_s": queued_s + 1e4,
            "end_s": queued_s + 9e4,
            "left_s": queued_s + 1e5,
            "wait_cell_s": np.full(operations, 1e4),
            "work_s": np.full(operations, 8e4),
            "blocked_s": np.full(operations, 1e4),
            "energy_j": random.uniform(0, 1e9, operations),
            "outcome": np.asarray(["pass", "fail", "false_fail", "repaired"])[random.integers(0, 4, operations)],
            "defect_kind": np.full(operations, ""),
        },
        "work_orders": {
            "serial_number": np.arange(operations // 3) + 1,
            "part": np.full(operations // 3, "gb200_compute_tray"),
            "source": np.full(operations // 3, "component"),
            "release_s": queued_s[::3],
            "end_s": queued_s[::3] + 4e5,
            "fate": np.full(operations // 3, "consumed"),
        },
        "shipments": {
            "serial_number": np.arange(shipped) + 1,
            "part": products,
            "release_s": rack_s,
            "due_s": rack_s + 6e5,
            "shipped_s": rack_s + random.uniform(3e5, 9e5, shipped),
            "latent_escapes": random.integers(0, 2, shipped),
            "energy_j": random.uniform(0, 1e10, shipped),
            "labour_s": random.uniform(0, 1e5, shipped),
        },
        "defects": {
            "kind": np.full(operations // 5, "connector"),
            "origin": np.full(operations // 5, "nvlink_cartridge"),
            "found_s": queued_s[: operations // 5],
            "found_at": np.full(operations // 5, "burn_in_rack"),
            "end_s": queued_s[: operations // 5],
            "fate": np.full(operations // 5, "repaired"),
        },
    }
    return {name: _filled(name, columns.get(name, {}), number) for name in TABLES}


def _filled(name: str, columns: dict[str, Any], replication: int) -> pa.Table:
    """The table with columns left out filled with zeros and empty names."""
    rows = len(next(iter(columns.values()))) if columns else 0
    arrays = []
    for column, kind in zip(TABLES[name].columns, arrow_schema(TABLES[name]), strict=True):
        filler = np.full(rows, "" if column.type == "str" else 0)
        values = np.full(rows, replication) if column.name == "replication" else columns.get(column.name, filler)
        array = pa.array(values)
        arrays.append(array.dictionary_encode() if column.type == "str" else array.cast(kind.type))
    return pa.table(arrays, schema=arrow_schema(TABLES[name]))
