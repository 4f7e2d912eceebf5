"""What is built, as rows: kinds of defect, and parts with what they contain."""

from __future__ import annotations

import math

from racktwin.model import Scenario

from .builder import Builder, Row, kind_links
from .compile_route import add_route, drum_s


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
            improves_to=float(kind.improves.to) if kind.improves else 1.0,
            improves_in_s=float(kind.improves.time_constant_s) if kind.improves else 0.0,
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
        row["on_hand"] = row["loose"] = int(part.initial_stock or 0) if is_limited and not is_made else 0
        row["lot_head"] = row["lot_tail"] = -1
        row["is_kanban"], row["free_cards"] = int(part.kanban is not None), int(part.kanban or 0)
        row["liquid_fraction"] = float(part.liquid_fraction)
        row["coolant_flow_m3_per_j"] = float(part.coolant_flow_m3_per_j or 0.0)
        row["first_operation"] = add_route(builder, name) if is_made else -1
        row["drum_s"] = drum_s(builder, row["first_operation"]) if is_made else 0.0
        row["first_component"], row["n_components"] = builder.link(
            (parts.index(component), pieces, 0.0) for component, pieces in made_components(scenario, name).items()
        )
        brought = part.defects.items() if not is_made or part.prebuilt else ()
        row["first_brought"], row["n_brought"] = builder.link(kind_links(scenario, brought))
        steps = sorted((scenario.instant_s(step.starts), float(step.share)) for step in part.prebuilt if is_made)
        row["first_prebuilt"], row["n_prebuilt"] = builder.link((-1, math.ceil(at_s), share) for at_s, share in steps)
        builder.add("parts", **row)
        builder.streams["parts"].append(f"line/{name}")
    _link_consumers(builder)


def made_components(scenario: Scenario, name: str) -> dict[str, int]:
    """Every part made to order that one piece of ``name`` contains at any level, deepest first, with how many.

    Kanban parts, and what goes into them, are made to stock.
    """
    needed: dict[str, int] = {}
    for component, pieces in scenario.parts[name].bill_of_materials.items():
        if scenario.parts[component].kanban is not None:
            continue
        for inner, inner_pieces in made_components(scenario, component).items():
            needed[inner] = needed.get(inner, 0) + int(pieces) * inner_pieces
        if scenario.parts[component].routing is not None:
            needed[component] = needed.get(component, 0) + int(pieces)
    return needed


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
