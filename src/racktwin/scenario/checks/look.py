"""Looking around a plant that may still be wrong: what is unknown is left out, and loops end."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from racktwin.model import Feed, HallRack, Operation, Part, Phase, Scenario, WorkCenter
from racktwin.scenario.document import Steps


class Step(NamedTuple):
    """An operation with its routing's name and the way to it."""

    steps: Steps
    routing: str
    position: int
    operation: Operation


def operations(plant: Scenario) -> Iterator[Step]:
    """Every operation of every routing."""
    for name, routing in plant.routings.items():
        for index, operation in enumerate(routing.operations):
            yield Step(("routings", name, "operations", index), name, index, operation)


def phases(step: Step) -> Iterator[tuple[Steps, Phase]]:
    """The phases of an operation, with the way to each."""
    for index, phase in enumerate(step.operation.phases):
        yield (*step.steps, "phases", index), phase


def parts_by_routing(plant: Scenario) -> dict[str, dict[str, Part]]:
    """The parts made by each routing."""
    made: dict[str, dict[str, Part]] = {name: {} for name in plant.routings}
    for name, part in plant.parts.items():
        if part.routing in made:
            made[part.routing][name] = part
    return made


def hall_racks(plant: Scenario) -> dict[str, HallRack]:
    """The racks of the hall, if there is one."""
    return plant.hall.racks if plant.hall else {}


def skills(plant: Scenario) -> set[str]:
    """Every skill somebody has."""
    return {skill for group in plant.operator_groups.values() for skill in group.skills}


def needed_skills(plant: Scenario) -> set[str]:
    """Every skill an operation or a repair needs."""
    needed = {skill for step in operations(plant) for _, phase in phases(step) for skill in phase.operators}
    for center in plant.work_centers.values():
        needed |= {skill for _, skill in skills_of_center(center)}
    return needed


def skills_of_center(center: WorkCenter) -> Iterator[tuple[Steps, str]]:
    """Every skill that a work center itself needs, with the way to it from the work center."""
    if center.failures and center.failures.repair_skill:
        yield ("failures", "repair_skill"), center.failures.repair_skill
    for index, plan in enumerate(center.upkeep):
        if plan.skill:
            yield ("upkeep", index, "skill"), plan.skill
    for key, crew in (("setups", center.setups), ("vehicle", center.vehicle)):
        for skill in crew.operators if crew else ():
            yield (key, "operators", skill), skill


def ordered_products(plant: Scenario) -> set[str]:
    """Every product that is demanded or in the order book."""
    return {demand.product for demand in plant.demand.values()} | {order.product for order in plant.order_book}


def upward(first: str | None, parent_of: Callable[[str], str | None], known: Container[str]) -> list[str]:
    """``first`` and its ancestors; ends where one is unknown or comes again."""
    path: list[str] = []
    name = first
    while name is not None and name in known and name not in path:
        path.append(name)
        name = parent_of(name)
    return path


def feeds_above(plant: Scenario, feed: str | None) -> list[tuple[str, Feed, float]]:
    """The feeds from ``feed`` up to the utility, each with what a watt at the bay draws from it."""
    path = []
    watts = 1.0
    for name in upward(feed, lambda name: plant.feeds[name].parent, plant.feeds):
        path.append((name, plant.feeds[name], watts))
        watts /= plant.feeds[name].efficiency
    return path


def loops_above(plant: Scenario, loop: str) -> list[str]:
    """The cooling loops from ``loop`` up to the last."""
    return upward(loop, lambda name: plant.cooling_loops[name].parent, plant.cooling_loops)


def draw_w(phase: Phase, part: Part) -> float | None:
    """The mean draw of a phase on a part, W; None where it is a share of a rated power the part lacks."""
    if phase.draw.unit != "1":
        return float(phase.draw)
    return None if part.rated_power_w is None else phase.draw * part.rated_power_w


def kilowatts(watts: float) -> str:
    """``watts`` as people say it."""
    return f"{watts / 1e6:.4g} MW" if watts >= 1e6 else f"{watts / 1e3:.4g} kW"
