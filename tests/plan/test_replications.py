"""Numbers of replications: Law's worked example, coverage of the sequential procedure, what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from racktwin.errors import RacktwinError
from racktwin.plan import Target, read_share, replications_needed, until


def sample_of(mean: float, variance: float, n: int) -> list[float]:
    """``n`` values of exactly this mean and sample variance."""
    raw = np.arange(n) - (n - 1) / 2
    return list(mean + raw * math.sqrt(variance) / raw.std(ddof=1))


@pytest.mark.parametrize(("target", "needed"), [(Target(absolute=0.25), 16), (Target(relative=0.10), 27)])
def test_law_s_bank(target: Target, needed: int) -> None:
    """Law, Simulation Modeling and Analysis, 9.4.1: ten replications of mean 2.03 and variance 0.31, at 90 %."""
    at_90 = Target(target.relative, target.absolute, 0.90)
    found = replications_needed(sample_of(2.03, 0.31, 10), at_90)

    assert found.needed == needed
    assert not found.is_reached


@given(st.integers(2, 30), st.floats(0.01, 10), st.floats(0.05, 10))
def test_it_is_the_first_number_that_is_enough(n: int, deviation: float, wanted: float) -> None:
    """Against a count upwards, as Law writes it."""
    found = replications_needed(sample_of(5.0, deviation**2, n), Target(absolute=wanted))

    def half_width(count: int) -> float:
        return float(stats.t.ppf(0.975, count - 1)) * deviation / math.sqrt(count)

    assert found.needed is not None
    assert half_width(found.needed) <= wanted * (1 + 1e-9)
    assert found.needed == n or half_width(found.needed - 1) > wanted * (1 - 1e-9)


def test_values_that_do_not_vary_are_enough() -> None:
    found = replications_needed([3.0, 3.0], Target(relative=0.001))

    assert (found.needed, found.half_width, found.is_reached) == (2, 0.0, True)


def test_no_number_is_enough_for_a_share_of_nothing() -> None:
    assert replications_needed([-1.0, 1.0], Target(relative=0.05)).needed is None


def normal_values(seed: int) -> Callable[[int], float]:
    """Mean 10, deviation 4."""
    return lambda replication: float(np.random.default_rng([seed, replication]).normal(10, 4))


def test_sequential_interval_covers() -> None:
    """Of 400 experiments the interval holds the mean in about 95 %, and in no fewer than 92 % (Law's table says 94)."""
    target = Target(relative=0.1)
    held = 0
    for seed in range(400):
        values = until(normal_values(seed), target, at_most=500)
        found = replications_needed(values, target)
        assert found.is_reached
        held += abs(found.mean - 10) <= found.half_width

    assert held >= 0.92 * 400


def test_sequential_stops_where_it_must() -> None:
    seen: list[int] = []

    def simulate(replication: int) -> float:
        seen.append(replication)
        return float(replication % 2)

    assert len(until(simulate, Target(absolute=1e-9), at_most=7)) == 7
    assert seen == list(range(7))


@pytest.mark.parametrize(("text", "share"), [("2 %", 0.02), ("2%", 0.02), ("0.02", 0.02), ("1e-2", 0.01)])
def test_shares(text: str, share: float) -> None:
    assert read_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "two", "2 kg", "1.2.3", "-1 %"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(RacktwinError, match="is no share"):
        read_share(text)


def test_refusals() -> None:
    with pytest.raises(RacktwinError, match="no spread"):
        replications_needed([1.0], Target(relative=0.1))
    with pytest.raises(RacktwinError, match="no target"):
        Target()
    with pytest.raises(RacktwinError, match="no target"):
        Target(relative=0.0)
    with pytest.raises(RacktwinError, match="means nothing"):
        Target(absolute=1.0, confidence=95)
