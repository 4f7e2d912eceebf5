"""KN and OCBA on normal populations whose best is known: how often they are right, and what it costs them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binomtest

from racktwin.errors import RacktwinError
from racktwin.plan import Selection, allocate, select, select_with_budget
from racktwin.plan.selection import Simulate

Floats = npt.NDArray[np.float64]


def populations(means: list[float], deviation: float, correlation: float, seed: int) -> Simulate:
    """Normal values; what alternatives share in a replication has this share of their variance."""

    def simulate(alternative: int, replication: int) -> float:
        shared = np.random.default_rng([seed, replication]).normal()
        own = np.random.default_rng([seed, replication, alternative + 1]).normal()
        noise = math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own
        return means[alternative] + deviation * float(noise)

    return simulate


def macro(means: list[float], correlation: float, runs: int) -> list[Selection]:
    return [
        select(len(means), populations(means, 1.0, correlation, seed), indifference=0.5, first=10, at_most=400)
        for seed in range(runs)
    ]


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_kn_is_right_as_often_as_promised(correlation: float) -> None:
    """The hardest case: the best leads all others by just the indifference."""
    found = macro([0.0, 0.0, 0.5, 0.0], correlation, 100)
    right = sum(one.best == 2 for one in found)

    assert all(one.is_decided for one in found)
    assert binomtest(right, 100, 0.95, alternative="less").pvalue > 0.01


def test_common_random_numbers_make_kn_cheaper() -> None:
    alone, together = (macro([0.0, 0.0, 0.5], correlation, 20) for correlation in (0.0, 0.8))

    assert sum(one.simulations for one in together) < 0.5 * sum(one.simulations for one in alone)


def test_kn_drops_what_is_far_behind_early() -> None:
    found = select(3, populations([5.0, 0.0, 4.7], 1.0, 0.0, 1), indifference=0.2, at_most=2000)

    assert found.best == 0
    assert found.contenders[1].n == 10
    assert found.contenders[2].n > 40
    assert found.left == (0,)


def test_kn_minimizes() -> None:
    found = select(2, populations([5.0, 3.0], 1.0, 0.0, 1), indifference=0.5, maximize=False)

    assert found.best == 1
    assert found.contenders[1].mean == pytest.approx(3.0, abs=1.0)


def test_kn_says_when_replications_ran_out() -> None:
    found = select(2, populations([0.0, 0.01], 5.0, 0.0, 1), indifference=0.01, at_most=12)

    assert not found.is_decided
    assert math.isnan(found.p_correct)
    assert found.left == (0, 1)


def test_alternatives_that_are_the_same_are_decided() -> None:
    found = select(3, lambda a, r: float(r), indifference=0.5)

    assert found.is_decided
    assert found.simulations == 30


def least_risk(means: Floats, deviations: Floats, budget: int) -> float:
    """The approximate probability of a wrong choice of the best shares of ``budget`` among three, by trying all."""
    best = int(np.argmax(means))
    others = [number for number in range(3) if number != best]
    return min(
        risk(means, deviations, np.array([a, b, budget - a - b], np.float64), best, others)
        for a in range(2, budget - 4)
        for b in range(2, budget - a - 2)
    )


def risk(means: Floats, deviations: Floats, n: Floats, best: int, others: list[int]) -> float:
    return sum(
        0.5
        * math.erfc(
            (means[best] - means[i]) / math.sqrt(2 * (deviations[i] ** 2 / n[i] + deviations[best] ** 2 / n[best]))
        )
        for i in others
    )


@pytest.mark.parametrize(
    ("means", "deviations"), [([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]), ([0.0, 2.0, 3.0], [1.0, 2.0, 1.0])]
)
def test_ocba_shares_are_nearly_the_best_there_are(means: list[float], deviations: list[float]) -> None:
    m, d = np.array(means), np.array(deviations)
    found = allocate(m, d, 100)
    reached = risk(m, d, found.astype(np.float64), 2, [0, 1])

    assert found.sum() == 100
    assert reached < 0.9 * risk(m, d, np.full(3, 100 / 3), 2, [0, 1])
    assert reached <= 3.0 * least_risk(m, d, 100)


def test_ocba_ratio_by_its_formula() -> None:
    """N_i / N_j = (σ_i / δ_i)² / (σ_j / δ_j)², N_b = σ_b √Σ (N_i / σ_i)² (Chen et al., 2000)."""
    found = allocate(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]), 100_000)

    assert found[1] / found[0] == pytest.approx(4.0, rel=1e-3)
    assert found[2] == pytest.approx(math.hypot(found[0], found[1]), rel=1e-3)


def test_ocba_minimizes() -> None:
    up = allocate(np.array([1.0, 2.0, 3.0]), np.ones(3), 60)
    down = allocate(np.array([-1.0, -2.0, -3.0]), np.ones(3), 60, maximize=False)

    assert list(up) == list(down)


def test_ocba_is_right_more_often_than_equal_shares() -> None:
    """Ten alternatives, one close second: 200 replications in all."""
    means = [3.0, 2.4, *[0.0] * 8]

    def right_equally(seed: int) -> bool:
        simulate = populations(means, 1.5, 0.0, seed)
        return int(np.argmax([np.mean([simulate(a, r) for r in range(20)]) for a in range(10)])) == 0

    found = [select_with_budget(10, populations(means, 1.5, 0.0, seed), budget=200, first=6) for seed in range(60)]

    assert all(one.simulations == 200 for one in found)
    assert sum(one.best == 0 for one in found) >= sum(map(right_equally, range(60)))
    assert 0.8 < np.mean([one.p_correct for one in found]) < 1.0


def test_refusals() -> None:
    with pytest.raises(RacktwinError, match="no choice"):
        select(1, lambda a, r: 0.0, indifference=1.0)
    with pytest.raises(RacktwinError, match="an indifference of 0"):
        select(2, lambda a, r: 0.0, indifference=0.0)
    with pytest.raises(RacktwinError, match="tell no variance"):
        select(2, lambda a, r: 0.0, indifference=1.0, first=2)
    with pytest.raises(RacktwinError, match="too few"):
        select_with_budget(3, lambda a, r: 0.0, budget=20)
