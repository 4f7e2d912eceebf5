"""Intervals of quantiles: textbook ranks, coverage, and what a small sample cannot bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from racktwin.kpi import order_statistic_interval, replicated_quantile


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(6, 1, 6), (10, 2, 9), (20, 6, 15), (25, 8, 18), (50, 18, 33)],
)
def test_ranks_of_the_median(n: int, low: int, high: int) -> None:
    """The 95 % ranks in the tables of the sign test (Conover, Practical Nonparametric Statistics)."""
    found = order_statistic_interval(np.arange(1, n + 1), 0.5)

    assert (found.low, found.high) == (low, high)


def test_a_small_sample_bounds_no_tail() -> None:
    """58 values lie all below the 95 % quantile with a chance of 0.95^58 = 5 %."""
    found = order_statistic_interval(np.arange(58.0), 0.95, confidence=0.90)

    assert math.isinf(found.high)
    assert math.isfinite(order_statistic_interval(np.arange(59.0), 0.95, confidence=0.90).high)
    assert math.isinf(order_statistic_interval([], 0.5).low)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_coverage(p: float) -> None:
    """Of skewed values too: at least 95 %."""
    random = np.random.default_rng(5)
    true = -math.log(1 - p)
    found = [order_statistic_interval(random.exponential(size=60), p) for _ in range(1000)]
    held = sum(one.low <= true <= one.high for one in found)

    assert binomtest(held, 1000, 0.95, alternative="less").pvalue > 0.01


def test_over_replications() -> None:
    """95 % of a normal population lie below 1.645, told from 20 replications of 500 values."""
    random = np.random.default_rng(6)
    found = replicated_quantile([random.normal(size=500) for _ in range(20)], 0.95)

    assert found.low < norm.ppf(0.95) < found.high
    assert found.high - found.low < 0.2
    assert found.n == 20


def test_one_replication_has_no_interval() -> None:
    found = replicated_quantile([[1.0, 2.0, 3.0], []], 0.5)

    assert (found.value, found.n) == (2.0, 1)
    assert math.isinf(found.high)
