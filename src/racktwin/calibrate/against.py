"""A twin against history: which KPIs of what was observed lie inside the twin's 95 % prediction interval.

Both sides are measured by the same functions on the same columns, over windows of the same length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.errors import RunError
from racktwin.model import Scenario
from racktwin.results import RunFolder

from .observation import Observed, by_key, column
from .plant import Plant
from .run_folder import observe_run

_WEEK_S = 604800.0
Values = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Measure:
    """What is compared: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


MEASURES = (
    Measure("throughput", "1/week", "products that ended the last operation of their routing, per week"),
    Measure("cycle_time_mean", "s", "mean time from the start of the first operation to the end of the last"),
    Measure("first_pass_yield", "1", "first visits to a test that passed / first visits"),
    Measure("visit_time_mean", "s", "mean time from start to end of a visit to an operation"),
    Measure("occupancy", "1", "time from start to end of visits / time of all work units of the work center"),
)
"""Utilization by SEMI E10 would need equipment states, which history seldom has: occupancy needs visits only."""


@dataclass(frozen=True)
class Comparison:
    """One KPI: as observed, and the twin's 95 % prediction interval for one more history of that length.

    ``inside`` is None where either side has no value, or the twin too few replications.
    """

    kpi: str
    subject: str
    unit: str
    observed: float
    mean: float
    low: float
    high: float
    n: int
    inside: bool | None


def compare_with_history(run: RunFolder, observed: Observed, plant: Plant) -> list[Comparison]:
    """Each KPI of ``observed`` beside the replications of ``run``; RunError with fewer than two of them.

    The twin is measured from the end of its warm-up, over the length of the history or up to its horizon.
    Of an observed run with several replications, the first is the history.
    """
    if len(run.replications) < 2:
        raise RunError("a prediction interval needs at least 2 replications\n    → run with more --replications")
    start_s, end_s = observed.start_s, observed.end_s
    history = observed.visits.filter(pc.equal(observed.visits["replication"], _first(observed)))
    seen = measure(history, plant, start_s, end_s)
    from_s = run.manifest.warm_up_s
    until_s = min(run.manifest.horizon_s, from_s + end_s - start_s)
    simulated = observe_run(run).visits
    by_replication = [
        measure(simulated.take(pa.array(rows)), plant, from_s, until_s)
        for _, rows in by_key(simulated, ("replication",))
    ]
    keys = dict.fromkeys(key for values in (seen, *by_replication) for key in values)
    units = {item.name: item.unit for item in MEASURES}
    order = {item.name: number for number, item in enumerate(MEASURES)}
    return [
        _compare(key, units[key[0]], seen.get(key, math.nan), [values.get(key, math.nan) for values in by_replication])
        for key in sorted(keys, key=lambda key: (order[key[0]], key[1]))
    ]


def _first(observed: Observed) -> int:
    first = pc.min(observed.visits["replication"]).as_py()
    return int(first) if first is not None else 0


def _compare(key: tuple[str, str], unit: str, observed: float, values: list[float]) -> Comparison:
    from scipy.special import stdtrit

    sample = np.array([value for value in values if not math.isnan(value)])
    n = len(sample)
    mean = float(sample.mean()) if n else math.nan
    reach = float(stdtrit(n - 1, 0.975) * sample.std(ddof=1) * math.sqrt(1 + 1 / n)) if n > 1 else math.nan
    low, high = mean - reach, mean + reach
    told = not any(map(math.isnan, (observed, low, high)))
    slack = 1e-9 * max(1.0, abs(mean)) if told else 0.0
    inside = low - slack <= observed <= high + slack if told else None
    return Comparison(*key, unit, observed, mean, low, high, n, inside)


