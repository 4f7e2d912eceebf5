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
from benchmarks.line.plants import PLANTS, Plant
from benchmarks.line.scenario import scenario_of
from scipy import stats

from racktwin.engines.line import compile_line, replicate

from .simpy_runs import SIZES, Told, recorded, simulated, tell

CONFIDENCE = 0.99
MARGIN = 0.2
OURS_SEED = 20260105


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
    told = [] if theirs else recorded(name)
    simpy = told or [simulated(theirs or plant, replication) for replication in range(replications)]
    return [_difference(name, observable, ours, simpy) for observable in ours[0]]


def _ours(plant: Plant, replication: int) -> Told:
    shipments = replicate(compile_line(scenario_of(plant)), replication, OURS_SEED, is_recording=False)["shipments"]
    return tell(plant, shipments["shipped_s"].to_numpy() - shipments["release_s"].to_numpy())


def _difference(name: str, observable: str, ours: Sequence[Told], simpy: Sequence[Told]) -> Difference:
    """Welch's interval, Bonferroni over the observables."""
    one, other = [told[observable] for told in ours], [told[observable] for told in simpy]
    level = 1.0 - (1.0 - CONFIDENCE) / len(ours[0])
    interval = stats.ttest_ind(one, other, equal_var=False).confidence_interval(level)
    return Difference(
        name, observable, float(np.mean(one)), float(np.mean(other)), float(interval.high - interval.low) / 2
    )
