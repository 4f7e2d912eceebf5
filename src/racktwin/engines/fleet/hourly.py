"""Hours of the clock in a run: what power costs and emits, which a rule chooses, what the hall took."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.model import HourlyRule, HourlyValues, PowerCarbon, PowerPrice, Scenario, SystemLoad
from racktwin.results.schema import TABLES
from racktwin.sim.rng import stream_key

from .heat import step_means
from .month_peak import month_peaks, peak_probabilities

Floats = npt.NDArray[np.float64]
HOUR_S = 3600.0
J_PER_MWH, J_PER_KWH = 3.6e9, 3.6e6
_UTC = dt.UTC
_AROUND_H = 62 * 24


def into_hour_s(scenario: Scenario) -> float:
    """How long into an hour of the clock (UTC) the run begins."""
    return float(_start(scenario).timestamp() % HOUR_S)


def hours_of(scenario: Scenario) -> int:
    """How many hours of the clock a run touches."""
    return math.ceil((float(scenario.horizon_s) + into_hour_s(scenario)) / HOUR_S - 1e-9)


def hour_edges_s(scenario: Scenario) -> Floats:
    """When each hour of the clock begins and the last ends, s after the scenario's start and within the run."""
    edges_s = np.arange(hours_of(scenario) + 1) * HOUR_S - into_hour_s(scenario)
    return np.clip(edges_s, 0.0, float(scenario.horizon_s))


def hours_told(scenario: Scenario) -> list[tuple[float, float]]:
    """(USD/MWh, g/kWh) of each hour of the run, NaN where there is none; nothing where there is neither."""
    found = [_scaled(prices(scenario), J_PER_MWH), _scaled(carbon(scenario), 1e3 * J_PER_KWH)]
    if all(values is None for values in found):
        return []
    unknown = np.full(hours_of(scenario), np.nan)
    columns = [unknown if values is None else values for values in found]
    return list(zip(*(values.tolist() for values in columns), strict=True))


def prices(scenario: Scenario) -> Floats | None:
    """USD per J in each hour of the clock from that in which the scenario starts; None where it has no price."""
    price = scenario.hall.price if scenario.hall is not None else None
    if price is None:
        return None
    if price.fixed_usd_per_j is not None:
        found = np.full(hours_of(scenario), float(price.fixed_usd_per_j))
    else:
        found = _laid_out(scenario, price, price.hours or _shipped_prices())
    return found + float(price.delivery_usd_per_j)


def carbon(scenario: Scenario) -> Floats | None:
    """Kg per J in each hour of the clock from that in which the scenario starts; None where it has none."""
    given = scenario.hall.carbon if scenario.hall is not None else None
    if given is None:
        return None
    if given.fixed_kg_per_j is not None:
        return np.full(hours_of(scenario), float(given.fixed_kg_per_j))
    assert given.hours is not None
    return _laid_out(scenario, given, given.hours)


def _start(scenario: Scenario) -> dt.datetime:
    zone = ZoneInfo(scenario.time_zone)
    return scenario.start.replace(tzinfo=zone).astimezone(_UTC)


