"""The hall in a report: what it gets done, what its racks draw, who waits."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from racktwin.kpi import KPIS

from .blocks import Block, Card, Cards, Chart, Column, Note, Row, Section, Table
from .clock import Clock
from .evidence import Evidence
from .figure import DATES, axis, figure
from .numbers import MISSING, number, unit_word

_CARDS = (
    ("useful_gpu_hours", "GPU-hours of useful work a day"),
    ("goodput", "% of all GPU-time"),
    ("allocated_share", "% of all GPU-time"),
    ("queue_wait_mean", ""),
    ("hall_mean_power", ""),
    ("energy_per_gpu_hour", "kWh per useful GPU-hour"),
    ("nameplate_share", "% of what the feeds provide"),
    ("interruptions", "a day"),
)
_WHERE_KNOWN = (
    ("racks_at_work", "racks, mean over the time watched"),
    ("escape_failures", "a year, of defects the line let through"),
    ("energy_cost", "USD a day"),
    ("price_paid", "USD/MWh; asked on average: {price_asked}"),
    ("energy_cost_per_gpu_hour", "USD per useful GPU-hour"),
    ("carbon_per_gpu_hour", "kg CO₂e per useful GPU-hour"),
)
"""Cards of what not every hall has: a line before it, a price, a carbon intensity."""

_BY_CLASS = (
    *("useful_gpu_hours", "effective_time_ratio", "lost_work_share", "jobs_ended", "queue_wait_mean"),
    *("queue_wait_p95", "bounded_slowdown", "units_per_joule"),
)
_POINTS = 1500


def hall_section(evidence: Evidence) -> Section:
    """What the hall gets done, by class of jobs, and its power over time."""
    cards = [_card(evidence, kpi, unit) for kpi, unit in _CARDS]
    asked = number(evidence.of("price_asked").mean)
    for kpi, unit in _WHERE_KNOWN:
        is_of_line = kpi in ("racks_at_work", "escape_failures")
        if evidence.of(kpi).n and (evidence.scenario.has_line or not is_of_line):
            cards.append(_card(evidence, kpi, unit.format(price_asked=asked)))
    blocks: list[Block] = [Cards(tuple(cards))]
    blocks.append(_classes(evidence))
    blocks += [chart for chart in (_power_chart(evidence), _queue_chart(evidence)) if chart is not None]
    blocks.append(
        Note(
            "Energy is what was drawn, idle racks and hosts included. A saving between two runs is by this measured "
            "draw; by nameplate it would be another number, since jobs seldom draw what a GPU is rated for."
        )
    )
    return Section("hall", "The hall", _lead(evidence), tuple(blocks))


def _lead(evidence: Evidence) -> str:
    found, waits = evidence.of("useful_gpu_hours"), evidence.of("power_wait_share").mean
    power = f" Power or coolant holds the queue up {100 * waits:.0f} % of the time." if waits >= 0.005 else ""
    return f"The hall does {number(found.mean)} GPU-hours of useful work a day.{power}"


def _card(evidence: Evidence, kpi: str, unit: str) -> Card:
    found, shown = evidence.of(kpi), evidence.scale(kpi, "")
    span = evidence.interval(kpi)
    details = (f"95 %: {span}",) if span and found.half_width > 1e-9 * abs(found.mean) else ()
    title = {"allocated_share": "Allocated", "nameplate_share": "Nameplate"}.get(kpi, "")
    return Card(
        title or KPIS[kpi].title,
        number(shown(found.mean)),
        unit or unit_word(shown.unit),
        details,
        evidence.definition(kpi),
    )


def _classes(evidence: Evidence) -> Table:
    classes = [*evidence.scenario.fleet.job_classes, ""]
    rows = [
        Row((name or "all", *(evidence.show(kpi, name) if evidence.of(kpi, name).n else MISSING for kpi in _BY_CLASS)))
        for name in classes
    ]
    columns = [Column("Class", numeric=False)]
    for kpi in _BY_CLASS:
        unit = unit_word(evidence.scale(kpi).unit)
        columns.append(Column(f"{KPIS[kpi].title}{f', {unit}' if unit else ''}", help=evidence.definition(kpi)))
    return Table("By class of jobs, mean ± half of the 95 % interval", tuple(columns), tuple(rows))


def _power_chart(evidence: Evidence) -> Chart | None:
    """Draw and limit of the feeds that have no feed above them, in the first replication."""
    of_hall = evidence.scenario.hall_feeds
    roots = [name for name, feed in evidence.scenario.feeds.items() if feed.parent is None and name in of_hall]
    rows = _samples(evidence, roots)
    if rows.num_rows == 0:
        return None
    clock = evidence.clock
    traces: list[dict[str, Any]] = [
        _line(clock, rows, "draw", "drawn", "$draw"),
        _line(clock, rows, "reserved", "reserved", "$reserved"),
        _line(clock, rows, "limit", "limit", "$limit"),
    ]
    chart = figure(traces, 320, xaxis=dict(DATES), yaxis=axis("kW", rangemode="tozero"))
    about = f"Power of {', '.join(roots)} over time, in the first replication."
    return Chart("hall-power", "Power over time", about, chart)


def _line(clock: Clock, rows: pa.Table, column: str, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"shape": "hv", "width": 1.5, "color": colour},
        "name": name,
        "x": [clock.ms(value) for value in rows["start_s"].to_pylist()],
        "y": [value / 1e3 for value in rows[column].to_pylist()],
    }


def _samples(evidence: Evidence, roots: list[str]) -> pa.Table:
    """The roots' load, summed, at evenly spaced instants: what holds there, so that no peak is invented."""
    if not roots:
        return pa.table({"start_s": []})
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in roots)
    first = evidence.run.replications[0]
    clock = evidence.clock
    return evidence.connection.sql(
        f"""
        WITH instants AS (
            SELECT {clock.warm_up_s!r} + i * ({clock.horizon_s!r} - {clock.warm_up_s!r}) / {_POINTS} AS t
            FROM range({_POINTS}) r(i)
        )
        SELECT t AS start_s, sum(draw) AS draw, sum(reserved) AS reserved, sum("limit") AS "limit"
        FROM instants JOIN limits ON replication = {first} AND quantity = 'power' AND name IN ({names})
            AND start_s <= t AND end_s > t
        GROUP BY t ORDER BY t
        """
    ).to_arrow_table()


