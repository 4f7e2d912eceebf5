"""How many replications? Enough for a half width that was asked for, by Student's t.

The fixed-sample-size and sequential procedures of Law, Simulation Modeling and Analysis, section 9.4.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError
from racktwin.kpi import student_quantile

MOST = 1_000_000
_PERCENT = re.compile(r"\s*([\d.]+(?:[eE][-+]?\d+)?)\s*(%?)\s*\Z")


@dataclass(frozen=True)
class Target:
    """The half width wanted: ``relative`` to the mean, ``absolute`` in the KPI's unit, or both (the wider one).

    A relative error ``r`` of the true mean is asked of the estimated one as ``r / (1 + r)``, as Law has it.
    """

    relative: float | None = None
    absolute: float | None = None
    confidence: float = 0.95

    def __post_init__(self) -> None:
        given = [error for error in (self.relative, self.absolute) if error is not None]
        if not given or not all(0 < error < math.inf for error in given):
            raise RacktwinError("no target to reach\n    → give a relative or an absolute half width above 0")
        if not 0 < self.confidence < 1:
            raise RacktwinError(f"a confidence of {self.confidence:g} means nothing\n    → give one such as 0.95")

    def half_width(self, mean: float) -> float:
        """What the half width of an estimated ``mean`` may be."""
        relative = 0.0 if self.relative is None else self.relative / (1.0 + self.relative) * abs(mean)
        return max(relative, self.absolute or 0.0)


@dataclass(frozen=True)
class Needed:
    """How many replications ``target`` takes, told from ``n`` of them; None if no number up to MOST is enough."""

    n: int
    mean: float
    half_width: float
    wanted: float
    needed: int | None

    @property
    def is_reached(self) -> bool:
        """Whether the replications there are suffice."""
        return self.needed is not None and self.needed <= self.n


def replications_needed(sample: Sequence[float], target: Target) -> Needed:
    """From a first sample to the number needed, its mean and variance taken as they are (two-stage).

    Raises RacktwinError for fewer than two values. With few values the answer is as uncertain as their variance.
    """
    values = np.asarray(sample, np.float64)
    n = len(values)
    if n < 2:
        raise RacktwinError("one replication has no spread to judge by\n    → run at least five")
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    wanted = target.half_width(mean)

    def half_width(count: int) -> float:
        return student_quantile(count - 1, target.confidence) * deviation / math.sqrt(count)

    return Needed(n, mean, half_width(n), wanted, _first(n, lambda count: half_width(count) <= wanted))


def _first(start: int, is_enough: Callable[[int], bool]) -> int | None:
    """The least number from ``start`` that is enough, of a property that once reached is kept."""
    low, high = start - 1, start
    while not is_enough(high):
        low, high = high, 2 * high
        if low >= MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def until(simulate: Callable[[int], float], target: Target, *, at_least: int = 10, at_most: int = 1000) -> list[float]:
    """Replicate until the target is reached or ``at_most`` are done: the values of all replications (sequential).

    Looking again after each replication makes the interval err a little more often than promised; ``at_least`` 10
    keeps that small (Law). ``simulate`` is given the number of the replication, from 0.
    """
    values = [simulate(replication) for replication in range(min(max(2, at_least), at_most))]
    while len(values) < at_most and not replications_needed(values, target).is_reached:
        values.append(simulate(len(values)))
    return values


def read_share(text: str) -> float:
    """``2 %`` or ``0.02`` as a number; RacktwinError for what is neither."""
    match = _PERCENT.match(text)
    try:
        if match is None:
            raise ValueError
        return float(match[1]) * (0.01 if match[2] else 1.0)
    except ValueError:
        raise RacktwinError(f"{text!r} is no share\n    → write for example 2 %, or 0.02") from None
