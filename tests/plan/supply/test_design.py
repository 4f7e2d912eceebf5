"""Two-stage design: every choice tried on small problems, the ledger of flows counted anew, cost and risk."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.supply.design import Design, design
from racktwin.plan.supply.design_problem import DesignProblem, Future, Option, conditional_value_at_risk, model_of
from racktwin.plan.supply.flows import FlowNetwork
from racktwin.plan.supply.program import Arrays, solve_linear

pytest.importorskip("highspy")

WEEK_S = 604800.0
_WEEKS = 8


def small_problem(seed: int = 0, futures: int = 3, **changes: object) -> DesignProblem:
    """Two parts of two suppliers each, two plants, one customer, eight weeks; each later future loses a supplier."""
    random = np.random.default_rng(seed)
    names = ["a1", "a2", "b1", "b2", "make 1", "make 2", "ship 1", "ship 2"]
    network = FlowNetwork(
        ("part a", "part b", "racks 1", "racks 2", "sold"),
        np.array([4.0, 6.0, 0, 0, 2]),
        tuple(names),
        np.array([0, 0, 1, 1, 2, 3, 4, 4]),
        np.array([2, 1, 2, 1, 1, 1, 0, 1]) * WEEK_S,
        np.zeros(8),
        np.array([3.0, 0, 2, 0, 0, 0, 0, 0]),
        np.array([(4, 0), (4, 1), (5, 0), (5, 1), (6, 2), (7, 3)]),
        np.array([1.0, 2, 1, 2, 1, 1]),
        ("a1", "a2", "b1", "b2", "plant 1", "plant 2"),
        np.array([3, 2, 6, 4, 2, 2]) / WEEK_S,
        np.array([(k, k) for k in range(6)]),
        ("customer",),
        np.array([4]),
        np.array([2.0]) / WEEK_S,
        np.array([400.0]),
        np.array([0.5, 0.2, 2, 2, 2]) / WEEK_S,
    )
    unit = random.uniform([8, 10, 3, 4, 20, 20, 1, 1], [10, 14, 4, 6, 30, 30, 2, 2])
    options = tuple(
        Option(name, float(random.uniform(20, 300)), np.array([names.index(way)]))
        for name, way in (("a2", "a2"), ("b2", "b2"), ("plant 1", "make 1"), ("plant 2", "make 2"))
    )
    chances = np.r_[0.6, np.full(futures - 1, 0.4 / max(1, futures - 1))] if futures > 1 else np.ones(1)
    problem = DesignProblem(
        network,
        _WEEKS,
        WEEK_S,
        options,
        tuple(_future(k, float(chance)) for k, chance in enumerate(chances)),
        np.repeat(unit[:, None], _WEEKS, axis=1),
        np.array([15.0, 6, np.inf, np.inf, np.inf]),
        np.array([20.0]),
        np.array([5.0, 2, 0, 0, 0]),
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def _future(number: int, probability: float) -> Future:
    limits = np.ones((6, _WEEKS))
    if number > 0:
        limits[(number - 1) % 6, 1:6] = 0.0
    ways, demand = np.ones((8, _WEEKS)), np.ones((1, _WEEKS))
    return Future(f"future {number}", probability, ways, ways, limits, demand)


def _cheapest_by_trying(problem: DesignProblem) -> float:
    model = model_of(problem)
    arrays, costs = model.arrays, []
    for pick in itertools.product([0.0, 1.0], repeat=len(problem.options)):
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        lower[model.opened] = upper[model.opened] = pick
        fixed = Arrays(arrays.cost, lower, upper, arrays.is_whole, arrays.row_lower, arrays.row_upper, arrays.matrix)
        costs.append(solve_linear(fixed).cost)
    return min(costs)


@pytest.mark.parametrize("risk_weight", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_no_other_choice_is_cheaper(seed: int, risk_weight: float) -> None:
    problem = small_problem(seed, risk_weight=risk_weight)
    found = design(problem, gap=1e-7)

    assert found.cost_usd == pytest.approx(_cheapest_by_trying(problem), rel=1e-6)
    assert found.gap < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_rounding_is_bounded_by_the_optimum_and_told_so(seed: int) -> None:
    problem = small_problem(seed)
    exact, rounded = design(problem, gap=1e-7), design(problem, gap=1e-4, direct_columns=0)

    assert rounded.bound_usd <= exact.cost_usd * (1 + 1e-6)
    assert rounded.cost_usd >= exact.cost_usd * (1 - 1e-6)
    assert rounded.gap == pytest.approx((rounded.cost_usd - rounded.bound_usd) / rounded.cost_usd)


def _ledger(found: Design, number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Stock less what is owed, by stock and week, counted anew from what was sent."""
    problem, net = found.problem, found.problem.network
    moves = np.zeros((len(net.stocks), _WEEKS))
    moves[:, 0] += net.on_hand + found.held
    sent = found.sent[number]
    for way in range(len(net.ways)):
        lead = int(problem.lead_periods[way])
        span = max(1, lead)
        moves[net.fills[way], :span] += net.in_transit[way] / span
        for week in range(_WEEKS - lead):
            moves[net.fills[way], week + lead] += sent[way, week]
    for (way, stock), pieces in zip(net.takes.tolist(), net.pieces, strict=True):
        moves[stock] -= pieces * sent[way]
    moves[net.demand_stock[0]] -= net.demand_per_s[0] * WEEK_S
    return np.cumsum(moves, axis=1)


