"""Power by setting as the kernel takes it, and the least that a GPU at work can ask for."""

from __future__ import annotations

import numpy as np

from .plan import FleetPlan, Floats


def exact(watts: Floats) -> Floats:
    """Watts as multiples of 2**-10, so that sums of them are exact."""
    return np.ascontiguousarray(np.floor(watts * 1024.0) / 1024.0)


def least_reserves(plan: FleetPlan) -> Floats:
    """What a GPU of each kind of node reserves at each setting with the class of jobs that reserves least, W."""
    reserve_w = exact(plan.settings.reserve_w)
    return np.ascontiguousarray(reserve_w.reshape(-1, len(plan.node_kinds), reserve_w.shape[1]).min(axis=0))


def least_loads(plan: FleetPlan) -> Floats:
    """What a GPU loads at least, wherever it is, on limits that all racks hang on; 0 on others."""
    least_w = least_reserves(plan)[[position for position, kind in enumerate(plan.node_kinds) if kind.gpus]]
    loads = np.zeros((len(plan.limits), least_w.shape[1]))
    if not len(least_w):
        return loads
    if any(rack.is_steered for rack in plan.racks):  # a rack may be capped deeper than a limit asks
        least_w = np.minimum.accumulate(least_w[:, ::-1], axis=1)[:, ::-1]
    for index in range(len(plan.limits)):
        factors = [[factor for limit, factor, side in rack.paths if limit == index and side < 0] for rack in plan.racks]
        if factors and all(factors):
            loads[index] = min(min(row) for row in factors) * least_w.min(axis=0)
    return loads
