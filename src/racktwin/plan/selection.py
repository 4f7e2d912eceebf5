"""Which alternative is best? Ranking and selection over anything that can be simulated.

``select`` is the fully sequential procedure KN (Kim and Nelson, ACM TOMACS 11, 2001): under common random numbers it
drops alternatives as soon as they are clearly behind, and names the best with the promised probability whenever it
leads by at least the indifference. ``allocate`` and ``select_with_budget`` are OCBA (Chen, Lin, Yücesan and Chick,
Discrete Event Dynamic Systems 10, 2000): the best use of a fixed budget, with an estimated probability.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

Floats = npt.NDArray[np.float64]
Simulate = Callable[[int, int], float]
"""The KPI of an alternative (its number) in a replication (its number)."""

Report = Callable[[int, int], None]
"""Told of the simulations done and of the alternatives still in the race."""


@dataclass(frozen=True)
class Contender:
    """What is known of an alternative: ``dropped_at`` is the replication at which it fell out, None if it did not."""

    mean: float
    deviation: float
    n: int
    dropped_at: int | None = None


@dataclass(frozen=True)
class Selection:
    """``best`` is the number of the alternative chosen; ``p_correct`` the probability that it is, as far as known.

    ``is_decided`` is False where the replications allowed ran out with several ``left``.
    """

    best: int
    p_correct: float
    is_decided: bool
    contenders: tuple[Contender, ...]

    @property
    def left(self) -> tuple[int, ...]:
        """The alternatives never dropped."""
        return tuple(number for number, one in enumerate(self.contenders) if one.dropped_at is None)

    @property
    def simulations(self) -> int:
        """All replications of all alternatives."""
        return sum(one.n for one in self.contenders)


def select(
    alternatives: int,
    simulate: Simulate,
    *,
    indifference: float,
    maximize: bool = True,
    confidence: float = 0.95,
    first: int = 10,
    at_most: int = 1000,
    report: Report | None = None,
) -> Selection:
    """Select the best of so many ``alternatives`` by KN.

    Differences below ``indifference`` (in the KPI's unit) do not matter. Every alternative is run on the same
    replications. ``first`` replications estimate the variances of the differences.
    """
    _require(alternatives, indifference, first)
    sign = 1.0 if maximize else -1.0
    values: list[list[float]] = [[sign * simulate(a, r) for r in range(first)] for a in range(alternatives)]
    sums = np.array([math.fsum(row) for row in values])
    variances = _difference_variances(np.array(values))
    dropped_at: list[int | None] = [None] * alternatives
    width = _width(alternatives, confidence, first)
    n = first
    while True:
        alive = np.array([at is None for at in dropped_at])
        for loser in _losers(sums / n, variances, alive, indifference, width, n):
            dropped_at[loser] = n
        left = [number for number, at in enumerate(dropped_at) if at is None]
        if report is not None:
            report(sum(map(len, values)), len(left))
        if len(left) == 1 or n >= at_most:
            break
        for number in left:
            value = sign * simulate(number, n)
            values[number].append(value)
            sums[number] += value
        n += 1
    best = max(left, key=lambda number: float(sums[number]))
    return Selection(
        best, confidence if len(left) == 1 else float("nan"), len(left) == 1, _contenders(values, sign, dropped_at)
    )


def _width(alternatives: int, confidence: float, first: int) -> float:
    """h², which sets how far behind is clearly behind (c = 1)."""
    share = 2.0 * (1.0 - confidence) / (alternatives - 1)
    return float(share ** (-2.0 / (first - 1)) - 1.0) * (first - 1)


def _difference_variances(values: Floats) -> Floats:
    """The sample variance of the difference of each two rows."""
    covariance = np.cov(values)
    variance = np.diag(covariance)
    return np.asarray(np.maximum(variance[:, None] + variance[None, :] - 2.0 * covariance, 0.0))


def _losers(
    means: Floats, variances: Floats, alive: npt.NDArray[np.bool_], indifference: float, width: float, n: int
) -> list[int]:
    """The alternatives clearly behind another that is still in the race; with no doubt left, all but one."""
    slack = np.maximum(0.0, indifference / (2.0 * n) * (width * variances / indifference**2 - n))
    racing = alive[:, None] & alive[None, :]
    if not slack[racing].any():
        best = int(np.argmax(np.where(alive, means, -np.inf)))
        return [int(number) for number in np.flatnonzero(alive) if number != best]
    behind = (means[:, None] < means[None, :] - slack) & racing
    return [int(number) for number in np.flatnonzero(behind.any(axis=1))]


def allocate(means: Floats, deviations: Floats, budget: int, *, maximize: bool = True) -> npt.NDArray[np.int64]:
    """How ``budget`` replications are best shared among alternatives of these means and deviations (OCBA)."""
    best = int(np.argmax(means) if maximize else np.argmin(means))
    others = np.arange(len(means)) != best
    gaps = np.abs(means - means[best])
    smallest = gaps[others].max() * 1e-6 or 1.0
    noise = np.maximum(deviations, max(float(deviations.max()) * 1e-6, 1e-300))
    ratio = (noise / np.maximum(gaps, smallest)) ** 2
    ratio[best] = noise[best] * math.sqrt(float(np.sum((ratio[others] / noise[others]) ** 2)))
    exact = ratio / ratio.sum() * budget
    shares: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    most_due = np.argsort(shares - exact, kind="stable")[: budget - int(shares.sum())]
    shares[most_due] += 1
    return shares


def select_with_budget(
    alternatives: int,
    simulate: Simulate,
    *,
    budget: int,
    maximize: bool = True,
    first: int = 10,
    step: int = 10,
    report: Report | None = None,
) -> Selection:
    """Select the best with ``budget`` replications in all, ``step`` at a time where they tell most (OCBA).

    ``p_correct`` is at least about what it says (Bonferroni over normal, independent means: under common random
    numbers more).
    """
    _require(alternatives, 1.0, first)
    if budget < alternatives * first:
        raise RacktwinError(f"{budget} replications are too few\n    → at least {alternatives} × {first}")
    values = [[simulate(a, r) for r in range(first)] for a in range(alternatives)]
    spent = alternatives * first
    while spent < budget:
        means, deviations = _moments(values)
        goal = allocate(means, deviations, min(spent + step, budget), maximize=maximize)
        lacking = np.maximum(goal - np.array([len(row) for row in values]), 0)
        for number in np.repeat(np.arange(alternatives), lacking)[: min(step, budget - spent)]:
            values[number].append(simulate(int(number), len(values[number])))
        spent = sum(map(len, values))
        if report is not None:
            report(spent, alternatives)
    means, deviations = _moments(values)
    best = int(np.argmax(means) if maximize else np.argmin(means))
    n = np.array([len(row) for row in values], np.float64)
    return Selection(
        best, _p_correct(means, deviations, n, best), True, _contenders(values, 1.0, [None] * alternatives)
    )


def _p_correct(means: Floats, deviations: Floats, n: Floats, best: int) -> float:
    from scipy.special import ndtr

    errors = np.sqrt(deviations**2 / n + deviations[best] ** 2 / n[best])
    gaps = np.abs(means - means[best])
    wrong = np.where(errors > 0, ndtr(-gaps / np.where(errors > 0, errors, 1.0)), 0.0)
    wrong[best] = 0.0
    return max(0.0, 1.0 - float(wrong.sum()))


def _moments(values: Sequence[Sequence[float]]) -> tuple[Floats, Floats]:
    return np.array([np.mean(row) for row in values]), np.array([np.std(row, ddof=1) for row in values])


def _contenders(
    values: Sequence[Sequence[float]], sign: float, dropped_at: Sequence[int | None]
) -> tuple[Contender, ...]:
    means, deviations = _moments(values)
    return tuple(
        Contender(sign * float(mean), float(deviation), len(row), at)
        for mean, deviation, row, at in zip(means, deviations, values, dropped_at, strict=True)
    )


def _require(alternatives: int, indifference: float, first: int) -> None:
    if alternatives < 2:
        raise RacktwinError("one alternative is no choice\n    → give at least two")
    if not 0 < indifference < math.inf:
        raise RacktwinError(
            f"an indifference of {indifference:g}\n    → give a difference above 0 that would not matter"
        )
    if first < 3:
        raise RacktwinError(f"{first} first replications tell no variance\n    → at least 3, better 10")
