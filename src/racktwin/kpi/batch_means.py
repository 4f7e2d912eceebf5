"""One long run: is it long enough? Batch means, and whether neighbouring batches still feel each other.

Fishman, "Grouping observations in digital simulation", Management Science 24 (1978): batches grow until von Neumann's
ratio no longer shows correlation between neighbours; their means are then as good as independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .estimate import student_quantile

Floats = npt.NDArray[np.float64]

LEAST_BATCHES = 20
MOST_BATCHES = 160


@dataclass(frozen=True)
class BatchMeans:
    """The mean of one run with half its 95 % interval, from ``batches`` batches of ``batch_size`` values.

    ``lag_1`` is the correlation of neighbouring batches. ``is_enough`` is False where even the longest batches are
    correlated (or there are too few values): the interval is then too narrow and the run too short.
    """

    mean: float
    half_width: float
    batches: int
    batch_size: int
    lag_1: float
    is_enough: bool

    def times_longer(self, relative: float) -> float:
        """How many times as long a run has to be for a half width of that share of the mean; NaN if not enough."""
        if not self.is_enough or self.mean == 0:
            return float("nan")
        return (self.half_width / (relative * abs(self.mean))) ** 2


def batch_means(series: npt.ArrayLike) -> BatchMeans:
    """The batch means of a stationary series, its warm-up cut off; the smallest batches that seem independent."""
    values = np.asarray(series, np.float64)
    if len(values) < LEAST_BATCHES:
        mean = float(values.mean()) if len(values) else math.nan
        return BatchMeans(mean, math.nan, len(values), 1, math.nan, False)
    count = MOST_BATCHES
    while count > LEAST_BATCHES and (len(values) < count or _are_correlated(_means(values, count))):
        count //= 2
    means = _means(values, count)
    half_width = student_quantile(count - 1) * float(means.std(ddof=1)) / math.sqrt(count)
    return BatchMeans(
        float(means.mean()), half_width, count, len(values) // count, lag_1(means), not _are_correlated(means)
    )


def lag_1(values: Floats) -> float:
    """Correlation of each value with the next; 0 for values that do not vary."""
    centred = values - values.mean()
    total = float(centred @ centred)
    return float(centred[:-1] @ centred[1:]) / total if total else 0.0


def _means(values: Floats, count: int) -> Floats:
    """Means of ``count`` batches of equal size; what does not fill a batch is left out at the start."""
    size = len(values) // count
    return np.asarray(values[len(values) - size * count :].reshape(count, size).mean(axis=1))


def _are_correlated(means: Floats) -> bool:
    """By von Neumann's ratio, one-sided at 5 %: neighbours are more alike than chance has it."""
    centred = means - means.mean()
    total = float(centred @ centred)
    if total == 0:
        return False
    likeness = lag_1(means) + (centred[0] ** 2 + centred[-1] ** 2) / (2 * total)
    n = len(means)
    return bool(likeness * math.sqrt((n**2 - 1) / (n - 2)) > 1.645)
