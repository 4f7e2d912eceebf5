"""Design future by future: its bounds against every choice tried, its steps against the programme solved whole."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest

from racktwin.plan.supply.design import design
from racktwin.plan.supply.design_bound import Futures
from racktwin.plan.supply.design_held import Slopes
from racktwin.plan.supply.design_problem import DesignProblem, coarser, mixed_usd, model_of
from racktwin.plan.supply.flows import Flags
from racktwin.plan.supply.program import Arrays, solve_linear
from racktwin.plan.supply.stages import Floats

from .test_design import small_problem

pytest.importorskip("highspy")

_RISKS = pytest.mark.parametrize("risk_weight", [0.0, 0.5])


def _whole_usd(problem: DesignProblem, is_open: Flags, held: Floats | None = None) -> float:
    """The extensive form with these openings, and with what is held fixed or free."""
    model = model_of(problem)
    arrays, lower, upper = model.arrays, model.arrays.lower.copy(), model.arrays.upper.copy()
    lower[model.opened] = upper[model.opened] = is_open
    if held is not None:
        lower[model.held] = upper[model.held] = held
    return solve_linear(
        Arrays(arrays.cost, lower, upper, arrays.is_whole, arrays.row_lower, arrays.row_upper, arrays.matrix)
    ).cost


def _later() -> float:
    return time.monotonic() + 600.0


def _choices(problem: DesignProblem) -> list[Flags]:
    return [np.array(pick) for pick in itertools.product([False, True], repeat=len(problem.options))]


@_RISKS
def test_hindsight_bounds_every_choice_and_is_the_cost_where_there_is_one_future(risk_weight: float) -> None:
    problem = small_problem(1, risk_weight=risk_weight)
    alone = small_problem(1, futures=1)
    for one, is_close in ((problem, False), (alone, True)):
        futures = Futures(one)
        root = futures.root(_later())
        for is_open in _choices(one):
            cost = _whole_usd(one, is_open)
            node = futures.inside(root, is_open, is_open, np.inf, _later())
            assert root.bound <= node.bound <= cost
            assert not is_close or node.bound == pytest.approx(cost, rel=1e-6)


def test_a_bound_that_is_enough_spares_the_unlikely_futures() -> None:
    futures = Futures(small_problem(1))
    root = futures.root(_later())
    shut = np.zeros(4, bool)
    early = futures.inside(root, shut, shut, root.bound * 1.0001, _later())
    full = futures.inside(root, shut, shut, np.inf, _later())

    assert early.future_usd[0] == pytest.approx(full.future_usd[0])
    assert early.future_usd[-1] == root.future_usd[-1] < full.future_usd[-1]
    assert root.bound < early.bound < full.bound


@_RISKS
def test_steps_end_at_the_best_to_hold(risk_weight: float) -> None:
    problem = small_problem(2, risk_weight=risk_weight)
    futures = Futures(problem)
    root = futures.root(_later())
    slopes, is_open = Slopes(problem, futures, root), np.ones(4, bool)
    most = np.where(np.isfinite(problem.hold_usd), 20.0, 0.0)
    first = slopes.plan(is_open, most)
    best = slopes.improve(first, np.vstack((most, 0 * most)), lambda plan: False)

    assert first.cost_usd == pytest.approx(_whole_usd(problem, is_open, most), rel=1e-7)
    assert best.cost_usd == pytest.approx(_whole_usd(problem, is_open, best.held), rel=1e-7)
    assert best.cost_usd == pytest.approx(_whole_usd(problem, is_open), rel=1e-3)
    assert best.cost_usd < first.cost_usd


@_RISKS
@pytest.mark.parametrize("seed", range(4))
def test_designs_future_by_future_are_as_near_as_they_say(seed: int, risk_weight: float) -> None:
    problem = small_problem(seed, risk_weight=risk_weight)
    cheapest = min(_whole_usd(problem, is_open) for is_open in _choices(problem))
    found = design(problem, gap=0.02, direct_columns=0)

    assert found.bound_usd <= cheapest * (1 + 1e-9)
    assert cheapest * (1 - 1e-7) <= found.cost_usd <= cheapest * 1.02
    assert found.cost_usd == pytest.approx(found.first_stage_usd + mixed_usd(problem, found.future_usd), rel=1e-5)


def test_longer_periods_keep_demand_and_capacity_in_all() -> None:
    problem = small_problem(1)
    longer = coarser(problem, 3)

    assert longer.periods == 3
    for one, other in zip(problem.futures, longer.futures, strict=True):
        for fine, coarse in ((one.demand_factor, other.demand_factor), (one.limit_factor, other.limit_factor)):
            assert coarse.sum(axis=1) * longer.period_s == pytest.approx(fine.sum(axis=1) * problem.period_s)
    assert longer.unit_usd.mean(axis=1) == pytest.approx(problem.unit_usd.mean(axis=1))
    assert longer.backlog_usd == pytest.approx(3 * problem.backlog_usd)


def test_a_large_design_starts_from_longer_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("racktwin.plan.supply.design._LONGER", 10)
    said: list[str] = []
    problem = replace(small_problem(0), risk_weight=0.3)
    found = design(problem, gap=0.02, direct_columns=0, report=said.append)

    assert any("designed on longer periods" in line for line in said)
    assert found.gap <= 0.02
