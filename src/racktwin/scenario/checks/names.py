"""Names by which others find something must be unique; and what nothing finds is odd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from racktwin.model import Scenario
from racktwin.scenario.document import Steps

from .finding import Finding, error, oddity
from .look import hall_racks, needed_skills, operations, ordered_products, phases


def repeated_names(plant: Scenario) -> Iterator[Finding]:
    """Two operations of a routing, or two groups of work units, with one name."""
    for name, routing in plant.routings.items():
        names = [operation.operation for operation in routing.operations]
        yield from _repeated(("routings", name, "operations"), names, "operation")
    for name, center in plant.work_centers.items():
        if isinstance(center.work_units, tuple):
            names = [group.name for group in center.work_units]
            yield from _repeated(("work_centers", name, "work_units"), names, "group of work units")


def _repeated(steps: Steps, names: list[str], what: str) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield error((*steps, index), f"a second {what} is named {name!r}", "give each a name of its own")


def unused_things(plant: Scenario) -> Iterator[Finding]:
    """Work centers, feeds, loops, calendars, cap tables, routings that nothing names."""
    groups = [group for center in plant.work_centers.values() for group in center.groups]
    all_phases = [phase for step in operations(plant) for _, phase in phases(step)]
    used: dict[str, set[str | None]] = {
        "work_centers": {
            *(step.operation.work_center for step in operations(plant)),
            *(other.work_center for step in operations(plant) for other in step.operation.alternatives),
            *(part.transport for part in plant.parts.values()),
        },
        "routings": {part.routing for part in plant.parts.values()},
        "feeds": {
            *(group.feed for group in groups),
            *(feed.parent for feed in plant.feeds.values()),
            *(feed for rack in hall_racks(plant).values() for feed in rack.feeds),
        },
        "cooling_loops": {
            *(loop for group in groups for loop in group.cooling_loops),
            *_parents(plant),
            *(loop for rack in hall_racks(plant).values() for loop in rack.cooling_loops),
        },
        "calendars": _used_calendars(plant),
        "cap_tables": {phase.cap.table for phase in all_phases if phase.cap},
        "parts": _wanted_parts(plant),
    }
    words = {
        "work_centers": "no routing uses this work center",
        "routings": "no part is made by this routing",
        "feeds": "nothing hangs on this feed",
        "cooling_loops": "nothing hangs on this cooling loop",
        "calendars": "nobody works by this calendar",
        "cap_tables": "no phase uses this cap table",
        "parts": "nobody orders this part, and no ordered product contains it",
    }
    for key, names in used.items():
        for name in getattr(plant, key):
            if name not in names:
                yield oddity((key, name), words[key], "leave it out, or check the names that should lead to it")


def _parents(plant: Scenario) -> Iterator[str | None]:
    return (loop.parent for loop in plant.cooling_loops.values())


def _used_calendars(plant: Scenario) -> set[str | None]:
    crews = [crew for group in plant.operator_groups.values() for crew in group.crews]
    sites = plant.network.sites.values() if plant.network else ()
    return {thing.calendar for things in (plant.work_centers.values(), crews, sites) for thing in things}


def unneeded_groups(plant: Scenario) -> Iterator[Finding]:
    """People whose skills nothing asks for."""
    needed = needed_skills(plant)
    for name, group in plant.operator_groups.items():
        if not needed & set(group.skills):
            message = f"no operation or repair needs {_listed(group.skills)}"
            yield oddity(("operator_groups", name, "skills"), message, "check the skills' spelling, or leave it out")


def _wanted_parts(plant: Scenario) -> set[str | None]:
    wanted: set[str | None] = set()
    waiting = [*ordered_products(plant), *(kind.replace for kind in plant.defect_kinds.values() if kind.replace)]
    if plant.network:
        waiting += [stock.part for stock in plant.network.stocks.values()]
        waiting += [supply.part for supply in plant.network.supplies.values()]
    while waiting:
        name = waiting.pop()
        if name not in wanted and name in plant.parts:
            wanted.add(name)
            waiting.extend(plant.parts[name].bill_of_materials)
    return wanted


def _listed(names: Iterable[str]) -> str:
    return " or ".join(names)
