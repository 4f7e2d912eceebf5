"""How well a fitted law describes its sample: Kolmogorov–Smirnov, Anderson–Darling, quantiles.

The parameters were fitted to the very sample that is tested, so textbook p-values do not hold; these come from a
parametric bootstrap: samples are drawn from the fit, fitted again, and tested the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .laws import Fit, Floats, Interval, Sample, fit_law, sample_of

MOST_TESTED = 1000
"""Of larger samples a random part of this size is tested: on more, any law is rejected for a reason that is tiny."""

_SEED = 20260105


@dataclass(frozen=True)
class Goodness:
    """The two statistics with their p-values (small: this law did not make these values), and QQ points.

    ``tested`` of the sample's values were tested. ``approximate``: censored values were placed at random beyond
    where they were cut. ``quantiles``: pairs of fitted and observed quantiles, s, at 1 %, 5 %, 10 %…
    ``spread``: the parameters' 95 % intervals by the basic bootstrap.
    """

    ks: float
    ks_p: float
    ad: float
    ad_p: float
    tested: int
    bootstraps: int
    approximate: bool
    quantiles: tuple[tuple[float, float], ...]
    spread: dict[str, Interval]


def goodness_of(fit: Fit, sample: Sample, bootstraps: int = 199) -> Goodness | None:
    """Test ``fit`` on ``sample``; None for a fixed duration, which is either right or wrong."""
    if fit.law == "fixed":
        return None
    random = np.random.default_rng(_SEED)
    tested, tested_fit = _part(fit, sample, random)
    ks, ad = _statistics(_probabilities(tested_fit, tested, random))
    above, fitted = np.zeros(2), []
    distribution, size = tested_fit.distribution, tested.n + len(tested.censored)
    for _ in range(bootstraps):
        drawn = sample_of(distribution.ppf(random.uniform(size=size)))
        again = fit_law(fit.law, drawn, intervals=False)
        if again is None:
            above += 1
            continue
        fitted.append(list(again.parameters.values()))
        statistics = _statistics(again.distribution.cdf(drawn.values))
        above += np.array([statistics[0] >= ks, statistics[1] >= ad])
    p = (1 + above) / (1 + bootstraps)
    return Goodness(
        ks,
        float(p[0]),
        ad,
        float(p[1]),
        size,
        bootstraps,
        bool(len(sample.censored)),
        _quantiles(fit, sample),
        _spread(fit, tested_fit, np.array(fitted), size / (sample.n + len(sample.censored))),
    )


def _part(fit: Fit, sample: Sample, random: np.random.Generator) -> tuple[Sample, Fit]:
    """At most MOST_TESTED of the sample, and the law fitted to these."""
    total = sample.n + len(sample.censored)
    if total <= MOST_TESTED:
        return sample, fit
    chosen = random.permutation(total)[:MOST_TESTED]
    part = sample_of(sample.values[chosen[chosen < sample.n]], sample.censored[chosen[chosen >= sample.n] - sample.n])
    again = fit_law(fit.law, part, intervals=False)
    return (part, again) if again is not None else (sample, fit)


def _probabilities(fit: Fit, sample: Sample, random: np.random.Generator) -> Floats:
    """Each value's probability under the fit; a censored one's is uniform beyond where it was cut."""
    seen = fit.distribution.cdf(sample.values)
    cut = fit.distribution.cdf(sample.censored)
    return np.sort(np.concatenate([seen, cut + (1 - cut) * random.uniform(size=len(cut))]))


def _statistics(probabilities: Floats) -> tuple[float, float]:
    """Kolmogorov–Smirnov's D and Anderson–Darling's A² of sorted probabilities."""
    n = len(probabilities)
    u = np.clip(probabilities, 1e-12, 1 - 1e-12)
    steps = np.arange(1, n + 1)
    ks = max(float((steps / n - u).max()), float((u - (steps - 1) / n).max()))
    ad = -n - float(((2 * steps - 1) * (np.log(u) + np.log1p(-u[::-1]))).mean())
    return ks, ad


def _quantiles(fit: Fit, sample: Sample) -> tuple[tuple[float, float], ...]:
    p = np.array([0.01, *np.arange(0.05, 1.0, 0.05), 0.99])
    pairs = zip(fit.distribution.ppf(p), np.quantile(sample.values, p), strict=True)
    return tuple((float(fitted), float(observed)) for fitted, observed in pairs)


def _spread(fit: Fit, tested: Fit, fitted: Floats, share: float) -> dict[str, Interval]:
    """Basic bootstrap intervals around the fit; a part's spread shrinks to the whole sample's by the root law."""
    if len(fitted) < 20:
        return {}
    spread = {}
    for index, (name, value) in enumerate(fit.parameters.items()):
        errors = (fitted[:, index] - tested.parameters[name]) * share**0.5
        low, high = value - np.quantile(errors, 0.975), value - np.quantile(errors, 0.025)
        spread[name] = (max(0.0, min(float(low), value)), max(float(high), value))
    return spread
