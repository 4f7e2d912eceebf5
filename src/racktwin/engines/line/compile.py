"""From the scenario to the tables of :mod:`.tables`: the one place where entities become rows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from racktwin.model import Calendar, DurationDistribution, Operation, Phase, Scenario, WorkUnitGroup
from racktwin.model.distribution import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)
from racktwin.model.quantity import Quantity
from racktwin.sim import distributions as laws
from racktwin.sim.calendars import headcount_steps, open_intervals, seconds_after
from racktwin.sim.events import event_table
from racktwin.sim.power import AIR_HEAT, LIQUID_FLOW, LIQUID_HEAT, WATTS

from . import tables
from .tables import DTYPES, MANY, MOST_SKILLS, Line

Row = dict[str, Any]
_DISPATCH = {"fifo": tables.FIFO, "priority": tables.PRIORITY, "edd": tables.EDD, "spt": tables.SPT}
_FIRST_ITEMS, _FIRST_DEFECTS, _FIRST_ROWS = 1024, 4096, 16384


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
    limits: tuple[str, ...]
    limit_quantities: tuple[str, ...]


@dataclass(frozen=True)
class CompiledLine:
    """A line ready to be replicated: the tables at time zero, their names, and the streams each row draws from."""

    line: Line
    names: Names
    streams: dict[str, tuple[str, ...]]
    horizon_s: float


@dataclass
class _Builder:
    """Rows gathered table by table; the index of a row is where it was put."""

    scenario: Scenario
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in DTYPES})
    samples: list[float] = field(default_factory=list)
    streams: dict[str, list[str]] = field(
        default_factory=lambda: {"units": [], "operations": [], "parts": [], "sources": []}
    )
    operation_names: list[tuple[str, str]] = field(default_factory=list)
    limit_names: list[tuple[str, str]] = field(default_factory=list)
    feed_limit: dict[str, int] = field(default_factory=dict)
    heat_limit: dict[str, int] = field(default_factory=dict)
    flow_limit: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> int:
        self.rows[table].append(row)
        return len(self.rows[table]) - 1

    def link(self, rows: Iterable[tuple[int, int, float]]) -> tuple[int, int]:
        """(first, count) of new LINK rows."""
        first = len(self.rows["links"])
        for to, count, amount in rows:
            self.add("links", to=to, count=count, amount=amount)
        return first, len(self.rows["links"]) - first

    def law(self, law: DurationDistribution | None) -> int:
        if law is None:
            return -1
        return self.add("laws", **_law_row(law, self.samples))


def compile_line(scenario: Scenario) -> CompiledLine:
    """The tables of the scenario's line. The scenario must have passed ``scenario.checks``."""
    builder = _Builder(scenario)
    _add_limits(builder)
    _add_people(builder)
    _add_work_centers(builder)
    _add_defect_kinds(builder)
    _add_parts(builder)
    _add_demand(builder)
    _add_timelines(builder)
    return _finish(builder)


def _law_row(law: DurationDistribution, samples: list[float]) -> Row:
    match law:
        case Fixed():
            return {"kind": laws.FIXED, "a": float(law.value_s)}
        case Uniform():
            return {"kind": laws.UNIFORM, "a": float(law.low_s), "b": float(law.high_s)}
        case Triangular():
            return {"kind": laws.TRIANGULAR, "a": float(law.low_s), "b": float(law.mode_s), "c": float(law.high_s)}
        case Exponential():
            return {"kind": laws.EXPONENTIAL, "a": float(law.average_s)}
        case Gamma():
            shape = 1.0 / law.cv**2
            return {"kind": laws.GAMMA, "a": shape, "b": law.average_s / shape}
        case Lognormal():
            variance = math.log1p(law.cv**2)
            return {
                "kind": laws.LOGNORMAL,
                "a": math.log(law.average_s) - variance / 2.0,
                "b": math.sqrt(variance),
            }
        case Weibull():
            return {"kind": laws.WEIBULL, "a": float(law.shape), "b": float(law.scale_s)}
        case Empirical():
            first = len(samples)
            samples.extend(sorted(law.values_s))
            return {"kind": laws.EMPIRICAL, "first": first, "count": len(law.values_s)}