def test_what_is_sent_balances_and_only_opened_ways_carry() -> None:
    found = design(small_problem(1), gap=1e-7)
    shut = [
        k
        for option, opened in zip(found.problem.options, found.is_open, strict=True)
        if not opened
        for k in option.ways
    ]

    for number in range(len(found.problem.futures)):
        ledger = _ledger(found, number)
        assert ledger[:4].min() >= -1e-6
        assert max(0.0, -ledger[4, -1]) == pytest.approx(found.lost_pieces[number, 0], abs=1e-6)
        assert found.sent[number][shut].sum() == pytest.approx(0.0, abs=1e-7)


def test_costs_add_up_and_the_tail_is_no_cheaper_than_the_mean() -> None:
    found = design(small_problem(2, risk_weight=0.5), gap=1e-7)

    assert found.cost_usd - found.first_stage_usd == pytest.approx(
        0.5 * (found.expected_usd - found.first_stage_usd) + 0.5 * (found.tail_usd - found.first_stage_usd), rel=1e-5
    )
    assert found.tail_usd >= found.expected_usd


def test_a_lost_lane_never_lowers_cost_and_caution_costs_on_average() -> None:
    problem = small_problem(0)
    ways = np.ones((8, _WEEKS))
    ways[6] = 0.0
    shut = replace(problem, futures=tuple(replace(future, way_factor=ways) for future in problem.futures))
    cautious = replace(problem, risk_weight=0.9)

    assert design(shut, gap=1e-7).cost_usd >= design(problem, gap=1e-7).cost_usd - 1e-6
    assert design(cautious, gap=1e-7).expected_usd >= design(problem, gap=1e-7).expected_usd - 1e-4
    assert design(cautious, gap=1e-7).tail_usd <= design(problem, gap=1e-7).tail_usd + 1e-4


def test_value_at_risk_counts_a_straddling_future_in_part() -> None:
    problem = small_problem(0, risk_level=0.7)

    # 0.6, 0.2, 0.2: the worst 0.3 are all of one and half of the next
    assert conditional_value_at_risk(problem, np.array([1.0, 9.0, 5.0])) == pytest.approx((0.2 * 9 + 0.1 * 5) / 0.3)


def test_probabilities_must_add_up() -> None:
    problem = small_problem(0)

    with pytest.raises(RacktwinError, match=r"add up to 0\.6"):
        replace(problem, futures=problem.futures[:1])