def measure(visits: pa.Table, plant: Plant, start_s: float, end_s: float) -> Values:
    """The KPIs of one history between ``start_s`` and ``end_s``, by name and subject."""
    visits = visits.filter(pc.equal(visits["phase"], ""))
    ended = visits.filter(pc.and_(pc.greater(visits["end_s"], start_s), pc.less_equal(visits["end_s"], end_s)))
    return {
        **_flow(visits, plant, start_s, end_s),
        **_first_pass(ended, plant.scenario),
        **_visit_times(ended),
        **_occupancy(visits, plant.scenario, start_s, end_s),
    }


def _flow(visits: pa.Table, plant: Plant, start_s: float, end_s: float) -> Values:
    """Throughput and cycle time; parts whose first operation was not seen have no cycle time."""
    values: Values = {}
    ordered = {demand.product for demand in plant.scenario.demand.values()}
    ordered |= {order.product for order in plant.scenario.order_book}
    for (part,), rows in by_key(visits, ("part",)):
        routing = plant.scenario.parts[part].routing if part in ordered and part in plant.scenario.parts else None
        if routing is None:
            continue
        main = [item.operation for item in plant.scenario.routings[routing].operations if not item.rework]
        of_part = visits.take(pa.array(rows))
        done = _ends(of_part, main[-1], start_s, end_s)
        begun = _begins(of_part, main[0])
        values["throughput", part] = len(done) * _WEEK_S / (end_s - start_s)
        cycles_s = [done_s - begun[serial] for serial, done_s in done.items() if serial in begun]
        if cycles_s:
            values["cycle_time_mean", part] = float(np.mean(cycles_s))
    return values


def _ends(visits: pa.Table, operation: str, start_s: float, end_s: float) -> dict[str, float]:
    """When each serial number left the last operation for good, of those that did in the window."""
    good = pc.is_in(visits["outcome"], value_set=pa.array(["pass", "error", ""]))
    last = visits.filter(pc.and_(pc.equal(visits["operation"], operation), good))
    pairs = zip(column(last, "serial_number"), column(last, "end_s"), strict=True)
    return {serial: float(time_s) for serial, time_s in pairs if start_s < time_s <= end_s}


def _begins(visits: pa.Table, operation: str) -> dict[str, float]:
    first = visits.filter(pc.and_(pc.equal(visits["operation"], operation), pc.equal(visits["visit"], 1)))
    return dict(zip(column(first, "serial_number"), column(first, "start_s").astype(float).tolist(), strict=True))


def _first_pass(ended: pa.Table, scenario: Scenario) -> Values:
    tests = {
        (part, operation.operation)
        for part, model in scenario.parts.items()
        if model.routing is not None
        for operation in scenario.routings[model.routing].operations
        if operation.tests
    }
    verdicts = pc.is_in(ended["outcome"], value_set=pa.array(["pass", "fail", "false_fail", "scrap"]))
    first = ended.filter(pc.and_(pc.equal(ended["visit"], 1), verdicts))
    passed = column(first, "outcome") == "pass"
    return {
        ("first_pass_yield", f"{part}:{operation}"): float(passed[rows].mean())
        for (part, operation), rows in by_key(first, ("part", "operation"))
        if (part, operation) in tests
    }


def _visit_times(ended: pa.Table) -> Values:
    time_s = (column(ended, "end_s") - column(ended, "start_s")).astype(float)
    groups: Iterable[tuple[tuple[str, ...], np.ndarray]] = by_key(ended, ("part", "operation"))
    return {("visit_time_mean", f"{part}:{name}"): float(time_s[rows].mean()) for (part, name), rows in groups}


def _occupancy(visits: pa.Table, scenario: Scenario, start_s: float, end_s: float) -> Values:
    ends = np.where(np.isnan(column(visits, "end_s").astype(float)), end_s, column(visits, "end_s").astype(float))
    inside_s = np.minimum(ends, end_s) - np.maximum(column(visits, "start_s").astype(float), start_s)
    inside_s = np.maximum(inside_s, 0.0)
    return {
        ("occupancy", name): float(inside_s[rows].sum())
        / (sum(int(group.count) for group in scenario.work_centers[name].groups) * (end_s - start_s))
        for (name,), rows in by_key(visits, ("work_center",))
    }