def _add_limits(builder: _Builder) -> None:
    scenario = builder.scenario
    for name, feed in scenario.feeds.items():
        builder.feed_limit[name] = _add_limit(builder, name, "power", feed.limit_w)
    for name, loop in scenario.cooling_loops.items():
        builder.heat_limit[name] = _add_limit(builder, name, "heat", loop.heat_limit_w)
        if loop.flow_limit_m3_per_s is not None:
            builder.flow_limit[name] = _add_limit(builder, name, "flow", loop.flow_limit_m3_per_s)


def _add_limit(builder: _Builder, name: str, quantity: str, limit: float) -> int:
    builder.limit_names.append((name, quantity))
    return builder.add("limits", limit=float(limit), is_power=int(quantity == "power"))


def _add_paths(builder: _Builder, group: WorkUnitGroup) -> tuple[int, int]:
    """The PATH rows of a bank: its feed and loops, and all above them."""
    scenario = builder.scenario
    first = len(builder.rows["paths"])
    factor, name = 1.0, group.feed
    while name is not None:
        builder.add("paths", limit=builder.feed_limit[name], carries=WATTS, factor=factor)
        factor /= scenario.feeds[name].efficiency
        name = scenario.feeds[name].parent
    for leaf in group.cooling_loops:
        is_liquid = scenario.cooling_loops[leaf].medium == "liquid"
        loop_name: str | None = leaf
        while loop_name is not None:
            heat = LIQUID_HEAT if is_liquid else AIR_HEAT
            builder.add("paths", limit=builder.heat_limit[loop_name], carries=heat, factor=1.0)
            if is_liquid and loop_name in builder.flow_limit:
                builder.add("paths", limit=builder.flow_limit[loop_name], carries=LIQUID_FLOW, factor=1.0)
            loop_name = scenario.cooling_loops[loop_name].parent
    return first, len(builder.rows["paths"]) - first


def _add_people(builder: _Builder) -> None:
    groups = builder.scenario.operator_groups
    for _ in groups:
        builder.add("crews", present=0)
    for skill in _skills(builder.scenario):
        holders = [index for index, group in enumerate(groups.values()) if skill in group.skills]
        first, count = builder.link((holder, 0, 0.0) for holder in holders)
        builder.add("skills", first_crew=first, n_crews=count)
    skills = _skills(builder.scenario)
    for row, group in zip(builder.rows["crews"], groups.values(), strict=True):
        row["first_skill"], row["n_skills"] = builder.link((skills.index(skill), 0, 0.0) for skill in group.skills)


def _skills(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(skill for group in scenario.operator_groups.values() for skill in group.skills))


def _add_work_centers(builder: _Builder) -> None:
    skills = _skills(builder.scenario)
    for index, (name, center) in enumerate(builder.scenario.work_centers.items()):
        row: Row = {"buffer": MANY if center.input_buffer is None else int(center.input_buffer)}
        row.update(dispatch=_DISPATCH[center.dispatch], is_open=1, cause=tables.NO_CAUSE)
        row.update(queue_head=-1, queue_tail=-1, blocked_head=-1, blocked_tail=-1, next_dirty=-1, repair_skill=-1)
        row.update(first_bank=len(builder.rows["banks"]), n_banks=len(center.groups))
        row.update(first_unit=len(builder.rows["units"]))
        for group in center.groups:
            _add_bank(builder, index, name, group, float(center.idle_draw_w))
        row["n_units"] = row["n_free"] = len(builder.rows["units"]) - row["first_unit"]
        if center.failures is not None:
            failures = center.failures
            row.update(
                fails=1,
                failure_clock=tables.BUSY_CLOCK if failures.clock == "busy" else tables.CALENDAR_CLOCK,
                between_law=builder.law(failures.time_between),
                repair_law=builder.law(failures.repair_time),
                repair_skill=-1 if failures.repair_skill is None else skills.index(failures.repair_skill),
                repair_operators=int(failures.repair_operators),
                restarts=int(failures.after_repair == "restart"),
            )
        builder.add("centers", **row)


