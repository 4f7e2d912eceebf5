"""What is built, as rows: kinds of defect, parts with what they contain, and the operations of each part's route."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from racktwin.model import Operation, Phase, Scenario
from racktwin.model.quantity import Quantity

from . import tables
from .builder import Builder, Row, skills_of
from .tables import MANY, MOST_SKILLS


def add_defect_kinds(builder: Builder) -> None:
    """Kinds of defect."""
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


def add_parts(builder: Builder) -> None:
    """Parts, with the route of each part made here."""
    scenario = builder.scenario
    parts = list(scenario.parts)
    has_receipts = {receipt.part for receipt in scenario.part_receipts}
    for name, part in scenario.parts.items():
        row: Row = {"stock_head": -1, "stock_tail": -1, "swap_head": -1, "swap_tail": -1}
        is_made = part.routing is not None
        is_limited = is_made or part.supply == "receipts" or name in has_receipts
        row["is_unlimited"] = int(not is_limited)
        row["on_hand"] = int(part.initial_stock or 0) if is_limited and not is_made else 0
        row["liquid_fraction"] = float(part.liquid_fraction)
        row["coolant_flow_m3_per_j"] = float(part.coolant_flow_m3_per_j or 0.0)
        row["first_operation"] = _add_route(builder, name) if is_made else -1
        row["first_component"], row["n_components"] = builder.link(
            (parts.index(component), pieces, 0.0) for component, pieces in made_components(scenario, name).items()
        )
        brought = part.defects.items() if not is_made else ()
        row["first_brought"], row["n_brought"] = builder.link(_kind_links(scenario, brought))
        builder.add("parts", **row)
        builder.streams["parts"].append(f"line/{name}")
    _link_consumers(builder)


def made_components(scenario: Scenario, name: str) -> dict[str, int]:
    """Every part made here that one piece of ``name`` contains at any level, deepest first, with how many."""
    needed: dict[str, int] = {}
    for component, pieces in scenario.parts[name].bill_of_materials.items():
        for inner, inner_pieces in made_components(scenario, component).items():
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


def _add_route(builder: Builder, part: str) -> int:
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


def _add_phase(builder: Builder, part: str, phase: Phase) -> None:
    scenario = builder.scenario
    skills = skills_of(scenario)
    draw_w = _draw_w(scenario, part, phase.draw)
    first_level = len(builder.rows["levels"])
    if phase.cap is not None:
        points = scenario.cap_tables[phase.cap.table].points
        caps, speeds = [float(cap) for cap, _ in points], [float(speed) for _, speed in points]
        for level in phase.cap.levels:
            builder.add("levels", cap=float(level), speed=float(np.interp(level, caps, speeds)))
    first_need, n_needs = builder.link(
        (skills.index(skill), int(n), 0.0)
        for skill, n in sorted(phase.operators.items(), key=lambda need: _holders(scenario, need[0]))
    )
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


def _holders(scenario: Scenario, skill: str) -> int:
    """How many groups have the skill: the rarest skill of a phase chooses its people first."""
    return sum(skill in group.skills for group in scenario.operator_groups.values())


def _draw_w(scenario: Scenario, part: str, draw: Quantity) -> float:
    """A draw in watts; a share is of the part's rated power."""
    return float(draw) * float(scenario.parts[part].rated_power_w or 0.0) if draw.unit == "1" else float(draw)


def _link_consumers(builder: Builder) -> None:
    """For each part, the operations that take it from stock."""
    consumers: dict[int, list[int]] = {}
    for index, operation in enumerate(builder.rows["operations"]):
        first = operation["first_consumed"]
        for link in builder.rows["links"][first : first + operation["n_consumed"]]:
            consumers.setdefault(link["to"], []).append(index)
    for part, row in enumerate(builder.rows["parts"]):
        links = ((operation, 0, 0.0) for operation in consumers.get(part, ()))
        row["first_consumer"], row["n_consumers"] = builder.link(links)
