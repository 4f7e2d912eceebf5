"""The scenario as small tables, to join with what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from racktwin.model import ComputeNode, HallRack, Operation, Scenario
from racktwin.reference import gpu_rating_w

_TEXT, _WHOLE, _NUMBER, _YES = pa.string(), pa.int64(), pa.float64(), pa.bool_()

SCENARIO_TABLES = (
    *("scenario_parts", "scenario_tree", "scenario_operations", "scenario_work_centers"),
    *("scenario_operator_groups", "scenario_feeds", "scenario_cooling_loops", "scenario_defect_kinds"),
    *("scenario_job_classes", "scenario_hall", "scenario_racks"),
)
"""Names of the tables that :func:`scenario_tables` makes, for who only lists them."""


def scenario_tables(scenario: Scenario) -> dict[str, pa.Table]:
    """One table per kind of entity that queries join with; every name begins with ``scenario_``."""
    return {
        "scenario_parts": _table(
            {"part": _TEXT, "product": _YES, "made": _YES},
            ((name, name in products(scenario), part.routing is not None) for name, part in scenario.parts.items()),
        ),
        "scenario_tree": _table({"product": _TEXT, "part": _TEXT, "quantity": _WHOLE}, _made_below(scenario)),
        "scenario_operations": _table(
            {
                "part": _TEXT,
                "operation": _TEXT,
                "step": _WHOLE,
                "level": _TEXT,
                "work_center": _TEXT,
                "test": _YES,
                "rework": _YES,
                "planned_s": _NUMBER,
            },
            _operations(scenario),
        ),
        "scenario_work_centers": _table(
            {"work_center": _TEXT, "work_units": _WHOLE},
            ((name, sum(group.count for group in center.groups)) for name, center in scenario.work_centers.items()),
        ),
        "scenario_operator_groups": _table(
            {"operator_group": _TEXT, "headcount": _WHOLE},
            ((name, sum(crew.headcount for crew in group.crews)) for name, group in scenario.operator_groups.items()),
        ),
        "scenario_feeds": _table(
            {"feed": _TEXT, "parent": _TEXT, "limit_w": _NUMBER, "of_hall": _YES},
            (
                (name, feed.parent, float(feed.limit_w), name in scenario.hall_feeds)
                for name, feed in scenario.feeds.items()
            ),
        ),
        "scenario_cooling_loops": _table(
            {"cooling_loop": _TEXT, "parent": _TEXT, "medium": _TEXT, "heat_limit_w": _NUMBER},
            (
                (name, loop.parent, loop.medium, float(loop.heat_limit_w))
                for name, loop in scenario.cooling_loops.items()
            ),
        ),
        "scenario_job_classes": _table(
            {"job_class": _TEXT, "unit": _TEXT, "rate_per_s": _NUMBER},
            (
                (name, klass.unit, None if klass.rate_per_s is None else float(klass.rate_per_s))
                for name, klass in scenario.fleet.job_classes.items()
            ),
        ),
        "scenario_hall": _table(
            {"racks": _WHOLE, "gpus": _WHOLE, "nameplate_w": _NUMBER, "provisioned_w": _NUMBER}, _hall(scenario)
        ),
        "scenario_racks": _table(
            {
                "rack": _TEXT,
                "rack_row": _TEXT,
                "place": _WHOLE,
                "gpu_model": _TEXT,
                "compute_nodes": _WHOLE,
                "gpus": _WHOLE,
                "nameplate_w": _NUMBER,
                "host_w": _NUMBER,
                "host_factor": _NUMBER,
                "idle_gpu_w": _NUMBER,
                "liquid_fraction": _NUMBER,
            },
            _racks(scenario),
        ),
        "scenario_defect_kinds": _table(
            {"kind": _TEXT, "latent": _YES}, ((name, kind.latent) for name, kind in scenario.defect_kinds.items())
        ),
    }


def _hall(scenario: Scenario) -> Iterator[tuple[object, ...]]:
    """The hall in one row: what its racks draw with every GPU at its rated power, and what its roots provide."""
    if scenario.hall is None:
        return
    racks, gpus, nameplate_w = 0, 0, 0.0
    roots: set[str] = set()
    for rack in scenario.hall.racks.values():
        node = scenario.hall.compute_nodes[rack.compute_node]
        racks += int(rack.count)
        gpus += int(rack.count * rack.compute_nodes * node.gpus)
        nameplate_w += int(rack.count) * _nameplate_w(rack, node)
        roots |= {_root(scenario, feed) for feed in rack.feeds}
    yield racks, gpus, nameplate_w, sum(float(scenario.feeds[name].limit_w) for name in roots)


def _racks(scenario: Scenario) -> Iterator[tuple[object, ...]]:
    """Each rack of the hall, named as the fleet's tables name it; ``host_w`` is all that its GPUs do not draw."""
    place = 0
    for name, rack in scenario.hall.racks.items() if scenario.hall is not None else ():
        assert scenario.hall is not None
        node = scenario.hall.compute_nodes[rack.compute_node]
        part = scenario.parts.get(rack.part) if rack.part else None
        liquid = rack.liquid_fraction if rack.liquid_fraction is not None else part.liquid_fraction if part else 0.0
        nodes = int(rack.compute_nodes)
        about = (
            *(node.gpu_model, nodes, nodes * int(node.gpus), _nameplate_w(rack, node)),
            float(rack.overhead_w + nodes * node.host_power_w),
            *(float(node.host_factor), float(node.idle_gpu_w), float(liquid)),
        )
        for number in range(int(rack.count)):
            yield f"{name}-{number}", name, place, *about
            place += 1


