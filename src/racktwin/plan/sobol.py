"""Sobol indices: the share of an output's variance that each input explains, alone and with the others.

Saltelli's design and estimators as scipy.stats has them; meant for a dozen inputs, after a screening by Morris.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Evaluate = Callable[[Floats], Floats]
"""Outputs at points (one row each, inputs from 0 to 1)."""


@dataclass(frozen=True)
class Indices:
    """Per input: variance explained ``alone`` (first order) and ``total`` (with all it acts together with).

    The ends of their 95 % intervals are by bootstrap over the points.
    """

    alone: Floats
    alone_low: Floats
    alone_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats


def simulations_needed(inputs: int, points: int) -> int:
    """How many outputs ``sobol`` asks for."""
    return points * (inputs + 2)


def sobol(evaluate: Evaluate, inputs: int, points: int, random: np.random.Generator) -> Indices:
    """The indices from ``points`` (a power of two) base points. An output that never varies explains nothing: zeros."""
    from scipy.stats import sobol_indices, uniform  # imported late: 0.5 s

    seen: list[Floats] = []

    def outputs(columns: Floats) -> Floats:
        seen.append(evaluate(columns.T))
        return seen[-1]

    with np.errstate(invalid="ignore", divide="ignore"):
        found = sobol_indices(func=outputs, n=points, dists=[uniform()] * inputs, rng=random)
        if np.ptp(np.concatenate(seen)) == 0:
            return Indices(*np.zeros((6, inputs)))
        interval = found.bootstrap(confidence_level=0.95, n_resamples=200)
    alone, total = interval.first_order.confidence_interval, interval.total_order.confidence_interval
    return Indices(found.first_order, alone.low, alone.high, found.total_order, total.low, total.high)
