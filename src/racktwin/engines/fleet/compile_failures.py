"""The failures of a scenario's hall as clocks: of every GPU, node, rack, feed or loop of every cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from racktwin.model import HallFailures, Scenario
from racktwin.scenario.laws import law_row

from . import tables
from .plan import FailurePlan, RackPlan

Target = tuple[int, int, str, float]
"""(scope, row of its table, what its random stream is called, how much more often than its law it rings)."""


def failures_of(
    scenario: Scenario,
    racks: Sequence[RackPlan],
    names: Sequence[tuple[str, int]],
    positions: Mapping[tuple[str, str], int],
) -> tuple[list[FailurePlan], list[dict[str, float]], list[float]]:
    """Clocks, laws, and samples of laws."""
    plans: list[FailurePlan] = []
    laws: list[dict[str, float]] = []
    samples: list[float] = []
    for cause, (name, failure) in enumerate(scenario.fleet.failures.items(), start=1):
        assert failure.time_between is not None
        assert failure.repair_time is not None
        laws += [law_row(failure.time_between, samples), law_row(failure.repair_time, samples)]
        between, repair = len(laws) - 2, len(laws) - 1
        plans += [
            FailurePlan(scope, row, between, repair, cause, f"fleet/{name}/{stream}", float(failure.share), often)
            for scope, row, stream, often in _targets(scenario, failure, racks, names, positions)
        ]
    return plans, laws, samples


def _targets(
    scenario: Scenario,
    failure: HallFailures,
    racks: Sequence[RackPlan],
    names: Sequence[tuple[str, int]],
    positions: Mapping[tuple[str, str], int],
) -> Iterator[Target]:
    assert scenario.hall is not None
    if failure.of in ("feed", "cooling_loop"):
        quantity = "power" if failure.of == "feed" else "heat"
        for item, row in positions.items():
            if item[0] == quantity and failure.name in (None, item[1]):
                yield tables.LIMIT_CLOCK, row, item[1], 1.0
        return
    first = 0
    for r, (rack, (entry, number)) in enumerate(zip(racks, names, strict=True)):
        kind = scenario.hall.racks[entry].compute_node
        gpus = float(scenario.hall.compute_nodes[kind].gpus)
        if failure.of == "rack":
            if failure.name in (None, entry):
                yield tables.RACK_CLOCK, r, f"{entry}-{number}", 1.0
        elif failure.name in (None, kind) and (failure.of == "compute_node" or gpus):
            often = gpus if failure.of == "gpu" else 1.0
            for n in range(rack.nodes):
                yield tables.NODE_CLOCK, first + n, f"{entry}-{number}/{n}", often
        first += rack.nodes
