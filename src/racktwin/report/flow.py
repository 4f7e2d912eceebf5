"""Flow over time: what was released and shipped, and how much is inside."""

from __future__ import annotations

from typing import Any

from .blocks import Chart, Column, Row, Section, Table
from .clock import Clock
from .figure import DATES, axis, figure
from .numbers import number
from .queries import Course, Flow


def flow_section(flow: Flow, clock: Clock, replications: int) -> Section:
    """Cumulative releases and shipments, and products in progress, with the band over replications."""
    band = "The band holds nine tenths of the replications." if replications > 1 else "One replication: no band."
    warm_up = f" Results are taken after {clock.at(clock.warm_up_s):%-d %B %Y}." if clock.warm_up_s else ""
    dates = [clock.ms(time_s) for time_s in flow.time_s.tolist()]
    return Section(
        "flow",
        "Flow over time",
        f"Lines that run apart mean work piling up inside. {band}{warm_up}",
        (
            Chart(
                "cumulative",
                "Products released and shipped since the start",
                f"Cumulative releases and shipments, mean over {replications} replications. {band}",
                figure(
                    [
                        *_course(dates, flow.released, "released", "$series_1", "$band_2"),
                        *_course(dates, flow.shipped, "shipped", "$draw", "$band"),
                    ],
                    xaxis=axis(**DATES),
                    yaxis=axis("products", rangemode="tozero"),
                    hovermode="x unified",
                    **_warm_up(clock),
                ),
                _table(flow, clock),
            ),
            Chart(
                "in-progress",
                "Products in progress",
                f"Products released and not yet shipped or scrapped, mean over {replications} replications. {band} "
                "A line that keeps rising says that more is released than the plant can ship.",
                figure(
                    _course(dates, flow.in_progress, "in progress", "$draw", "$band"),
                    height=260,
                    xaxis=axis(**DATES),
                    yaxis=axis("products", rangemode="tozero"),
                    hovermode="x unified",
                    showlegend=False,
                    **_warm_up(clock),
                ),
            ),
        ),
    )


def _course(dates: list[float], course: Course, title: str, colour: str, band: str) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": dates, "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        {**edge, "y": _rounded(course.high), "showlegend": False},
        {**edge, "y": _rounded(course.low), "showlegend": False, "fill": "tonexty", "fillcolor": band},
        {
            "type": "scatter",
            "mode": "lines",
            "name": title,
            "x": dates,
            "y": _rounded(course.mean),
            "line": {"color": colour, "width": 2},
            "hovertemplate": f"%{{y:,.1f}} {title}<extra></extra>",
        },
    ]


def _rounded(values: Any) -> list[float]:
    return [round(value, 2) for value in values.tolist()]


def _warm_up(clock: Clock) -> dict[str, Any]:
    """A line where the warm-up ends and the time watched begins."""
    if not clock.warm_up_s:
        return {}
    at = clock.ms(clock.warm_up_s)
    line = {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    note = {"x": at, "yref": "paper", "y": 1, "xanchor": "left", "yanchor": "top", "showarrow": False}
    return {
        "shapes": [{**line, "line": {"color": "$muted", "dash": "dot", "width": 1.5}}],
        "annotations": [{**note, "text": " warm-up ends", "font": {"color": "$muted"}}],
    }


def _table(flow: Flow, clock: Clock) -> Table:
    """Some dates of the courses, the last included."""
    last = len(flow.time_s) - 1
    chosen = sorted({round(index * last / 12) for index in range(13)})
    rows = [
        Row(
            (
                f"{clock.at(float(flow.time_s[index])):%Y-%m-%d}",
                *(
                    number(float(value))
                    for course in (flow.released, flow.shipped, flow.in_progress)
                    for value in (course.mean[index], course.low[index], course.high[index])
                ),
            )
        )
        for index in chosen
    ]
    titles = [f"{what}{which}" for what in ("Released", "Shipped", "In progress") for which in ("", ", 5th", ", 95th")]
    return Table(
        "Numbers of this chart: mean, 5th and 95th percentile of the replications",
        (Column("Date", numeric=False), *(Column(title) for title in titles)),
        tuple(rows),
        folded=True,
    )
