"""Power and coolant as resources: a table of limits, and paths that say what one watt at a bay loads.

A *limit* is a feed's watts, a loop's watts of heat, or a loop's flow. A *path* row of a bank of work units names one
limit, the property of the part that scales it, and a factor. Reservations are admitted against limits; draw follows
what runs and never exceeds what is reserved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import kernel

WATTS, LIQUID_HEAT, LIQUID_FLOW, AIR_HEAT = range(4)
"""What a path row carries of each watt drawn: itself, its heat to liquid, that heat's coolant flow, its heat to air."""

LIMIT = np.dtype(
    [
        ("limit", "f8"),
        ("reserved", "f8"),
        ("draw", "f8"),
        ("is_power", "i8"),
        ("claims", "i4"),  # claimants that wait for this limit
        ("ahead", "i4"),  # those of them who are older than whoever is asking now
        ("is_freed", "i4"),
        ("is_retried", "i4"),  # in this round, claims on it try again
        ("since_s", "f8"),
    ]
)
PATH = np.dtype([("limit", "i4"), ("carries", "i4"), ("factor", "f8")])

_ROUNDING = 1e-9
"""Relative slack for the rounding of sums of reservations."""


@kernel
def load_per_watt(path_row: Any, liquid_fraction: float, flow_m3_per_j: float) -> float:
    """What one watt of a part loads on the limit of ``path_row``, in that limit's unit."""
    if path_row.carries == WATTS:
        return path_row.factor
    if path_row.carries == LIQUID_HEAT:
        return path_row.factor * liquid_fraction
    if path_row.carries == LIQUID_FLOW:
        return path_row.factor * liquid_fraction * flow_m3_per_j
    return path_row.factor * (1.0 - liquid_fraction)


@kernel
def refusing_limit(limits: Any, paths: Any, first: int, count: int, part: Any, watts: float, is_fair: bool) -> int:
    """The first limit on the path that cannot take ``watts`` more, or -1. Fair: nobody overtakes an older claim."""
    for index in range(first, first + count):
        row = paths[index]
        load = load_per_watt(row, part.liquid_fraction, part.coolant_flow_m3_per_j) * watts
        if load <= 0.0:
            continue
        limit = limits[row.limit]
        if limit.reserved + load > limit.limit * (1.0 + _ROUNDING) or (is_fair and limit.ahead > 0):
            return row.limit
    return -1
