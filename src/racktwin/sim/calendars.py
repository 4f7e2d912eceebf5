"""Calendars as steps: when something opens and closes, in seconds after the scenario's start.

Shifts are given in local time; daylight saving is respected, since a step is computed from the wall clock of its day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

DAY_S = 86400.0
Interval = tuple[float, float]


class Pause(Protocol):
    """A break inside a shift."""

    @property
    def start_s(self) -> int: ...
    @property
    def duration_s(self) -> float: ...


class ShiftPattern(Protocol):
    """Hours that recur on weekdays (Monday 0), in seconds after midnight."""

    @property
    def days(self) -> tuple[int, ...]: ...
    @property
    def start_s(self) -> int: ...
    @property
    def end_s(self) -> int: ...
    @property
    def breaks(self) -> Sequence[Pause]: ...


class ExtraHours(Protocol):
    """Hours on one date."""

    @property
    def date(self) -> dt.date: ...
    @property
    def start_s(self) -> int: ...
    @property
    def end_s(self) -> int: ...


class CalendarPattern(Protocol):
    """Shifts, the dates on which they do not happen, and hours on top."""

    @property
    def shifts(self) -> Sequence[ShiftPattern]: ...
    @property
    def holidays(self) -> Sequence[dt.date]: ...
    @property
    def overtime(self) -> Sequence[ExtraHours]: ...


def open_intervals(calendar: CalendarPattern, start: dt.datetime, zone: ZoneInfo, horizon_s: float) -> list[Interval]:
    """Disjoint, sorted intervals within [0, horizon_s] in which the calendar is open."""
    first_day = start.date() - dt.timedelta(days=1)
    last_day = (start + dt.timedelta(seconds=horizon_s)).date() + dt.timedelta(days=1)
    holidays = set(calendar.holidays)
    origin = start.replace(tzinfo=zone).timestamp()
    raw: list[Interval] = []
    day = first_day
    while day <= last_day:
        if day not in holidays:
            for shift in calendar.shifts:
                if day.weekday() in shift.days:
                    raw.extend(_working(shift, day, origin, zone))
        day += dt.timedelta(days=1)
    for extra in calendar.overtime:
        begin, end = _span(extra.start_s, extra.end_s)
        raw.append((_instant(extra.date, begin, origin, zone), _instant(extra.date, end, origin, zone)))
    clipped = ((max(0.0, begin), min(horizon_s, end)) for begin, end in raw)
    return _merge(sorted(interval for interval in clipped if interval[0] < interval[1]))


def headcount_steps(crews: Sequence[tuple[int, Sequence[Interval]]]) -> list[tuple[float, int]]:
    """The number present over time: ``(from_s, present)`` steps starting at 0, for crews of (size, open intervals)."""
    changes: dict[float, int] = {0.0: 0}
    for size, intervals in crews:
        for begin, end in intervals:
            changes[begin] = changes.get(begin, 0) + size
            changes[end] = changes.get(end, 0) - size
    steps: list[tuple[float, int]] = []
    present = 0
    for time_s in sorted(changes):
        present += changes[time_s]
        if not steps or steps[-1][1] != present:
            steps.append((time_s, present))
    return steps


def seconds_after(start: dt.datetime, zone: ZoneInfo, instant: dt.date) -> float:
    """Seconds from the scenario's start to a date (its midnight) or a time, local unless it names its own zone."""
    if not isinstance(instant, dt.datetime):
        instant = dt.datetime.combine(instant, dt.time())
    aware = instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)
    return aware.timestamp() - start.replace(tzinfo=zone).timestamp()


def _working(shift: ShiftPattern, day: dt.date, origin: float, zone: ZoneInfo) -> Iterator[Interval]:
    """The stretches of a shift between its breaks. A break before the shift's start belongs to the next day."""
    begin, end = _span(shift.start_s, shift.end_s)
    cursor = begin
    for pause in sorted(shift.breaks, key=lambda pause: pause.start_s + (DAY_S if pause.start_s < begin else 0.0)):
        pause_start = pause.start_s + (DAY_S if pause.start_s < begin else 0.0)
        if cursor < pause_start < end:
            yield _instant(day, cursor, origin, zone), _instant(day, pause_start, origin, zone)
        cursor = max(cursor, min(end, pause_start + pause.duration_s))
    if cursor < end:
        yield _instant(day, cursor, origin, zone), _instant(day, end, origin, zone)


def _span(start_s: float, end_s: float) -> Interval:
    return float(start_s), float(end_s if end_s > start_s else end_s + DAY_S)


def _instant(day: dt.date, clock_s: float, origin: float, zone: ZoneInfo) -> float:
    midnight = dt.datetime.combine(day, dt.time())
    return (midnight + dt.timedelta(seconds=clock_s)).replace(tzinfo=zone).timestamp() - origin


def _merge(intervals: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for begin, end in intervals:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
