"""Falling load smoothed by ballast: rates and floors kept, limits never exceeded, energy counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import FleetPlan, LimitPlan, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate

from .halls import FULL_W, hall, some_jobs

IDLE_W, JOB_W, TICK_S = 500.0, 8 * FULL_W, 60.0


def one_job(**changed: Any) -> FleetPlan:
    """A job of one rack that ends after 100 s, below a feed and a utility with losses of a tenth."""
    limits = (LimitPlan("feed", "power", 2 * JOB_W, **changed), LimitPlan("utility", "power", 4 * JOB_W))
    paths = ((0, 1.0, -1), (1, 1 / 0.9, -1))
    plan = hall(plain_jobs([0.0], [8.0], [100.0]), racks=1, nodes=1, limits=limits, paths=paths, tick_s=TICK_S)
    return replace(plan, horizon_s=1200.0, upstream=[(0, 1, 1 / 0.9)])


def draws(outcome: Outcome, limit: int) -> list[tuple[float, float]]:
    """(start, draw) whenever the draw of a limit changes."""
    rows = [row for row in outcome.rows["limit_rows"] if row["limit"] == limit]
    found: list[tuple[float, float]] = []
    for row in rows:
        if not found or found[-1][1] != row["draw"]:
            found.append((float(row["start_s"]), float(row["draw"])))
    return found


def test_draw_falls_no_faster_than_the_ramp() -> None:
    per_tick_w = 1500.0
    outcome = simulate(build(one_job(fall_per_s=per_tick_w / TICK_S)))
    top_w = IDLE_W + JOB_W
    times_s, watts = zip(*draws(outcome, 0), strict=True)
    assert times_s == (0.0, 120.0, 180.0, 240.0, 300.0)
    assert watts == pytest.approx((top_w, *(top_w - per_tick_w * n for n in (1, 2, 3)), IDLE_W), abs=0.01)
    assert [watts for _, watts in draws(outcome, 1)] == pytest.approx([watts / 0.9 for _, watts in draws(outcome, 0)])
    assert outcome.rows["rack_rows"]["draw_w"].tolist() == [top_w, IDLE_W]  # ballast is at the feed
    by_hand_j = JOB_W * 20 + sum((JOB_W - per_tick_w * n) * TICK_S for n in (1, 2, 3))
    assert energy_j(outcome.rows["ballast_rows"], "watts") == pytest.approx(by_hand_j, rel=1e-6)


def test_a_floor_holds_to_the_end_and_a_smaller_limit_comes_first() -> None:
    plan = one_job(floor=3000.0)
    outcome = simulate(build(replace(plan, steps=[(600.0, 2, 0, 0.2)])))
    times_s, watts = zip(*draws(outcome, 0), strict=True)
    assert times_s == (0.0, 100.0, 600.0)
    assert watts == pytest.approx((IDLE_W + JOB_W, 3000.0, 0.4 * JOB_W), abs=0.01)


def test_without_it_nothing_is_drawn_on_top() -> None:
    outcome = simulate(build(one_job()))
    assert draws(outcome, 0) == [(0.0, IDLE_W + JOB_W), (100.0, IDLE_W)]
    assert len(outcome.rows["ballast_rows"]) == 0


@pytest.mark.parametrize("is_steered", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_no_limit_is_exceeded_by_ballast(seed: int, is_steered: bool) -> None:
    rng = np.random.default_rng(seed)
    jobs = some_jobs(rng, 60, [1.0, 4.0, 8.0, 16.0], 15.0)
    limits = (
        LimitPlan("a", "power", IDLE_W * 2 + 1.5 * JOB_W, is_steered, fall_per_s=20.0),
        LimitPlan("b", "power", IDLE_W * 2 + 1.5 * JOB_W, is_steered, floor=2500.0),
        LimitPlan("utility", "power", IDLE_W * 4 + 2.2 * JOB_W, is_steered, fall_per_s=10.0),
        LimitPlan("loop", "heat", 1e9, is_steered),
    )
    plan = hall(jobs, racks=4, nodes=1, limits=limits, backfill=1, tick_s=TICK_S)
    racks = [
        replace(rack, paths=((number // 2, 1.0, -1), (2, 1.0, -1), (3, 1.0, -1)))
        for number, rack in enumerate(plan.racks)
    ]
    plan = replace(plan, racks=racks, upstream=[(0, 2, 1.0), (1, 2, 1.0)], horizon_s=3000.0)
    rows = simulate(build(replace(plan, steps=[(300.0, 1, 2, 0.7), (500.0, 1, 2, 1.0)]))).rows
    limit = rows["limit_rows"]
    assert len(rows["ballast_rows"])
    assert (limit["draw"] <= limit["capacity"] * (1 + 1e-9)).all()
    # what the racks draw, and the ballast on top, is what the utility draws
    total_j = energy_j(rows["rack_rows"], "draw_w") + energy_j(rows["ballast_rows"], "watts")
    assert energy_j(limit[limit["limit"] == 2], "draw") == pytest.approx(total_j, rel=1e-9)


def energy_j(rows: Any, column: str) -> float:
    return float((rows[column] * (rows["end_s"] - rows["start_s"])).sum())
