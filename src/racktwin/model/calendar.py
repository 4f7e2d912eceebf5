"""When something is open: shifts with breaks on days of the week, holidays, overtime."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from .entity import Entity
from .instant import Date
from .quantity import PositiveDuration

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\Z")


def _read_days(raw: Any) -> Any:
    """``mon-fri``, ``sat``, ``daily`` or a list of these, as weekday numbers (Monday 0)."""
    if isinstance(raw, tuple):
        return raw
    days: set[int] = set()
    for part in raw if isinstance(raw, list) else [raw]:
        text = str(part).strip().lower()
        first, _, last = ("mon-sun" if text == "daily" else text).partition("-")
        last = last or first
        if first not in DAY_NAMES or last not in DAY_NAMES:
            raise PydanticCustomError(
                "days", "{message}", {"message": f"{part!r} is not a day", "remedy": "mon-fri, sat, daily, or a list"}
            )
        start, end = DAY_NAMES.index(first), DAY_NAMES.index(last)
        days |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return tuple(sorted(days))


def _read_clock(raw: Any) -> Any:
    """``"06:30"`` as seconds after midnight (``24:00`` is the day's end)."""
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 86400:
        return raw
    match = _CLOCK.match(raw) if isinstance(raw, str) else None
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match else 86401
    if seconds > 86400:
        raise PydanticCustomError(
            "clock", "{message}", {"message": f"{raw!r} is not a time of day", "remedy": 'write "06:30", in quotes'}
        )
    return seconds


_CLOCK_SCHEMA: dict[str, Any] = {"type": "string", "pattern": r"^([01]?\d|2[0-4]):[0-5]\d$", "examples": ["06:30"]}

_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_DAYS_SCHEMA: dict[str, Any] = {"pattern": rf"^({_DAY}(-{_DAY})?|daily)$", "examples": ["mon-fri", "sat", "daily"]}
_DayText = Annotated[str, Field(json_schema_extra=_DAYS_SCHEMA)]

Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_read_days, json_schema_input_type=_DayText | list[_DayText]),
]
ClockTime = Annotated[
    int, BeforeValidator(_read_clock, json_schema_input_type=Annotated[str, Field(json_schema_extra=_CLOCK_SCHEMA)])
]


class Break(Entity):
    """A pause inside a shift, during which its people do not work."""

    start_s: ClockTime = Field(alias="start")
    duration_s: PositiveDuration = Field(alias="duration")


class Shift(Entity):
    """Working hours on given weekdays; a shift whose end is not after its start runs past midnight."""

    days: Days
    start_s: ClockTime = Field(alias="start")
    end_s: ClockTime = Field(alias="end")
    breaks: tuple[Break, ...] = ()


class Overtime(Entity):
    """Extra hours on one date."""

    date: Date
    start_s: ClockTime = Field(alias="start")
    end_s: ClockTime = Field(alias="end")


class Calendar(Entity):
    """Open hours in the scenario's local time. ``always`` exists without being declared."""

    shifts: tuple[Shift, ...] = ()
    holidays: tuple[Date, ...] = ()
    overtime: tuple[Overtime, ...] = ()


ALWAYS = Calendar(shifts=(Shift(days=(0, 1, 2, 3, 4, 5, 6), start=0, end=86400),))
"""The calendar every scenario knows as ``always``."""
