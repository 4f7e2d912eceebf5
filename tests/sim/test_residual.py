"""The law given the time elapsed, against scipy's survival functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from racktwin.sim import distributions as laws
from racktwin.sim.distributions import LAW
from racktwin.sim.residual import total_given

SAMPLES = np.array([1.0, 2.0, 2.0, 5.0, 9.0])
CASES: dict[str, tuple[tuple[float, ...], Any]] = {
    "uniform": ((laws.UNIFORM, 2.0, 7.0, 0.0), stats.uniform(2.0, 5.0)),
    "triangular": ((laws.TRIANGULAR, 1.0, 3.0, 8.0), stats.triang(2.0 / 7.0, 1.0, 7.0)),
    "exponential": ((laws.EXPONENTIAL, 4.0, 0.0, 0.0), stats.expon(scale=4.0)),
    "gamma": ((laws.GAMMA, 2.5, 1.6, 0.0), stats.gamma(2.5, scale=1.6)),
    "gamma below 1": ((laws.GAMMA, 0.3, 9.0, 0.0), stats.gamma(0.3, scale=9.0)),
    "lognormal": ((laws.LOGNORMAL, 1.2, 0.7, 0.0), stats.lognorm(0.7, scale=math.exp(1.2))),
    "wear-out": ((laws.WEIBULL, 3.0, 5.0, 0.0), stats.weibull_min(3.0, scale=5.0)),
    "infant mortality": ((laws.WEIBULL, 0.4, 5.0, 0.0), stats.weibull_min(0.4, scale=5.0)),
}
US = (1e-9, 0.01, 0.3, 0.5, 0.9, 0.999)


def _law(row: tuple[float, ...], is_mirrored: int = 0) -> Any:
    kind, *parameters = row
    return np.array([(kind, is_mirrored, *parameters, 0, len(SAMPLES))], LAW).view(np.recarray)[0]


@pytest.mark.parametrize("elapsed_s", [0.0, 0.5, 2.5, 4.0, 6.5])
@pytest.mark.parametrize("name", CASES)
def test_survival_is_that_of_the_law_beyond_what_has_elapsed(name: str, elapsed_s: float) -> None:
    row, law = CASES[name]
    for u in US:
        total_s = total_given(_law(row), SAMPLES, elapsed_s, u)
        assert total_s >= elapsed_s
        assert law.sf(total_s) == pytest.approx(law.sf(elapsed_s) * (1.0 - u), rel=1e-6)


@pytest.mark.parametrize("elapsed_s", [0.0, 3.0, 1e3])
def test_what_has_no_memory_begins_anew(elapsed_s: float) -> None:
    (row, law), u = CASES["exponential"], 0.37
    assert total_given(_law(row), SAMPLES, elapsed_s, u) - elapsed_s == pytest.approx(law.ppf(u))


@pytest.mark.parametrize("name", ["gamma", "gamma below 1", "lognormal", "wear-out", "infant mortality"])
def test_far_beyond_anything_likely_time_still_goes_on(name: str) -> None:
    row, _ = CASES[name]
    totals_s = [total_given(_law(row), SAMPLES, 1e4, u) for u in US]
    assert totals_s == sorted(totals_s)
    assert 1e4 <= totals_s[0] <= totals_s[-1] < math.inf
    assert totals_s[-1] > 1e4


def test_what_is_overdue_ends_now() -> None:
    assert total_given(_law((laws.FIXED, 3.0, 0.0, 0.0)), SAMPLES, 2.0, 0.5) == 3.0
    assert total_given(_law((laws.FIXED, 3.0, 0.0, 0.0)), SAMPLES, 4.0, 0.5) == 4.0
    assert total_given(_law(CASES["uniform"][0]), SAMPLES, 8.0, 0.5) == 8.0
    assert total_given(_law((laws.EMPIRICAL, 0.0, 0.0, 0.0)), SAMPLES, 9.0, 0.5) == 9.0


def test_of_measured_values_those_above_are_left() -> None:
    law = _law((laws.EMPIRICAL, 0.0, 0.0, 0.0))
    assert [total_given(law, SAMPLES, 2.0, u) for u in (0.1, 0.49, 0.51, 0.9)] == [5.0, 5.0, 9.0, 9.0]
    assert [total_given(law, SAMPLES, 0.0, u) for u in (0.1, 0.3, 0.5, 0.7, 0.9)] == [1.0, 2.0, 2.0, 5.0, 9.0]


@pytest.mark.parametrize("name", CASES)
def test_a_mirrored_law_takes_the_other_end(name: str) -> None:
    row, _ = CASES[name]
    mirrored = total_given(_law(row, 1), SAMPLES, 3.0, 0.25)
    assert mirrored == total_given(_law(row), SAMPLES, 3.0, 0.75)