def _add_bank(builder: _Builder, center: int, name: str, group: WorkUnitGroup, idle_draw_w: float) -> None:
    first_path, n_paths = _add_paths(builder, group)
    first_unit, count = len(builder.rows["units"]), int(group.count)
    bank = builder.add(
        "banks",
        center=center,
        free_head=first_unit,
        n_free=count,
        first_path=first_path,
        n_paths=n_paths,
        idle_draw_w=idle_draw_w,
        n_units=count,
    )
    for u in range(first_unit, first_unit + count):
        following = u + 1 if u + 1 < first_unit + count else -1
        builder.add(
            "units", center=center, bank=bank, next_free=following, next_blocked=-1, held=-1, state=1, reason=1,
            state_serial=-1, cut_defect=-1, repair_crew=-1,
        )  # fmt: skip
        builder.streams["units"].append(f"line/{name}/{group.name}/{u - first_unit}")


def _add_defect_kinds(builder: _Builder) -> None:
    parts = list(builder.scenario.parts)
    for kind in builder.scenario.defect_kinds.values():
        builder.add(
            "kinds",
            is_latent=int(kind.latent),
            weibull_shape=float(kind.time_to_failure.shape) if kind.time_to_failure else 1.0,
            scale_s=float(kind.time_to_failure.scale_s) if kind.time_to_failure else 1.0,
            replace=-1 if kind.replace is None else parts.index(kind.replace),
            repair_law=builder.law(kind.repair_time),
            p_repaired=float(kind.p_repaired),
        )


def _add_parts(builder: _Builder) -> None:
    scenario = builder.scenario
    parts = list(scenario.parts)
    has_receipts = {receipt.part for receipt in scenario.part_receipts}
    for name, part in scenario.parts.items():
        row: Row = {"stock_head": -1, "stock_tail": -1, "swap_head": -1, "swap_tail": -1}
        is_made = part.routing is not None
        is_limited = is_made or part.supply == "receipts" or name in has_receipts
        row["is_unlimited"] = int(not is_limited)
        row["on_hand"] = 0 if part.initial_stock is None or is_made else int(part.initial_stock)
        row["liquid_fraction"] = float(part.liquid_fraction)
        row["coolant_flow_m3_per_j"] = float(part.coolant_flow_m3_per_j or 0.0)
        row["first_operation"] = _add_route(builder, name) if is_made else -1
        row["first_component"], row["n_components"] = builder.link(
            (parts.index(component), pieces, 0.0) for component, pieces in _made_components(scenario, name).items()
        )
        brought = part.defects.items() if not is_made else ()
        row["first_brought"], row["n_brought"] = builder.link(_kind_links(scenario, brought))
        builder.add("parts", **row)
        builder.streams["parts"].append(f"line/{name}")
    _link_consumers(builder)


def _made_components(scenario: Scenario, name: str) -> dict[str, int]:
    """Every part made here that one piece of ``name`` contains at any level, deepest first, with how many."""
    needed: dict[str, int] = {}
    for component, pieces in scenario.parts[name].bill_of_materials.items():
        for inner, inner_pieces in _made_components(scenario, component).items():
            needed[inner] = needed.get(inner, 0) + int(pieces) * inner_pieces
        if scenario.parts[component].routing is not None:
            needed[component] = needed.get(component, 0) + int(pieces)
    return needed


def _kind_links(scenario: Scenario, items: Iterable[tuple[str, float]]) -> list[tuple[int, int, float]]:
    kinds = list(scenario.defect_kinds)
    return [(kinds.index(kind), 1, float(p)) for kind, p in items if p > 0.0]


