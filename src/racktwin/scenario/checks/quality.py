"""Tests, failures, debug loops and defects."""

from __future__ import annotations

from collections.abc import Iterator

from racktwin.model import Operation, Scenario

from .finding import Finding, error, oddity
from .look import operations, phases


def debug_is_rework(plant: Scenario) -> Iterator[Finding]:
    """``on_fail.debug`` leads to a rework operation."""
    for steps, routing, _, operation in operations(plant):
        target = _operation(plant, routing, operation.on_fail.debug) if operation.on_fail else None
        if target and not target.rework:
            message = f"on_fail.debug leads to {target.operation!r}, which is on the main route"
            yield error((*steps, "on_fail", "debug"), message, f"add 'rework: true' to {target.operation}")


def retest_comes_before(plant: Scenario) -> Iterator[Finding]:
    """``on_fail.retest_from`` leads back to the main route, no further than the test itself."""
    for steps, routing, index, operation in operations(plant):
        if not operation.on_fail:
            continue
        names = [other.operation for other in plant.routings[routing].operations]
        name = operation.on_fail.retest_from
        target = _operation(plant, routing, name)
        where = (*steps, "on_fail", "retest_from")
        if target and target.rework:
            yield error(where, f"{name!r} is a rework operation", "retest from an operation of the main route")
        elif target and not operation.rework and names.index(name) > index:
            message = f"{name!r} comes after the test, which would so be skipped"
            yield error(where, message, f"retest from {operation.operation} or from an operation before it")


def by_defect_only_in_rework(plant: Scenario) -> Iterator[Finding]:
    """Only where a defect is in hand can it say how long its repair takes."""
    for step in operations(plant):
        for steps, phase in phases(step):
            if phase.duration == "by_defect" and not step.operation.rework:
                message = "'by_defect' outside a rework operation: there is no defect in hand"
                yield error((*steps, "duration"), message, "give a duration, or add 'rework: true'")


def repair_takes_time(plant: Scenario) -> Iterator[Finding]:
    """A kind whose debug operation lasts ``by_defect`` needs a repair time."""
    seen: set[str] = set()
    for _, routing, _, operation in operations(plant):
        debug = _operation(plant, routing, operation.on_fail.debug) if operation.on_fail else None
        if debug is None or not any(phase.duration == "by_defect" for phase in debug.phases):
            continue
        for kind in operation.detects:
            defect = plant.defect_kinds.get(kind)
            if defect and defect.repair_time is None and kind not in seen:
                seen.add(kind)
                message = f"{kind} has no repair_time, but {debug.operation} of {routing} lasts 'by_defect'"
                yield error(("defect_kinds", kind), message, "add for example repair_time: 45 min")


def unreachable_rework(plant: Scenario) -> Iterator[Finding]:
    """A rework operation that no failure leads to (unless a failure leads nowhere, which another rule tells)."""
    for steps, routing, _, operation in operations(plant):
        others = plant.routings[routing].operations
        targets = {other.on_fail.debug for other in others if other.on_fail}
        astray = bool(targets - {other.operation for other in others if other.rework})
        if operation.rework and operation.operation not in targets and not astray:
            message = f"nothing leads to the rework operation {operation.operation!r}"
            yield error(steps, message, f"name it in a test's on_fail: {{debug: {operation.operation}, ...}}")


def nothing_on_main_route(plant: Scenario) -> Iterator[Finding]:
    """A routing of rework operations only: no part would ever start."""
    for name, routing in plant.routings.items():
        if all(operation.rework for operation in routing.operations):
            message = "all operations are rework: no part can start here"
            yield error(("routings", name, "operations"), message, "leave out 'rework' at the steps of the main route")


def failure_without_way(plant: Scenario) -> Iterator[Finding]:
    """A test whose failures are scrapped, or a way for failures that cannot happen."""
    for steps, _, _, operation in operations(plant):
        if operation.tests and operation.on_fail is None:
            remedy = "add on_fail: {debug: ..., retest_from: ...}"
            yield oddity(steps, "parts can fail here and have no on_fail: each that does is scrapped", remedy)
        if operation.on_fail and not operation.tests:
            remedy = "add 'detects', or leave on_fail out"
            yield oddity((*steps, "on_fail"), "nothing can fail here: no 'detects', no 'p_false_failure'", remedy)


def latent_without_law(plant: Scenario) -> Iterator[Finding]:
    """A latent defect needs the law by which stress turns it patent."""
    for name, defect in plant.defect_kinds.items():
        if defect.latent and defect.time_to_failure is None:
            remedy = "add for example time_to_failure: {weibull: {shape: 0.6, scale: 60 h}}"
            yield error(("defect_kinds", name), f"{name} is latent but has no time_to_failure", remedy)
        if not defect.latent and defect.time_to_failure is not None:
            where = ("defect_kinds", name, "time_to_failure")
            yield oddity(where, f"{name} is not latent, so its time_to_failure is not used", "add 'latent: true'")


def detected_but_never_brought(plant: Scenario) -> Iterator[Finding]:
    """A test looks for a kind that nothing brings."""
    brought = _brought(plant)
    for steps, _, _, operation in operations(plant):
        for kind in operation.detects:
            if kind in plant.defect_kinds and kind not in brought:
                message = f"no part or operation brings {kind!r}"
                yield oddity((*steps, "detects", kind), message, "add it to 'defects' of a bought part or an operation")


def brought_but_never_detected(plant: Scenario) -> Iterator[Finding]:
    """A kind that no test looks for: every such defect ships."""
    detected = {kind for step in operations(plant) for kind in step.operation.detects}
    brought = _brought(plant)
    for kind in plant.defect_kinds:
        if kind not in detected:
            what = "no test detects it: every one ships" if kind in brought else "nothing brings it, no test detects it"
            yield oddity(("defect_kinds", kind), what, "add it to 'detects' of an operation")


def defects_of_made_part(plant: Scenario) -> Iterator[Finding]:
    """Defects of a made part come from its operations and components."""
    for name, part in plant.parts.items():
        if part.routing is not None and part.defects and not part.prebuilt:
            message = f"{name} is made here, so its 'defects' (those of arriving pieces) are not used"
            yield oddity(("parts", name, "defects"), message, "give them to the operations of its routing")


def _operation(plant: Scenario, routing: str, name: str) -> Operation | None:
    return next((other for other in plant.routings[routing].operations if other.operation == name), None)


def _brought(plant: Scenario) -> set[str]:
    by_parts = {kind for part in plant.parts.values() for kind, p in part.defects.items() if p > 0}
    return by_parts | {kind for step in operations(plant) for kind, p in step.operation.defects.items() if p > 0}
