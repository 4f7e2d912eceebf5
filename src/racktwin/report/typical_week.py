"""A week as it is: what each work unit of the test floor does, and the power and coolant it takes meanwhile."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import NamedTuple

import duckdb

from racktwin.model import Scenario

from .clock import WEEK_S, Clock

MOST_ROWS = 60
MOST_BARS = 9000
MOST_STEPS = 700


@dataclass(frozen=True)
class Bar:
    """One work unit doing one thing: ``doing`` is an operation (if ``works``) or the reason it stands."""

    work_unit: str
    start_s: float
    end_s: float
    works: bool
    doing: str
    operation: str
    part: str
    serial_number: int


@dataclass(frozen=True)
class Load:
    """The course of one limit: at ``time_s`` what is drawn, reserved and allowed from then on, in SI units."""

    name: str
    quantity: str
    time_s: tuple[float, ...]
    draw: tuple[float, ...]
    reserved: tuple[float, ...]
    limit: tuple[float, ...]


@dataclass(frozen=True)
class Week:
    """The stretch shown, why it was chosen, its work units (most loaded work center first), bars and loads."""

    replication: int
    start_s: float
    end_s: float
    shipped: int
    median_shipped: float
    work_units: tuple[str, ...]
    hidden_units: int
    bars: tuple[Bar, ...]
    dropped_below_s: float
    loads: tuple[Load, ...]


def typical_week(
    connection: duckdb.DuckDBPyConnection,
    scenario: Scenario,
    clock: Clock,
    limits: list[tuple[str, str]],
    replication: int = 0,
) -> Week:
    """The week of ``replication`` whose shipments are nearest the median of its weeks, with the loads of ``limits``."""
    span, shipped, median = _choose(connection, clock, replication)
    shown, hidden = _work_units(connection, test_floor(scenario), span)
    bars, least_s = _bars(connection, shown, span)
    loads = tuple(_load(connection, name, quantity, span) for name, quantity in limits)
    return Week(*span, shipped, median, tuple(map(_label, shown)), hidden, bars, least_s, loads)


class Span(NamedTuple):
    """A stretch of time in one replication."""

    replication: int
    start_s: float
    end_s: float


def test_floor(scenario: Scenario) -> list[str]:
    """The work centers where parts are powered or tested; all of them where there are none such."""
    floor = {
        operation.work_center
        for routing in scenario.routings.values()
        for operation in routing.operations
        if not operation.rework and (operation.tests or any(phase.draw > 0 for phase in operation.phases))
    }
    return [name for name in scenario.work_centers if name in floor] or list(scenario.work_centers)


test_floor.__test__ = False  # type: ignore[attr-defined]  # pytest would take its name for a test


def _choose(connection: duckdb.DuckDBPyConnection, clock: Clock, replication: int) -> tuple[Span, int, float]:
    """The week to show, what it ships, and the median that this is nearest to."""
    sql = "SELECT shipped_s FROM shipments WHERE replication = ? ORDER BY shipped_s"
    shipped_s = [time_s for (time_s,) in connection.execute(sql, [replication]).fetchall()]
    watched_s = max(clock.horizon_s - WEEK_S, min(clock.warm_up_s, clock.horizon_s))
    weeks = clock.whole_weeks() or [(watched_s, clock.horizon_s)]
    counts = [bisect_left(shipped_s, end_s) - bisect_left(shipped_s, start_s) for start_s, end_s in weeks]
    median = statistics.median(counts)
    best = min(range(len(weeks)), key=lambda index: (abs(counts[index] - median), index))
    return Span(replication, *weeks[best]), counts[best], float(median)


def _work_units(
    connection: duckdb.DuckDBPyConnection, floor: list[str], span: Span
) -> tuple[list[tuple[str, int]], int]:
    """The most loaded work units, work center by work center, and how many more there are."""
    rows = connection.execute(
        """
        SELECT work_center, work_unit,
               sum((serial_number >= 0)::INT * (least(end_s, $end_s) - greatest(start_s, $start_s))) AS held_s
        FROM states
        WHERE replication = $replication AND end_s > $start_s AND start_s < $end_s
          AND list_contains($floor, CAST(work_center AS VARCHAR))
        GROUP BY ALL ORDER BY held_s DESC, work_center, work_unit
        """,
        {**span._asdict(), "floor": floor},
    ).fetchall()
    shown = rows[:MOST_ROWS]
    centers = list(dict.fromkeys(center for center, _, _ in shown))
    ordered = sorted((centers.index(center), unit) for center, unit, _ in shown)
    return [(centers[center], unit) for center, unit in ordered], len(rows) - len(shown)


def _bars(
    connection: duckdb.DuckDBPyConnection, shown: list[tuple[str, int]], span: Span
) -> tuple[tuple[Bar, ...], float]:
    """The bars, and the length (s) below which they were left out because nobody could see them."""
    rows = connection.execute(
        """
        WITH shown AS (SELECT unnest($centers) AS work_center, unnest($units) AS work_unit),
             visits AS (SELECT o.* FROM operations o
                        WHERE o.replication = $replication AND o.left_s > $start_s AND o.start_s < $end_s)
        SELECT s.work_center, s.work_unit, greatest(s.start_s, $start_s), least(s.end_s, $end_s),
               s.state, s.reason, s.serial_number, v.operation, v.part
        FROM states s JOIN shown ON s.work_center = shown.work_center AND s.work_unit = shown.work_unit
        LEFT JOIN visits v
          ON v.serial_number = s.serial_number AND v.work_center = s.work_center AND v.work_unit = s.work_unit
         AND v.start_s <= s.start_s AND v.left_s >= s.end_s
        WHERE s.replication = $replication AND s.end_s > $start_s AND s.start_s < $end_s AND s.reason <> 'starved'
        ORDER BY s.work_center, s.work_unit, s.start_s
        """,
        {
            **span._asdict(),
            "centers": [center for center, _ in shown],
            "units": [unit for _, unit in shown],
        },
    ).fetchall()
    bars = _merged([_bar(row) for row in rows])
    lengths = sorted((bar.end_s - bar.start_s for bar in bars), reverse=True)
    least_s = max((span.end_s - span.start_s) / 5000, lengths[MOST_BARS] if len(lengths) > MOST_BARS else 0.0)
    return tuple(bar for bar in bars if bar.end_s - bar.start_s >= least_s), least_s


def _bar(row: tuple[str, int, float, float, str, str, int, str | None, str | None]) -> Bar:
    center, unit, start_s, end_s, state, reason, serial_number, operation, part = row
    works = state == "productive"
    doing = (operation or "not finished at the end") if works else reason
    return Bar(_label((center, unit)), start_s, end_s, works, doing, operation or "", part or "", serial_number)


def _merged(bars: list[Bar]) -> list[Bar]:
    """Neighbours that show the same, as one."""
    merged: list[Bar] = []
    for bar in bars:
        last = merged[-1] if merged else None
        if last is not None and _same(last, bar):
            merged[-1] = replace(last, end_s=bar.end_s)
        else:
            merged.append(bar)
    return merged


def _same(last: Bar, bar: Bar) -> bool:
    return (
        last.work_unit == bar.work_unit
        and last.end_s == bar.start_s
        and (last.works, last.doing, last.operation, last.serial_number)
        == (bar.works, bar.doing, bar.operation, bar.serial_number)
    )


def _label(work_unit: tuple[str, int]) -> str:
    center, number = work_unit
    return f"{center} {number}"


def _load(connection: duckdb.DuckDBPyConnection, name: str, quantity: str, span: Span) -> Load:
    """The load of one limit; where there are very many steps, the highest and the last of each stretch of time."""
    rows = connection.execute(
        """
        WITH steps AS (
            SELECT greatest(start_s, $start_s) AS time_s, draw, reserved, "limit",
                   floor((greatest(start_s, $start_s) - $start_s) / ($end_s - $start_s) * $stretches) AS stretch
            FROM limits
            WHERE replication = $replication AND name = $name AND quantity = $quantity
              AND end_s > $start_s AND start_s < $end_s
        )
        SELECT min(time_s), max(draw), max(reserved), max("limit"),
               max(time_s), arg_max(draw, time_s), arg_max(reserved, time_s), arg_max("limit", time_s)
        FROM steps GROUP BY stretch ORDER BY stretch
        """,
        {**span._asdict(), "name": name, "quantity": quantity, "stretches": MOST_STEPS},
    ).fetchall()
    steps: list[tuple[float, float, float, float]] = []
    for first_s, draw, reserved, limit, last_s, last_draw, last_reserved, last_limit in rows:
        steps.append((first_s, draw, reserved, limit))
        if last_s > first_s:
            steps.append((last_s, last_draw, last_reserved, last_limit))
    if steps:
        steps.append((span.end_s, *steps[-1][1:]))
    columns = tuple(zip(*steps, strict=True)) if steps else ((), (), (), ())
    return Load(name, quantity, *columns)
