"""The hall as a queue with known answers: M/M/c (Erlang C) and M/M/c/K (Erlang B at K = c)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import plain_jobs
from racktwin.engines.fleet.replicate import simulate

from .halls import hall

SERVERS, JOBS, REPLICATIONS = 16, 20_000, 20
Z_99 = 2.8609  # Student's t, 19 degrees of freedom, 99 %


def runs(load: float, **policy: Any) -> list[tuple[float, float]]:
    """(mean wait in service times, share turned away) of independent runs."""
    found = []
    for replication in range(REPLICATIONS):
        rng = np.random.default_rng([7, replication])
        submit_s = np.cumsum(rng.exponential(1.0 / (load * SERVERS), JOBS))
        jobs = plain_jobs(submit_s, np.ones(JOBS), rng.exponential(1.0, JOBS))
        done = simulate(build(hall(jobs, racks=2, nodes=1, gpus=8, **policy)), is_recording=False).jobs
        turned_away = (done.activity == tables.REJECTED)[JOBS // 10 :]
        wait_s = (done.start_s - done.submit_s)[JOBS // 10 :]
        found.append((float(wait_s[~turned_away].mean()), float(turned_away.mean())))
    return found


def holds(values: list[float], expected: float) -> bool:
    """Whether the 99 % interval of the mean holds the expected value."""
    return abs(float(np.mean(values)) - expected) <= Z_99 * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def stationary(load: float, places: int) -> list[float]:
    """The M/M/c/K distribution of jobs in the hall, K = ``places``."""
    offered = load * SERVERS
    weights = [1.0]
    for n in range(1, places + 1):
        weights.append(weights[-1] * offered / min(n, SERVERS))
    return [weight / sum(weights) for weight in weights]


@pytest.mark.slow
def test_erlang_c() -> None:
    offered = 0.85 * SERVERS
    last = offered**SERVERS / math.factorial(SERVERS) / (1 - 0.85)
    p_wait = last / (sum(offered**n / math.factorial(n) for n in range(SERVERS)) + last)
    waits = [wait for wait, _ in runs(0.85)]
    assert holds(waits, p_wait / (SERVERS * (1 - 0.85)))


@pytest.mark.slow
@pytest.mark.parametrize("waiting", [0, 5])
def test_limited_room_to_wait(waiting: int) -> None:
    states = stationary(1.1, SERVERS + waiting)
    shares = [share for _, share in runs(1.1, most_waiting=waiting)]
    assert holds(shares, states[-1])
    if waiting:
        mean_waiting = sum(max(n - SERVERS, 0) * p for n, p in enumerate(states))
        waits = [wait for wait, _ in runs(1.1, most_waiting=waiting)]
        assert holds(waits, mean_waiting / (1.1 * SERVERS * (1 - states[-1])))
