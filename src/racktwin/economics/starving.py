"""Which part starved the line: how long work waited for it, and what the waiting cost.

Work waits for a kit until its last part comes. The wait is put down to the part of its bill that was received, or was
made here, at that very instant and was not there in sufficient number before; where several came at once, to all of
them in equal parts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.model import Scenario
from racktwin.model.terms import unit_value_usd

NEEDED = {
    "operations": ("part", "operation", "queued_s", "wait_material_s"),
    "material": ("part", "time_s", "change", "on_hand"),
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
    values = {part: unit_value_usd(scenario, part, scenario.start.date()) for part in scenario.parts}
    rate_per_s = float(scenario.network.carrying_rate_per_s) if scenario.network is not None else 0.0
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for wait in material_waits(scenario, tables, from_s):
        came = wait.came or ("unknown",)
        for part in came:
            sums = found[part]
            sums[0] += 1.0 / len(came)
            sums[1] += wait.waited_s / len(came)
            sums[2] += wait.waited_s / len(came) * values[wait.part] * rate_per_s
    rows = (Starved(part, *sums) for part, sums in found.items())
    return tuple(sorted(rows, key=lambda row: -row.waited_s))


@dataclass(frozen=True)
class MaterialWait:
    """A visit of ``part`` that waited ``waited_s`` for its kit until ``ended_s``, when the parts of it ``came``.

    ``row`` is that of the operation in its table; ``came`` is empty where nothing arrived at that very instant.
    """

    row: int
    part: str
    waited_s: float
    ended_s: float
    came: tuple[str, ...]


def material_waits(scenario: Scenario, tables: Mapping[str, pa.Table], from_s: float = 0.0) -> Iterator[MaterialWait]:
    """All waits for material of a replication's ``operations`` that ended at ``from_s`` or later."""
    operations = tables["operations"]
    waited_s = operations["wait_material_s"].to_numpy()
    ended_s = operations["queued_s"].to_numpy() + waited_s
    chosen = np.flatnonzero((waited_s > _SAME_INSTANT_S) & (ended_s >= from_s))
    arrivals, needs = _arrivals(tables["material"]), _needs(scenario)
    names = operations.select(["part", "operation"]).take(chosen).to_pylist()
    for row, index in zip(names, chosen.tolist(), strict=True):
        wanted = needs.get((row["part"], row["operation"]), {})
        came = tuple(part for part, count in wanted.items() if _came(arrivals, part, ended_s[index], count))
        came = came or tuple(part for part in wanted if _came(arrivals, part, ended_s[index]))
        yield MaterialWait(index, row["part"], float(waited_s[index]), float(ended_s[index]), came)


_Arrivals = Mapping[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]


def _arrivals(material: pa.Table) -> _Arrivals:
    """The instants at which stock of each part grew, ascending, and what was there before."""
    grown = material.select(["part", "time_s", "change", "on_hand"]).filter(pc.greater(material["change"], 0))
    parts = grown["part"].cast(pa.string()).combine_chunks().dictionary_encode()
    codes, time_s = parts.indices.to_numpy(), grown["time_s"].to_numpy()
    before = grown["on_hand"].to_numpy() - grown["change"].to_numpy()
    found = {}
    for code, part in enumerate(parts.dictionary.to_pylist()):
        order = np.flatnonzero(codes == code)
        order = order[np.argsort(time_s[order], kind="stable")]
        found[str(part)] = (time_s[order], before[order])
    return found


def _came(arrivals: _Arrivals, part: str, at_s: float, needed: float = np.inf) -> bool:
    """Whether pieces came at that instant; with ``needed``: and fewer than those were there before."""
    if part not in arrivals:
        return False
    times, before = arrivals[part]
    first = int(np.searchsorted(times, at_s - _SAME_INSTANT_S))
    last = int(np.searchsorted(times, at_s + _SAME_INSTANT_S, side="right"))
    return bool((before[first:last] < needed).any())


def _needs(scenario: Scenario) -> dict[tuple[str, str], dict[str, int]]:
    """What may have been waited for at each operation of each part: its kit, or what its debug replaces; pieces."""
    replaced = {kind.replace: 1 for kind in scenario.defect_kinds.values() if kind.replace is not None}
    return {
        (name, operation.operation): {
            **(replaced if operation.rework else {}),
            **{consumed: int(count) for consumed, count in operation.consumes.items()},
        }
        for name, part in scenario.parts.items()
        if part.routing is not None
        for operation in scenario.routings[part.routing].operations
    }
