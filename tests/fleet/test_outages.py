"""What goes out of service comes back, and nothing runs where there is no power or no promise for it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import FailurePlan, FleetPlan, LimitPlan, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate
from racktwin.sim.distributions import FIXED

from .halls import FULL_W, hall

HORIZON_S = 10_000.0
STEADY = {"horizon_s": HORIZON_S}


def fixed(*values_s: float) -> tuple[dict[str, Any], ...]:
    """Laws that always take so long."""
    return tuple({"kind": FIXED, "a": value_s} for value_s in values_s)


def one_node(jobs: Any, **options: Any) -> FleetPlan:
    """One rack of one node of 8 GPUs."""
    return hall(jobs, racks=1, nodes=1, **{**STEADY, **options})


def run(plan: FleetPlan) -> Outcome:
    """Simulated, with the streams of its failures."""
    return simulate(build(plan), tuple(failure.stream for failure in plan.failures))


def out_s(outcome: Outcome) -> float:
    """Node-seconds out of service."""
    rows = outcome.rows["outage_rows"]
    return float((rows["end_s"] - rows["start_s"]).sum())


def test_a_node_that_fails_is_repaired_and_its_job_goes_on() -> None:
    failures = (FailurePlan(tables.NODE_CLOCK, 0, 0, 1, 0, "f"),)
    plan = one_node(plain_jobs([0.0], [8.0], [2500.0]), failures=failures, laws=fixed(1000.0, 100.0))
    outcome = run(plan)

    assert outcome.jobs.end_s[0] == math.inf or outcome.jobs.activity[0] != tables.COMPLETED
    assert outcome.jobs.lost_s[0] == pytest.approx(1000.0 * 9 + 100.0)  # without checkpoints nothing is ever kept
    assert out_s(outcome) == pytest.approx(9 * 100.0, abs=100.0)


def test_a_clock_that_rings_before_the_rack_is_there_takes_no_node_for_good() -> None:
    """The clock rings at 500 s, the rack comes at 1,000 s, the repair of nothing is done at 1,500 s."""
    failures = (FailurePlan(tables.NODE_CLOCK, 0, 0, 1, 0, "f"),)
    plan = one_node(plain_jobs([0.0], [8.0], [100.0]), failures=failures, laws=fixed(500.0, 1000.0))
    late = replace(plan, racks=[replace(plan.racks[0], available_s=1000.0)])
    outcome = run(late)

    assert outcome.jobs.start_s[0] == 1000.0
    assert out_s(outcome) < 0.72 * HORIZON_S  # two thirds of the time in repair, and the wait for the rack


def test_a_lost_feed_without_a_twin_stops_its_racks_until_it_is_back() -> None:
    steps = ((100.0, tables.LOSE_SIDE, 0, 1.0), (500.0, tables.LOSE_SIDE, 0, 0.0))
    limits, paths = (LimitPlan("feed", "power", 1e6),), ((0, 1.0, -1),)
    outcome = run(one_node(plain_jobs([0.0], [8.0], [300.0]), limits=limits, paths=paths, steps=steps))

    assert outcome.jobs.activity[0] == tables.COMPLETED
    assert outcome.jobs.end_s[0] == pytest.approx(500.0 + 300.0)
    assert out_s(outcome) == pytest.approx(400.0)


def test_both_of_two_feeds_must_be_lost_to_stop_a_rack() -> None:
    steps = ((100.0, tables.LOSE_SIDE, 0, 1.0), (200.0, tables.LOSE_SIDE, 1, 1.0), (400.0, tables.LOSE_SIDE, 1, 0.0))
    limits = (LimitPlan("a", "power", 1e6), LimitPlan("b", "power", 1e6))
    paths = ((0, 1.0, 0), (1, 1.0, 1))
    outcome = run(one_node(plain_jobs([0.0], [8.0], [250.0]), limits=limits, paths=paths, steps=steps))

    assert outcome.jobs.end_s[0] == pytest.approx(400.0 + 250.0)
    assert out_s(outcome) == pytest.approx(200.0)


def test_a_repair_does_not_switch_on_a_rack_without_power() -> None:
    """Failed at 600 s, its feed lost from 650 to 1,000 s, repaired at 800 s: work again at 1,000 s."""
    failures = (FailurePlan(tables.NODE_CLOCK, 0, 0, 1, 0, "f"),)
    steps = ((650.0, tables.LOSE_SIDE, 0, 1.0), (1000.0, tables.LOSE_SIDE, 0, 0.0))
    limits, paths = (LimitPlan("feed", "power", 1e6),), ((0, 1.0, 0),)
    laws = fixed(600.0, 200.0)
    jobs = plain_jobs([620.0], [8.0], [50.0])
    plan = one_node(jobs, limits=limits, paths=paths, steps=steps, failures=failures, laws=laws, horizon_s=1300.0)
    outcome = run(plan)

    assert outcome.jobs.start_s[0] == 1000.0


def test_the_return_of_a_feed_does_not_undo_a_drain() -> None:
    steps = (
        (10.0, tables.DRAIN, 0, 1.0),
        (100.0, tables.LOSE_SIDE, 0, 1.0),
        (200.0, tables.LOSE_SIDE, 0, 0.0),
        (900.0, tables.DRAIN, 0, 0.0),
    )
    limits, paths = (LimitPlan("feed", "power", 1e6),), ((0, 1.0, 0),)
    outcome = run(one_node(plain_jobs([50.0], [8.0], [60.0]), limits=limits, paths=paths, steps=steps))

    assert outcome.jobs.start_s[0] == 900.0


def test_backfill_counts_with_the_speed_that_capped_racks_have() -> None:
    """All racks are capped to a fraction of their speed, so what looks short is not: the head starts as it was told."""
    deepest = 7
    steps = ((0.0, tables.LEAST_SETTING, 0, float(deepest)),)
    # A on half of the node until its promise; the head needs it all; B is 50 s at full speed
    jobs = plain_jobs([1.0, 2.0, 3.0], [4.0, 8.0, 4.0], [100.0, 100.0, 130.0])
    outcome = run(hall(jobs, racks=1, nodes=1, backfill=tables.EASY, steps=steps))
    head, first = outcome.jobs[1], outcome.jobs[0]

    speed = build(hall(jobs)).speeds[0, deepest]
    assert first.end_s == pytest.approx(1.0 + 100.0 / speed)
    assert head.start_s == pytest.approx(first.end_s)


@pytest.mark.slow
@pytest.mark.parametrize("placement", [tables.BEST_FIT, tables.FIRST_FIT, tables.FGD, tables.FGD_WATTS])
@pytest.mark.parametrize("is_steered", [False, True])
def test_every_placement_keeps_limits_and_budgets(placement: int, is_steered: bool) -> None:
    rng = np.random.default_rng(placement)
    submit_s = np.cumsum(rng.exponential(4.0, 150))
    jobs = plain_jobs(submit_s, rng.choice([0.25, 0.5, 1.0, 2.0, 4.0, 8.0], 150), rng.exponential(80.0, 150) + 1.0)
    rack_w = 500.0 + 16 * FULL_W * 1.1
    limits = (LimitPlan("feed", "power", 0.55 * 2 * rack_w, is_steered),)
    policy: dict[str, Any] = {"placement": placement, "backfill": tables.EASY, "tick_s": 30.0}
    budget_w = 0.5 * rack_w if is_steered else math.inf
    plan = hall(jobs, limits=limits, paths=((0, 1.0, -1),), budget_w=budget_w, horizon_s=3000.0, **policy)
    outcome = run(plan)
    rows, racks = outcome.rows["limit_rows"], outcome.rows["rack_rows"]

    assert (rows["draw"] <= rows["capacity"] * (1 + 1e-9)).all()
    assert (racks["draw_w"] <= plan.racks[0].budget_w * (1 + 1e-9)).all()
    assert (outcome.jobs.activity == tables.COMPLETED).sum() > 50


def test_a_feed_that_failed_stays_lost_when_an_hour_of_less_power_ends() -> None:
    """Half of the feed is lost from 1,000 to 3,000 s; from 500 to 2,000 s it carries 80 % by a rule."""
    limits = [LimitPlan("feed", "power", 100 * FULL_W, is_steered=False)]
    failures = (FailurePlan(tables.LIMIT_CLOCK, 0, 0, 1, 0, "f", share=0.5),)
    steps = [(500.0, tables.LIMIT_SCALE, 0, 0.8), (2000.0, tables.LIMIT_SCALE, 0, 1.0)]
    for horizon_s, scale in ((750.0, 0.8), (1500.0, 0.3), (2500.0, 0.5), (3500.0, 1.0)):
        plan = one_node(
            plain_jobs([0.0], [8.0], [100.0]), failures=failures, laws=fixed(1000.0, 2000.0), limits=limits, steps=steps
        )
        fleet = run(replace(plan, horizon_s=horizon_s)).fleet
        assert fleet.limits.scale[0] == pytest.approx(scale)


def test_clocks_of_racks_and_their_nodes_ring_as_often_as_the_racks_defects_say() -> None:
    """Two racks of two nodes: times that of the clock itself; the clock of a limit belongs to no rack."""
    clocks = [(tables.RACK_CLOCK, 1), (tables.NODE_CLOCK, 1), (tables.NODE_CLOCK, 2), (tables.LIMIT_CLOCK, 0)]
    failures = tuple(FailurePlan(scope, target, 0, 1, 0, "failures", hazard=0.5) for scope, target in clocks)
    limits = (LimitPlan("cdu", "heat", 1e6),)
    plan = hall(
        plain_jobs([0.0], [8], [60.0]),
        racks=2,
        nodes=2,
        limits=limits,
        failures=failures,
        laws=fixed(1.0, 1.0),
        horizon_s=HORIZON_S,
    )
    racks = [replace(rack, hazard=hazard) for rack, hazard in zip(plan.racks, (3.0, 7.0), strict=True)]
    assert build(replace(plan, racks=racks)).failures.hazard.tolist() == [3.5, 1.5, 3.5, 0.5]
