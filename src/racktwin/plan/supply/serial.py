"""Serial systems: echelon base-stock levels of least expected cost.

Clark and Scarf ("Optimal policies for a multi-echelon inventory problem", Management Science 6, 1960) in the form of
Chen and Zheng (Management Science 40, 1994): stage by stage from the customer, each adds what it costs to have less
than its own level upstream.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError

from .demand_law import poisson_demand
from .stages import Floats

_DEVIATIONS = 7.0
_STEPS = 1 << 15


@dataclass(frozen=True)
class SerialStage:
    """``added_holding_usd``: what a piece costs per time unit at this stage more than at the one upstream."""

    added_holding_usd: float
    lead_time: float


@dataclass(frozen=True)
class EchelonLevels:
    """Echelon base-stock ``levels``, customer's stage first; ``cost_usd`` is expected per time unit.

    The cost is of stock on hand and backorders; stock in transit between stages is charged at the holding cost of the
    stage it comes from, as in the literature.
    """

    levels: tuple[float, ...]
    cost_usd: float

    @property
    def local_levels(self) -> tuple[float, ...]:
        """Base-stock levels of each stage alone."""
        best = [min(self.levels[k:]) for k in range(len(self.levels))]
        return tuple(level - (best[k - 1] if k else 0.0) for k, level in enumerate(best))


def serial_poisson(stages: Sequence[SerialStage], backorder_usd: float, rate: float) -> EchelonLevels:
    """Best levels under Poisson demand of ``rate`` pieces per time unit; exact, in whole pieces."""
    _require(stages, backorder_usd, rate)
    laws = [poisson_demand(max(rate * stage.lead_time, 1e-12)) for stage in stages]
    high = sum(map(len, laws)) + 4
    low = -high
    grid = np.arange(low, high + 1, dtype=np.float64)

    def smoother(law: Floats) -> Callable[[Floats, float], Floats]:
        return lambda values, rise: np.convolve(
            np.concatenate((_extended(values, len(law) - 1, rise), values)), law, mode="valid"
        )

    return _solve(stages, backorder_usd, grid, [smoother(law) for law in laws])


def serial_normal(stages: Sequence[SerialStage], backorder_usd: float, mean: float, deviation: float) -> EchelonLevels:
    """Best levels under normal demand per time unit, on a grid of 32,768 positions (5 digits: test_serial.py)."""
    _require(stages, backorder_usd, mean)
    from scipy.signal import fftconvolve

    times = np.array([stage.lead_time for stage in stages])
    spread = _DEVIATIONS * deviation * math.sqrt(times.sum())
    low, high = -2.0 * spread - deviation, mean * times.sum() + spread
    grid, step = np.linspace(low, high, _STEPS, retstep=True)

    def smooth(values: Floats, rise: float, time: float) -> Floats:
        scale = deviation * math.sqrt(time)
        reach = math.ceil(_DEVIATIONS * scale / step)
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / scale) ** 2)
        weights /= weights.sum()
        shift = mean * time / step
        below = reach + math.ceil(shift) + 1
        slope_up = values[-1] - values[-2]
        above = values[-1] + slope_up * np.arange(1, reach + 2)
        padded = np.concatenate((_extended(values, below, rise), values, above))
        filtered = fftconvolve(padded, weights, mode="same")
        smoothed: Floats = np.interp(np.arange(len(values)) + below - shift, np.arange(len(padded)), filtered)
        return smoothed

    def smoother(time: float) -> Callable[[Floats, float], Floats]:
        return lambda values, rise: smooth(values, rise, time) if time > 0 else values

    return _solve(stages, backorder_usd, grid, [smoother(time) for time in times], is_continuous=True)


def _solve(
    stages: Sequence[SerialStage],
    backorder_usd: float,
    grid: Floats,
    smoothers: Sequence[Callable[[Floats, float], Floats]],
    *,
    is_continuous: bool = False,
) -> EchelonLevels:
    total = sum(stage.added_holding_usd for stage in stages)
    carried = (backorder_usd + total) * np.maximum(-grid, 0.0)
    slope = -(backorder_usd + total)
    levels: list[float] = []
    cost = 0.0
    for stage, smooth in zip(stages, smoothers, strict=True):
        step = float(grid[1] - grid[0])
        slope += stage.added_holding_usd
        expected = smooth(carried + stage.added_holding_usd * grid, -slope * step)
        best = int(np.argmin(expected))
        level, cost = float(grid[best]), float(expected[best])
        if is_continuous and 0 < best < len(grid) - 1:
            level, cost = _vertex(grid, expected, best)
        levels.append(level)
        carried = np.where(grid < level, expected, cost)
    return EchelonLevels(tuple(levels), cost)


def _vertex(grid: Floats, values: Floats, best: int) -> tuple[float, float]:
    """The least value of the parabola through three points."""
    a, b, c = values[best - 1 : best + 2]
    bend = a - 2 * b + c
    shift = 0.5 * (a - c) / bend if bend > 0 else 0.0
    return float(grid[best] + shift * (grid[1] - grid[0])), float(b - 0.25 * (a - c) * shift)


def _extended(values: Floats, count: int, rise: float) -> Floats:
    """``count`` values before the first, on the line that costs follow far down: ``rise`` more per step."""
    line: Floats = values[0] + rise * np.arange(count, 0, -1)
    return line


def _require(stages: Sequence[SerialStage], backorder_usd: float, mean: float) -> None:
    if not stages:
        raise RacktwinError("a serial system without stages\n    → give at least one")
    if min(stage.added_holding_usd for stage in stages) <= 0 or backorder_usd <= 0 or mean <= 0:
        raise RacktwinError("a holding cost, the backorder cost or the demand is not above 0\n    → give positive ones")
    if min(stage.lead_time for stage in stages) < 0:
        raise RacktwinError("a lead time is negative\n    → give 0 or more")
