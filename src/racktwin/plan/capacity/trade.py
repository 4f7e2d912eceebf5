"""What more would bring: cost against a KPI over all settings looked at, and one step up of each lever."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.kpi import student_quantile

from .levers import Lever
from .plant import Samples, Setting
from .search import cost_of


@dataclass(frozen=True)
class Tradeoff:
    """A setting with its cost and the KPI's mean and 95 % half width; ``is_frontier``: nothing cheaper has more."""

    setting: Setting
    cost_usd_per_year: float
    mean: float
    half_width: float
    is_frontier: bool


def frontier(
    levers: Sequence[Lever], settings: Iterable[Setting], samples: Samples, kpi: str, replications: int
) -> list[Tradeoff]:
    """All ``settings``, the cheapest first, on the same replications; plants that cannot be are left out."""
    rows = []
    for setting in set(settings):
        values = np.array([samples.value(setting, kpi, r) for r in range(replications)])
        if not np.isnan(values).any():
            rows.append((cost_of(levers, setting), -float(values.mean()), setting, _half_width(values)))
    found: list[Tradeoff] = []
    most = -math.inf
    for cost, minus_mean, setting, half_width in sorted(rows):
        found.append(Tradeoff(setting, cost, -minus_mean, half_width, -minus_mean > most))
        most = max(most, -minus_mean)
    return found


@dataclass(frozen=True)
class Step:
    """One level more of one lever: by how much the KPI grows (paired, with its half width), and what it costs."""

    lever: Lever
    to: str
    gain: float
    half_width: float
    cost_usd_per_year: float

    @property
    def is_sure(self) -> bool:
        """Whether the gain is beyond chance."""
        return self.gain > self.half_width


def next_steps(levers: Sequence[Lever], setting: Setting, samples: Samples, kpi: str, replications: int) -> list[Step]:
    """One step up of each lever that has one, the greatest gain first: the first is the constraint that binds next."""
    base = np.array([samples.value(setting, kpi, r) for r in range(replications)])
    steps = []
    for number, (lever, level) in enumerate(zip(levers, setting, strict=True)):
        if level + 1 == len(lever.values):
            continue
        higher = (*setting[:number], level + 1, *setting[number + 1 :])
        gains = np.array([samples.value(higher, kpi, r) for r in range(replications)]) - base
        if not np.isnan(gains).any():
            cost = lever.cost_usd_per_year[level + 1] - lever.cost_usd_per_year[level]
            steps.append(Step(lever, lever.values[level + 1], float(gains.mean()), _half_width(gains), cost))
    return sorted(steps, key=lambda step: (-step.gain, step.cost_usd_per_year))


def _half_width(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    n = len(values)
    if n < 2:
        return math.nan
    return student_quantile(n - 1, 0.95) * float(values.std(ddof=1)) / math.sqrt(n)
