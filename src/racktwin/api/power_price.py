"""What power costs while a hall runs: the hours of its scenario, or else the shipped prices of central Texas."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from racktwin.model import Scenario

HOUR_S = 3600.0
_YEAR_S = 364 * 86400.0
_FIRST_EPOCH_S = 1609459200.0  # the shipped series begins with 2021, UTC, and has every hour


@dataclass(frozen=True)
class Prices:
    """``values[k]`` holds from ``k`` hours after the scenario's start; ``source`` says whose they are."""

    values: npt.NDArray[np.float64]
    unit: str
    source: str


def prices_of(scenario: Scenario) -> Prices | None:
    """Prices over the scenario's horizon; None where there are none.

    The scenario's own first hourly rule with a series, in the unit of its author. Else ERCOT's day-ahead hub average of
    2021 to 2023, USD/MWh: the scenario's hours shifted back by whole multiples of 52 weeks, so that season, weekday and
    hour are kept. Those are prices of another year, to show how they move, and no forecast.
    """
    for name, rule in scenario.fleet.hours.items():
        if rule.of == "series":  # the others bring no values of their own
            return Prices(np.array(rule.series, dtype=np.float64), "", f"hourly rule {name} of the scenario")
    hours = int(np.ceil(float(scenario.horizon_s) / HOUR_S)) + 1
    series = _texas()
    start_s = scenario.start.replace(tzinfo=ZoneInfo(scenario.time_zone)).timestamp()
    end_s = _FIRST_EPOCH_S + HOUR_S * len(series)
    shifts = max(0, int(np.ceil((start_s + hours * HOUR_S - end_s) / _YEAR_S)))
    first = int((start_s - shifts * _YEAR_S - _FIRST_EPOCH_S) // HOUR_S)
    if first < 0:
        return None
    values = series[first : first + hours]
    past = f", {52 * shifts} weeks earlier" if shifts else ""
    return Prices(values, "USD/MWh", f"ERCOT day-ahead, HB_HUBAVG{past}")


@cache
def _texas() -> npt.NDArray[np.float64]:
    """USD/MWh; read here, since ``racktwin.traces`` brings the kernels' compiler with it (77 MB)."""
    packed = resources.files("racktwin.reference").joinpath("texas", "ercot_hub_average.csv.gz").read_bytes()
    rows = gzip.decompress(packed).decode().splitlines()[1:]
    return np.array([float(row.rpartition(",")[2]) for row in rows])
