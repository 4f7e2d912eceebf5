"""Five plants beside the same plants in SimPy: what is compared, and how small a difference is noticed.

The plants and their SimPy twins are those of ``benchmarks/line``. Each simulator runs each plant a number of times,
from empty, with random numbers of its own. A replication tells its throughput and the mean, spread and quantiles of its
cycle times; Welch's interval of each difference of means must hold zero, at 99 % over the observables of one plant
together (Bonferroni), and be narrow enough to notice a difference of ``MARGIN`` of the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.line import simpy_twin
from benchmarks.line.plants import PLANTS, Plant
from benchmarks.line.scenario import scenario_of
from scipy import stats

from racktwin.engines.line import compile_line, replicate
from tests.untraced import untraced

SIZES = {
    "mm4": (10_000, 20),
    "buffered_line": (5_000, 24),
    "reentrant": (2_500, 20),
    "plant": (1_500, 12),
    "limited_plant": (1_000, 12),
}
"""Parts released, on average, and replications, so that the intervals are as narrow as ``MARGIN``."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.95)
CONFIDENCE = 0.99
MARGIN = 0.2
OURS_SEED, SIMPY_SEED = 20260105, 77_000

Told = dict[str, float]


@dataclass(frozen=True)
class Difference:
    """An observable in both simulators: means over replications, and the interval of their difference."""

    plant: str
    observable: str
    ours: float
    simpy: float
    half_width: float

    @property
    def holds_zero(self) -> bool:
        """Whether no difference was found."""
        return abs(self.ours - self.simpy) <= self.half_width

    @property
    def noticed(self) -> float:
        """The least difference that would have been found half of the time, as a share of the value."""
        return self.half_width / self.simpy


def compare(name: str, theirs: Plant | None = None) -> list[Difference]:
    """All observables of one plant; ``theirs`` gives SimPy another plant, to see that the comparison can fail."""
    parts, replications = SIZES[name]
    plant = PLANTS[name](parts)
    ours = [_ours(plant, replication) for replication in range(replications)]
    simpy = [_simpy(theirs or plant, replication) for replication in range(replications)]
    return [_difference(name, observable, ours, simpy) for observable in ours[0]]


def _ours(plant: Plant, replication: int) -> Told:
    shipments = replicate(compile_line(scenario_of(plant)), replication, OURS_SEED, is_recording=False)["shipments"]
    return _tell(plant, shipments["shipped_s"].to_numpy() - shipments["release_s"].to_numpy())


def _simpy(plant: Plant, replication: int) -> Told:
    with untraced():
        shipments = simpy_twin.run(plant.to_json(), SIMPY_SEED + replication)
    return _tell(plant, np.array([one.shipped_s - one.release_s for one in shipments]))


def _tell(plant: Plant, cycles_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Told:
    told = {"throughput, 1/s": len(cycles_s) / plant.horizon_s, "cycle time, s: mean": float(cycles_s.mean())}
    told["cycle time, s: standard deviation"] = float(cycles_s.std())
    for p in QUANTILES:
        told[f"cycle time, s: {100 * p:g} % quantile"] = float(np.quantile(cycles_s, p))
    return told


def _difference(name: str, observable: str, ours: Sequence[Told], simpy: Sequence[Told]) -> Difference:
    """Welch's interval, Bonferroni over the observables."""
    one, other = [told[observable] for told in ours], [told[observable] for told in simpy]
    level = 1.0 - (1.0 - CONFIDENCE) / len(ours[0])
    interval = stats.ttest_ind(one, other, equal_var=False).confidence_interval(level)
    return Difference(
        name, observable, float(np.mean(one)), float(np.mean(other)), float(interval.high - interval.low) / 2
    )