def consumption(scenario: Scenario, part: str) -> list[dict[str, int]]:
    """Per operation of the part's routing, the pieces it consumes; what no operation names goes to the first."""
    operations = scenario.routings[scenario.parts[part].routing or ""].operations
    bill = scenario.parts[part].bill_of_materials
    consumed = [{name: int(pieces) for name, pieces in operation.consumes.items()} for operation in operations]
    named = {name for operation in consumed for name in operation}
    first = next(index for index, operation in enumerate(operations) if not operation.rework)
    for name, pieces in bill.items():
        if name not in named:
            consumed[first][name] = int(pieces)
    return consumed


def _add_route(builder: _Builder, part: str) -> int:
    """The OPERATION and PHASE rows of one part; returns its first operation."""
    scenario = builder.scenario
    routing = scenario.routings[scenario.parts[part].routing or ""]
    base = len(builder.rows["operations"])
    index_of = {operation.operation: base + index for index, operation in enumerate(routing.operations)}
    main = [index_of[operation.operation] for operation in routing.operations if not operation.rework]
    parts, centers = list(scenario.parts), list(scenario.work_centers)
    for operation, consumed in zip(routing.operations, consumption(scenario, part), strict=True):
        own = index_of[operation.operation]
        later = [index for index in main if index > own]
        first_phase = len(builder.rows["phases"])
        for phase in operation.phases:
            _add_phase(builder, part, phase)
        row: Row = {
            "center": centers.index(operation.work_center),
            "first_phase": first_phase,
            "n_phases": len(operation.phases),
            "next": later[0] if later and not operation.rework else tables.FINISHED,
            "debug": index_of[operation.on_fail.debug] if operation.on_fail else -1,
            "retest": index_of[operation.on_fail.retest_from] if operation.on_fail else -1,
            "scrap_after": _scrap_after(operation),
            "is_rework": int(operation.rework),
            "gang": int(operation.gang or 1),
            "p_false_failure": float(operation.p_false_failure),
            "mean_s": sum(phase.duration.mean_s for phase in operation.phases if not isinstance(phase.duration, str)),
        }
        row.update(dict.fromkeys(("wait_head", "wait_tail", "gang_head", "gang_tail"), -1))
        row["first_consumed"], row["n_consumed"] = builder.link(
            (parts.index(name), pieces, 0.0) for name, pieces in consumed.items()
        )
        row["first_left"], row["n_left"] = builder.link(_kind_links(scenario, operation.defects.items()))
        row["first_detected"], row["n_detected"] = builder.link(_kind_links(scenario, operation.detects.items()))
        builder.add("operations", **row)
        builder.operation_names.append((operation.operation, operation.level or routing.level or ""))
        builder.streams["operations"].append(f"line/{part}/{operation.operation}")
    return main[0]


def _scrap_after(operation: Operation) -> int:
    if operation.on_fail is None or operation.on_fail.scrap_after is None:
        return MANY
    return int(operation.on_fail.scrap_after)


def _add_phase(builder: _Builder, part: str, phase: Phase) -> None:
    scenario = builder.scenario
    skills = _skills(scenario)
    draw_w = _draw_w(scenario, part, phase.draw)
    first_level = len(builder.rows["levels"])
    if phase.cap is not None:
        points = scenario.cap_tables[phase.cap.table].points
        caps, speeds = [float(cap) for cap, _ in points], [float(speed) for _, speed in points]
        for level in phase.cap.levels:
            builder.add("levels", cap=float(level), speed=float(np.interp(level, caps, speeds)))
    first_need, n_needs = builder.link((skills.index(skill), int(n), 0.0) for skill, n in phase.operators.items())
    if n_needs > MOST_SKILLS:
        raise ValueError(f"phase {phase.name} of {part} needs {n_needs} skills at once; at most {MOST_SKILLS}")
    builder.add(
        "phases",
        law=tables.BY_DEFECT if isinstance(phase.duration, str) else builder.law(phase.duration),
        first_need=first_need,
        n_needs=n_needs,
        draw_w=draw_w,
        peak_w=draw_w * max(1.0, float(phase.peak)),
        first_level=first_level,
        n_levels=len(builder.rows["levels"]) - first_level,
        stress=float(phase.stress),
    )


