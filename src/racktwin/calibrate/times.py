"""Times as files write them: ISO timestamps, or numbers with a unit; as seconds after the scenario's start."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from racktwin.model import Scenario
from racktwin.model.quantity import Duration
from racktwin.scenario.yaml_text import scalar

from .laws import Floats

Complain = Callable[[int, str, str], None]
"""Report (row, message, remedy)."""

ISO = "write ISO 8601, as 2027-03-01T06:00 or 2027-03-01T06:00Z"


@dataclass(frozen=True)
class Clock:
    """How times are read: naive ones are local to ``zone``; zero is ``start``."""

    start: dt.datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, scenario: Scenario, zone: ZoneInfo | None = None) -> Clock:
        """The scenario's clock; ``zone`` is that of times without one, the scenario's unless given."""
        home = ZoneInfo(scenario.time_zone)
        return cls(scenario.start.replace(tzinfo=home), zone or home)

    def seconds(self, time: dt.datetime) -> float:
        """``time`` in seconds after the scenario's start."""
        aware = time if time.tzinfo else time.replace(tzinfo=self.zone)
        return (aware.astimezone(dt.UTC) - self.start.astimezone(dt.UTC)).total_seconds()


def seconds_per(unit: str) -> float:
    """How many seconds a ``unit`` of time has; ValueError if it is none."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return float(TypeAdapter(Duration).validate_python(f"1 {unit}"))
    except ValidationError:
        raise ValueError(unit) from None


def read_times(
    cells: Sequence[Any], rows: Sequence[int], name: str, seconds_per_unit: float | None, clock: Clock, say: Complain
) -> Floats:
    """``cells`` as seconds after the scenario's start, NaN where empty or wrong; what is wrong goes to ``say``.

    A column with numbers needs a unit, and one with timestamps must have a zone in all of them or in none.
    """
    found = np.full(len(cells), math.nan)
    with_zone: dict[bool, int] = {}
    for index, (cell, row) in enumerate(zip(cells, rows, strict=True)):
        value = scalar(cell.strip()) if isinstance(cell, str) else cell
        if value is None or (isinstance(value, float) and math.isnan(value) and not isinstance(cell, str)):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | str | dt.datetime):
            say(row, f"{name} {cell!r} is not a time", ISO)
        elif isinstance(value, int | float):
            found[index] = _number(value, cell, row, name, seconds_per_unit, say)
        else:
            time = value if isinstance(value, dt.datetime) else _timestamp(value)
            if time is None:
                say(row, f"{name} {cell!r} is not a time", ISO)
                continue
            with_zone.setdefault(time.tzinfo is not None, row)
            found[index] = clock.seconds(time)
    if len(with_zone) > 1:
        message = f"{name} has a time zone here, but none in row {with_zone[False]}"
        say(with_zone[True], message, "give all times of the file a zone, or none")
    return found


def _number(value: float, cell: Any, row: int, name: str, seconds_per_unit: float | None, say: Complain) -> float:
    if not math.isfinite(value):
        say(row, f"{name} {cell!r} is not a number", "leave the row out, or mend it at its source")
        return math.nan
    if seconds_per_unit is None:
        say(row, f"{name} {cell!r} is a number without a unit", "say the unit of numbers: --unit s (or min, h, ms)")
        return math.nan
    return value * seconds_per_unit


def _timestamp(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
