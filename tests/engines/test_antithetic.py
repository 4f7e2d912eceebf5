"""Antithetic pairs: the second mirrors the first, each is a fair replication, and pairs vary less than strangers."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from racktwin.kpi import pair_means
from racktwin.model import Scenario
from racktwin.run import simulate_tables

_QUEUE: dict[str, Any] = {
    "racktwin": 1,
    "name": "queue",
    "start": "2027-01-04T00:00",
    "parts": {"tray": {"routing": "tray"}},
    "work_centers": {"bench": {"work_units": 1}},
    "routings": {
        "tray": {
            "operations": [
                {"operation": "test", "work_center": "bench", "duration": {"exponential": {"mean": "30 min"}}}
            ]
        }
    },
    "demand": {"trays": {"product": "tray", "interarrival": {"exponential": {"mean": "45 min"}}}},
}


def _runs(antithetic: bool, replications: int, horizon: str = "40 d") -> list[dict[str, pa.Table]]:
    scenario = Scenario.model_validate({**_QUEUE, "horizon": horizon, "antithetic": antithetic})
    return simulate_tables(scenario, replications, 1)


def _mean_wait_h(run: dict[str, pa.Table]) -> float:
    return statistics.fmean(run["operations"]["wait_cell_s"].to_pylist()) / 3600


def _variance_ratio(measure: Callable[[dict[str, pa.Table]], float]) -> float:
    """The variance of the mean of an antithetic pair, as a share of that of two strangers."""
    pairs, strangers = (
        [(first + second) / 2 for first, second in zip(values[::2], values[1::2], strict=True)]
        for values in ([measure(run) for run in _runs(antithetic, 160)] for antithetic in (True, False))
    )
    spread = ((statistics.variance(pairs) + statistics.variance(strangers)) / len(pairs)) ** 0.5
    assert statistics.fmean(pairs) == pytest.approx(statistics.fmean(strangers), abs=3.3 * spread)
    return statistics.variance(pairs) / statistics.variance(strangers)


@pytest.mark.slow
def test_pairs_vary_less_than_strangers_and_have_the_same_mean() -> None:
    assert _variance_ratio(lambda run: statistics.fmean(run["operations"]["work_s"].to_pylist())) < 0.4
    assert _variance_ratio(_mean_wait_h) < 1.0


def test_the_first_of_a_pair_is_as_ever_and_the_second_its_mirror() -> None:
    alone, first, second = (_mean_wait_h(run) for run in (*_runs(False, 1, "4 d"), *_runs(True, 2, "4 d")))
    assert first == alone
    assert second != first


def test_half_a_pair_is_left_out() -> None:
    columns = {"replication": [0, 1, 2], "kpi": ["k"] * 3, "subject": [""] * 3, "value": [1.0, 3.0, 9.0]}
    assert pair_means(pa.table(columns)).to_pylist() == [{"replication": 0, "kpi": "k", "subject": "", "value": 2.0}]
