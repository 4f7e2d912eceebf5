"""Power: energy is the integral of draw, limits hold at every instant, and caps slow jobs exactly."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.engines.fleet import scheduling, tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import FleetPlan, LimitPlan, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate
from racktwin.sim.jit import IS_COMPILED

from .halls import FULL_W, hall, power_settings, some_jobs

IDLE_W = 500.0


def integral_j(outcome: Outcome) -> float:
    """Energy of all racks from their intervals."""
    rows = outcome.rows["rack_rows"]
    return float((rows["draw_w"] * (rows["end_s"] - rows["start_s"])).sum())


def limited_hall(seed: int, share: float, is_steered: bool, budget_share: float = math.inf, **policy: Any) -> FleetPlan:
    """Two racks of 16 GPUs on two panels below one feed, with a loop for their heat."""
    jobs = some_jobs(np.random.default_rng(seed), 60, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0], 4.0)
    rack_w = IDLE_W + 16 * FULL_W * 1.1
    limits = (
        LimitPlan("utility", "power", share * 2 * rack_w / 0.95, is_steered),
        LimitPlan("cdu", "heat", 0.9 * share * 2 * rack_w, is_steered),
    )
    budget_w = budget_share * rack_w
    paths = ((0, 1 / 0.95, -1), (1, 0.8, -1))
    policy = {"backfill": tables.EASY, "tick_s": 30.0, **policy}
    return hall(jobs, limits=limits, paths=paths, budget_w=budget_w, idle_w=IDLE_W, horizon_s=3000.0, **policy)


@pytest.mark.parametrize("is_steered", [False, True])
def test_energy_is_the_integral_of_draw(is_steered: bool) -> None:
    outcome = simulate(build(limited_hall(3, 0.7, is_steered)))
    fleet = outcome.fleet
    assert integral_j(outcome) == pytest.approx(float(fleet.racks.energy_j.sum()), rel=1e-9)
    above_idle_j = float(fleet.jobs.energy_j.sum())
    assert integral_j(outcome) == pytest.approx(above_idle_j + 2 * IDLE_W * 3000.0, rel=1e-9)
    rows = outcome.rows["limit_rows"]
    utility = rows[rows["limit"] == 0]
    carried_j = float((utility["draw"] * (utility["end_s"] - utility["start_s"])).sum())
    assert carried_j * 0.95 == pytest.approx(integral_j(outcome), rel=1e-9)


@settings(max_examples=60)
@given(
    st.integers(0, 10_000),
    st.floats(0.3, 1.2),
    st.booleans(),
    st.sampled_from([math.inf, 0.9, 0.6, 0.45]),
    st.sampled_from([tables.NOBODY, tables.EASY]),
)
@pytest.mark.slow
def test_no_limit_is_exceeded_at_any_instant(
    seed: int, share: float, is_steered: bool, budget_share: float, backfill: int
) -> None:
    plan = limited_hall(seed, share, is_steered, budget_share, backfill=backfill)
    outcome = simulate(build(plan))
    limits, racks = outcome.rows["limit_rows"], outcome.rows["rack_rows"]
    assert (limits["draw"] <= limits["capacity"] * (1 + 1e-9)).all()
    assert (limits["reserved"] <= limits["capacity"] * (1 + 1e-9)).all()
    assert (racks["draw_w"] <= plan.racks[0].budget_w * (1 + 1e-9)).all()
    assert (racks["draw_w"] <= racks["reserved_w"] * (1 + 1e-9)).all()
    assert (outcome.fleet.limits.over_s == 0.0).all()


def test_a_budget_slows_a_job_exactly() -> None:
    draw_w, speed = power_settings().reserve_w[0], power_settings().speed[0]
    budget_w = IDLE_W + 8 * draw_w[3]
    plan = hall(plain_jobs([0.0], [8.0], [100.0]), racks=1, nodes=1, idle_w=IDLE_W, budget_w=budget_w)
    done = simulate(build(plan)).jobs
    assert done.end_s[0] == pytest.approx(100.0 / speed[3], rel=1e-12)


def test_only_while_the_other_job_runs() -> None:
    """Two jobs fit at setting 5, one alone uncapped: the longer one is slow for as long as the shorter one runs."""
    reserve_w, speed = power_settings().reserve_w[0], power_settings().speed[0]
    budget_w = IDLE_W + 8 * reserve_w[5] + 1.0
    plan = hall(plain_jobs([0.0, 0.0], [4.0, 4.0], [50.0, 100.0]), racks=1, nodes=1, idle_w=IDLE_W, budget_w=budget_w)
    done = simulate(build(plan)).jobs
    together_s = 50.0 / speed[5]
    assert done.end_s[0] == pytest.approx(together_s, rel=1e-12)
    assert done.end_s[1] == pytest.approx(together_s + 50.0, rel=1e-12)


def test_a_gang_goes_as_its_slowest_rack() -> None:
    reserve_w, speed = power_settings().reserve_w[0], power_settings().speed[0]
    budget_w = IDLE_W + 16 * reserve_w[4]
    jobs = plain_jobs([0.0, 0.0], [4.0, 24.0], [1000.0, 100.0])
    plan = hall(jobs, racks=2, nodes=2, idle_w=IDLE_W, budget_w=budget_w)
    outcome = simulate(build(plan))
    assert outcome.jobs.end_s[1] == pytest.approx(100.0 / speed[4], rel=1e-12)
    own = int(np.argmax(IDLE_W + 12 * reserve_w <= budget_w))
    assert 0 < own < 4
    gang_s = 100.0 / speed[4]
    assert outcome.jobs.end_s[0] == pytest.approx(gang_s + 1000.0 - gang_s * speed[own], rel=1e-12)


def test_a_job_goes_past_racks_without_power_and_waits_for_it() -> None:
    """The first rack has power for 4 of its 16 GPUs: what is larger goes to the second, or waits for power there."""
    budgets_w = (IDLE_W + 4 * FULL_W * 1.1, math.inf)
    jobs = plain_jobs([0.0, 1.0, 2.0, 3.0], [4.0, 8.0, 8.0, 2.0], [100.0, 50.0, 70.0, 1000.0])
    plan = hall(jobs, racks=2, nodes=2, idle_w=IDLE_W, backfill=tables.EASY)
    racks = [replace(rack, budget_w=budget_w) for rack, budget_w in zip(plan.racks, budgets_w, strict=True)]
    outcome = simulate(build(replace(plan, racks=racks)))
    nodes = dict(zip(*(outcome.rows["placement_rows"][name].tolist() for name in ("job", "node")), strict=True))

    assert {job: node // 2 for job, node in nodes.items()} == {0: 0, 1: 1, 2: 1, 3: 1}
    assert outcome.jobs.start_s.tolist() == [0.0, 1.0, 2.0, 51.0]
    assert outcome.jobs.power_wait_s.tolist() == [0.0, 0.0, 0.0, 48.0]


@pytest.mark.skipif(IS_COMPILED, reason="compiled kernels cannot be replaced")
@pytest.mark.parametrize(("order", "share"), [(tables.FIFO, 0.4), (tables.SJF, 0.6), (tables.FAIR_SHARE, 0.6)])
def test_the_queue_is_not_looked_at_by_the_clock_but_for_those_who_follow_it(
    monkeypatch: pytest.MonkeyPatch, order: int, share: float
) -> None:
    plan = limited_hall(0, share, True, order=order, half_life_s=100.0)
    spared = simulate(build(plan))
    monkeypatch.setattr(scheduling, "_is_timeless", lambda fleet: False)
    asked = simulate(build(plan))
    for column in ("start_s", "end_s", "power_wait_s", "energy_j"):
        assert spared.jobs[column].tolist() == pytest.approx(asked.jobs[column].tolist(), nan_ok=True), column
    fewer = int(asked.fleet.clock[0].passes - spared.fleet.clock[0].passes)
    assert (fewer > 0) == (order != tables.FAIR_SHARE)
