"""Policies of one stock: the book's examples as stockpyl solves them, and costs counted out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.errors import RacktwinError
from racktwin.plan.supply.demand_law import poisson_demand, seen_demand, summed, whole_normal_demand
from racktwin.plan.supply.single_stage import (
    level_for_fill_rate,
    newsvendor,
    newsvendor_normal,
    reorder_quantity,
    reorder_quantity_normal,
    reorder_up_to,
)
from racktwin.plan.supply.stages import Floats

# Snyder and Shen, Fundamentals of Supply Chain Theory; answers of stockpyl 1.0.2
NORMAL = {
    "example 4.3": ((0.18, 0.7, 50, 8), (56.60395592743389, 1.9976051931766445)),
    "problem 4.1": ((43, 79, 900, 60), (922.7214038234755, 2718.196781782411)),
    "example 4.4": ((0.18, 0.7, 250, 8 * math.sqrt(5)), (264.76689437415484, 4.466781004149577)),
}


@pytest.mark.parametrize("name", NORMAL)
def test_newsvendor_of_the_book(name: str) -> None:
    given_, answer = NORMAL[name]
    found = newsvendor_normal(*given_)

    assert (found.level, found.cost_usd) == pytest.approx(answer, rel=1e-9)


def test_newsvendor_in_whole_pieces() -> None:
    poisson = newsvendor(200, 270, poisson_demand(18))
    listed = newsvendor(5e5, 1e6, np.array([0, 0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05]))

    assert (poisson.level, poisson.cost_usd) == pytest.approx((19, 786.0884409351079), rel=1e-9)
    assert (listed.level, listed.cost_usd) == pytest.approx((5, 1_225_000))


@pytest.mark.parametrize(
    ("costs", "mean", "answer"),
    [((1, 4, 5), 6, (4, 10, 8.034111561471642)), ((40, 125, 150), 4, (2, 7, 223.57482956696882))],
    ids=["example 4.7", "problem 4.31"],
)
def test_reorder_up_to_of_the_book(
    costs: tuple[float, float, float], mean: float, answer: tuple[int, int, float]
) -> None:
    demand = poisson_demand(mean)
    found = reorder_up_to(*costs, demand, demand)

    assert (found.reorder_point, found.order_up_to, found.cost_usd) == pytest.approx(answer, rel=1e-9)


@pytest.mark.parametrize(
    ("costs", "rate", "lead_time", "answer"),
    [((20, 150, 100), 1.5, 2, (3, 5, 107.92358063314975)), ((4, 28, 4), 12, 0.5, (6, 7, 28.241312842169155))],
    ids=["example 5.8", "problem 5.2"],
)
def test_reorder_quantity_of_the_book(
    costs: tuple[float, float, float], rate: float, lead_time: float, answer: tuple[int, int, float]
) -> None:
    found = reorder_quantity(*costs, rate, poisson_demand(rate * lead_time))

    assert (found.reorder_point, found.order_quantity, found.cost_usd) == pytest.approx(answer, rel=1e-9)


def test_continuous_reorder_quantity_of_the_book() -> None:
    found = reorder_quantity_normal(0.225, 7.5, 8, 1300, 1300 / 12, 150 / math.sqrt(12))

    assert (found.reorder_point, found.order_quantity) == pytest.approx(
        (126.8670634479628, 328.4491421980451), rel=1e-6
    )
    assert found.cost_usd == pytest.approx(78.07114627035178, rel=1e-9)


def _cost_of(s: int, top: int, costs: tuple[float, float, float], demand: Floats) -> float:
    """By the stationary distribution of the position after ordering, lead time zero."""
    holding, backorder, order = costs
    places = np.arange(s + 1, top + 1)
    moves = np.zeros((len(places), len(places)))
    orders = np.zeros(len(places))
    for row, y in enumerate(places):
        for d, p in enumerate(demand):
            if y - d > s:
                moves[row, y - d - s - 1] += p
            else:
                moves[row, -1] += p
                orders[row] += p
    share = np.linalg.lstsq(np.vstack((moves.T - np.eye(len(places)), np.ones(len(places)))), _last(len(places)))[0]
    left = places[:, None] - np.arange(len(demand))
    period = np.where(left > 0, holding * left, -backorder * left) @ demand
    return float(share @ (period + order * orders))


def _last(count: int) -> Floats:
    right = np.zeros(count + 1)
    right[-1] = 1.0
    return right


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_no_other_pair_is_cheaper(seed: int) -> None:
    random = np.random.default_rng(seed)
    demand = random.dirichlet(np.ones(int(random.integers(2, 7))))
    costs = (float(random.uniform(0.5, 3)), float(random.uniform(1, 20)), float(random.uniform(0.1, 20)))
    found = reorder_up_to(*costs, demand, demand)
    around = [
        _cost_of(s, top, costs, demand)
        for s in range(found.reorder_point - 3, found.reorder_point + 4)
        for top in range(s + 1, found.order_up_to + 4)
    ]

    assert found.cost_usd == pytest.approx(min(around), rel=1e-9)


def test_fill_rate_of_a_level_is_reached() -> None:
    demand = poisson_demand(20)
    level = level_for_fill_rate(demand, 5.0, 0.98)

    def shortage(y: int) -> float:
        return float(demand @ np.maximum(np.arange(len(demand)) - y, 0))

    assert shortage(level) <= 0.02 * 5.0 < shortage(level - 1)


def test_laws_add_up() -> None:
    four = summed(poisson_demand(2.5), 4)

    assert four[:30] == pytest.approx(poisson_demand(10)[:30], abs=1e-12)
    assert whole_normal_demand(50, 8) @ np.arange(115) == pytest.approx(50, abs=1e-6)
    assert seen_demand(np.array([1.0, 3.0, 3.0])).tolist() == pytest.approx([0, 1 / 3, 0, 2 / 3])


def test_refusals_say_what_to_give() -> None:
    with pytest.raises(RacktwinError, match="above 0"):
        newsvendor_normal(0, 1, 5, 1)
    with pytest.raises(RacktwinError, match="mean demand"):
        reorder_up_to(1, 1, 1, np.ones(1), np.ones(1))
    with pytest.raises(RacktwinError, match="between 0 and 1"):
        level_for_fill_rate(poisson_demand(1), 1, 1.0)
