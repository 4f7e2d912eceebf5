"""Does a plant keep its requirements? A sequential test with a stated probability of being right.

Procedure F of Andradóttir and Kim (Naval Research Logistics 57, 2010): sums of (value − requirement) wander until they
leave a shrinking triangle. A requirement missed or kept by more than its tolerance is judged rightly with the promised
probability; in between either answer may stand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError


@dataclass(frozen=True)
class Requirement:
    """The KPI must be at least (``is_floor``) or at most ``bound``; ``tolerance`` is what does not matter."""

    kpi: str
    bound: float
    tolerance: float
    is_floor: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.tolerance < math.inf or not math.isfinite(self.bound):
            raise RacktwinError(f"{self.kpi}: no requirement\n    → a bound, and a tolerance above 0")


@dataclass(frozen=True)
class Verdict:
    """``kept``: yes, no, or None where replications ran out; the mean per requirement; after ``n`` replications."""

    kept: bool | None
    means: tuple[float, ...]
    n: int


Sample = Callable[[int], Sequence[float]]
"""The KPIs of the requirements, in their order, in a replication (its number)."""


def judge(
    requirements: Sequence[Requirement], sample: Sample, *, p_wrong: float, first: int = 10, at_most: int = 200
) -> Verdict:
    """Whether all requirements are kept, wrong with at most ``p_wrong`` (Bonferroni over the requirements).

    ``first`` replications estimate the variances. A requirement without a value (nothing shipped) is not kept.
    """
    if first < 3:
        raise RacktwinError(f"{first} first replications tell no variance\n    → at least 3, better 10")
    slacks = [_slack(requirements, sample(r)) for r in range(first)]
    if np.isnan(slacks).any():
        return Verdict(False, _means(requirements, slacks), first)
    eta = 0.5 * ((2.0 * p_wrong / len(requirements)) ** (-2.0 / (first - 1)) - 1.0)
    reach = 2.0 * eta * (first - 1) * np.var(slacks, axis=0, ddof=1)
    tolerances = np.array([one.tolerance for one in requirements])
    open_ones = np.ones(len(requirements), np.bool_)
    sums = np.sum(slacks, axis=0)
    n = first
    while True:
        bar = np.maximum(0.0, reach / (2.0 * tolerances) - tolerances * n / 2.0)
        if (open_ones & (sums <= -bar) & (sums < 0)).any():
            return Verdict(False, _means(requirements, slacks), n)
        open_ones = open_ones & ~(sums >= bar)
        if not open_ones.any():
            return Verdict(True, _means(requirements, slacks), n)
        if n >= at_most:
            return Verdict(None, _means(requirements, slacks), n)
        slacks.append(_slack(requirements, sample(n)))
        sums = sums + slacks[-1]
        n += 1
        if np.isnan(sums).any():
            return Verdict(False, _means(requirements, slacks), n)


def _slack(requirements: Sequence[Requirement], values: Sequence[float]) -> list[float]:
    """By how much each value is on the right side."""
    pairs = zip(requirements, values, strict=True)
    return [value - one.bound if one.is_floor else one.bound - value for one, value in pairs]


def _means(requirements: Sequence[Requirement], slacks: Sequence[Sequence[float]]) -> tuple[float, ...]:
    means = np.mean(slacks, axis=0)
    return tuple(
        float(one.bound + mean if one.is_floor else one.bound - mean)
        for one, mean in zip(requirements, means, strict=True)
    )
