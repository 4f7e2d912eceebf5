"""Power and coolant: what is drawn of each feed and loop, against its limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .blocks import Block, Chart, Column, Note, Row, Section, Table
from .evidence import Evidence
from .figure import axis, figure, text
from .numbers import MISSING, estimate, number, percent, quantity, scale
from .palette import SERIES
from .queries import DurationCurve

_DASHES = ("solid", "dash", "dot", "dashdot")
_MOST_LINES = 8


def power_section(evidence: Evidence, curves: Sequence[DurationCurve]) -> Section:
    """Peak, mean and limit of each feed and loop, how often it binds, and its load-duration curve."""
    blocks: list[Block] = []
    if evidence.scenario.of_line.feeds:
        blocks += [_feeds(evidence), *_curves(curves, ("power",), "feeds-load", "Power feeds")]
    else:
        blocks.append(Note("The scenario has no power feeds."))
    if evidence.scenario.of_line.cooling_loops:
        blocks += [_loops(evidence), *_curves(curves, ("heat", "flow"), "loops-load", "Cooling loops")]
    else:
        blocks.append(Note("The scenario has no cooling loops."))
    return Section("power", "Power and coolant", _lead(evidence), tuple(blocks))


def busiest_limits(evidence: Evidence, curves: Sequence[DurationCurve]) -> list[tuple[str, str]]:
    """The two feeds and the loop worth watching, as (name, quantity): most often at their limit, then most loaded."""

    def rank(curve: DurationCurve) -> tuple[float, float, str]:
        kind = "feed" if curve.quantity == "power" else "cooling_loop"
        share = evidence.of("constrained_share", f"{kind}:{curve.name}").mean
        return (-round(share, 3) if share == share else 0.0, -curve.mean_share, curve.name)

    ordered = sorted(curves, key=rank)
    feeds = [curve for curve in ordered if curve.quantity == "power"][:2]
    loops = [curve for curve in ordered if curve.quantity != "power"][:1]
    return [(curve.name, curve.quantity) for curve in (*feeds, *loops)]


def _lead(evidence: Evidence) -> str:
    waits = [
        (evidence.of("constrained_share", subject).mean, subject.partition(":")[2])
        for subject in evidence.subjects("constrained_share")
        if subject.startswith(("feed:", "cooling_loop:"))
    ]
    share, name = max(waits, default=(0.0, ""))
    if share < 0.005:
        return "Power and coolant hold nothing up: no operation waits for them."
    return f"Something waits for {name} {percent(share)} of the time: it is the tightest of feeds and loops."


def _feeds(evidence: Evidence) -> Table:
    rows = [
        Row(
            (
                name,
                feed.parent or MISSING,
                quantity(float(feed.limit_w), "W"),
                _power(evidence, "peak_power", name),
                _power(evidence, "mean_power", name),
                evidence.share("peak_reserved_share", name),
                evidence.share("mean_reserved_share", name),
                evidence.share("constrained_share", f"feed:{name}"),
            )
        )
        for name, feed in evidence.scenario.of_line.feeds.items()
    ]
    return Table(
        "Power feeds",
        (
            Column("Feed", numeric=False),
            Column("Fed by", numeric=False),
            Column("Limit"),
            Column("Peak draw", help=evidence.definition("peak_power")),
            Column("Mean draw", help=evidence.definition("mean_power")),
            Column("Peak reserved", help=evidence.definition("peak_reserved_share")),
            Column("Mean reserved", help=evidence.definition("mean_reserved_share")),
            Column("Waited for", help=evidence.definition("constrained_share")),
        ),
        tuple(rows),
    )


def _power(evidence: Evidence, kpi: str, name: str) -> str:
    """A KPI in kW, shown in the unit that its limit would be shown in."""
    found = evidence.of(kpi, name)
    shown = scale("W", 1e3 * found.mean)
    return f"{estimate(shown(1e3 * found.mean), shown(1e3 * found.half_width))} {shown.unit}"


def _loops(evidence: Evidence) -> Table:
    rows = []
    for name, loop in evidence.scenario.of_line.cooling_loops.items():
        flow_limit = loop.flow_limit_m3_per_s
        liquid = loop.medium == "liquid"
        rows.append(
            Row(
                (
                    name,
                    loop.medium,
                    quantity(float(loop.heat_limit_w), "W"),
                    _power(evidence, "peak_heat", name),
                    _power(evidence, "mean_heat", name),
                    quantity(float(flow_limit), "m3/s") if flow_limit is not None else MISSING,
                    f"{number(evidence.of('peak_flow', name).mean)} L/min" if liquid else MISSING,
                    f"{number(evidence.of('mean_flow', name).mean)} L/min" if liquid else MISSING,
                    evidence.share("constrained_share", f"cooling_loop:{name}"),
                )
            )
        )
    return Table(
        "Cooling loops",
        (
            Column("Loop", numeric=False),
            Column("Medium", numeric=False),
            Column("Heat limit"),
            Column("Peak heat", help=evidence.definition("peak_heat")),
            Column("Mean heat", help=evidence.definition("mean_heat")),
            Column("Flow limit"),
            Column("Peak flow", help=evidence.definition("peak_flow")),
            Column("Mean flow", help=evidence.definition("mean_flow")),
            Column("Waited for", help=evidence.definition("constrained_share")),
        ),
        tuple(rows),
    )


def _curves(curves: Sequence[DurationCurve], quantities: tuple[str, ...], name: str, title: str) -> list[Block]:
    mine = sorted((curve for curve in curves if curve.quantity in quantities), key=lambda curve: -curve.mean_share)
    if not mine:
        return []
    hidden = f" The {len(mine) - _MOST_LINES} least loaded are not drawn." if len(mine) > _MOST_LINES else ""
    return [
        Chart(
            name,
            f"{title}: load-duration curve",
            "How much of the limit is drawn for at least that share of the time watched, all replications together. A "
            f"curve that stays near 100 % is a limit in full use; a steep one is a limit built for a peak.{hidden}",
            figure(
                [_line(curve, index, len(quantities) > 1) for index, curve in enumerate(mine[:_MOST_LINES])],
                xaxis=axis("% of the time", range=[0, 100]),
                yaxis=axis("% of the limit drawn", rangemode="tozero"),
                shapes=[
                    {
                        "type": "line",
                        "xref": "paper",
                        "x0": 0,
                        "x1": 1,
                        "y0": 100,
                        "y1": 100,
                        "line": {"color": "$limit", "dash": "dash", "width": 2},
                    }
                ],
            ),
        )
    ]


def _line(curve: DurationCurve, index: int, with_quantity: bool) -> dict[str, Any]:
    title = text(f"{curve.name} {curve.quantity}" if with_quantity else curve.name)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": title,
        "x": [round(100 * share, 3) for share in curve.time_share],
        "y": [round(100 * share, 2) for share in curve.load_share],
        "line": {"color": SERIES[index % len(SERIES)], "width": 2, "dash": _DASHES[index % len(_DASHES)]},
        "hovertemplate": title + ": at least %{y:.0f} % of the limit for %{x:.1f} % of the time<extra></extra>",
    }