def _nameplate_w(rack: HallRack, node: ComputeNode) -> float:
    """What a rack draws with every GPU at its rated power, W."""
    gpu_w = gpu_rating_w(node.gpu_model) if node.gpus else 0.0
    node_w = node.host_power_w + node.host_factor * node.gpus * gpu_w
    return float(rack.overhead_w + rack.compute_nodes * node_w)


def _root(scenario: Scenario, feed: str) -> str:
    name = feed
    while (parent := scenario.feeds[name].parent) is not None:
        name = parent
    return name


def products(scenario: Scenario) -> tuple[str, ...]:
    """The parts that are ordered, in the order in which the scenario declares parts."""
    ordered = {demand.product for demand in scenario.demand.values()}
    ordered |= {order.product for order in scenario.order_book}
    return tuple(name for name in scenario.parts if name in ordered)


def _made_below(scenario: Scenario) -> Iterator[tuple[str, str, int]]:
    """Every product with itself and the parts made for it, and how many of each go into one."""
    for product in products(scenario):
        quantities: dict[str, int] = {}
        _add_pieces(scenario, product, 1, quantities)
        yield from ((product, part, quantity) for part, quantity in quantities.items())


def _add_pieces(scenario: Scenario, name: str, pieces: int, quantities: dict[str, int]) -> None:
    part = scenario.parts[name]
    if part.routing is None:
        return
    quantities[name] = quantities.get(name, 0) + pieces
    for below, quantity in part.bill_of_materials.items():
        _add_pieces(scenario, below, pieces * int(quantity), quantities)


def _operations(scenario: Scenario) -> Iterator[tuple[object, ...]]:
    for name, part in scenario.parts.items():
        if part.routing is None:
            continue
        routing = scenario.routings[part.routing]
        for step, operation in enumerate(routing.operations):
            yield (
                name,
                operation.operation,
                step,
                operation.level or routing.level or "",
                operation.work_center,
                operation.tests,
                operation.rework,
                _planned_s(operation),
            )


def _planned_s(operation: Operation) -> float | None:
    """Mean time worked at full power, s; None for a repair, which has no plan."""
    durations = [phase.duration for phase in operation.phases]
    if any(isinstance(duration, str) for duration in durations):
        return None
    return sum(duration.mean_s for duration in durations if not isinstance(duration, str))


def _table(types: Mapping[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return pa.table(list(columns), schema=pa.schema(list(types.items())))
