"""Simulated seconds as the local dates and weeks of the plant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from racktwin.model import Scenario

DAY_S = 86400.0
WEEK_S = 7 * DAY_S


@dataclass(frozen=True)
class Clock:
    """The scenario's wall clock and the time watched, ``[warm_up_s, horizon_s]``."""

    start: dt.datetime
    zone: ZoneInfo
    warm_up_s: float
    horizon_s: float

    @classmethod
    def of(cls, scenario: Scenario) -> Clock:
        """The clock of a scenario."""
        zone = ZoneInfo(scenario.time_zone)
        return cls(scenario.start.replace(tzinfo=zone), zone, float(scenario.warm_up_s), float(scenario.horizon_s))

    def at(self, now_s: float) -> dt.datetime:
        """The local date and time ``now_s`` seconds after the start."""
        return dt.datetime.fromtimestamp(self.start.timestamp() + now_s, self.zone)

    def ms(self, now_s: float) -> float:
        """The same as the milliseconds in which plotly's date axes count; they know no time zones."""
        local = self.at(now_s).replace(tzinfo=dt.UTC)
        return float(round(local.timestamp() * 1e3))

    def whole_weeks(self) -> list[tuple[float, float]]:
        """Start and end (s) of the weeks, Monday to Sunday, that lie wholly in the time watched."""
        first = self.at(self.warm_up_s).date()
        monday = first - dt.timedelta(days=first.weekday())
        instants: list[float] = []
        while not instants or instants[-1] <= self.horizon_s:
            instants.append(self._instant(monday))
            monday += dt.timedelta(days=7)
        return [
            (start_s, end_s)
            for start_s, end_s in pairwise(instants)
            if start_s >= self.warm_up_s and end_s <= self.horizon_s
        ]

    def _instant(self, day: dt.date) -> float:
        midnight = dt.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return midnight.timestamp() - self.start.timestamp()
