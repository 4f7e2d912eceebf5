"""The route of a part, as rows: its operations, the same at other work centers, and moves between them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from racktwin.model import Operation, Phase, Routing, Scenario
from racktwin.model.quantity import Quantity

from . import tables
from .builder import Builder, Row, kind_links
from .compile_plant import families_of, needs_of
from .tables import MANY, MOST_SKILLS


def consumption(scenario: Scenario, part: str) -> list[dict[str, int]]:
    """Per operation of the part's routing, the pieces it consumes; what no operation names goes to the first."""
    operations = scenario.routings[scenario.parts[part].routing or ""].operations
    bill = scenario.parts[part].bill_of_materials
    consumed = [
        {} if operation.rework else {name: int(pieces) for name, pieces in operation.consumes.items()}
        for operation in operations
    ]
    named = {name for operation in consumed for name in operation}
    first = next(index for index, operation in enumerate(operations) if not operation.rework)
    for name, pieces in bill.items():
        if name not in named:
            consumed[first][name] = int(pieces)
    return consumed


def add_route(builder: Builder, part: str) -> int:
    """The OPERATION and PHASE rows of one part; returns its first operation.

    The routing's operations come first, in order; alternatives and moves follow.
    """
    scenario = builder.scenario
    routing = scenario.routings[scenario.parts[part].routing or ""]
    base = len(builder.rows["operations"])
    for operation, consumed in zip(routing.operations, consumption(scenario, part), strict=True):
        row = _operation_row(builder, part, operation, consumed)
        _add_operation(builder, part, operation.operation, operation.level or routing.level or "", row)
    _link_route(builder, part, routing, base)
    for index, operation in enumerate(routing.operations):
        _add_alternatives(builder, part, operation, builder.rows["operations"][base + index])
    return next(base + index for index, operation in enumerate(routing.operations) if not operation.rework)


def _add_operation(builder: Builder, part: str, name: str, level: str, row: Row) -> int:
    builder.operation_names.append((name, level))
    builder.streams["operations"].append(f"line/{part}/{name}")
    return builder.add("operations", **row)


def _operation_row(builder: Builder, part: str, operation: Operation, consumed: dict[str, int]) -> Row:
    """All of the row but where the part goes next."""
    scenario = builder.scenario
    parts, center = list(scenario.parts), scenario.work_centers[operation.work_center]
    first_phase = len(builder.rows["phases"])
    for phase in operation.phases:
        _add_phase(builder, part, phase)
    families = families_of(center, operation.work_center, builder)
    row: Row = {
        "center": list(scenario.work_centers).index(operation.work_center),
        "first_phase": first_phase,
        "n_phases": len(operation.phases),
        "scrap_after": _scrap_after(operation),
        "is_rework": int(operation.rework),
        "gang": int(operation.gang or 1),
        "p_false_failure": float(operation.p_false_failure),
        "mean_s": sum(phase.duration.mean_s for phase in operation.phases if not isinstance(phase.duration, str)),
        "step": len(builder.rows["operations"]),
        "alternative": -1,
        "speed": 1.0,
        "family": families.index(operation.setup) if operation.setup in families else -1,
    }
    row.update(dict.fromkeys(("wait_head", "wait_tail", "gang_head", "gang_tail"), -1))
    if operation.learning is not None:
        row["learning_exponent"] = math.log2(operation.learning.rate)
        row["experience"] = float(operation.learning.experience)
        row["learning_floor"] = float(operation.learning.floor)
    lists = {
        "consumed": [(parts.index(name), pieces, 0.0) for name, pieces in consumed.items()],
        "produced": [(parts.index(name), int(pieces), 0.0) for name, pieces in operation.produces.items()],
        "left": kind_links(scenario, operation.defects.items()),
        "detected": kind_links(scenario, operation.detects.items()),
    }
    for key, links in lists.items():
        row[f"first_{key}"], row[f"n_{key}"] = builder.link(links)
    return row


def _link_route(builder: Builder, part: str, routing: Routing, base: int) -> None:
    """Say where each operation's part goes: on the main route, to debug, and back."""
    operations = routing.operations
    rows = builder.rows["operations"][base : base + len(operations)]
    index_of = {operation.operation: base + index for index, operation in enumerate(operations)}
    main = [index for index, operation in enumerate(operations) if not operation.rework]
    move = _mover(builder, part)
    left_s = 0.0
    following = tables.FINISHED
    for index in reversed(main):
        left_s += rows[index]["mean_s"]
        rows[index]["left_s"] = left_s
        rows[index]["next"] = move(base + index, following)
        following = base + index
    for row, operation in zip(rows, operations, strict=True):
        row.setdefault("next", tables.FINISHED)
        row["debug"] = row["retest"] = -1
        if operation.on_fail:
            debug = index_of[operation.on_fail.debug]
            row["debug"] = move(index_of[operation.operation], debug)
            row["retest"] = move(debug, index_of[operation.on_fail.retest_from])


