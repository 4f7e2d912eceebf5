"""Points in time as people write them: local time of the scenario, or a duration after its start."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from .quantity import Duration, Unit

FIRST_YEAR, LAST_YEAR = 1970, 2199

_DURATION = Unit(("s",), "12 d")


def _fail(raw: Any, what: str, example: str) -> PydanticCustomError:
    return PydanticCustomError(
        "instant", "{message}", {"message": f"{raw!r} is not {what}", "remedy": f"write for example {example}"}
    )


def _read_local_time(raw: Any) -> Any:
    """A date or a time without a zone; the scenario's ``time_zone`` is meant."""
    if isinstance(raw, dt.datetime | dt.date):
        time = raw if isinstance(raw, dt.datetime) else dt.datetime(raw.year, raw.month, raw.day)
    else:
        try:
            time = dt.datetime.fromisoformat(raw)
        except (TypeError, ValueError):
            raise _fail(raw, "a date or time", "2027-03-01 or 2027-03-01T06:00") from None
    if time.tzinfo is not None:
        message = f"{raw!r} has a time zone of its own"
        remedy = "leave it out: times are in the scenario's time_zone"
        raise PydanticCustomError("instant", "{message}", {"message": message, "remedy": remedy})
    _check_year(raw, time)
    return time


def _read_date(raw: Any) -> Any:
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw
    try:
        date = dt.date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise _fail(raw, "a date", "2027-03-01") from None
    _check_year(raw, date)
    return date


def _check_year(raw: Any, date: dt.date) -> None:
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise _fail(raw, f"within the years {FIRST_YEAR} to {LAST_YEAR}", "2027-03-01")


def _read_instant(raw: Any) -> Any:
    looks_like_date = isinstance(raw, dt.date) or (isinstance(raw, str) and raw[:4].isdecimal() and raw[4:5] == "-")
    if looks_like_date:
        return _read_local_time(raw)
    try:
        return _DURATION.validate(raw)
    except PydanticCustomError:
        raise _fail(raw, "a date, a time or a duration", "2027-03-01, 2027-03-01T06:00, or 12 d") from None


_DATE = r"^\d{4}-\d\d-\d\d$"
_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$"
_TIME_EXAMPLES = Field(json_schema_extra={"pattern": _TIME, "examples": ["2027-03-01", "2027-03-01T06:00"]})
_DATE_EXAMPLES = Field(json_schema_extra={"pattern": _DATE, "examples": ["2027-12-25"]})
_INSTANT_EXAMPLES = Field(examples=["2027-03-01", "2027-03-01T06:00", "12 d"])

LocalTime = Annotated[
    dt.datetime, BeforeValidator(_read_local_time, json_schema_input_type=Annotated[str, _TIME_EXAMPLES])
]
"""``2027-03-01`` or ``2027-03-01T06:00``, in the scenario's time zone."""

Date = Annotated[dt.date, BeforeValidator(_read_date, json_schema_input_type=Annotated[str, _DATE_EXAMPLES])]
"""A calendar day."""

Instant = Annotated[
    dt.datetime | dt.date | Duration,
    PlainValidator(_read_instant, json_schema_input_type=Annotated[str, _INSTANT_EXAMPLES]),
]
"""``2027-03-01``, ``2027-03-01T06:00`` in the scenario's local time, or ``12 d`` after its start."""