def _draw_w(scenario: Scenario, part: str, draw: Quantity) -> float:
    """A draw in watts; a share is of the part's rated power."""
    return float(draw) * float(scenario.parts[part].rated_power_w or 0.0) if draw.unit == "1" else float(draw)


def _link_consumers(builder: _Builder) -> None:
    """For each part, the operations that take it from stock."""
    consumers: dict[int, list[int]] = {}
    for index, operation in enumerate(builder.rows["operations"]):
        first = operation["first_consumed"]
        for link in builder.rows["links"][first : first + operation["n_consumed"]]:
            consumers.setdefault(link["to"], []).append(index)
    for part, row in enumerate(builder.rows["parts"]):
        links = ((operation, 0, 0.0) for operation in consumers.get(part, ()))
        row["first_consumer"], row["n_consumers"] = builder.link(links)


def _add_demand(builder: _Builder) -> None:
    parts = list(builder.scenario.parts)
    for name, demand in builder.scenario.demand.items():
        builder.add(
            "sources",
            part=parts.index(demand.product),
            quantity=int(demand.quantity),
            interarrival_law=builder.law(demand.interarrival),
            due_law=builder.law(demand.due_in),
            first_s=0.0 if demand.first_s is None else float(demand.first_s),
            priority=demand.priority,
            max_wip=MANY if demand.max_wip is None else int(demand.max_wip),
            held_head=-1,
            held_tail=-1,
        )
        builder.streams["sources"].append(f"demand/{name}")


@lru_cache(maxsize=256)
def _open_hours(
    calendar: Calendar, start: dt.datetime, time_zone: str, horizon_s: float
) -> tuple[tuple[float, float], ...]:
    """As :func:`open_intervals`; a scenario and its variants share most calendars."""
    return tuple(open_intervals(calendar, start, ZoneInfo(time_zone), horizon_s))


def _add_timelines(builder: _Builder) -> None:
    scenario = builder.scenario
    zone = ZoneInfo(scenario.time_zone)

    def hours(calendar: str) -> tuple[tuple[float, float], ...]:
        return _open_hours(scenario.calendar(calendar), scenario.start, scenario.time_zone, float(scenario.horizon_s))

    for index, group in enumerate(scenario.operator_groups.values()):
        crews = [(int(crew.headcount), hours(crew.calendar)) for crew in group.crews]
        steps = [(time_s, index, present, np.inf, 0) for time_s, present in headcount_steps(crews)]
        _add_timeline(builder, tables.HEADCOUNT, steps)
    for index, center in enumerate(scenario.work_centers.values()):
        if center.calendar != "always" or "always" in scenario.calendars:
            openings = headcount_steps([(1, hours(center.calendar))])
            _add_timeline(builder, tables.OPENING, [(time_s, index, n, np.inf, 0) for time_s, n in openings])
    _add_timeline(builder, tables.RECEIPT, _receipts(scenario, zone))
    _add_timeline(builder, tables.RELEASE, _order_book(scenario, zone))


def _add_timeline(builder: _Builder, kind: int, steps: Sequence[tuple[float, int, int, float, int]]) -> None:
    first = len(builder.rows["steps"])
    for time_s, target, amount, due_s, priority in steps:
        builder.add("steps", time_s=time_s, target=target, amount=amount, due_s=due_s, priority=priority)
    builder.add("timelines", next=first, end=len(builder.rows["steps"]), kind=kind)


def _instant_s(scenario: Scenario, zone: ZoneInfo, instant: Any) -> float:
    return float(instant) if isinstance(instant, Quantity) else seconds_after(scenario.start, zone, instant)


