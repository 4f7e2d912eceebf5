"""Maximum likelihood for the laws a scenario can write: parameters, 95 % intervals, likelihood.

Values may be censored on the right: of a censored one it is only known that it is longer. Parameters carry the
names of the scenario's grammar (``mean``, ``cv``, ``shape``…) and are in seconds where they have a unit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]
_NORMAL_95 = 1.959963984540054
_SAME = 1e-6
"""Values that differ by less than this, relatively, are one fixed duration seen through rounding."""


@dataclass(frozen=True)
class Sample:
    """Durations, s: ``values`` seen whole, and ``censored`` of which only a lower bound was seen."""

    values: Floats
    censored: Floats

    @property
    def n(self) -> int:
        """How many were seen whole."""
        return len(self.values)


@dataclass(frozen=True)
class Fit:
    """A law with its maximum-likelihood ``parameters`` and their 95 % ``intervals``."""

    law: str
    parameters: dict[str, float]
    intervals: dict[str, Interval]
    log_likelihood: float

    @property
    def aic(self) -> float:
        """Akaike's information criterion: 2 · parameters − 2 · log-likelihood; the smaller the better."""
        return 2 * len(self.parameters) - 2 * self.log_likelihood

    @property
    def distribution(self) -> Any:
        """The law as a frozen scipy distribution."""
        return _DISTRIBUTIONS[self.law](**self.parameters)


def sample_of(values: Any, censored: Any = ()) -> Sample:
    """A sample from anything array-like, in seconds."""
    return Sample(np.sort(np.asarray(values, np.float64)), np.asarray(censored, np.float64))


def fit_law(law: str, sample: Sample, *, intervals: bool = True) -> Fit | None:
    """``law`` fitted to ``sample``; None where it cannot have made these values or the scenario cannot hold it.

    Intervals: exponential and uniform exact, gamma, lognormal and Weibull from the observed information on the
    logarithms of the parameters. Triangular ones come from the bootstrap of :mod:`.goodness`.
    """
    if sample.n < 3 or not np.all(np.isfinite(sample.values)) or sample.values[0] < 0:
        return None
    fit = _FITTERS[law](sample)
    if fit is None or not intervals or fit.intervals:
        return fit
    if law not in _LIKELIHOODS:
        return fit
    return replace(fit, intervals=_information_intervals(_LIKELIHOODS[law], fit.parameters, sample))


def is_fixed(sample: Sample) -> bool:
    """Whether all values are one, up to rounding."""
    return bool(sample.n and sample.values[-1] - sample.values[0] <= _SAME * max(1.0, sample.values[-1]))


def _fixed(sample: Sample) -> Fit | None:
    return Fit("fixed", {"value": float(np.median(sample.values))}, {}, math.inf) if is_fixed(sample) else None


def _uniform(sample: Sample) -> Fit | None:
    low, high = float(sample.values[0]), float(sample.values[-1])
    if len(sample.censored) or high <= low:
        return None
    reach = (high - low) * (0.05 ** (-1.0 / (sample.n - 1)) - 1.0)
    intervals = {"low": (max(0.0, low - reach), low), "high": (high, high + reach)}
    return Fit("uniform", {"low": low, "high": high}, intervals, -sample.n * math.log(high - low))


def _triangular(sample: Sample) -> Fit | None:
    x = sample.values
    span = float(x[-1] - x[0])
    if len(sample.censored) or span <= 0:
        return None

    def ends(theta: Floats) -> tuple[float, float, float]:
        low = float(x[0]) - span * math.exp(theta[0])
        high = float(x[-1]) + span * math.exp(theta[1])
        return low, low + (high - low) * float(special.expit(theta[2])), high

    def loss(theta: Floats) -> float:
        low, mode, high = ends(theta)
        if low < 0 or theta[0] > 3 or theta[1] > 3:
            return math.inf
        rising = x < mode
        density = np.where(rising, (x - low) / max(mode - low, 1e-300), (high - x) / max(high - mode, 1e-300))
        return float(-np.log(np.maximum(density, 1e-300)).sum() + sample.n * math.log((high - low) / 2))

    share = float(np.clip((3 * x.mean() - x[0] - x[-1] - x[0]) / span, 0.1, 0.9))
    margin = min(0.1, float(x[0]) / span / 2) if x[0] > 0 else 0.0
    if margin <= 0:
        return None
    start = np.array([math.log(margin), math.log(0.1), math.log(share / (1 - share))])
    found = optimize.minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400, "xatol": 1e-4, "fatol": 1e-6})
    if not math.isfinite(found.fun):
        return None
    return Fit("triangular", dict(zip(("low", "mode", "high"), ends(found.x), strict=True)), {}, -float(found.fun))


