"""Simulated seconds as local weeks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from racktwin.report.clock import DAY_S, Clock

CHICAGO = ZoneInfo("America/Chicago")


def _clock(start: dt.datetime, warm_up_d: float, horizon_d: float) -> Clock:
    return Clock(start.replace(tzinfo=CHICAGO), CHICAGO, warm_up_d * DAY_S, horizon_d * DAY_S)


def test_whole_weeks_begin_on_mondays_in_the_time_watched() -> None:
    clock = _clock(dt.datetime(2027, 1, 6, 8, 0), 7, 30)  # a Wednesday, 8:00
    weeks = clock.whole_weeks()
    assert [f"{clock.at(start_s):%a %d %H:%M}" for start_s, _ in weeks] == ["Mon 18 00:00", "Mon 25 00:00"]
    assert all(start_s >= clock.warm_up_s and end_s <= clock.horizon_s for start_s, end_s in weeks)


def test_the_week_in_which_clocks_go_forward_is_an_hour_short() -> None:
    clock = _clock(dt.datetime(2027, 3, 1), 0, 28)
    lengths_h = [(end_s - start_s) / 3600 for start_s, end_s in clock.whole_weeks()]
    assert lengths_h == [168.0, 167.0, 168.0, 168.0]


def test_a_short_run_has_no_whole_week() -> None:
    assert _clock(dt.datetime(2027, 1, 4), 0, 6.9).whole_weeks() == []


def test_a_chart_shows_local_time() -> None:
    clock = _clock(dt.datetime(2027, 1, 4, 6, 0), 0, 10)
    assert dt.datetime.fromtimestamp(clock.ms(3600.0) / 1e3, dt.UTC).hour == 7
