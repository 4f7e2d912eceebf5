"""Which part starved the line: how long work waited for it, and what the waiting cost.

Work waits for a kit until its last part comes. The wait is put down to the part of its bill that was received, or was
made here, at that very instant; where several came at once, to all of them in equal parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.model import Scenario
from racktwin.model.terms import unit_value_usd

NEEDED = {
    "operations": ("part", "operation", "queued_s", "wait_material_s"),
    "material": ("part", "time_s", "change"),
}
"""The tables and columns of a replication that :func:`starving` looks at."""

_SAME_INSTANT_S = 1e-3


@dataclass(frozen=True)
class Starved:
    """What waited for ``part`` in one replication: work items, their hours, and the capital that stood still, US$."""

    part: str
    items: float
    waited_s: float
    cost_usd: float


def starving(scenario: Scenario, tables: Mapping[str, pa.Table], from_s: float = 0.0) -> tuple[Starved, ...]:
    """The parts that work waited for after ``from_s``, the longest wait first.

    ``tables`` are those of one replication: ``operations`` and ``material``. Work that still waits at the horizon is
    not counted. The cost is the price of what waits (its parts, by the network's prices, or the product's own price),
    times the network's carrying rate and the wait.
    """
    operations, material = tables["operations"], tables["material"]
    waited_s = operations["wait_material_s"].to_numpy()
    ended_s = operations["queued_s"].to_numpy() + waited_s
    chosen = np.flatnonzero((waited_s > _SAME_INSTANT_S) & (ended_s >= from_s))
    arrivals = _arrivals(material)
    needs = _needs(scenario)
    values = {part: unit_value_usd(scenario, part, scenario.start.date()) for part in scenario.parts}
    rate_per_s = float(scenario.network.carrying_rate_per_s) if scenario.network is not None else 0.0
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    names = operations.select(["part", "operation"]).take(chosen).to_pylist()
    for row, index in zip(names, chosen, strict=True):
        wanted = needs.get((row["part"], row["operation"]), ())
        came = [part for part in wanted if _came(arrivals, part, ended_s[index])] or ["unknown"]
        for part in came:
            sums = found[part]
            sums[0] += 1.0 / len(came)
            sums[1] += waited_s[index] / len(came)
            sums[2] += waited_s[index] / len(came) * values[row["part"]] * rate_per_s
    rows = (Starved(part, *sums) for part, sums in found.items())
    return tuple(sorted(rows, key=lambda row: -row.waited_s))


def _arrivals(material: pa.Table) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The instants at which stock of each part grew, ascending."""
    grown = material.select(["part", "time_s"]).filter(pc.greater(material["change"], 0))
    parts = grown["part"].cast(pa.string()).combine_chunks().dictionary_encode()
    codes, time_s = parts.indices.to_numpy(), grown["time_s"].to_numpy()
    return {str(part): np.sort(time_s[codes == code]) for code, part in enumerate(parts.dictionary.to_pylist())}


def _came(arrivals: Mapping[str, np.ndarray[tuple[int], np.dtype[np.float64]]], part: str, at_s: float) -> bool:
    times = arrivals.get(part)
    if times is None or len(times) == 0:
        return False
    index = int(np.searchsorted(times, at_s - _SAME_INSTANT_S))
    return index < len(times) and abs(times[index] - at_s) <= _SAME_INSTANT_S


def _needs(scenario: Scenario) -> dict[tuple[str, str], tuple[str, ...]]:
    """What may have been waited for at each operation of each part: its kit, or what its debug replaces."""
    replaced = tuple({kind.replace for kind in scenario.defect_kinds.values() if kind.replace is not None})
    return {
        (name, operation.operation): (*operation.consumes, *(replaced if operation.rework else ()))
        for name, part in scenario.parts.items()
        if part.routing is not None
        for operation in scenario.routings[part.routing].operations
    }
