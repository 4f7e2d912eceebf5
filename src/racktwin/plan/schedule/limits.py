"""Feeds and cooling loops as resources of a schedule: what a work unit's watts load, in whole units of each limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from racktwin.engines.line import CompiledLine
from racktwin.sim.power import load_per_watt

from .problem import Resource, ResourceKind, Use

_KINDS: dict[str, ResourceKind] = {"power": "power", "heat": "heat", "flow": "flow"}
_FINENESS = 10_000
_load_per_watt = getattr(load_per_watt, "py_func", load_per_watt)
"""The kernel's own formula, called from Python."""


@dataclass(frozen=True)
class Limit:
    """A limit as a resource: ``grain`` is one whole unit of it, W or m3/s; ``base`` is loaded whatever is planned."""

    resource: Resource
    grain: float
    base: float


@dataclass(frozen=True)
class Limits:
    """All limits, as resources numbered from ``first``, and what work at a bank loads."""

    compiled: CompiledLine
    rows: tuple[Limit, ...]
    first: int

    def uses(self, bank: int, part: int, watts: float) -> tuple[Use, ...]:
        """What ``watts`` of the part at the bank take of every limit on its path, rounded up."""
        loads = loads_of(self.compiled, bank, part, watts)
        return tuple(
            Use(self.first + limit, math.ceil(load / self.rows[limit].grain - 1e-9))
            for limit, load in sorted(loads.items())
            if load > 0.0
        )


def limits_of(compiled: CompiledLine, first: int, base: dict[int, float]) -> Limits:
    """The limits of the line less their idle load and ``base`` (by limit): what is left to plan with."""
    line, names = compiled.line, compiled.names
    rows = []
    for number, row in enumerate(line.limits):
        held = float(row.reserved) + base.get(number, 0.0)
        grain = _grain(float(row.limit))
        capacity = max(0, math.floor((float(row.limit) - held) / grain + 1e-9))
        kind = _KINDS[names.limit_quantities[number]]
        rows.append(Limit(Resource(names.limits[number], capacity, kind), grain, held))
    return Limits(compiled, tuple(rows), first)


def loads_of(compiled: CompiledLine, bank: int, part: int, watts: float) -> dict[int, float]:
    """Per limit what ``watts`` of the part at the bank load on it, in the limit's unit."""
    line = compiled.line
    row, piece = line.banks[bank], line.parts[part]
    loads: dict[int, float] = {}
    for path in line.paths[row.first_path : row.first_path + row.n_paths]:
        load = _load_per_watt(path, float(piece.liquid_fraction), float(piece.coolant_flow_m3_per_j)) * watts
        loads[int(path.limit)] = loads.get(int(path.limit), 0.0) + float(load)
    return loads


def _grain(limit: float) -> float:
    """A round step of which the limit holds some thousands."""
    return 10.0 ** math.floor(math.log10(limit / _FINENESS * 10)) if limit > 0 else 1.0
