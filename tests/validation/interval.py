"""A mean over independent replications with its Student t interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """``mean`` ± ``half_width``."""

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half_width

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies inside."""
        return self.low <= value <= self.high

    def meets(self, other: Interval) -> bool:
        """Whether the two intervals share a value."""
        return self.low <= other.high and other.low <= self.high


def interval(values: Sequence[float], confidence: float = 0.99) -> Interval:
    """The interval of the mean of at least two values."""
    sample = np.asarray(values, dtype=np.float64)
    quantile = float(stats.t.ppf((1.0 + confidence) / 2.0, len(sample) - 1))
    return Interval(float(sample.mean()), quantile * float(sample.std(ddof=1)) / float(np.sqrt(len(sample))))