def _exponential(sample: Sample) -> Fit | None:
    total = float(sample.values.sum() + sample.censored.sum())
    if total <= 0:
        return None
    mean = total / sample.n
    degrees = 2 * sample.n  # exact if seen until the last value; with fixed censoring a very good approximation
    low, high = (2 * total / float(stats.chi2.ppf(p, degrees)) for p in (0.975, 0.025))
    return Fit("exponential", {"mean": mean}, {"mean": (low, high)}, -sample.n * math.log(mean) - total / mean)


def _gamma(sample: Sample) -> Fit | None:
    if sample.values[0] <= 0 or is_fixed(sample):
        return None
    if len(sample.censored):
        return _numeric("gamma", _moments(sample), sample)
    mean = float(sample.values.mean())
    gap = math.log(mean) - float(np.log(sample.values).mean())
    shape = _root(lambda k: math.log(k) - float(special.digamma(k)) - gap, 1e-4, 1e6)
    return None if shape is None else _within("gamma", {"mean": mean, "cv": shape**-0.5}, sample)


def _lognormal(sample: Sample) -> Fit | None:
    if sample.values[0] <= 0 or is_fixed(sample):
        return None
    if len(sample.censored):
        return _numeric("lognormal", _moments(sample), sample)
    logs = np.log(sample.values)
    mu, variance = float(logs.mean()), float(logs.var())
    cv = math.sqrt(math.expm1(min(variance, 50.0)))
    return _within("lognormal", {"mean": math.exp(mu + variance / 2), "cv": cv}, sample)


def _weibull(sample: Sample) -> Fit | None:
    if sample.values[0] <= 0 or is_fixed(sample):
        return None
    unit = float(sample.values.max())
    x, everything = sample.values / unit, np.concatenate([sample.values, sample.censored]) / unit
    logs, all_logs = float(np.log(x).mean()), np.log(np.maximum(everything, 1e-300))

    def score(shape: float) -> float:
        weights = np.exp(shape * (all_logs - all_logs.max()))
        return float(weights @ all_logs / weights.sum() - 1.0 / shape - logs)

    shape = _root(score, 0.02, 200.0)
    if shape is None:
        return None
    scale = unit * float((np.exp(shape * all_logs).sum() / sample.n) ** (1.0 / shape))
    return _within("weibull", {"shape": shape, "scale": scale}, sample)


def _root(function: Callable[[float], float], low: float, high: float) -> float | None:
    if function(low) * function(high) > 0:
        return None
    return float(optimize.brentq(function, low, high, xtol=1e-12, rtol=1e-12))


def _moments(sample: Sample) -> dict[str, float]:
    values = np.concatenate([sample.values, sample.censored])
    mean = float(values.mean())
    return {"mean": mean, "cv": min(max(float(values.std()) / mean, 0.01), 10.0)}


def _numeric(law: str, start: dict[str, float], sample: Sample) -> Fit | None:
    likelihood = _LIKELIHOODS[law]
    names = tuple(start)
    found = optimize.minimize(
        lambda theta: -likelihood(*np.exp(theta), sample),
        np.log(list(start.values())),
        method="Nelder-Mead",
        options={"maxiter": 600, "xatol": 1e-7, "fatol": 1e-9},
    )
    values = np.exp(found.x)
    return _within(law, {name: float(value) for name, value in zip(names, values, strict=True)}, sample)


def _within(law: str, parameters: dict[str, float], sample: Sample) -> Fit | None:
    """The fit, if the scenario's grammar can hold its parameters (model.quantity: Variation and Shape)."""
    low, high = (0.05, 100.0) if law == "weibull" else (1e-3, 100.0)
    bounded = parameters["shape" if law == "weibull" else "cv"]
    if not low <= bounded <= high:
        return None
    return Fit(law, parameters, {}, _LIKELIHOODS[law](*parameters.values(), sample))


