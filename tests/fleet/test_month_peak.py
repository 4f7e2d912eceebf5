"""The month's peak by forecast: probabilities that mean what they say, and nothing from hours to come."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from racktwin.engines.fleet.month_peak import month_peaks, peak_probabilities

START = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)


def summer(days: int, seed: int = 1) -> tuple[np.ndarray, list[dt.datetime]]:
    """Loads that peak about five in the afternoon, days apart by 6 %."""
    rng = np.random.default_rng(seed)
    hours = np.arange(24 * days)
    of_day = 1.0 + 0.25 * np.cos((hours % 24 - 17) / 24 * 2 * np.pi)
    load = 60e9 * of_day * np.repeat(rng.normal(1.0, 0.06, days), 24)
    return load, [START + dt.timedelta(hours=int(hour)) for hour in hours]


def chances(load: np.ndarray, local: list[dt.datetime], error: float = 0.02) -> np.ndarray:
    return peak_probabilities(load, local, error, np.random.default_rng(3))


def test_probabilities_are_calibrated() -> None:
    told, came = [], []
    for seed in range(20):
        load, local = summer(61, seed)
        told.append(chances(load, local))
        came.append(month_peaks(load, local))
    told_of, came_of = np.concatenate(told), np.concatenate(came)
    likely = told_of > 0.05
    assert came_of[likely].sum() == pytest.approx(told_of[likely].sum(), rel=0.3)
    assert came_of[likely].sum() > 0.8 * came_of.sum()  # most peaks are among the hours avoided
    assert likely.mean() < 0.01


def test_nothing_is_known_of_days_to_come() -> None:
    load, local = summer(30)
    changed = load.copy()
    changed[24 * 20 :] *= 3.0
    assert chances(changed, local)[: 24 * 20].tolist() == chances(load, local)[: 24 * 20].tolist()
    assert chances(changed, local)[24 * 20 :].tolist() != chances(load, local)[24 * 20 :].tolist()


def test_the_last_day_is_the_peak_if_it_is_highest_for_certain() -> None:
    load, local = summer(30)
    load[24 * 29 + 17] = 2.0 * load.max()
    found = chances(load, local, 1e-4)
    assert found[24 * 29 + 17] == pytest.approx(1.0)
    assert month_peaks(load, local).nonzero()[0].tolist() == [24 * 29 + 17]
    assert not month_peaks(load[:-24], local[:-24]).any()  # a month that is not known whole has no peak yet
