"""Whether what is seen in the plant can be: names, places that are free, times that have come."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from racktwin.model import Observed, Operation, Scenario, WorkInProgress
from racktwin.scenario.document import Steps
from racktwin.spelling import did_you_mean, plural

from .finding import Finding, error


def observed_state(plant: Scenario) -> Iterator[Finding]:
    """Everything that is wrong with the observed state."""
    seen = plant.observed
    if seen is None or not _has_zone(plant):
        return
    at_s = plant.instant_s(seen.at)
    if not 0.0 <= at_s < plant.horizon_s:
        yield error(("observed", "at"), "outside the horizon", "choose an instant after the start, or a longer horizon")
    elif plant.warm_up_s < at_s:
        yield error(("observed", "at"), "the warm-up ends before", f"write warm_up: {at_s:g} s, or give it by --from")
    yield from _pieces(plant, seen)
    yield from _places(plant, seen, at_s)
    for name in seen.stock:
        if name not in plant.parts:
            yield _unknown(("observed", "stock", name), "part", name, list(plant.parts))
    for name in seen.since_last_order:
        if name not in plant.demand:
            yield _unknown(("observed", "since_last_order", name), "demand", name, list(plant.demand))
    if seen.orders_released is not None and seen.orders_released > len(plant.order_book):
        message = f"the order book has {len(plant.order_book)} entries"
        yield error(("observed", "orders_released"), message, "count entries of the order book")


def _has_zone(plant: Scenario) -> bool:
    try:
        ZoneInfo(plant.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _unknown(steps: Steps, kind: str, name: str, known: list[str]) -> Finding:
    return error(steps, f"unknown {kind} {name!r}", did_you_mean(name, known, f"known {plural(kind)}"))


def operation_of(plant: Scenario, piece: WorkInProgress) -> Operation | None:
    """The operation at which the piece is, if there is one."""
    part = plant.parts.get(piece.part)
    routing = plant.routings.get(part.routing or "") if part else None
    found = [one for one in routing.operations if one.operation == piece.operation] if routing else []
    return found[0] if found else None


def _pieces(plant: Scenario, seen: Observed) -> Iterator[Finding]:
    taken: dict[tuple[str, int], int] = {}
    for index, piece in enumerate(seen.work_in_progress):
        steps: Steps = ("observed", "work_in_progress", index)
        part = plant.parts.get(piece.part)
        if part is None:
            yield _unknown((*steps, "part"), "part", piece.part, list(plant.parts))
            continue
        if part.routing not in plant.routings:
            yield error((*steps, "part"), f"{piece.part} is not made here", "count bought parts in stock")
            continue
        operation = operation_of(plant, piece)
        if operation is None:
            known = [one.operation for one in plant.routings[part.routing].operations]
            yield _unknown((*steps, "operation"), "operation", piece.operation, known)
            continue
        phases = [phase.name for phase in operation.phases]
        if piece.phase is not None and piece.phase not in phases:
            yield _unknown((*steps, "phase"), "phase", piece.phase, phases)
        if piece.demand is not None and piece.demand not in plant.demand:
            yield _unknown((*steps, "demand"), "demand", piece.demand, list(plant.demand))
        for kind in piece.defects:
            if kind not in plant.defect_kinds:
                yield _unknown((*steps, "defects"), "defect kind", kind, list(plant.defect_kinds))
        center = plant.work_centers.get(operation.work_center)
        if piece.work_unit is None or center is None:
            continue
        yield from _unit(plant, (*steps, "work_unit"), operation.work_center, piece.work_unit)
        place = operation.work_center, int(piece.work_unit)
        if place in taken and center.batch is None:
            message = f"{place[0]} {place[1]} holds another piece already (entry {taken[place] + 1})"
            yield error((*steps, "work_unit"), message, "one piece in a work unit")
        taken[place] = index
        if center.batch is not None:
            message = f"{operation.work_center} works in batches, which cannot be started half way through"
            yield error((*steps, "work_unit"), message, "leave the work unit out: the piece waits")


def _unit(plant: Scenario, steps: Steps, center: str, unit: int) -> Iterator[Finding]:
    count = sum(int(group.count) for group in plant.work_centers[center].groups)
    if unit >= count:
        yield error(steps, f"{center} has no work unit {unit}", f"choose from 0 to {count - 1}")


def _places(plant: Scenario, seen: Observed, at_s: float) -> Iterator[Finding]:
    for index, down in enumerate(seen.down):
        steps: Steps = ("observed", "down", index)
        center = plant.work_centers.get(down.work_center)
        if center is None:
            yield _unknown((*steps, "work_center"), "work center", down.work_center, list(plant.work_centers))
            continue
        yield from _unit(plant, (*steps, "work_unit"), down.work_center, down.work_unit)
        if (down.until is None) == (down.down_for_s is None):
            yield error(steps, "give either until or down_for", "until: the expected time; down_for: how long so far")
        elif down.until is not None and plant.instant_s(down.until) <= at_s:
            yield error((*steps, "until"), "it should be back by now", "leave the entry out, or expect a later time")
        elif down.down_for_s is not None and center.failures is None:
            yield error((*steps, "down_for"), f"{down.work_center} has no repair time", "give until")
    for index, away in enumerate(seen.absent):
        steps = ("observed", "absent", index)
        if away.operator_group not in plant.operator_groups:
            known = list(plant.operator_groups)
            yield _unknown((*steps, "operator_group"), "operator group", away.operator_group, known)
        if plant.instant_s(away.until) <= at_s:
            yield error((*steps, "until"), "they should be back by now", "leave the entry out")
