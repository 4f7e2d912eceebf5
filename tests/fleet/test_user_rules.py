"""The order of the queue by a user's rule: the same run by all three doors, and wrong choices told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.replicate import Outcome, simulate
from racktwin.engines.line import DispatchRule, compiled_rule, python_rule
from racktwin.errors import SimulationError

from .halls import hall, some_jobs


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
    return simulate(build(hall(jobs, racks=1, nodes=1, backfill=backfill, **policy)), order_rule=rule)


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
