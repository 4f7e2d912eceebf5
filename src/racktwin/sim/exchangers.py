"""Heat exchangers by effectiveness and number of transfer units, and a cooling tower by York's correlation.

Effectiveness: Incropera et al., Fundamentals of Heat and Mass Transfer, chapter 11 (equations 11.29 to 11.32).
Tower: the YorkCalc correlation of EnergyPlus (Engineering Reference, "Variable speed cooling tower, York"), which gives
the approach from the inlet wet bulb, the range and the ratio of water to air flow, both as shares of design.
"""

from __future__ import annotations

import math

from .jit import entry_point, kernel
from .psychrometrics import ZERO_C_K

_YORK = (
    -0.359741205, -0.055053608, 0.0023850432, 0.173926877, -0.0248473764, 0.00048430224, -0.005589849456,
    0.0005770079712, -0.00001342427256, 2.84765801111111, -0.121765149, 0.0014599242, 1.680428651, -0.0166920786,
    -0.0007190532, -0.025485194448, 0.0000487491696, 0.00002719234152, -0.0653766255555556, -0.002278167,
    0.0002500254, -0.0910565458, 0.00318176316, 0.000038621772, -0.0034285382352, 0.00000856589904,
    -0.000001516821552,
)  # fmt: skip
"""Coefficients of ratio^i × range^j × wet bulb^k, i, j, k = 0, 1, 2, k fastest."""


@kernel
def counterflow(ntu: float, capacity_ratio: float) -> float:
    """Effectiveness of a counterflow exchanger; ``capacity_ratio`` is the smaller capacity flow by the larger."""
    if capacity_ratio > 1.0 - 1e-6:
        return ntu / (1.0 + ntu)
    decay = math.exp(-ntu * (1.0 - capacity_ratio))
    return (1.0 - decay) / (1.0 - capacity_ratio * decay)


@kernel
def crossflow(ntu: float, capacity_ratio: float) -> float:
    """Effectiveness of a crossflow exchanger, both fluids unmixed: a finned coil."""
    if capacity_ratio < 1e-9:
        return 1.0 - math.exp(-ntu)
    root = ntu**0.22
    return 1.0 - math.exp(root / capacity_ratio * (math.exp(-capacity_ratio * ntu**0.78) - 1.0))


@kernel
def tower_approach_k(wet_bulb_k: float, range_k: float, water_by_air: float) -> float:
    """How much warmer than the wet bulb the water leaves, K; arguments are held within the correlation's bounds."""
    t = min(max(wet_bulb_k - ZERO_C_K, -34.4), 26.6667)
    r = min(max(range_k, 1.1111), 22.2222)
    ratio = min(max(water_by_air, 0.05), 8.0)
    total, index = 0.0, 0
    by_ratio = 1.0
    for _ in range(3):
        by_range = by_ratio
        for _ in range(3):
            total += by_range * (_YORK[index] + t * (_YORK[index + 1] + t * _YORK[index + 2]))
            index += 3
            by_range *= r
        by_ratio *= ratio
    return min(max(total, 1.1111), 40.0)


@entry_point
def crossflow_units(effectiveness: float, capacity_ratio: float) -> float:
    """The number of transfer units at which a crossflow exchanger has this effectiveness, by bisection."""
    low, high = 0.01, 200.0
    while high - low > 1e-9 * high:
        middle = 0.5 * (low + high)
        if crossflow(middle, capacity_ratio) < effectiveness:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@entry_point
def tower_ratio(wet_bulb_k: float, range_k: float, approach_k: float) -> float:
    """The ratio of water to air at which York's tower has this approach, by bisection between 0.1 and 8."""
    low, high = 0.1, 8.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        if tower_approach_k(wet_bulb_k, range_k, middle) < approach_k:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
