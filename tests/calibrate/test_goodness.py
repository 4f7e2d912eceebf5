"""Statistics against scipy's, p-values against the published ones for fitted parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from racktwin.calibrate import fit_law, goodness_of, sample_of


def test_kolmogorov_smirnov_is_scipys() -> None:
    values = np.random.default_rng(1).gamma(2, 10, 200)
    sample = sample_of(values)
    fit = fit_law("gamma", sample)
    assert fit is not None
    goodness = goodness_of(fit, sample, bootstraps=1)

    assert goodness is not None
    assert goodness.ks == pytest.approx(stats.kstest(values, fit.distribution.cdf).statistic, rel=1e-9)


def test_anderson_darling_is_scipys() -> None:
    values = np.random.default_rng(1).exponential(10, 150)
    sample = sample_of(values)
    fit = fit_law("exponential", sample)
    assert fit is not None
    goodness = goodness_of(fit, sample, bootstraps=1)

    assert goodness is not None
    u = np.sort(fit.distribution.cdf(values))
    n = len(u)
    a2 = -n - sum((2 * i + 1) * (math.log(u[i]) + math.log(1 - u[n - 1 - i])) for i in range(n)) / n
    assert goodness.ad == pytest.approx(a2, rel=1e-9)


def _published_normal_p(a2: float, n: int) -> float:
    """D'Agostino and Stephens, Goodness-of-fit techniques (1986), table 4.9: normal with both parameters fitted."""
    a = a2 * (1 + 0.75 / n + 2.25 / n**2)
    if a < 0.2:
        return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
    if a < 0.34:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    if a < 0.6:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    return math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)


@pytest.mark.parametrize("seed", range(5))
def test_bootstrap_p_is_the_published_one(seed: int) -> None:
    """A lognormal is a normal on logarithms. Some samples are true, others (gamma) are not."""
    random, n = np.random.default_rng(seed), 80
    values = random.gamma(1.5, 10, n) if seed % 2 else random.lognormal(3, 0.5, n)
    sample = sample_of(values)
    fit = fit_law("lognormal", sample)
    assert fit is not None
    goodness = goodness_of(fit, sample, bootstraps=999)

    assert goodness is not None
    p = _published_normal_p(goodness.ad, n)
    assert goodness.ad_p == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 999) + 0.01)


def test_a_wrong_law_is_found_out() -> None:
    sample = sample_of(np.random.default_rng(5).uniform(10, 20, 300))
    fit = fit_law("exponential", sample)
    assert fit is not None
    goodness = goodness_of(fit, sample, bootstraps=99)

    assert goodness is not None
    assert goodness.ks_p == goodness.ad_p == pytest.approx(1 / 100)


def test_quantiles_of_a_good_fit_lie_on_the_diagonal() -> None:
    sample = sample_of(np.random.default_rng(5).lognormal(3, 0.4, 5000))
    fit = fit_law("lognormal", sample)
    assert fit is not None
    goodness = goodness_of(fit, sample, bootstraps=1)

    assert goodness is not None
    assert all(fitted == pytest.approx(seen, rel=0.08) for fitted, seen in goodness.quantiles)
    assert goodness.tested == 1000
