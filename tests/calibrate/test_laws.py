"""Maximum likelihood against scipy's, coverage of the intervals, censoring, the choice of a law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from racktwin.calibrate import choose_law, fit_law, sample_of

_RANDOM = {
    "exponential": lambda random, n: random.exponential(60, n),
    "gamma": lambda random, n: random.gamma(4, 15, n),
    "lognormal": lambda random, n: random.lognormal(3, 0.5, n),
    "weibull": lambda random, n: 60 * random.weibull(1.7, n),
    "uniform": lambda random, n: random.uniform(10, 30, n),
}
_TRUE = {
    "exponential": {"mean": 60.0},
    "gamma": {"mean": 60.0, "cv": 0.5},
    "lognormal": {"mean": float(np.exp(3.125)), "cv": float(np.sqrt(np.expm1(0.25)))},
    "weibull": {"shape": 1.7, "scale": 60.0},
    "uniform": {"low": 10.0, "high": 30.0},
}
_SCIPY = {
    "exponential": (stats.expon, {"floc": 0}),
    "gamma": (stats.gamma, {"floc": 0}),
    "lognormal": (stats.lognorm, {"floc": 0}),
    "weibull": (stats.weibull_min, {"floc": 0}),
}


@pytest.mark.parametrize("law", _SCIPY)
def test_likelihood_is_as_high_as_scipys(law: str) -> None:
    values = _RANDOM[law](np.random.default_rng(3), 400)
    fit = fit_law(law, sample_of(values))
    family, fixed = _SCIPY[law]
    theirs = family.logpdf(values, *family.fit(values, **fixed)).sum()

    assert fit is not None
    assert fit.log_likelihood == pytest.approx(fit.distribution.logpdf(values).sum(), rel=1e-9)
    assert fit.log_likelihood >= theirs - 1e-6 * abs(theirs)


@pytest.mark.parametrize("law", _TRUE)
def test_intervals_cover_the_truth_19_times_in_20(law: str) -> None:
    random, trials = np.random.default_rng(8), 300
    hits = dict.fromkeys(_TRUE[law], 0)
    for _ in range(trials):
        fit = fit_law(law, sample_of(_RANDOM[law](random, 60)))
        assert fit is not None
        for name, true in _TRUE[law].items():
            low, high = fit.intervals[name]
            hits[name] += low <= true <= high
    for count in hits.values():
        assert 0.90 * trials < count <= trials * 0.99


@pytest.mark.parametrize("law", ["exponential", "gamma", "lognormal", "weibull"])
def test_censoring_does_not_bias(law: str) -> None:
    """A third is cut; ignoring that would shorten the mean by far more than the interval."""
    values = _RANDOM[law](np.random.default_rng(4), 4000)
    cut = float(np.quantile(values, 0.67))
    fit = fit_law(law, sample_of(values[values < cut], np.full(int((values >= cut).sum()), cut)))

    assert fit is not None
    for name, true in _TRUE[law].items():
        low, high = fit.intervals[name]
        assert low - (high - low) < true < high + (high - low)
        assert high - low < 0.15 * true


@pytest.mark.parametrize("law", [*_TRUE, "triangular"])
def test_the_right_law_is_chosen(law: str) -> None:
    random, chosen = np.random.default_rng(6), []
    for _ in range(10):
        values = random.triangular(10, 12, 30, 800) if law == "triangular" else _RANDOM[law](random, 800)
        fitted = choose_law(sample_of(values), bootstraps=0)
        assert fitted is not None
        assert fitted.aic[fitted.law] <= min(fitted.aic.values()) + 2
        chosen.append(fitted.law)

    assert chosen.count(law) >= 8


def test_triangular_intervals_hold_the_truth() -> None:
    fitted = choose_law(sample_of(np.random.default_rng(6).triangular(10, 12, 30, 800)), bootstraps=199)

    assert fitted is not None
    for name, true in {"low": 10.0, "mode": 12.0, "high": 30.0}.items():
        low, high = fitted.fit.intervals[name]
        assert low <= fitted.fit.parameters[name] <= high
        assert low - (high - low) < true < high + (high - low)
        assert high - low < 3


def test_two_lumps_are_no_law_but_their_own() -> None:
    random = np.random.default_rng(2)
    values = np.concatenate([random.normal(100, 3, 400), random.normal(900, 9, 400)])
    fitted = choose_law(sample_of(values), bootstraps=199)

    assert fitted is not None
    assert fitted.law == "empirical"
    assert fitted.rejected
    assert np.quantile(fitted.values_s, 0.25) == pytest.approx(np.quantile(values, 0.25), rel=0.01)


@pytest.mark.parametrize("values", [[], [5.0], [1.0, -1.0, 2.0], [1.0, float("nan"), 2.0]])
def test_what_no_law_made_is_refused(values: list[float]) -> None:
    assert fit_law("gamma", sample_of(values)) is None


def test_zero_leaves_laws_that_allow_it() -> None:
    sample = sample_of([0.0, 1.0, 2.0, 5.0])

    assert fit_law("lognormal", sample) is None
    assert fit_law("exponential", sample) is not None
