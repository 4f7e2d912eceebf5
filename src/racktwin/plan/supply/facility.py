"""Which warehouses to open: capacitated facility location with divisible demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

from .program import Program
from .stages import Floats


@dataclass(frozen=True)
class Location:
    """Which facilities are open and ``share[i, j]`` of customer ``j`` served by facility ``i``, at what cost."""

    is_open: npt.NDArray[np.bool_]
    share: Floats
    cost_usd: float
    bound_usd: float


def locate(
    capacity: Floats, opening_usd: Floats, demand: Floats, serving_usd: Floats, *, time_limit_s: float = 600.0
) -> Location:
    """The cheapest facilities to open; ``serving_usd[i, j]`` is for all of customer ``j``'s demand from ``i``.

    ``share[i, j] ≤ open[i]`` stands beside the capacities: it closes most of the gap that they leave. RacktwinError
    if all facilities together hold too little.
    """
    if capacity.sum() < demand.sum():
        missing = demand.sum() - capacity.sum()
        raise RacktwinError(f"all facilities together hold {missing:g} too little\n    → add capacity or a facility")
    facilities, customers = serving_usd.shape
    programme = Program()
    opened = programme.columns(facilities, opening_usd, 0.0, 1.0, whole=True)
    shares = programme.columns(facilities * customers, serving_usd.ravel(), 0.0, 1.0).reshape(serving_usd.shape)
    served = programme.rows(customers, 1.0, 1.0)
    programme.put(np.broadcast_to(served, shares.shape), shares, 1.0)
    held = programme.rows(facilities, -np.inf, 0.0)
    programme.put(np.broadcast_to(held[:, None], shares.shape), shares, np.broadcast_to(demand, shares.shape))
    programme.put(held, opened, -capacity)
    linked = programme.rows(shares.size, -np.inf, 0.0)
    programme.put(linked, shares, 1.0)
    programme.put(linked, np.repeat(opened, customers), -1.0)
    whole = programme.rows(1, demand.sum(), np.inf)
    programme.put(np.repeat(whole, facilities), opened, capacity)
    found = programme.solve(time_limit_s=time_limit_s)
    return Location(found.values[opened] > 0.5, found.values[shares], found.cost, found.bound)
