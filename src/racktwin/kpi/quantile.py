"""Intervals for quantiles: what nine years in ten, or nineteen racks in twenty, stay below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .estimate import student_quantile


@dataclass(frozen=True)
class QuantileInterval:
    """The ``p`` quantile with an interval; an end that the sample is too small to bound is infinite."""

    p: float
    value: float
    low: float
    high: float
    n: int


def order_statistic_interval(sample: npt.ArrayLike, p: float, confidence: float = 0.95) -> QuantileInterval:
    """For independent values of any distribution: between two of the sorted values (Conover; David and Nagaraja).

    The number of values below the quantile is binomial, so each end errs with at most half of 1 - ``confidence``.
    Values of one run are not independent: take one value per replication, or :func:`replicated_quantile`.
    """
    from scipy.special import bdtr  # imported late, and not scipy.stats, whose binom is the same: 0.4 s

    values = np.sort(np.asarray(sample, np.float64))
    n, tail = len(values), (1.0 - confidence) / 2.0
    if n == 0:
        return QuantileInterval(p, math.nan, -math.inf, math.inf, 0)
    below = bdtr(np.arange(n), n, p)
    low_rank = int(np.searchsorted(below, tail, side="right"))
    high_rank = int(np.searchsorted(below, 1.0 - tail)) + 1
    low = float(values[low_rank - 1]) if low_rank >= 1 else -math.inf
    high = float(values[high_rank - 1]) if high_rank <= n else math.inf
    return QuantileInterval(p, float(np.quantile(values, p)), low, high, n)


def replicated_quantile(samples: Sequence[npt.ArrayLike], p: float) -> QuantileInterval:
    """The quantile of dependent values (one array per replication): the mean of each replication's, by Student's t.

    Right for runs with many values each; the bias of a sample quantile is of the order of one over their number.
    """
    each = np.array([np.quantile(np.asarray(sample, np.float64), p) for sample in samples if np.size(sample)])
    n = len(each)
    mean = float(each.mean()) if n else math.nan
    half_width = student_quantile(n - 1) * float(each.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return QuantileInterval(p, mean, mean - half_width, mean + half_width, n)
