"""Which law a sample of durations came from: all are fitted, Akaike chooses, a test says whether to believe it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .goodness import Goodness, goodness_of
from .laws import PARAMETRIC, Fit, Sample, fit_law, is_fixed

LAWS = (*PARAMETRIC, "empirical")
"""The laws that can be asked for."""

FEWEST = 10
"""Fewer values than this are not fitted."""

_TIE = 2.0
"""Laws this close in AIC are supported alike: the one with fewer parameters is taken."""

_REJECTED = 0.01
_FEWEST_EMPIRICAL = 50
_MOST_EMPIRICAL = 500


@dataclass(frozen=True)
class FittedLaw:
    """The law chosen for a sample, and why.

    ``aic``: each candidate's. ``values_s``: the quantiles of an empirical law, else empty. ``rejected``: the best
    parametric law, where the test at 1 % threw it out and the empirical one took its place.
    """

    fit: Fit
    n: int
    censored: int
    mean_s: float
    aic: dict[str, float]
    goodness: Goodness | None
    values_s: tuple[float, ...] = ()
    rejected: str = ""

    @property
    def law(self) -> str:
        """The law's name in the scenario's grammar."""
        return self.fit.law


def choose_law(sample: Sample, laws: Sequence[str] = LAWS, bootstraps: int = 199) -> FittedLaw | None:
    """The law with the smallest AIC, or a simpler one within 2 of it.

    The empirical one takes its place if it is rejected at 1 % and there are 50 values, none of them censored.
    None if no law of ``laws`` can be fitted.
    """
    if is_fixed(sample) and "fixed" in laws:
        fits = [fit for fit in [fit_law("fixed", sample)] if fit]
    else:
        fits = [fit for law in laws if law in PARAMETRIC for fit in [fit_law(law, sample)] if fit]
    empirical = "empirical" in laws and not len(sample.censored)
    if not fits:
        return _empirical(sample, {}, None, "") if empirical and sample.n else None
    smallest = min(fit.aic for fit in fits)
    best = min((fit for fit in fits if fit.aic <= smallest + _TIE), key=lambda fit: (len(fit.parameters), fit.aic))
    aic = {fit.law: fit.aic for fit in fits if math.isfinite(fit.aic)}
    goodness = goodness_of(best, sample, bootstraps) if bootstraps else None
    if goodness and goodness.ad_p < _REJECTED and empirical and sample.n >= _FEWEST_EMPIRICAL:
        return _empirical(sample, aic, goodness, best.law)
    if goodness and not best.intervals:
        best = replace(best, intervals=goodness.spread)
    return FittedLaw(best, sample.n, len(sample.censored), _mean_s(best), aic, goodness)


def _mean_s(fit: Fit) -> float:
    return fit.parameters["value"] if fit.law == "fixed" else float(fit.distribution.mean())


def _empirical(sample: Sample, aic: dict[str, float], goodness: Goodness | None, rejected: str) -> FittedLaw:
    """The values themselves, or as many of their quantiles as a scenario should hold."""
    count = min(sample.n, _MOST_EMPIRICAL)
    values = sample.values
    if count < sample.n:
        values = np.quantile(sample.values, (np.arange(count) + 0.5) / count)
    fit = Fit("empirical", {}, {}, math.nan)
    shown = tuple(float(value) for value in values)
    return FittedLaw(fit, sample.n, 0, float(sample.values.mean()), aic, goodness, shown, rejected)