def _mover(builder: Builder, part: str) -> Callable[[int, int], int]:
    """A function that says what follows an operation so that another is reached: itself, or a move to it."""
    scenario = builder.scenario
    transport = scenario.parts[part].transport
    moves: dict[tuple[int, int], int] = {}

    def move(origin: int, target: int) -> int:
        rows = builder.rows["operations"]
        if transport is None or target < 0 or rows[origin]["center"] == rows[target]["center"]:
            return target
        key = rows[origin]["center"], target
        if key not in moves:
            moves[key] = _add_move(builder, part, transport, rows[origin]["center"], target)
        return moves[key]

    return move


def _add_move(builder: Builder, part: str, transport: str, origin: int, target: int) -> int:
    scenario = builder.scenario
    names, row = list(scenario.work_centers), builder.rows["operations"][target]
    vehicle = scenario.work_centers[transport].vehicle
    start, end = scenario.work_centers[names[origin]].position, scenario.work_centers[names[row["center"]]].position
    if vehicle is None or start is None or end is None:
        raise ValueError(f"{part} cannot be moved from {names[origin]} by {transport}")
    first_need, n_needs = builder.link(needs_of(builder, vehicle.operators))
    distance_m = abs(end.x_m - start.x_m) + abs(end.y_m - start.y_m)
    first_phase = builder.add(
        "phases",
        law=builder.law(vehicle.handling),
        first_need=first_need,
        n_needs=n_needs,
        mean_s=vehicle.handling.mean_s,
    )
    move: Row = {
        "center": names.index(transport),
        "first_phase": first_phase,
        "n_phases": 1,
        "next": target,
        "scrap_after": MANY,
        "gang": 1,
        "mean_s": vehicle.handling.mean_s + distance_m / vehicle.speed_m_per_s,
        "speed": 1.0,
        "first_consumed": 0,
        "n_consumed": 0,
        "is_move": 1,
        "from_x_m": float(start.x_m),
        "from_y_m": float(start.y_m),
        "to_x_m": float(end.x_m),
        "to_y_m": float(end.y_m),
    }
    move.update(dict.fromkeys(("debug", "retest", "alternative", "family"), -1))
    move.update(dict.fromkeys(("wait_head", "wait_tail", "gang_head", "gang_tail"), -1))
    name, level = builder.operation_names[target]
    return _add_operation(builder, part, f"move_to_{name}", level, move)


def _add_alternatives(builder: Builder, part: str, operation: Operation, row: Row) -> None:
    """The same operation at other work centers, chained behind its row."""
    names = list(builder.scenario.work_centers)
    name, level = operation.operation, builder.operation_names[builder.rows["operations"].index(row)][1]
    for alternative in operation.alternatives:
        center = builder.scenario.work_centers[alternative.work_center]
        families = families_of(center, alternative.work_center, builder)
        speed = float(alternative.speed)
        other = {
            **row,
            "center": names.index(alternative.work_center),
            "speed": speed,
            "mean_s": row["mean_s"] * row["speed"] / speed,
            "family": families.index(operation.setup) if operation.setup in families else -1,
            "alternative": -1,
        }
        row["alternative"] = _add_operation(builder, part, name, level, other)
        row = builder.rows["operations"][row["alternative"]]


def drum_s(builder: Builder, first: int) -> float:
    """The mean work at the drum on the main route that begins with operation ``first``, s."""
    scenario = builder.scenario
    if scenario.drum is None:
        return 0.0
    drum, rows = list(scenario.work_centers).index(scenario.drum), builder.rows["operations"]
    work_s, operation = 0.0, first
    while operation != tables.FINISHED:
        if rows[operation]["center"] == drum:
            work_s += rows[operation]["mean_s"]
        operation = rows[operation]["next"]
    return work_s


def _scrap_after(operation: Operation) -> int:
    if operation.on_fail is None or operation.on_fail.scrap_after is None:
        return MANY
    return min(int(operation.on_fail.scrap_after), MANY)


def _add_phase(builder: Builder, part: str, phase: Phase) -> None:
    scenario = builder.scenario
    draw_w = _draw_w(scenario, part, phase.draw)
    first_level = len(builder.rows["levels"])
    if phase.cap is not None:
        points = scenario.cap_tables[phase.cap.table].points
        caps, speeds = [float(cap) for cap, _ in points], [float(speed) for _, speed in points]
        for level in phase.cap.levels:
            builder.add("levels", cap=float(level), speed=float(np.interp(level, caps, speeds)))
    first_need, n_needs = builder.link(needs_of(builder, phase.operators))
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
        mean_s=0.0 if isinstance(phase.duration, str) else phase.duration.mean_s,
    )


def _draw_w(scenario: Scenario, part: str, draw: Quantity) -> float:
    """A draw in watts; a share is of the part's rated power."""
    return float(draw) * float(scenario.parts[part].rated_power_w or 0.0) if draw.unit == "1" else float(draw)
