"""Calendars as intervals, worked by hand: breaks, nights, holidays, overtime, daylight saving."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from racktwin.model import ALWAYS, Calendar
from racktwin.sim.calendars import headcount_steps, open_intervals, seconds_after

HOUR = 3600.0
DAY = 24 * HOUR
UTC = ZoneInfo("UTC")
MONDAY = dt.datetime(2027, 1, 4)


def _calendar(**keys: object) -> Calendar:
    return Calendar.model_validate(keys)


def test_a_break_splits_a_shift() -> None:
    day = _calendar(
        shifts=[{"days": "mon", "start": "06:00", "end": "14:00", "breaks": [{"start": "10:00", "duration": "30 min"}]}]
    )
    assert open_intervals(day, MONDAY, UTC, 7 * DAY) == [(6 * HOUR, 10 * HOUR), (10.5 * HOUR, 14 * HOUR)]


def test_a_night_shift_runs_past_midnight_and_begins_the_day_before_the_start() -> None:
    night = _calendar(shifts=[{"days": "daily", "start": "22:00", "end": "06:00"}])
    assert open_intervals(night, MONDAY, UTC, DAY) == [(0.0, 6 * HOUR), (22 * HOUR, DAY)]


def test_a_break_after_midnight_belongs_to_the_night() -> None:
    night = _calendar(
        shifts=[{"days": "mon", "start": "22:00", "end": "06:00", "breaks": [{"start": "02:00", "duration": "1 h"}]}]
    )
    assert open_intervals(night, MONDAY, UTC, 2 * DAY) == [(22 * HOUR, 26 * HOUR), (27 * HOUR, 30 * HOUR)]


def test_holidays_close_and_overtime_opens() -> None:
    day = _calendar(
        shifts=[{"days": "mon-fri", "start": "08:00", "end": "16:00"}],
        holidays=["2027-01-04"],
        overtime=[{"date": "2027-01-09", "start": "08:00", "end": "12:00"}],
    )
    opened = open_intervals(day, MONDAY, UTC, 7 * DAY)
    assert opened[0] == (DAY + 8 * HOUR, DAY + 16 * HOUR)
    assert opened[-1] == (5 * DAY + 8 * HOUR, 5 * DAY + 12 * HOUR)
    assert sum(end - begin for begin, end in opened) == (4 * 8 + 4) * HOUR


def test_overlapping_hours_merge() -> None:
    day = _calendar(
        shifts=[
            {"days": "mon", "start": "06:00", "end": "14:00"},
            {"days": "mon", "start": "12:00", "end": "18:00"},
        ]
    )
    assert open_intervals(day, MONDAY, UTC, DAY) == [(6 * HOUR, 18 * HOUR)]


def test_always_is_one_interval() -> None:
    assert open_intervals(ALWAYS, MONDAY, UTC, 3 * DAY) == [(0.0, 3 * DAY)]


@pytest.mark.parametrize(("date", "hours"), [(dt.datetime(2027, 3, 14), 23), (dt.datetime(2027, 11, 7), 25)])
def test_a_day_is_as_long_as_the_clock_makes_it(date: dt.datetime, hours: int) -> None:
    zone = ZoneInfo("America/Chicago")
    day = _calendar(shifts=[{"days": "daily", "start": "08:00", "end": "16:00"}])
    (first, second, *_) = open_intervals(day, date, zone, 3 * DAY)
    assert second[0] - first[0] == DAY
    assert first[0] == (8 + hours - 24) * HOUR
    assert seconds_after(date, zone, (date + dt.timedelta(days=1)).date()) == hours * HOUR


def test_headcounts_add_up() -> None:
    steps = headcount_steps([(8, [(0.0, 10.0), (20.0, 30.0)]), (3, [(5.0, 20.0)])])
    assert steps == [(0.0, 8), (5.0, 11), (10.0, 3), (20.0, 8), (30.0, 0)]


def test_nobody_is_there_before_the_first_crew() -> None:
    assert headcount_steps([(2, [(5.0, 9.0)])]) == [(0.0, 0), (5.0, 2), (9.0, 0)]
