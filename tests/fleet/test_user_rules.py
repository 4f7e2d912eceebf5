"""The order of the queue by a user's rule: the same run by all three doors, and wrong choices told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import LimitPlan, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate
from racktwin.engines.line import DispatchRule, compiled_rule, python_rule
from racktwin.errors import SimulationError

from .halls import FULL_W, LEAST_CAP, hall, some_jobs


def shortest(candidates: Any, now_s: float) -> int:
    """Who has the least left to do, by its time limit; among equals who came first."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].work_left_s < candidates[best].work_left_s:
            best = place
    return best


def run(rule: DispatchRule | None, backfill: int, **policy: Any) -> Outcome:
    """A hall that is always behind."""
    jobs = some_jobs(np.random.default_rng(3), 60, [1.0, 2.0, 4.0, 8.0], 3.0)
    return simulate(
        build(hall(jobs, racks=1, nodes=1, backfill=backfill, **policy)), rules={} if rule is None else {"order": rule}
    )


# a rule says who is first; who is tried behind that goes by the built-in order
@pytest.mark.parametrize(("backfill", "behind"), [(tables.NOBODY, tables.FIFO), (tables.EASY, tables.SJF)])
def test_three_doors_one_run(backfill: int, behind: int) -> None:
    built_in = run(None, backfill, order=tables.SJF)
    for rule in (compiled_rule(shortest), python_rule(shortest)):
        ordered = run(rule, backfill, order=behind)
        assert ordered.jobs.start_s.tolist() == built_in.jobs.start_s.tolist()
    assert run(None, backfill).jobs.start_s.tolist() != built_in.jobs.start_s.tolist()


@pytest.mark.parametrize("make", [compiled_rule, python_rule])
def test_a_choice_that_is_none_is_told(make: Any) -> None:
    with pytest.raises(SimulationError, match="return the place of one of them"):
        run(make(lambda candidates, now_s: len(candidates)), tables.EASY)


def test_rules_that_leave_no_say_are_refused() -> None:
    with pytest.raises(SimulationError, match="use backfill none or easy"):
        run(python_rule(shortest), tables.CONSERVATIVE)


def fullest_node(candidates: Any, now_s: float) -> int:
    """Best fit: the place with least to spare, the first of equals."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].free_gpus < candidates[best].free_gpus:
            best = place
    return best


def placed(rule: DispatchRule | None, **changed: Any) -> list[Any]:
    """Where jobs of one node and of several go, in halls with power to spare and without."""
    jobs = some_jobs(np.random.default_rng(5), 80, [0.25, 0.5, 1.0, 2.0, 4.0, 12.0], 8.0)
    policy = {"backfill": tables.EASY, "domain_rule": tables.IGNORE_DOMAIN, **changed}
    built = build(hall(jobs, racks=3, nodes=2, gpus=4, budget_w=500.0 + 6 * 770.0, **policy))
    outcome = simulate(built, rules={} if rule is None else {"placement": rule})
    return list(outcome.rows["placement_rows"].tolist())


def test_placement_by_three_doors_is_one_run() -> None:
    built_in = placed(None)
    assert placed(compiled_rule(fullest_node)) == built_in
    assert placed(python_rule(fullest_node)) == built_in
    emptiest = python_rule(lambda candidates, now_s: int(np.argmax(candidates.free_gpus)))
    assert placed(emptiest) != built_in


def test_gangs_choose_their_nvlink_domain() -> None:
    jobs = plain_jobs([0.0, 0.0], [4.0, 4.0], [50.0, 50.0])
    plan = hall(jobs, racks=3, nodes=4, gpus=2, domain_gpus=8, backfill=tables.EASY)
    last = python_rule(lambda candidates, now_s: len(candidates) - 1)
    found = simulate(build(plan), rules={"placement": last}).rows["placement_rows"]
    assert sorted({(row["job"], row["node"] // 4) for row in found}) == [(0, 2), (1, 2)]


def uncapped_when_cheap(candidates: Any, now_s: float) -> int:
    """Full speed while an hour costs no more than 40 USD/MWh, else the deepest cap."""
    return 0 if candidates[0].price_usd_per_mwh <= 40.0 else len(candidates) - 1


def capped(rule: DispatchRule, **changed: Any) -> Outcome:
    """One job of a rack for three hours, the second of them dear."""
    plan = hall(plain_jobs([0.0], [8.0], [3.0 * 3600.0]), racks=1, nodes=1, control_s=600.0, **changed)
    plan = replace(plan, hours=[(30.0, 1.0), (90.0, 1.0), (30.0, 1.0), (30.0, 1.0)], horizon_s=4 * 3600.0)
    return simulate(build(plan), rules={"cap": rule})


def test_caps_by_two_doors_follow_the_price() -> None:
    by_door = [capped(make(uncapped_when_cheap)) for make in (compiled_rule, python_rule)]
    assert by_door[0].rows["rack_rows"].tolist() == by_door[1].rows["rack_rows"].tolist()
    rows = [(row["start_s"] / 3600, row["draw_w"]) for row in by_door[0].rows["rack_rows"]]
    full_w, least_w = 500.0 + 8 * FULL_W, 500.0 + 8 * FULL_W * LEAST_CAP
    slow_h = 1.0 - LEAST_CAP**0.5
    assert rows == [
        (0.0, full_w),
        (1.0, pytest.approx(least_w, abs=0.01)),
        (2.0, full_w),
        (pytest.approx(3.0 + slow_h), 500.0),
    ]


def test_limits_hold_whatever_a_rule_asks_for() -> None:
    limit = LimitPlan("feed", "power", 500.0 + 8 * FULL_W * 0.8, is_steered=True)
    outcome = capped(python_rule(lambda candidates, now_s: 0), limits=(limit,), paths=((0, 1.0, -1),))
    rows = outcome.rows["limit_rows"]
    assert rows["draw"].max() > 500.0
    assert (rows["draw"] <= rows["capacity"]).all()


@pytest.mark.parametrize("make", [compiled_rule, python_rule])
def test_a_place_or_setting_that_is_none_is_told(make: Any) -> None:
    with pytest.raises(SimulationError, match="return the place of one of them"):
        placed(make(lambda candidates, now_s: len(candidates)))
    with pytest.raises(SimulationError, match="for 8 candidates"):
        capped(make(lambda candidates, now_s: 8))


def test_what_a_rule_of_python_raises_is_told() -> None:
    def broken(candidates: Any, now_s: float) -> int:
        raise ZeroDivisionError("no luck")

    with pytest.raises(SimulationError, match=r"raised ZeroDivisionError at day 0\.\d+ with 8 candidates: no luck"):
        capped(python_rule(broken))


def test_rules_for_nothing_are_refused() -> None:
    with pytest.raises(SimulationError, match="choose from order, placement, cap"):
        simulate(build(hall(some_jobs(np.random.default_rng(1), 2, [1.0], 1.0))), rules={"mood": python_rule(shortest)})
