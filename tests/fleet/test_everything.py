"""Halls that use every rule at once: the same bytes compiled and uncompiled, and nothing is ever exceeded."""

from __future__ import annotations

import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.replicate import simulate
from tests.uncompiled import printed_uncompiled

from .everything import RULES, digests, everything


@pytest.mark.slow
def test_compiled_and_uncompiled_rows_are_the_same() -> None:
    assert printed_uncompiled("tests.fleet.everything") == digests()


@pytest.mark.parametrize("is_steered", [False, True])
@pytest.mark.parametrize("number", range(len(RULES)))
def test_energy_and_limits_hold_with_everything_at_once(number: int, is_steered: bool) -> None:
    plan = everything(number, list(RULES.values())[number], is_steered)
    outcome = simulate(build(plan), tuple(failure.stream for failure in plan.failures), seed=5)
    rows, limits = outcome.rows["rack_rows"], outcome.rows["limit_rows"]
    energy_j = float((rows["draw_w"] * (rows["end_s"] - rows["start_s"])).sum())
    assert energy_j == pytest.approx(float(outcome.fleet.racks.energy_j.sum()), rel=1e-9)
    over = limits[limits["draw"] > limits["capacity"] * (1 + 1e-9)]
    assert (over["is_emergency"] == 1).all()
    assert (rows["draw_w"] <= [plan.racks[r].budget_w * (1 + 1e-9) for r in rows["rack"]]).all()
    assert (outcome.jobs.activity == tables.COMPLETED).sum() > 10
