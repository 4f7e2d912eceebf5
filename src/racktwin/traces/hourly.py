"""Hourly series: the price of power, its carbon and a system's load, from CSV files with a time and a value an hour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .batches import batches, column_names
from .cells import as_numbers, as_times
from .faults import TraceFaults

HOUR_S = 3600.0
_J_PER_MWH = 3.6e9
_J_PER_KWH = 3.6e6

PRICE_COLUMNS = ("Datetime (UTC)", "Price (USD/MWh)")
LOAD_COLUMNS = ("Datetime (UTC)", "Load (MW)")
CARBON_COLUMNS = ("Datetime (UTC)", "Carbon Intensity gCO₂eq/kWh (LCA)")
"""As Electricity Maps exports them; ``(direct)`` leaves out what building the plants took."""


@dataclass(frozen=True)
class HourlySeries:
    """``values[k]`` holds for the hour from ``first_epoch_s + 3600 k`` (UTC, s since 1970), in ``unit``."""

    name: str
    unit: str
    first_epoch_s: float
    values: npt.NDArray[np.float64]

    def at(self, epoch_s: float) -> float:
        """The value at a time; KeyError outside the series."""
        index = int((epoch_s - self.first_epoch_s) // HOUR_S)
        if not 0 <= index < len(self.values):
            raise KeyError(f"{self.name} holds no value at {epoch_s:g} s")
        return float(self.values[index])

    def from_epoch(self, epoch_s: float, hours: int) -> npt.NDArray[np.float64]:
        """``hours`` values from the one at ``epoch_s`` on; KeyError unless the series holds all."""
        first = int((epoch_s - self.first_epoch_s) // HOUR_S)
        if first < 0 or first + hours > len(self.values):
            raise KeyError(f"{self.name} does not hold {hours} hours from {epoch_s:g} s")
        return self.values[first : first + hours]


def read_hourly_price(path: Path) -> HourlySeries:
    """Prices in USD/J from a CSV in USD/MWh; they may be negative."""
    return _read(path, *PRICE_COLUMNS, 1.0 / _J_PER_MWH, "USD/J", least=-np.inf)


def read_hourly_carbon(path: Path, *, direct: bool = False) -> HourlySeries:
    """Carbon intensity in kg CO2-equivalent per J from a CSV in g/kWh: life cycle, or ``direct`` only."""
    column = CARBON_COLUMNS[1].replace("LCA", "direct") if direct else CARBON_COLUMNS[1]
    return _read(path, CARBON_COLUMNS[0], column, 1e-3 / _J_PER_KWH, "kg/J", least=0.0)


def read_hourly_load(path: Path) -> HourlySeries:
    """Load of a power system in W from a CSV in MW."""
    return _read(path, *LOAD_COLUMNS, 1e6, "W", least=0.0)


def _read(path: Path, time: str, value: str, factor: float, unit: str, least: float) -> HourlySeries:
    faults = TraceFaults(path, skip_bad=False)
    names = column_names(path, faults)
    for name in (time, value):
        if name not in names:
            faults.file_fault(f"column {name!r} is missing", f"the file has {', '.join(names[:12])}", 1)
    faults.raise_if_any()
    times_s, values, lines = [], [], []
    for batch in batches(path, (time, value), faults):
        seconds, bad_time, _ = as_times(batch.columns[time])
        numbers, bad = as_numbers(batch.columns[value])
        faults.rows(bad_time | np.isnan(seconds), batch.lines, f"{time} is not a time", "write ISO 8601, UTC")
        unusable = bad | np.isnan(numbers) | (numbers < least)
        faults.rows(unusable, batch.lines, f"{value} is not usable", "fill the hour in", batch.columns[value])
        times_s.append(seconds)
        values.append(numbers)
        lines.append(batch.lines)
    faults.raise_if_any()
    if not times_s:
        faults.file_fault("there are no hours", "give a file with at least one hour")
        faults.raise_if_any()
    all_s, all_lines = np.concatenate(times_s), np.concatenate(lines)
    gap = np.concatenate([[False], np.diff(all_s) != HOUR_S])
    faults.rows(gap, all_lines, "not one hour after the row above", "every hour once, in order, in UTC")
    faults.raise_if_any()
    return HourlySeries(path.name, unit, float(all_s[0]), np.concatenate(values) * factor)
