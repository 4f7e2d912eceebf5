"""Demand over a lead time as probabilities of whole pieces."""

from __future__ import annotations

import math

import numpy as np

from racktwin.errors import RacktwinError

from .stages import Floats

_TAIL = 1e-14


def poisson_demand(mean: float) -> Floats:
    """``p[d]``: probability that ``d`` pieces are asked for, until the tail is below 1e-14."""
    from scipy.stats import poisson  # imported late: 0.5 s

    _require_positive(mean)
    last = int(poisson.isf(_TAIL, mean)) + 1
    return _normalised(poisson.pmf(np.arange(last + 1), mean))


def whole_normal_demand(mean: float, deviation: float) -> Floats:
    """A normal demand rounded to whole pieces; what lies below 0 counts as 0."""
    from scipy.stats import norm

    _require_positive(mean)
    if deviation <= 0:
        probability = np.zeros(round(mean) + 1)
        probability[-1] = 1.0
        return probability
    last = math.ceil(mean + 8 * deviation)
    edges = norm.cdf(np.arange(-0.5, last + 1), mean, deviation)
    probability = np.diff(edges)
    probability[0] += edges[0]
    return _normalised(probability)


def seen_demand(pieces: Floats) -> Floats:
    """The law of observed demands, whole pieces per period."""
    if not len(pieces) or np.any(pieces < 0):
        raise RacktwinError("no demand was observed, or some is negative\n    → give pieces per period, 0 or more")
    return _normalised(np.bincount(np.rint(pieces).astype(np.int64)).astype(np.float64))


def summed(probability: Floats, periods: int) -> Floats:
    """The law of the demand of ``periods`` independent periods."""
    total = np.ones(1)
    for _ in range(periods):
        total = np.convolve(total, probability)
        last = int(np.searchsorted(np.cumsum(total), 1.0 - _TAIL)) + 1
        total = total[: last + 1]
    return _normalised(total)


def mean_of(probability: Floats) -> float:
    """Pieces."""
    return float(np.arange(len(probability)) @ probability)


def _normalised(probability: Floats) -> Floats:
    whole: Floats = probability / probability.sum()
    return whole


def _require_positive(mean: float) -> None:
    if not 0 < mean < math.inf:
        raise RacktwinError(f"a mean demand of {mean:g} cannot be planned for\n    → give one above 0")
