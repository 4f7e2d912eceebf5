"""How parts move and when they are released: vehicles, kanban cards, drum and rope, lots, limits that change."""

from __future__ import annotations

from collections.abc import Iterator

from racktwin.model import Scenario
from racktwin.scenario.document import Steps

from .finding import Finding, error, oddity
from .look import kilowatts, operations, ordered_products
from .power import idle_load_w


def transport_needs_vehicles(plant: Scenario) -> Iterator[Finding]:
    """A part is moved by vehicles, which can carry it, between places that have a position."""
    for name, part in plant.parts.items():
        center = plant.work_centers.get(part.transport or "")
        if center is None:
            continue
        steps: Steps = ("parts", name, "transport")
        if center.vehicle is None:
            remedy = f"add work_centers.{part.transport}.vehicle: {{speed: 1.2 m/s}}"
            yield error(steps, f"{part.transport} has no vehicles", remedy)
        elif part.routing is None:
            yield oddity(steps, "a bought part is not moved between operations", "leave it out")
        elif center.vehicle.max_mass_kg is not None and (part.mass_kg or 0.0) > center.vehicle.max_mass_kg:
            message = f"{part.transport} carries {center.vehicle.max_mass_kg:g} kg, {name} has {part.mass_kg:g} kg"
            yield error(steps, message, "a stronger vehicle, or a lighter part")
        elif part.routing in plant.routings:
            yield from _places_without_position(plant, part.routing, part.transport or "")


def _places_without_position(plant: Scenario, routing: str, transport: str) -> Iterator[Finding]:
    places = dict.fromkeys(operation.work_center for operation in plant.routings[routing].operations)
    for place in places if len(places) > 1 else ():
        if place in plant.work_centers and plant.work_centers[place].position is None:
            message = f"{transport} moves parts here, but where is it?"
            yield error(("work_centers", place), message, "add position: {x: 12 m, y: 30 m}")


def work_in_vehicles(plant: Scenario) -> Iterator[Finding]:
    """Vehicles move parts; operations need a work center of another kind."""
    for steps, _, _, operation in operations(plant):
        center = plant.work_centers.get(operation.work_center)
        if center is not None and center.vehicle:
            message = f"{operation.work_center} has vehicles, which only move parts"
            yield error((*steps, "work_center"), message, "another work center, or leave out its vehicle")
        for index, alternative in enumerate(operation.alternatives):
            center = plant.work_centers.get(alternative.work_center)
            if center is not None and center.vehicle:
                message = f"{alternative.work_center} has vehicles, which only move parts"
                yield error((*steps, "alternatives", index, "work_center"), message, "another work center")


def kanban_only_for_components(plant: Scenario) -> Iterator[Finding]:
    """Kanban cards belong to parts made here for others to use."""
    used = {child for part in plant.parts.values() for child in part.bill_of_materials}
    for name, part in plant.parts.items():
        if part.kanban is None:
            continue
        steps: Steps = ("parts", name, "kanban")
        if part.routing is None:
            yield error(steps, f"{name} is bought: cards make only what is made here", "use part_receipts")
        elif name in ordered_products(plant):
            message = f"{name} is ordered by customers: it is made to order, and by cards as well"
            yield oddity(steps, message, "leave out the cards, or the order")
        elif name not in used:
            yield oddity(steps, f"no part uses {name}, so its cards never come back", "leave them out")
        needed = max((int(parent.bill_of_materials.get(name, 0)) for parent in plant.parts.values()), default=0)
        if part.routing is not None and part.kanban < needed:
            message = f"{int(part.kanban)} cards, but one assembly takes {needed} at once: it would wait for ever"
            yield error(steps, message, f"at least {needed} cards")


def rope_needs_a_drum(plant: Scenario) -> Iterator[Finding]:
    """A rope is tied to the drum."""
    roped = [name for name, demand in plant.demand.items() if demand.rope_s is not None]
    if plant.drum is None:
        for name in roped:
            yield error(("demand", name, "rope"), "there is no drum to tie it to", "add drum: WORK_CENTER")
    elif not roped:
        yield oddity(("drum",), "no demand has a rope, so the drum paces nothing", "add demand.NAME.rope: 48 h")
    for name in roped if plant.drum in plant.work_centers else ():
        product = plant.parts.get(plant.demand[name].product)
        routing = plant.routings.get(product.routing or "") if product else None
        if routing and not any(operation.work_center == plant.drum for operation in routing.operations):
            message = f"{plant.demand[name].product} never comes to the drum {plant.drum}"
            yield oddity(("demand", name, "rope"), message, "leave the rope out, unless its components do")


def lots_of_bought_parts(plant: Scenario) -> Iterator[Finding]:
    """Lots are of parts that come by receipts."""
    for index, receipt in enumerate(plant.part_receipts):
        part = plant.parts.get(receipt.part)
        if part is None or part.routing is None:
            continue
        if receipt.lot or (receipt.defects and not part.prebuilt):
            key = "lot" if receipt.lot else "defects"
            message = f"{receipt.part} is made here: each piece has a serial number"
            yield error(("part_receipts", index, key), message, "leave it out")


def produced_parts_are_stocked(plant: Scenario) -> Iterator[Finding]:
    """What an operation recovers must be a part whose stock is counted."""
    received = {receipt.part for receipt in plant.part_receipts}
    for steps, _, _, operation in operations(plant):
        for name in operation.produces:
            part = plant.parts.get(name)
            if part is not None and part.routing is None and part.supply == "unlimited" and name not in received:
                message = f"{name} is always there: one more changes nothing"
                yield oddity((*steps, "produces", name), message, f"add parts.{name}.supply: receipts")


def changed_limit_below_idle(plant: Scenario) -> Iterator[Finding]:
    """A limit cannot fall below what its work units draw when idle."""
    load_w = idle_load_w(plant)
    for name, feed in plant.feeds.items():
        for index, change in enumerate(feed.changes):
            idle_w = load_w[("feeds", name)]
            if idle_w > change.limit_w:
                message = f"falls to {kilowatts(change.limit_w)}, its work units draw {kilowatts(idle_w)} when idle"
                yield error(("feeds", name, "changes", index, "limit"), message, "a higher limit, or less idle_draw")
