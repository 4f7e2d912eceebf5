"""MSER-5 and Welch on series whose transient is known, and on a run made by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from racktwin.kpi import batch_means, mser5, warm_up, welch
from racktwin.results import RunFolder
from tests.results.synthetic import synthetic_run

Floats = npt.NDArray[np.float64]
_SERIES = st.lists(st.floats(-1e3, 1e3), min_size=100, max_size=300)


def ar1(n: int, phi: float, seed: int) -> Floats:
    """x[i] = phi x[i-1] + noise, started in its steady state; variance 1 / (1 - phi²)."""
    noise = np.random.default_rng(seed).normal(size=n)
    noise[0] /= np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise))


def mser_by_its_definition(series: list[float]) -> int:
    """The cut in batches of five: for each d, the sum of squares about the mean of the rest over its length squared."""
    batches = [np.mean(series[i : i + 5]) for i in range(0, len(series) - 4, 5)]
    rests = [np.array(batches[d:]) for d in range(len(batches) - 5)]
    errors = [((rest - rest.mean()) ** 2).sum() / len(rest) ** 2 for rest in rests]
    return int(np.argmin(np.round(errors, 9)))


@given(_SERIES)
def test_mser_is_its_definition(series: list[float]) -> None:
    rest = series[5 * mser_by_its_definition(series) :]
    found = series[mser5(series).index :]

    def error(values: list[float]) -> float:
        means = np.array(values[: len(values) // 5 * 5]).reshape(-1, 5).mean(axis=1)
        return float(means.var() / len(means))

    assert error(found) == pytest.approx(error(rest), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("length", [100, 300])
def test_a_transient_is_cut_off(seed: int, length: int) -> None:
    """A start that is 12 off and fades to 1/e within ``length`` values is cut where it has faded.

    Dropping a batch pays while its squared deviation is above twice the variance of a batch: here 2 · 0.8 = 1.26².
    """
    series = ar1(4000, 0.5, seed) + 12.0 * np.exp(-np.arange(4000) / length)
    found = mser5(series)

    assert found.is_told
    assert 12.0 * math.exp(-found.index / length) < 1.26 * 1.25
    assert found.index < 8 * length
    assert abs(series[found.index :].mean()) < abs(series.mean()) / 3


@pytest.mark.parametrize("seed", range(5))
def test_a_series_that_is_steady_from_the_start_loses_little(seed: int) -> None:
    found = mser5(ar1(4000, 0.3, seed))

    assert found.is_told
    assert found.index <= 400


def test_a_trend_to_the_end_cannot_be_told() -> None:
    assert not mser5(np.arange(500.0) + np.random.default_rng(1).normal(size=500)).is_told


def test_a_short_series_cannot_be_told() -> None:
    assert not mser5(np.zeros(99)).is_told
    assert mser5(np.zeros(100)).is_told


def test_welch_by_hand() -> None:
    assert list(welch([0.0, 3.0, 6.0, 0.0, 1.0, 8.0], 2)) == [0.0, 3.0, 2.0, 3.6, 3.0, 8.0]


@given(_SERIES, st.integers(0, 40))
def test_welch_is_the_mean_around_each_value(series: list[float], window: int) -> None:
    n = len(series)
    reaches = [min(i, n - 1 - i, window) for i in range(n)]
    expected = [np.mean(series[i - reach : i + reach + 1]) for i, reach in enumerate(reaches)]

    assert welch(series, window) == pytest.approx(expected, abs=1e-6)


def test_series_of_a_run_are_what_its_tables_say(tmp_path: Path) -> None:
    """Time averages over the whole run, against a loop over its rows."""
    run = synthetic_run(tmp_path / "run", replications=3, weeks=24)
    throughput, wip, cycle = warm_up(run)
    end_s = float(wip.time_s[-1])

    assert end_s <= run.manifest.horizon_s
    assert throughput.mean.mean() == pytest.approx(_shipped(run, end_s) / (3 * end_s / 604800))
    assert wip.mean.mean() == pytest.approx(_piece_s(run, end_s) / (3 * end_s))
    assert cycle.mean[0] == pytest.approx(np.mean([_first_cycle_s(run, r) for r in range(3)]))
    assert wip.time_s[4] == 7 * 86400


def test_a_run_of_some_days_cannot_tell_from_its_few_products(tmp_path: Path) -> None:
    series = warm_up(synthetic_run(tmp_path / "run", replications=2, weeks=2))

    assert not series[2].is_told
    assert np.isnan(series[2].warm_up_s)


def _shipped(run: RunFolder, end_s: float) -> int:
    return sum(time_s <= end_s for time_s in run.table("shipments")["shipped_s"].to_pylist())


def _piece_s(run: RunFolder, end_s: float) -> float:
    rows = run.table("work_orders").to_pylist()
    ends = [(row["release_s"], row["end_s"]) for row in rows if row["source"] != "component"]
    return math.fsum(max(0.0, (end_s if end != end else min(end, end_s)) - start) for start, end in ends)


def _first_cycle_s(run: RunFolder, replication: int) -> float:
    rows = run.table("shipments", replication=replication).to_pylist()
    first = min(rows, key=lambda row: float(row["shipped_s"]))
    return float(first["shipped_s"] - first["release_s"])


@pytest.mark.parametrize("phi", [0.0, 0.8, 0.95])
def test_batch_means_of_an_ar1(phi: float) -> None:
    """The interval holds the mean about 19 times in 20; its width is that of the known variance of the mean."""
    n = 20_000
    found = [batch_means(ar1(n, phi, seed)) for seed in range(60)]
    true_half_width = 1.96 / (1 - phi) / np.sqrt(n)

    assert sum(one.is_enough for one in found) >= 54
    assert sum(abs(one.mean) <= one.half_width for one in found) >= 51
    assert np.mean([one.half_width for one in found]) == pytest.approx(true_half_width, rel=0.15)


def test_correlated_batches_are_not_enough() -> None:
    found = batch_means(ar1(2000, 0.999, 3))

    assert not found.is_enough
    assert found.lag_1 > 0.3
    assert np.isnan(found.times_longer(0.05))


def test_how_much_longer() -> None:
    """Half the width takes four times as long."""
    found = batch_means(10.0 + ar1(4000, 0.0, 1))

    assert found.times_longer(found.half_width / found.mean / 2) == pytest.approx(4)


def test_too_few_values_for_batches() -> None:
    assert not batch_means([1.0] * 19).is_enough
    assert batch_means([1.0] * 20).half_width == 0