def _gamma_likelihood(mean: float, cv: float, sample: Sample) -> float:
    shape, scale = cv**-2, mean * cv**2
    x = sample.values
    seen = (shape - 1) * np.log(x).sum() - x.sum() / scale
    seen -= sample.n * (shape * math.log(scale) + float(special.gammaln(shape)))
    return float(seen + _log_sum(special.gammaincc(shape, sample.censored / scale)))


def _lognormal_likelihood(mean: float, cv: float, sample: Sample) -> float:
    variance = math.log1p(cv * cv)
    mu, sigma = math.log(mean) - variance / 2, math.sqrt(variance)
    logs = np.log(sample.values)
    seen = -((logs - mu) ** 2).sum() / (2 * variance) - logs.sum() - sample.n * math.log(sigma * math.sqrt(2 * math.pi))
    beyond = special.log_ndtr(-(np.log(np.maximum(sample.censored, 1e-300)) - mu) / sigma)
    return float(seen + beyond.sum())


def _weibull_likelihood(shape: float, scale: float, sample: Sample) -> float:
    x = sample.values / scale
    seen = sample.n * math.log(shape / scale) + (shape - 1) * np.log(x).sum() - (x**shape).sum()
    return float(seen - ((sample.censored / scale) ** shape).sum())


def _log_sum(probabilities: Floats) -> float:
    return float(np.log(np.maximum(probabilities, 1e-300)).sum())


def _information_intervals(
    likelihood: Callable[..., float], parameters: dict[str, float], sample: Sample
) -> dict[str, Interval]:
    """Wald intervals on log-parameters, from the second differences of the log-likelihood."""
    theta, step = np.log(list(parameters.values())), 1e-3

    def at(i: int, j: int, a: float, b: float) -> float:
        moved = theta.copy()
        moved[i] += a
        moved[j] += b
        return likelihood(*np.exp(moved), sample)

    pairs = [(i, j) for i in (0, 1) for j in (0, 1)]
    hessian = np.array([at(i, j, step, step) - at(i, j, step, -step) - at(i, j, -step, step) + at(i, j, -step, -step)
                        for i, j in pairs]).reshape(2, 2) / (4 * step**2)  # fmt: skip
    try:
        variances = np.diag(np.linalg.inv(-hessian))
    except np.linalg.LinAlgError:
        return {}
    if not np.all(variances > 0):
        return {}
    reach = _NORMAL_95 * np.sqrt(variances)
    return {
        name: (value * math.exp(-float(far)), value * math.exp(float(far)))
        for (name, value), far in zip(parameters.items(), reach, strict=True)
    }


def _lognorm(mean: float, cv: float) -> Any:
    sigma = math.sqrt(math.log1p(cv * cv))
    return stats.lognorm(sigma, scale=mean * math.exp(-sigma * sigma / 2))


_DISTRIBUTIONS: dict[str, Callable[..., Any]] = {
    "uniform": lambda low, high: stats.uniform(low, high - low),
    "triangular": lambda low, mode, high: stats.triang((mode - low) / (high - low), low, high - low),
    "exponential": lambda mean: stats.expon(scale=mean),
    "gamma": lambda mean, cv: stats.gamma(cv**-2, scale=mean * cv * cv),
    "lognormal": _lognorm,
    "weibull": lambda shape, scale: stats.weibull_min(shape, scale=scale),
}
_LIKELIHOODS: dict[str, Callable[..., float]] = {
    "gamma": _gamma_likelihood,
    "lognormal": _lognormal_likelihood,
    "weibull": _weibull_likelihood,
}
_FITTERS: dict[str, Callable[[Sample], Fit | None]] = {
    "fixed": _fixed,
    "uniform": _uniform,
    "triangular": _triangular,
    "exponential": _exponential,
    "gamma": _gamma,
    "lognormal": _lognormal,
    "weibull": _weibull,
}
PARAMETRIC = tuple(_FITTERS)
"""The laws that can be fitted, the simplest first."""
