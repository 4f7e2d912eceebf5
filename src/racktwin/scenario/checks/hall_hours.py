"""Hourly series of the hall and the rules that go by them: hours that are there, rules that do something."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from racktwin.model import HourlyRule, Scenario

from .finding import Finding, error, oddity


def series_beyond_their_hours(plant: Scenario) -> Iterator[Finding]:
    """Prices and carbon must hold the hours of the run, and be there where a rule goes by them."""
    for kind in ("price", "carbon", "system_load"):
        series = getattr(plant.hall, kind) if plant.hall is not None else None
        for name, rule in plant.fleet.hours.items():
            if {"month_peak": "system_load"}.get(rule.of, rule.of) == kind and series is None:
                remedy = f"hall: {{{kind}: ...}}, see docs/fleet.md"
                yield error(("fleet", "hours", name, "of"), f"the hall has no {kind}", remedy)
        if series is None:
            continue
        if getattr(series, "shipped", None) is not None:
            first_s, last_s, what = _SHIPPED_FROM_S, _SHIPPED_TO_S, "the shipped prices hold 2021 to 2023"
        elif series.hours is not None:
            first_s = series.hours.first_epoch_s
            last_s = first_s + 3600.0 * len(series.hours.values)
            what = f"{series.file} holds {_day(first_s)} to {_day(last_s)}"
        else:
            continue
        run_s = _start_epoch_s(plant)
        begin_s = 3600.0 * math.floor(run_s / 3600.0)
        end_s = 3600.0 * math.ceil((run_s + float(plant.horizon_s)) / 3600.0 - 1e-9)
        if series.year is not None:
            begin_s = dt.datetime(series.year, 1, 1, tzinfo=dt.UTC).timestamp()
            end_s = begin_s + 8760 * 3600.0
        if not (first_s <= begin_s and end_s <= last_s):
            wanted = f"the year {series.year}" if series.year is not None else f"{_day(begin_s)} to {_day(end_s)}"
            message = f"{what}, not {wanted}"
            yield error(("hall", kind), message, "year: one that it holds whole, or a file that holds these hours")


def _start_epoch_s(plant: Scenario) -> float:
    try:
        zone: dt.tzinfo = ZoneInfo(plant.time_zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # another rule tells
        zone = dt.UTC
    return plant.start.replace(tzinfo=zone).timestamp()


def _day(epoch_s: float) -> str:
    return f"{dt.datetime.fromtimestamp(epoch_s, dt.UTC):%Y-%m-%d}"


_SHIPPED_FROM_S, _SHIPPED_TO_S = (dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() for year in (2021, 2024))


def hours_without_effect(plant: Scenario) -> Iterator[Finding]:
    """Rules that choose no hour, or do nothing in those that they choose."""
    for name, rule in plant.fleet.hours.items():
        where = ("fleet", "hours", name)
        if not rule.job_classes and (rule.feed is None or rule.share >= 1.0):
            message = "nothing happens in its hours: it holds no class, and leaves every feed its whole limit"
            yield oddity(where, message, "job_classes: [...], or feed and a share below 100 %")
        values = _known_values(plant, rule)
        if values and rule.above is not None and max(values) < rule.above:
            message = f"no hour reaches {rule.above:g}; the highest is {max(values):.4g}"
            yield oddity((*where, "above"), message, "a lower value, or leave the rule out")
        if len(set(values)) == 1 and rule.dearest is not None:
            message = f"all hours are alike ({values[0]:.4g}): the first of them count as the dearest"
            yield oddity((*where, "dearest"), message, "an hourly series, or leave the rule out")
        if not _has_hour(plant, rule):
            message = "no hour of the run is within its months, weekdays and hours of the day"
            yield oddity(where, message, "other months or hours, or leave the rule out")


def _known_values(plant: Scenario, rule: HourlyRule) -> Sequence[float]:
    """What a rule goes by, in the unit of ``above``; of series that are laid out by year, all hours of the file."""
    if rule.of == "series":
        return rule.series
    hall = plant.hall
    price, carbon = (hall.price, hall.carbon) if hall is not None else (None, None)
    if rule.of == "price" and price is not None:
        fixed = [float(price.fixed_usd_per_j)] if price.fixed_usd_per_j is not None else []
        values = price.hours.values if price.hours is not None else fixed
        return [(value + float(price.delivery_usd_per_j)) * 3.6e9 for value in values]
    if rule.of == "carbon" and carbon is not None:
        fixed = [float(carbon.fixed_kg_per_j)] if carbon.fixed_kg_per_j is not None else []
        return [value * 3.6e9 for value in (carbon.hours.values if carbon.hours is not None else fixed)]
    return ()


def _has_hour(plant: Scenario, rule: HourlyRule) -> bool:
    """Whether some hour of the first year of the run is one of the rule's by the calendar."""
    try:
        zone: dt.tzinfo = ZoneInfo(plant.time_zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # another rule tells
        return True
    start = dt.datetime.fromtimestamp(_start_epoch_s(plant), zone)
    hours = min(math.ceil(float(plant.horizon_s) / 3600.0), 8784)
    days = {(start + dt.timedelta(hours=hour)).date() for hour in range(0, hours, 24)} | {
        (start + dt.timedelta(hours=max(hours - 1, 0))).date()
    }
    is_short = hours < 24
    span = range(start.hour, start.hour + hours) if is_short else range(24)
    of_day = [hour % 24 for hour in span]
    inside = [
        rule.from_hour <= hour < rule.to_hour
        if rule.from_hour <= rule.to_hour
        else hour >= rule.from_hour or hour < rule.to_hour
        for hour in of_day
    ]
    fits = [
        (not rule.months or day.month in rule.months) and (not rule.weekdays_only or day.weekday() < 5) for day in days
    ]
    return any(inside) and any(fits)


_SHIPPED_FROM_S, _SHIPPED_TO_S = (dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() for year in (2021, 2024))

RULES = (series_beyond_their_hours, hours_without_effect)
