"""A year of hourly weather from an EPW file (EnergyPlus weather, "Auxiliary programs", section 2.9).

Strict: hours in order, temperature, humidity and pressure there and within the format's bounds. The other 29 columns
are not looked at.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.sim.cooling import WEATHER
from racktwin.sim.moist_air import fill_humidity

from .batches import require_file
from .faults import TraceFaults

_HEADER_LINES = 8
_MONTH, _DAY, _HOUR, _DRY_BULB, _HUMIDITY, _PRESSURE = 1, 2, 3, 6, 8, 9
_BOUNDS = {"dry bulb": (-70.0, 70.0), "relative humidity": (0.0, 110.0), "pressure": (31_000.0, 120_000.0)}


@dataclass(frozen=True)
class Weather:
    """``rows``: a record table of :data:`racktwin.sim.cooling.WEATHER`, hour by hour from the year's start.

    Local standard time: ``utc_offset_s`` is what it is ahead of UTC.
    """

    place: str
    latitude: float
    longitude: float
    utc_offset_s: float
    rows: Any


def read_epw(path: Path) -> Weather:
    """The weather in the EPW file at ``path`` (or ``.epw.gz``); ScenarioError with its faults."""
    faults = TraceFaults(path, skip_bad=False)
    require_file(path, faults)
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", errors="replace")
    lines = text.splitlines()
    location = lines[0].split(",") if lines else []
    if len(lines) <= _HEADER_LINES or location[0] != "LOCATION" or len(location) < 10:
        faults.file_fault("not an EPW file: the first line is no LOCATION", "give an EnergyPlus weather file", 1)
        faults.raise_if_any()
    cells = [line.split(",") for line in lines[_HEADER_LINES:] if line.strip()]
    return Weather(
        place=", ".join(part for part in location[1:4] if part),
        latitude=float(location[6]),
        longitude=float(location[7]),
        utc_offset_s=float(location[8]) * 3600.0,
        rows=_rows(cells, faults),
    )


def _rows(cells: list[list[str]], faults: TraceFaults) -> Any:
    lines = np.arange(_HEADER_LINES + 1, _HEADER_LINES + 1 + len(cells))
    short = np.array([len(row) <= _PRESSURE for row in cells])
    faults.rows(short, lines, "fewer than ten cells", "get the file anew")
    if len(cells) not in (8760, 8784):
        faults.file_fault(f"{len(cells)} hours", "a weather file holds one year: 8,760 hours, or 8,784 of a leap year")
    faults.raise_if_any()
    _check_order(cells, lines, faults)
    dry_bulb, humidity, pressure = (
        _column(cells, column, what, lines, faults)
        for column, what in ((_DRY_BULB, "dry bulb"), (_HUMIDITY, "relative humidity"), (_PRESSURE, "pressure"))
    )
    faults.raise_if_any()
    table = np.zeros(len(cells), WEATHER).view(np.recarray)
    table.start_s = np.arange(len(cells)) * 3600.0
    table.dry_bulb_k = dry_bulb + 273.15
    table.pressure_pa = pressure
    fill_humidity(table, np.minimum(humidity, 100.0) / 100.0)
    return table


def _check_order(cells: list[list[str]], lines: npt.NDArray[np.int64], faults: TraceFaults) -> None:
    """Hour 1 is from 0:00 to 1:00; days follow each other."""
    hours = [row[_HOUR].strip() for row in cells]
    odd = np.array([hour != str(index % 24 + 1) for index, hour in enumerate(hours)])
    faults.rows(odd, lines, "an hour out of order", "hours run from 1 to 24 and none is missing", hours)
    days = [(row[_MONTH].strip(), row[_DAY].strip()) for row in cells]
    split = np.array([index % 24 != 0 and day != days[index - 1] for index, day in enumerate(days)])
    faults.rows(split & ~odd, lines, "a day of less than 24 hours", "none is missing in a weather file", days)


def _column(
    cells: list[list[str]], column: int, what: str, lines: npt.NDArray[np.int64], faults: TraceFaults
) -> npt.NDArray[np.float64]:
    values = np.full(len(cells), np.nan)
    for index, row in enumerate(cells):
        try:
            values[index] = float(row[column])
        except ValueError:
            continue
    low, high = _BOUNDS[what]
    bad = ~((values >= low) & (values <= high))
    raw = [row[column] for row in cells]
    faults.rows(bad, lines, f"{what} missing or out of bounds", "fill it in, or take another year", raw)
    return values
