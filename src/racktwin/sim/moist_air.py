"""Weather's moisture from its relative humidity, a table at a time."""

from __future__ import annotations

from typing import Any

from .jit import entry_point
from .psychrometrics import humidity_ratio, wet_bulb_k


@entry_point
def fill_humidity(weather: Any, relative_humidity: Any) -> None:
    """Set ``humidity`` and ``wet_bulb_k`` of each row of weather; ``relative_humidity`` from 0 to 1."""
    for index in range(len(weather)):
        row = weather[index]
        row.humidity = humidity_ratio(row.dry_bulb_k, relative_humidity[index], row.pressure_pa)
        row.wet_bulb_k = wet_bulb_k(row.dry_bulb_k, row.humidity, row.pressure_pa)
