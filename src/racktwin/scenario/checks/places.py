"""Set-ups, batches, alternatives and upkeep: what a work center is asked to do, and can."""

from __future__ import annotations

from collections.abc import Iterator

from racktwin.model import Operation, Scenario

from .finding import Finding, error, oddity
from .look import operations


def _places(operation: Operation) -> list[str]:
    return [operation.work_center, *(alternative.work_center for alternative in operation.alternatives)]


def setup_without_setups(plant: Scenario) -> Iterator[Finding]:
    """An operation names a set-up family, but no place where it is done knows set-ups."""
    for steps, _, _, operation in operations(plant):
        centers = [plant.work_centers[name] for name in _places(operation) if name in plant.work_centers]
        if operation.setup and centers and not any(center.setups for center in centers):
            message = f"{operation.work_center} has no setups, so it is never set up for {operation.setup!r}"
            yield oddity((*steps, "setup"), message, f"add work_centers.{operation.work_center}.setups")


def setups_without_families(plant: Scenario) -> Iterator[Finding]:
    """A work center with set-ups for which no operation names a family."""
    named = {name for _, _, _, operation in operations(plant) if operation.setup for name in _places(operation)}
    for name, center in plant.work_centers.items():
        if center.setups and name not in named:
            remedy = "give its operations a setup: FAMILY"
            yield oddity(("work_centers", name, "setups"), "no operation here names its set-up family", remedy)


def batch_too_small(plant: Scenario) -> Iterator[Finding]:
    """A batch that can never start, or that might wait for ever for its last parts."""
    for name, center in plant.work_centers.items():
        batch = center.batch
        if batch is None:
            continue
        steps = ("work_centers", name, "batch")
        if batch.minimum > batch.size:
            message = f"at least {int(batch.minimum)} parts, but at most {int(batch.size)}"
            yield error((*steps, "minimum"), message, "a minimum of at most the size")
        elif center.input_buffer is not None and batch.minimum > max(1, center.input_buffer):
            message = f"at least {int(batch.minimum)} parts, but its input_buffer holds {int(center.input_buffer)}"
            yield oddity((*steps, "minimum"), message, "a larger input_buffer, or a smaller minimum")
        elif batch.minimum > 1 and batch.max_wait_s is None:
            message = f"fewer than {int(batch.minimum)} parts wait without end"
            yield oddity((*steps, "minimum"), message, "add max_wait: 8 h")


def gang_in_batches(plant: Scenario) -> Iterator[Finding]:
    """A gang has a work unit for each part, a batch one for many: not both."""
    for steps, _, _, operation in operations(plant):
        center = plant.work_centers.get(operation.work_center)
        if operation.gang and operation.gang > 1 and center is not None and center.batch:
            message = f"{operation.work_center} works in batches, a gang needs a work unit for each part"
            yield error((*steps, "gang"), message, "leave out the gang, or the work center's batch")


def alternatives_only_on_the_main_route(plant: Scenario) -> Iterator[Finding]:
    """Rework, gangs and kits of a work center itself cannot choose their place."""
    for steps, _, _, operation in operations(plant):
        if operation.alternatives and (operation.rework or (operation.gang or 1) > 1):
            kind = "a rework operation" if operation.rework else "a gang"
            yield error((*steps, "alternatives"), f"{kind} has one work center", "leave the alternatives out")
        if operation.work_center in [alternative.work_center for alternative in operation.alternatives]:
            message = f"{operation.work_center} is an alternative to itself"
            yield error((*steps, "alternatives"), message, "name another work center")


def learning_without_people(plant: Scenario) -> Iterator[Finding]:
    """Only attended work is learned."""
    for steps, _, _, operation in operations(plant):
        if operation.learning and not any(phase.operators for phase in operation.phases):
            message = "no phase is attended, so nothing is learned"
            yield oddity((*steps, "learning"), message, "add operators, or leave the learning out")


def upkeep_takes_all_time(plant: Scenario) -> Iterator[Finding]:
    """Planned down time that takes longer than the time between."""
    for name, center in plant.work_centers.items():
        for index, plan in enumerate(center.upkeep):
            if plan.every_s is not None and plan.clock == "calendar" and plan.duration.mean_s >= plan.every_s:
                message = f"takes {plan.duration.mean_s / 3600:.4g} h every {plan.every_s / 3600:.4g} h"
                steps = ("work_centers", name, "upkeep", index, "every")
                yield error(steps, message, "more time between, or a shorter duration")
