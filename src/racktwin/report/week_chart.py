"""The Gantt chart of a typical week with the floor's power and coolant on the same time axis."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .blocks import Chart
from .clock import Clock
from .figure import DATES, axis, figure, marker, text
from .numbers import number, scale
from .palette import OPERATIONS
from .typical_week import Bar, Load, Week

REASONS = {
    "people": ("waits for people", "$people"),
    "power": ("waits for power", "$power"),
    "coolant": ("waits for coolant", "$coolant"),
    "blocked": ("finished, nowhere to go", "$blocked"),
    "repair_wait": ("down, waits for repair", "$down"),
    "repair": ("down, in repair", "$down"),
    "setup": ("is set up", "$scheduled_down"),
    "maintenance": ("in maintenance", "$scheduled_down"),
    "maintenance_wait": ("waits for maintenance", "$scheduled_down"),
    "trial": ("engineering time", "$engineering"),
    "trial_wait": ("waits for engineering", "$engineering"),
    "batching": ("waits for the rest of a batch", "$standby"),
    "closed": ("closed", "$calendar"),
}
"""How a work unit that does not work is called and coloured, by the reason in the table of states."""

LIMIT_TITLES = {"power": "power", "heat": "heat", "flow": "coolant flow"}
LIMIT_UNITS = {"power": "W", "heat": "W", "flow": "m3/s"}

_ROW_PX = 17
_PANEL_PX = 120
_GAP_PX = 34


def week_chart(week: Week, clock: Clock) -> Chart:
    """The chart of the week; zooming or panning moves the work units and the loads together."""
    start_ms = clock.ms(week.start_s)
    plot_px = _ROW_PX * max(len(week.work_units), 3) + len(week.loads) * (_PANEL_PX + _GAP_PX)
    bottom = 1 - _ROW_PX * max(len(week.work_units), 3) / plot_px
    layout: dict[str, Any] = {
        "barmode": "overlay",
        "bargap": 0.15,
        "xaxis": axis(
            **DATES,
            range=[start_ms, start_ms + (week.end_s - week.start_s) * 1e3],
            anchor=f"y{len(week.loads) + 1}" if week.loads else "y",
        ),
        "yaxis": axis(
            type="category",
            categoryorder="array",
            categoryarray=[text(name) for name in reversed(week.work_units)],
            range=[-0.6, len(week.work_units) - 0.4],
            domain=[bottom, 1],
            dtick=1,
            tickfont={"size": 11},
            showgrid=False,
        ),
        "annotations": [],
    }
    traces = _gantt(week, clock)
    for index, load in enumerate(week.loads):
        traces += _panel(load, index, week.start_s, start_ms, plot_px, bottom, layout)
    return Chart(
        "week",
        "What each work unit of the test floor does, and what it takes meanwhile",
        _description(week, clock),
        figure(traces, height=plot_px + 150, **layout),
    )


def _gantt(week: Week, clock: Clock) -> list[dict[str, Any]]:
    """One trace per operation at work and per reason for standing, so that the legend can switch each."""
    time_at: Counter[str] = Counter()
    for bar in week.bars:
        if bar.works:
            time_at[bar.doing] += round(bar.end_s - bar.start_s)
    operations = [name for name, _ in sorted(time_at.items(), key=lambda item: (-item[1], item[0]))]
    named = operations if len(operations) <= len(OPERATIONS) else operations[: len(OPERATIONS) - 1]
    groups: dict[tuple[str, str], list[Bar]] = {
        **{(text(name), OPERATIONS[index]): [] for index, name in enumerate(named)},
        ("other operations", OPERATIONS[-1]): [],
        **{style: [] for style in REASONS.values()},
        ("stands", "$standby"): [],
    }
    for bar in week.bars:
        if bar.works:
            index = named.index(bar.doing) if bar.doing in named else -1
            style = (text(bar.doing), OPERATIONS[index]) if index >= 0 else ("other operations", OPERATIONS[-1])
        else:
            style = REASONS.get(bar.doing, ("stands", "$standby"))
        groups[style].append(bar)
    return [_trace(title, colour, bars, week, clock) for (title, colour), bars in groups.items() if bars]


def _trace(title: str, colour: str, bars: list[Bar], week: Week, clock: Clock) -> dict[str, Any]:
    start_ms = clock.ms(week.start_s)
    return {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "y": [text(bar.work_unit) for bar in bars],
        "base": [start_ms + round((bar.start_s - week.start_s) * 1e3) for bar in bars],
        "x": [round((bar.end_s - bar.start_s) * 1e3) for bar in bars],
        "customdata": [[_what(bar), f"{clock.at(bar.start_s):%a %H:%M}", _hours(bar)] for bar in bars],
        "hovertemplate": f"<b>%{{y}}</b> · {title}<br>%{{customdata[0]}}from %{{customdata[1]}}, %{{customdata[2]}} h"
        "<extra></extra>",
        "marker": marker(colour),
    }


def _what(bar: Bar) -> str:
    if bar.serial_number < 0:
        return ""
    part = f"{text(bar.part)} " if bar.part else ""
    operation = f" at {text(bar.operation)}" if bar.operation and not bar.works else ""
    return f"{part}serial number {bar.serial_number}{operation}<br>"


def _hours(bar: Bar) -> str:
    return number((bar.end_s - bar.start_s) / 3600)


def _panel(
    load: Load, index: int, start_s: float, start_ms: float, plot_px: float, bottom: float, layout: dict[str, Any]
) -> list[dict[str, Any]]:
    """Draw, reservation and limit of one feed or loop in its own strip beneath the Gantt."""
    name = f"y{index + 2}"
    top = bottom - (index * (_PANEL_PX + _GAP_PX) + _GAP_PX) / plot_px
    shown = scale(LIMIT_UNITS[load.quantity], max(load.limit, default=0.0))
    layout[f"yaxis{index + 2}"] = axis(
        shown.unit, domain=[max(top - _PANEL_PX / plot_px, 0), top], rangemode="tozero", anchor="x"
    )
    layout["annotations"].append(
        {
            "text": f"<b>{text(load.name)}</b> · {LIMIT_TITLES[load.quantity]}",
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "paper",
            "y": top,
            "yanchor": "bottom",
            "showarrow": False,
        }
    )
    times = [start_ms + round((time_s - start_s) * 1e3) for time_s in load.time_s]
    series = [
        ("reserved", load.reserved, {"color": "$reserved", "width": 1}, None),
        ("drawn", load.draw, {"color": "$draw", "width": 1.2}, "tozeroy"),
        ("limit", load.limit, {"color": "$limit", "width": 2, "dash": "dash"}, None),
    ]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": title,
            "legendgroup": title,
            "showlegend": index == 0,
            "x": times,
            "y": [float(f"{shown(value):.4g}") for value in values],
            "yaxis": name,
            "line": {**line, "shape": "hv"},
            **({"fill": fill, "fillcolor": "$band"} if fill else {}),
            "hovertemplate": f"{text(load.name)} {title}: %{{y}} {shown.unit}<br>%{{x|%a %H:%M}}<extra></extra>",
        }
        for title, values, line, fill in series
    ]


def _description(week: Week, clock: Clock) -> str:
    start, last_day = clock.at(week.start_s), clock.at(week.end_s - 1)
    hidden = f" {week.hidden_units} less loaded work units are not shown." if week.hidden_units else ""
    least = number(week.dropped_below_s / 60, 2)
    return (
        f"Replication {week.replication}, {start:%A %-d %B %Y} to {last_day:%A %-d %B %Y}: "
        f"{week.shipped:,} shipped, against a median week of {week.median_shipped:,g}. "
        "One row per work unit of the test floor, numbered from 0 as in the tables; an empty stretch is a work unit "
        f"without work. Stretches under {least} min are left out.{hidden} "
        "Point at a bar for its serial number; drag to zoom, double-click to return."
    )
