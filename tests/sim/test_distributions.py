"""Each law against scipy's distribution function and moments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from racktwin.engines.line.quality import MOST_VISITS
from racktwin.engines.line.tables import VISIT_DRAWS
from racktwin.model.distribution import LAWS
from racktwin.sim import distributions
from racktwin.sim.rng import stream_key

from . import compiled

COUNT = 3000

CASES: dict[str, tuple[dict[str, float], Any]] = {
    "uniform": ({"a": 2.0, "b": 5.0}, stats.uniform(2.0, 3.0)),
    "triangular": ({"a": 1.0, "b": 2.0, "c": 6.0}, stats.triang(0.2, 1.0, 5.0)),
    "exponential": ({"a": 3.0}, stats.expon(scale=3.0)),
    "gamma": ({"a": 2.5, "b": 1.5}, stats.gamma(2.5, scale=1.5)),
    "gamma below 1": ({"a": 0.4, "b": 2.0}, stats.gamma(0.4, scale=2.0)),
    "lognormal": ({"a": 0.3, "b": 0.7}, stats.lognorm(0.7, scale=math.exp(0.3))),
    "weibull": ({"a": 0.6, "b": 10.0}, stats.weibull_min(0.6, scale=10.0)),
}


def _draw(kind: int, row: dict[str, float], empirical: tuple[float, ...] = (), is_mirrored: int = 0) -> Any:
    laws = np.zeros(1, distributions.LAW).view(np.recarray)
    laws.kind = kind
    laws.count = len(empirical)
    for name, value in row.items():
        laws[name] = value
    laws.is_mirrored = is_mirrored
    key = stream_key(3, 0, "line/test/duration")
    with np.errstate(over="ignore"):
        return compiled.samples(laws, np.array(empirical), key, COUNT)


@pytest.mark.parametrize("name", CASES)
def test_samples_follow_their_law(name: str) -> None:
    row, law = CASES[name]
    samples = _draw(getattr(distributions, name.split()[0].upper()), row)
    assert stats.kstest(samples, law.cdf).pvalue > 0.01


@pytest.mark.parametrize("name", CASES)
def test_a_mirrored_law_is_the_same_law_and_moves_the_other_way(name: str) -> None:
    row, law = CASES[name]
    kind = getattr(distributions, name.split()[0].upper())
    plain, mirrored = _draw(kind, row), _draw(kind, row, is_mirrored=1)
    assert stats.kstest(mirrored, law.cdf).pvalue > 0.01
    assert stats.spearmanr(plain, mirrored).statistic < -0.8


def test_a_fixed_duration_is_fixed() -> None:
    assert set(_draw(distributions.FIXED, {"a": 4.0})) == {4.0}


def test_an_empirical_law_repeats_its_values_equally_often() -> None:
    values, counts = np.unique(_draw(distributions.EMPIRICAL, {}, (1.0, 2.0, 5.0)), return_counts=True)
    assert list(values) == [1.0, 2.0, 5.0]
    assert stats.chisquare(counts).pvalue > 0.01


def test_every_law_of_the_model_can_be_sampled() -> None:
    assert all(hasattr(distributions, name.upper()) for name in LAWS)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (18, 0.02), (5000, 0.001), (7, 0.0), (7, 1.0)])
def test_binomial_is_the_quantile(n: int, p: float) -> None:
    us = (np.arange(200) + 0.5) / 200
    assert list(compiled.binomials(n, p, us)) == list(stats.binom(n, p).ppf(us).astype(int))


@pytest.mark.parametrize(
    ("n", "p"),
    [(2000, 0.4), (10**4, 0.9), (10**5, 0.0075), (10**6, 0.001), (10**6, 1e-6), (10**7, 0.5), (10**7, 1 - 1e-6)],
)
def test_binomial_is_the_quantile_of_large_counts(n: int, p: float) -> None:
    us = np.concatenate([(np.arange(20) + 0.5) / 20, [1e-15, 1e-9, 1.0 - 1e-9]])
    assert list(compiled.binomials(n, p, us)) == list(stats.binom(n, p).ppf(us).astype(int))


@pytest.mark.parametrize(("n", "p"), [(5000, 0.001), (5000, 0.1), (10**6, 0.3)])
def test_binomial_of_the_last_uniform_is_in_the_tail(n: int, p: float) -> None:
    """As unlikely as the uniform itself, although the probabilities' sum rounds to less than 1."""
    last = 1.0 - 2.0**-53
    (count,) = compiled.binomials(n, p, np.array([last]))
    law = stats.binom(n, p)
    assert law.sf(count) <= (1.0 - last) * (1.0 + 1e-6)
    assert law.sf(count - 1) > (1.0 - last) * (1.0 - 1e-6)


def test_rejections_meet_no_draw_of_other_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gamma's sub-draws, hundreds of times rejected, lie beyond the visits of an item and within 63 bits."""
    draws: list[int] = []

    def rejecting(key: object, entity: int, draw: int) -> float:
        draws.append(draw)
        return 1e-16 if len(draws) < 1500 else 0.5

    monkeypatch.setattr(distributions, "uniform", rejecting)
    monkeypatch.setattr(distributions, "normal_quantile", _python(distributions.normal_quantile))
    monkeypatch.setattr(distributions, "_mirrored", _python(distributions._mirrored))
    first = 3 * VISIT_DRAWS + 5
    assert _python(distributions._standard_gamma)(0.4, None, 0, first, 0) > 0.0

    assert len(draws) >= 1500
    assert len(set(draws)) == len(draws)
    assert all(VISIT_DRAWS * MOST_VISITS < draw < 2**63 for draw in draws if draw != first)


def test_the_normal_quantile_is_accurate() -> None:
    p = np.concatenate([10.0 ** -np.arange(1, 16), np.linspace(0.001, 0.999, 500)])
    ours = np.array([_quantile(value) for value in p])
    np.testing.assert_allclose(ours, stats.norm.ppf(p), rtol=2e-8, atol=2e-9)


def _quantile(value: float) -> float:
    return float(_python(distributions.normal_quantile)(value))


def _python(kernel: Any) -> Any:
    return getattr(kernel, "py_func", kernel)
