"""Trees must be trees: no part inside itself, no feed or loop above itself. And buffers that can gridlock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

from racktwin.model import Operation, Scenario

from .finding import Finding, error, oddity


def part_inside_itself(plant: Scenario) -> Iterator[Finding]:
    """A cycle in the bill of materials."""
    for cycle in cycles_among(plant.parts, lambda part: plant.parts[part].bill_of_materials):
        steps = ("parts", cycle[0], "bill_of_materials", cycle[1])
        yield error(steps, f"a part contains itself: {' → '.join(cycle)}", "take one of them out of the other")


def feed_above_itself(plant: Scenario) -> Iterator[Finding]:
    """A cycle in the tree of feeds."""
    for cycle in cycles_among(plant.feeds, lambda feed: _some(plant.feeds[feed].parent)):
        message = f"feeds supply each other in a circle: {' → '.join(cycle)}"
        yield error(("feeds", cycle[0], "parent"), message, "leave out the parent of the one at the top")


def loop_above_itself(plant: Scenario) -> Iterator[Finding]:
    """A cycle in the tree of cooling loops."""
    for cycle in cycles_among(plant.cooling_loops, lambda loop: _some(plant.cooling_loops[loop].parent)):
        message = f"cooling loops feed each other in a circle: {' → '.join(cycle)}"
        yield error(("cooling_loops", cycle[0], "parent"), message, "leave out the parent of the one at the top")


def buffers_that_gridlock(plant: Scenario) -> Iterator[Finding]:
    """Work centers with finite buffers that pass parts to each other in a circle."""
    following: dict[str, set[str]] = {name: set() for name in plant.work_centers}
    for routing in plant.routings.values():
        route = [operation for operation in routing.operations if not operation.rework]
        for operation, after in pairwise(route):
            if operation.work_center in following and _blocks(plant, after):
                following[operation.work_center].add(after.work_center)
    for cycle in cycles_among(following, lambda center: following[center]):
        message = f"parts move in a circle of full buffers, which can gridlock: {' → '.join(cycle)}"
        remedy = "leave out input_buffer at one of them, or send parts to another work center"
        yield oddity(("work_centers", cycle[1], "input_buffer"), message, remedy)


def _blocks(plant: Scenario, operation: Operation) -> bool:
    """Whether parts may find no room before an operation; kits and gangs gather outside the buffer."""
    center = plant.work_centers.get(operation.work_center)
    return bool(center and center.input_buffer is not None and not operation.consumes and not operation.gang)


def _some(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def cycles_among(nodes: Mapping[str, object], next_of: Callable[[str], Iterable[str]]) -> Iterator[list[str]]:
    """One cycle, first name repeated at its end, for each group of nodes that lie on cycles together."""
    done: set[str] = set()
    for start in nodes:
        if start not in done:
            found = _cycle_through(start, nodes, next_of)
            if found:
                done.update(found)
                yield found


def _cycle_through(
    start: str, nodes: Mapping[str, object], next_of: Callable[[str], Iterable[str]]
) -> list[str] | None:
    """The shortest way from ``start`` back to itself."""
    came_from: dict[str, str] = {}
    frontier = [start]
    while frontier:
        reached = []
        for node in frontier:
            for after in next_of(node):
                if after == start:
                    return [*_way(start, node, came_from), start]
                if after in nodes and after not in came_from:
                    came_from[after] = node
                    reached.append(after)
        frontier = reached
    return None


def _way(start: str, end: str, came_from: Mapping[str, str]) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