def _receipts(scenario: Scenario, zone: ZoneInfo) -> list[tuple[float, int, int, float, int]]:
    parts = list(scenario.parts)
    rows = [
        (_instant_s(scenario, zone, receipt.at), parts.index(receipt.part), int(receipt.quantity), np.inf, 0)
        for receipt in scenario.part_receipts
    ]
    return sorted((row for row in rows if row[0] >= 0.0), key=lambda row: row[0])


def _order_book(scenario: Scenario, zone: ZoneInfo) -> list[tuple[float, int, int, float, int]]:
    parts = list(scenario.parts)
    rows = []
    for order in scenario.order_book:
        due_s = np.inf if order.due is None else _instant_s(scenario, zone, order.due)
        release_s = max(0.0, _instant_s(scenario, zone, order.release))
        rows.append((release_s, parts.index(order.product), int(order.quantity), due_s, order.priority))
    return sorted(rows, key=lambda row: row[0])


def _finish(builder: _Builder) -> CompiledLine:
    scenario = builder.scenario
    n_units, n_timelines = len(builder.rows["units"]), len(builder.rows["timelines"])
    builder.add("clock", horizon_s=float(scenario.horizon_s), **_clock_row(builder))
    for _ in range(len(builder.rows["centers"]) + n_units):
        builder.add("claims", next=-1, prev=-1, cause=tables.NO_CAUSE)
    slots = 2 * n_units + n_timelines + len(builder.rows["sources"])
    arrays = {name: _records(name, builder.rows[name]) for name in DTYPES}
    arrays["events"] = event_table(slots)
    arrays["items"] = free_rows("items", _FIRST_ITEMS)
    arrays["defects"] = free_rows("defects", _FIRST_DEFECTS)
    clock = arrays["clock"][0]
    clock.first_failure_slot, clock.first_timeline_slot = n_units, 2 * n_units
    clock.first_source_slot = 2 * n_units + n_timelines
    clock.free_items, clock.free_defects = _FIRST_ITEMS, _FIRST_DEFECTS
    arrays["wide"] = _records("wide", [{}] * (_FIRST_ROWS + int(clock.most_rows)))
    arrays["narrow"] = _records("narrow", [{}] * (4 * _FIRST_ROWS + int(clock.most_rows)))
    line = Line(samples=np.array(builder.samples, dtype=np.float64), **arrays)
    _load_idle_draw(line)
    streams = {name: tuple(names) for name, names in builder.streams.items()}
    return CompiledLine(line, _names(builder), streams, float(scenario.horizon_s))


def _clock_row(builder: _Builder) -> Row:
    scenario = builder.scenario
    components = [sum(_made_components(scenario, name).values()) for name in scenario.parts]
    pieces = [int(demand.quantity) for demand in scenario.demand.values()]
    pieces += [int(demand.max_wip or 0) for demand in scenario.demand.values() if demand.interarrival is None]
    pieces += [int(order.quantity) for order in scenario.order_book]
    most_items = (1 + max(components)) * (max(pieces, default=1) + 64)
    brought = [
        sum(int(n) * sum(scenario.parts[name].defects.values()) for name, n in part.bill_of_materials.items())
        for part in scenario.parts.values()
    ]
    most_brought = max(brought, default=0.0)
    return {
        "is_time_phased": int(scenario.admission.rule == "time_phased"),
        "is_fair": int(scenario.admission.order == "fifo"),
        "is_recording": 1,
        "most_items": most_items,
        "most_defects": int(64 * (most_brought + 10.0 * math.sqrt(most_brought + 1.0))) + 256,
        "most_rows": 8 * (len(builder.rows["units"]) + len(builder.rows["limits"]) + 16) + 4 * most_items,
        "dirty_center": -1,
        "waiting_head": -1,
        "waiting_tail": -1,
    }


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


def _names(builder: _Builder) -> Names:
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
        limits=tuple(name for name, _ in builder.limit_names),
        limit_quantities=tuple(quantity for _, quantity in builder.limit_names),
    )
