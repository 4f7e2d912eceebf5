"""From the scenario to the tables of :mod:`.tables`: the one place where entities become rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from racktwin.model import Scenario
from racktwin.sim.events import event_table
from racktwin.sim.power import AIR_HEAT, WATTS

from . import tables
from .builder import Builder, Row
from .compile_orders import add_demand, add_timelines
from .compile_plain import sum_up_phases
from .compile_plant import add_limits, add_outages, add_people, add_work_centers
from .compile_product import add_defect_kinds, add_parts, made_components
from .planned import PlannedStarts, add_plan
from .queueing_network import is_queueing_network
from .seen import SeenState, seen_state
from .tables import DTYPES, Line
from .user_rules import DispatchRule, rules_by_center

_FIRST_ITEMS, _FIRST_DEFECTS, _FIRST_CANDIDATES = 256, 256, 64
_ROWS = {"wide": 16384, "middle": 8192, "narrow": 65536}
"""Rows that fit before Python takes them away; shipments alone stay in the second cache."""


@dataclass(frozen=True)
class Names:
    """What the rows of the tables are called: position i of a tuple is row i of its table."""

    work_centers: tuple[str, ...]
    unit_centers: tuple[int, ...]
    unit_numbers: tuple[int, ...]
    operator_groups: tuple[str, ...]
    operations: tuple[str, ...]
    operation_levels: tuple[str, ...]
    parts: tuple[str, ...]
    defect_kinds: tuple[str, ...]
    sources: tuple[str, ...]
    lots: tuple[str, ...]
    limits: tuple[str, ...]
    limit_quantities: tuple[str, ...]


@dataclass(frozen=True)
class CompiledLine:
    """A line ready to be replicated: the tables at time zero, their names, and the streams each row draws from."""

    line: Line
    names: Names
    streams: dict[str, tuple[str, ...]]
    horizon_s: float
    is_antithetic: bool = False
    rules: dict[int, DispatchRule] = field(default_factory=dict)
    seen: SeenState | None = None

    @cached_property
    def is_queueing_network(self) -> bool:
        """Whether the line is no more than a queueing network, and starts empty."""
        return self.seen is None and not self.rules and not self.is_antithetic and is_queueing_network(self.line)

    @cached_property
    def digest(self) -> str:
        """A digest of the plant at time zero: two lines with the same digest run alike from the same seed."""
        rules = [(center, rule.name, rule.digest) for center, rule in self.rules.items()]
        told = hashlib.blake2b(repr((self.names, self.streams, rules)).encode(), digest_size=16)
        for name, table in self.line._asdict().items():
            if name not in ("items", "defects", "candidates", *tables.ROW_TABLES):
                told.update(name.encode())
                told.update(table.tobytes())
        return told.hexdigest()


def compile_line(
    scenario: Scenario, plan: PlannedStarts | None = None, rules: Mapping[str, DispatchRule] | None = None
) -> CompiledLine:
    """The tables of the scenario's line, which follows ``plan`` and, at some work centers, a user's ``rules``.

    The scenario must have passed ``scenario.checks``. Raises SimulationError for a rule that cannot be used.
    """
    builder = Builder(scenario)
    add_limits(builder)
    add_people(builder)
    add_work_centers(builder)
    add_outages(builder)
    add_defect_kinds(builder)
    add_parts(builder)
    add_demand(builder)
    add_timelines(builder)
    if plan is not None:
        add_plan(builder, plan)
    compiled = _finish(builder)
    seen = seen_state(scenario, compiled.line, compiled.streams["operations"])
    return replace(compiled, rules=rules_by_center(rules or {}, scenario), seen=seen)


def _finish(builder: Builder) -> CompiledLine:
    scenario = builder.scenario
    n_units, n_timelines = len(builder.rows["units"]), len(builder.rows["timelines"])
    builder.add("clock", horizon_s=float(scenario.horizon_s), **_clock_row(builder))
    for _ in range(len(builder.rows["centers"]) + n_units):
        builder.add("claims", next=-1, prev=-1, cause=tables.NO_CAUSE)
    n_sources, n_centers = len(builder.rows["sources"]), len(builder.rows["centers"])
    n_failures = n_units if any(row.get("fails") for row in builder.rows["centers"]) else 0
    n_upkeeps = n_units if builder.rows["upkeep"] else 0
    looks_again = scenario.observed is not None or any(
        row["batch"] > 1 or row["dispatch"] == tables.PLANNED for row in builder.rows["centers"]
    )
    slots = n_units + n_failures + n_upkeeps + n_timelines + n_sources + (n_centers if looks_again else 0)
    sum_up_phases(builder)
    arrays = {name: _records(name, builder.rows[name]) for name in DTYPES}
    arrays["events"] = event_table(slots)
    arrays["steps"] = np.array(builder.steps, DTYPES["steps"]).view(np.recarray)
    clock = arrays["clock"][0]
    clock.free_items = max(_FIRST_ITEMS, 2 * int(clock.most_items))
    clock.free_defects = max(_FIRST_DEFECTS, 2 * int(clock.most_defects))
    arrays["items"] = free_rows("items", int(clock.free_items))
    arrays["defects"] = free_rows("defects", int(clock.free_defects))
    clock.first_failure_slot, clock.first_upkeep_slot = n_units, n_units + n_failures
    clock.first_timeline_slot = clock.first_upkeep_slot + n_upkeeps
    clock.first_source_slot = clock.first_timeline_slot + n_timelines
    clock.first_center_slot = clock.first_source_slot + n_sources
    arrays["candidates"] = _records("candidates", [{}] * _FIRST_CANDIDATES)
    for name, rows in _ROWS.items():
        arrays[name] = np.zeros(rows + int(clock.most_rows), DTYPES[name]).view(np.recarray)
    line = Line(samples=np.array(builder.samples, dtype=np.float64), **arrays)
    _load_idle_draw(line)
    streams = {name: tuple(names) for name, names in builder.streams.items()}
    return CompiledLine(line, _names(builder), streams, float(scenario.horizon_s), scenario.antithetic)


def _clock_row(builder: Builder) -> Row:
    scenario = builder.scenario
    units = len(builder.rows["units"])
    pieces = 1 + max(sum(made_components(scenario, name).values()) for name in scenario.parts)
    batch = max(row["batch"] for row in builder.rows["centers"])
    # one turn ends one operation: each part may start an order and a spare with all their components, leave parts
    # behind, and unblock every unit, whose parts leave parts behind as well
    kits = batch * (2 * pieces + units + (1 + units) * _most_produced(scenario)) + 2
    links = max((operation["n_consumed"] for operation in builder.rows["operations"]), default=0)
    defects = kits * _most_brought(builder) + 64 * batch * len(builder.rows["kinds"])
    traced = max(sum(part.bill_of_materials.values()) for part in scenario.parts.values()) if builder.lot_names else 0
    return {
        "is_time_phased": int(scenario.admission.rule == "time_phased"),
        "is_fair": int(scenario.admission.order == "fifo"),
        "is_recording": 1,
        "most_items": kits,
        "most_defects": defects,
        "most_rows": 8 * (units + len(builder.rows["limits"]) + 16)
        + kits * (2 * links + pieces + traced + 2)
        + defects,
        "sheds_first": int(scenario.admission.shortage == "shed"),
        "drum": -1 if scenario.drum is None else list(scenario.work_centers).index(scenario.drum),
        "upkeep_head": -1,
        "dirty_center": -1,
        "served_part": -1,
        "asking_center": -1,
        "choice": -1,
        "waiting_head": -1,
        "waiting_tail": -1,
    }


def _most_produced(scenario: Scenario) -> int:
    """The most pieces one operation leaves behind."""
    routings = scenario.routings.values()
    return max(int(sum(step.produces.values())) for routing in routings for step in routing.operations)


def _most_brought(builder: Builder) -> int:
    """More defects than one kit will ever bring: ten standard deviations above the mean of the worst assembly.

    None where no part of the plant brings any: each replication copies the rows there are.
    """
    worst = {name: dict(part.defects) for name, part in builder.scenario.parts.items()}
    for receipt in builder.scenario.part_receipts:
        for kind, p in receipt.defects.items():
            worst[receipt.part][kind] = max(p, worst[receipt.part].get(kind, p))
    if not any(worst.values()):
        return 0
    mean = 0.0
    for part in builder.scenario.parts.values():
        brought = sum(int(pieces) * sum(worst[name].values()) for name, pieces in part.bill_of_materials.items())
        mean = max(mean, brought)
    return int(mean + 10.0 * math.sqrt(mean + 1.0))


def _records(name: str, rows: Sequence[Row]) -> tables.Records:
    table = np.zeros(len(rows), DTYPES[name])
    for key in dict.fromkeys(key for row in rows for key in row):
        table[key] = [row.get(key, 0) for row in rows]
    return table.view(np.recarray)


def free_rows(name: str, count: int, first: int = 0) -> tables.Records:
    """``count`` unused rows of items or defects, chained by ``next`` as rows ``first`` onwards; -1 ends the chain."""
    table = np.zeros(count, DTYPES[name]).view(np.recarray)
    table.next = np.arange(first + 1, first + count + 1)
    table.next[-1] = -1
    if name == "items":
        table.part = -1
    return table


def _load_idle_draw(line: Line) -> None:
    """Idle draw is reserved and drawn at all times; it heats the air."""
    for bank in line.banks:
        for path in line.paths[bank.first_path : bank.first_path + bank.n_paths]:
            if path.carries in (WATTS, AIR_HEAT):
                load = bank.idle_draw_w * bank.n_units * path.factor
                line.limits[path.limit].reserved += load
                line.limits[path.limit].draw += load


def _names(builder: Builder) -> Names:
    scenario = builder.scenario
    centers = [int(row["center"]) for row in builder.rows["units"]]
    first_unit = [int(row["first_unit"]) for row in builder.rows["centers"]]
    return Names(
        work_centers=tuple(scenario.work_centers),
        unit_centers=tuple(centers),
        unit_numbers=tuple(u - first_unit[center] for u, center in enumerate(centers)),
        operator_groups=tuple(scenario.operator_groups),
        operations=tuple(name for name, _ in builder.operation_names),
        operation_levels=tuple(level for _, level in builder.operation_names),
        parts=tuple(scenario.parts),
        defect_kinds=tuple(scenario.defect_kinds),
        sources=tuple(scenario.demand),
        lots=tuple(builder.lot_names),
        limits=tuple(name for name, _ in builder.limit_names),
        limit_quantities=tuple(quantity for _, quantity in builder.limit_names),
    )
