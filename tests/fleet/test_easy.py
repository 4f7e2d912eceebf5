"""EASY backfill against the slow way, placement by placement; and the promise it makes to the head of the queue."""

from __future__ import annotations

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.replicate import Outcome, simulate

from .easy import Work, easy
from .halls import hall, some_jobs

CASES = 500
SIZES = [[1, 2, 3, 4], [1, 2, 4, 8, 8], [1, 4, 8, 12], [2, 4, 5, 9, 16]]


def placements(outcome: Outcome) -> dict[int, tuple[float, tuple[tuple[int, int], ...]]]:
    """When each job started, and where."""
    found: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {}
    for row in outcome.rows["placement_rows"]:
        job, place = int(row["job"]), (int(row["node"]), int(row["milli"]) // 1000)
        start_s, before = found.get(job, (float(row["start_s"]), ()))
        found[job] = start_s, tuple(sorted((*before, place)))
    return found


@pytest.mark.slow
def test_equals_the_slow_way_placement_by_placement() -> None:
    passed = 0
    for case in range(CASES):
        rng = np.random.default_rng(case)
        gap_s = float(rng.choice([2.0, 8.0, 20.0]))
        jobs = some_jobs(rng, 25, [float(size) for size in SIZES[case % len(SIZES)]], gap_s)
        outcome = simulate(build(hall(jobs, racks=2, nodes=2, gpus=4, backfill=tables.EASY)))
        works = [
            Work(j, jobs.submit_s[j], int(jobs.gpus[j]), jobs.duration_s[j], jobs.limit_s[j]) for j in range(len(jobs))
        ]
        expected = {work.name: (work.start_s, tuple(sorted(work.place))) for work in easy(works, 2, 2, 4)}
        assert placements(outcome) == expected, f"case {case}"
        in_order = np.argsort(outcome.jobs.start_s, kind="stable")
        passed += int((np.diff(in_order) < 0).any())
    assert passed > CASES / 2, "jobs must pass others in most cases, or this tests nothing"


@pytest.mark.slow
@pytest.mark.parametrize("sharing", [False, True])
def test_the_head_starts_no_later_than_it_was_promised(sharing: bool) -> None:
    sizes = [0.25, 0.5, 1.0, 2.0, 6.0] if sharing else [1.0, 2.0, 4.0, 7.0, 16.0]
    for case in range(20):
        jobs = some_jobs(np.random.default_rng(1000 + case), 80, sizes, 1.5 if sharing else 5.0)
        done = simulate(build(hall(jobs, backfill=tables.EASY))).jobs
        waited = ~np.isnan(done.first_shadow_s)
        assert waited.any()
        assert (done.start_s[waited] <= done.first_shadow_s[waited] + 1e-9).all()