def _laid_out(
    scenario: Scenario,
    source: PowerPrice | PowerCarbon | SystemLoad,
    hours: HourlyValues,
    *,
    before: int = 0,
    after: int = 0,
) -> Floats:
    """The series from the hour in which the scenario starts: at its own time, or a year of it by hour of the year.

    So many hours ``before`` and ``after`` the run too, NaN where it does not hold them.
    """
    values, count, start = np.asarray(hours.values, np.float64), hours_of(scenario) + before + after, _start(scenario)
    if source.year is None:
        rows = int((start.timestamp() - hours.first_epoch_s) // HOUR_S) - before + np.arange(count)
        is_there = (rows >= 0) & (rows < len(values))
        return np.where(is_there, values[np.clip(rows, 0, len(values) - 1)], np.nan)
    begin = dt.datetime(source.year, 1, 1, tzinfo=_UTC).timestamp()
    first = int((begin - hours.first_epoch_s) // HOUR_S)
    of_year = values[first : first + 8760]
    into = int((start - dt.datetime(start.year, 1, 1, tzinfo=_UTC)).total_seconds() // HOUR_S) - before
    return np.asarray(of_year[(into + np.arange(count)) % len(of_year)], np.float64)


def _system_load(scenario: Scenario) -> tuple[Floats, list[dt.datetime], slice] | None:
    """(W by hour, when each begins in local time, which hours are the run's): two months around it; None without."""
    source = scenario.hall.system_load if scenario.hall is not None else None
    if source is None or source.hours is None:
        return None
    load = _laid_out(scenario, source, source.hours, before=_AROUND_H, after=_AROUND_H)
    return load, _local_hours(scenario, -_AROUND_H, len(load)), slice(_AROUND_H, len(load) - _AROUND_H)


def is_month_peak(scenario: Scenario) -> npt.NDArray[np.bool_]:
    """Which hours of the run turned out to be their month's peak of the system."""
    found = _system_load(scenario)
    if found is None:
        return np.zeros(hours_of(scenario), bool)
    load, local, of_run = found
    return month_peaks(load, local)[of_run]


def _peak_chances(scenario: Scenario, error: float) -> Floats:
    """How likely each hour of the run is to be its month's peak, as known the evening before."""
    found = _system_load(scenario)
    assert found is not None
    load, local, of_run = found
    rng = np.random.Generator(np.random.Philox(stream_key(scenario.seed, 0, "fleet/month_peak")))
    return peak_probabilities(load, local, error, rng)[of_run]


def _local_hours(scenario: Scenario, first: int, count: int) -> list[dt.datetime]:
    zone, start = ZoneInfo(scenario.time_zone), _start(scenario)
    begin = start - dt.timedelta(seconds=into_hour_s(scenario))
    return [(begin + dt.timedelta(hours=first + hour)).astimezone(zone) for hour in range(count)]


@cache
def _shipped_prices() -> HourlyValues:
    from racktwin.traces import read_hourly_price

    path = Path(str(resources.files("racktwin.reference").joinpath("texas", "ercot_hub_average.csv.gz")))
    found = read_hourly_price(path)
    return HourlyValues(first_epoch_s=found.first_epoch_s, values=tuple(found.values.tolist()))


def chosen_hours(scenario: Scenario, rule: HourlyRule) -> npt.NDArray[np.bool_]:
    """The hours of the clock, from that in which the scenario starts, that a rule is about."""
    chosen = _by_value(scenario, rule)
    if rule.months or rule.weekdays_only or (rule.from_hour, rule.to_hour) != (0, 24):
        local = _local_hours(scenario, 0, len(chosen))
        chosen &= np.array([_is_within(rule, moment) for moment in local], bool)
    return chosen


def _by_value(scenario: Scenario, rule: HourlyRule) -> npt.NDArray[np.bool_]:
    if rule.of == "calendar":
        return np.ones(hours_of(scenario), bool)
    values: Floats | None
    if rule.of == "series":
        values = np.asarray(rule.series, np.float64)
    elif rule.of == "month_peak":
        values = _peak_chances(scenario, float(rule.forecast_error))
    elif rule.of == "price":
        values = _scaled(prices(scenario), J_PER_MWH)
    else:
        values = _scaled(carbon(scenario), 1e3 * J_PER_KWH)
    assert values is not None
    found = values[: hours_of(scenario)]
    if rule.above is not None:
        # what was written as 80 USD/MWh may come back from J as 79.999...
        return np.asarray(found >= rule.above - 1e-9 * abs(rule.above), bool)
    assert rule.dearest is not None
    ranks = np.argsort(np.argsort(-found, kind="stable"), kind="stable")
    return np.asarray(ranks < round(len(found) * float(rule.dearest)), bool)


def _scaled(values: Floats | None, factor: float) -> Floats | None:
    return None if values is None else values * factor


def _is_within(rule: HourlyRule, moment: dt.datetime) -> bool:
    is_month = not rule.months or moment.month in rule.months
    is_day = not rule.weekdays_only or moment.weekday() < 5
    if rule.from_hour <= rule.to_hour:
        is_hour = rule.from_hour <= moment.hour < rule.to_hour
    else:
        is_hour = moment.hour >= rule.from_hour or moment.hour < rule.to_hour
    return is_month and is_day and is_hour


def hall_hours(scenario: Scenario, tables: dict[str, pa.Table], replication: int) -> pa.Table:
    """The table ``hall_hours``: energy of the racks, of the cooling plant and at the hall's roots, cost and carbon."""
    count, edges_s = hours_of(scenario), hour_edges_s(scenario)
    (it_j,) = _energies(tables["rack_power"], edges_s, "draw_w")
    roots = {name for name in scenario.hall_feeds if scenario.feeds[name].parent is None}
    limits = tables["limits"]
    is_root = np.isin(_words(limits["name"]), list(roots)) & (_words(limits["quantity"]) == "power")
    (feeds_j,) = _energies(limits.filter(pa.array(is_root)), edges_s, "draw") if roots else (it_j,)
    cooling = tables["cooling"]
    plant_j = np.zeros(count)
    if cooling.num_rows:
        plant_j = sum(_energies(cooling, edges_s, "pump_w", "fan_w", "chiller_w"), plant_j)
    price, emitted = prices(scenario), carbon(scenario)
    total_j, unknown = feeds_j + plant_j, np.full(count, np.nan)
    columns = {
        "replication": np.full(count, replication, np.int64),
        "start_s": edges_s[:-1],
        "end_s": edges_s[1:],
        "it_j": it_j,
        "plant_j": plant_j,
        "facility_j": total_j,
        "price_usd_per_j": unknown if price is None else price,
        "cost_usd": unknown if price is None else price * total_j,
        "carbon_kg": unknown if emitted is None else emitted * total_j,
        "month_peak": is_month_peak(scenario).astype(np.int64),
    }
    return pa.table({column.name: columns[column.name] for column in TABLES["hall_hours"].columns})


def _energies(rows: pa.Table, edges_s: Floats, *columns: str) -> list[Floats]:
    start_s, end_s, *draws_w = (np.asarray(rows[name], np.float64) for name in ("start_s", "end_s", *columns))
    return [mean_w * np.diff(edges_s) for mean_w in step_means(start_s, end_s, edges_s, *draws_w)]


def _words(column: pa.ChunkedArray) -> npt.NDArray[np.str_]:
    coded = column.combine_chunks()
    return np.array(coded.dictionary.to_pylist() or [""])[coded.indices.to_numpy(zero_copy_only=False)]