def _queue_chart(evidence: Evidence) -> Chart | None:
    first, clock = evidence.run.replications[0], evidence.clock
    rows = evidence.connection.sql(
        f"""
        WITH instants AS (
            SELECT {clock.warm_up_s!r} + i * ({clock.horizon_s!r} - {clock.warm_up_s!r}) / {_POINTS} AS t
            FROM range({_POINTS}) r(i)
        )
        SELECT t AS start_s, busy_gpus, waiting FROM instants JOIN hall_queue
            ON replication = {first} AND start_s <= t AND end_s > t ORDER BY t
        """
    ).to_arrow_table()
    if rows.num_rows == 0:
        return None
    x = [clock.ms(value) for value in rows["start_s"].to_pylist()]
    line = {"type": "scatter", "mode": "lines", "x": x}
    traces = [
        {**line, "name": "GPUs held", "y": rows["busy_gpus"].to_pylist(), "line": {"color": "$work", "shape": "hv"}},
        {
            **line,
            "name": "jobs waiting (right)",
            "y": rows["waiting"].to_pylist(),
            "yaxis": "y2",
            "line": {"color": "$power", "shape": "hv", "width": 1},
        },
    ]
    right = axis("jobs", overlaying="y", side="right", showgrid=False, rangemode="tozero")
    chart = figure(traces, 320, xaxis=dict(DATES), yaxis=axis("GPUs", rangemode="tozero"), yaxis2=right)
    return Chart("hall-queue", "GPUs at work and the queue", "GPUs held and jobs waiting, first replication.", chart)
