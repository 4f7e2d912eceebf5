"""The page of a schedule: Gantt with power and coolant on one axis, orders and their risk, dispatch rules beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from racktwin.plan.schedule.plan import LoadCurve, Plan, load_curves, schedule_table

from .blocks import Block, Card, Cards, Chart, Column, Note, Row, Section, Table
from .clock import Clock
from .figure import DATES, axis, figure, marker, text
from .numbers import number, percent, scale
from .page import Page, write_page
from .palette import SERIES

if TYPE_CHECKING:
    from racktwin.plan.stress import Lag, OrderRisk, Versus

_ROW_PX, _PANEL_PX, _GAP_PX = 17, 130, 40
_UNITS = {"power": "W", "heat": "W", "flow": "m3/s"}
_QUANTITIES = {"power": "power", "heat": "heat", "flow": "coolant flow"}
_MOST_ORDERS = 60


def write_schedule_report(plan: Plan, stress: Mapping[str, Sequence[Any]], out: Path) -> Path:
    """Write the page of the plan, and of its stress test where there was one; returns ``out``."""
    scenario, clock = plan.floor.scenario, Clock.of(plan.floor.scenario)
    sections = [_headline(plan, stress), _gantt_section(plan, clock), _orders(plan, stress, clock)]
    if stress:
        sections.append(_against_rules(stress["policies"]))
        sections.append(_lag_section(stress["lags"]))
    sections.append(_reading(plan))
    return write_page(
        Page(
            kicker="racktwin · test-floor schedule",
            title=scenario.title or scenario.name,
            subtitle=f"{scenario.name} · from {clock.at(0):%-d %B %Y} · {len(plan.floor.pieces)} pieces of "
            f"{len(plan.floor.problem.orders)} orders · counted in {plan.floor.options.tick_s / 60.0:g} min",
            description=scenario.description,
            sections=tuple(sections),
            footer="Written by racktwin. One file: it loads nothing and sends nothing.",
        ),
        out,
    )


def _headline(plan: Plan, stress: Mapping[str, Sequence[Any]]) -> Section:
    cards = []
    for reached in plan.answer.reached:
        value, unit = plan.in_unit(reached.target, reached.value)
        bound, _ = plan.in_unit(reached.target, reached.bound)
        proof = f"no schedule is below {number(bound)}: gap {reached.gap:.0%}"
        if not math.isfinite(bound):
            proof = "no bound is known"
        if reached.is_optimal:
            proof = "proven the best"
        cards.append(Card(reached.target, number(value), unit, (proof,), "What was minimised, in this order."))
    busiest = _busiest(load_curves(plan), "power")
    if busiest is not None:
        shown = scale("W", busiest.limit)
        cards.append(
            Card(
                f"Peak of {busiest.name}",
                number(shown(busiest.peak)),
                shown.unit,
                (f"of {number(shown(busiest.limit))} {shown.unit}",),
                "The highest planned reservation of the feed that comes closest to its limit.",
            )
        )
    if stress:
        planned, best = stress["policies"][0], min(stress["policies"][1:], key=lambda one: one.tardiness_h)
        cards.append(
            Card(
                "Weighted tardiness, replayed",
                number(planned.tardiness_h),
                "h",
                (f"best rule ({best.policy}): {number(best.tardiness_h)} h", f"{percent(best.saved_share)} less"),
                "Mean over replays with breakdowns, rework and chance, on the same random numbers.",
            )
        )
    return Section("plan", "The plan", _lead(plan), (Cards(tuple(cards)),))


def _lead(plan: Plan) -> str:
    status = plan.answer.status
    words = {
        "optimal": "No schedule is better: this is proven.",
        "feasible": "The best schedule found in the time given; the gap says how much better one could be at most.",
        "interrupted": "The search was interrupted; this is the best schedule until then.",
    }
    return words.get(status, "A schedule that keeps every limit.")


def _busiest(curves: Sequence[LoadCurve], quantity: str) -> LoadCurve | None:
    mine = [curve for curve in curves if curve.quantity == quantity]
    return max(mine, key=lambda curve: curve.peak / curve.limit, default=None)


def _gantt_section(plan: Plan, clock: Clock) -> Section:
    return Section(
        "gantt",
        "Who is tested where and when",
        "Every work unit of the plan, and the power and coolant that it sets aside at the same moment.",
        (_gantt(plan, clock),),
    )


def _gantt(plan: Plan, clock: Clock) -> Chart:
    rows = schedule_table(plan).to_pylist()
    units = sorted({(row["work_center"], row["work_unit"]) for row in rows}, key=_route_order(plan))
    names = {unit: f"{unit[0]} {unit[1]}" for unit in units}
    curves = load_curves(plan)
    panels = [c for c in (_busiest(curves, "power"), _busiest(curves, "flow") or _busiest(curves, "heat")) if c]
    plot_px = _ROW_PX * max(len(units), 3) + len(panels) * (_PANEL_PX + _GAP_PX)
    bottom = 1 - _ROW_PX * max(len(units), 3) / plot_px
    layout: dict[str, Any] = {
        "barmode": "overlay",
        "bargap": 0.15,
        "xaxis": axis(**DATES, anchor=f"y{len(panels) + 1}" if panels else "y"),
        "yaxis": axis(
            type="category",
            categoryorder="array",
            categoryarray=[text(names[unit]) for unit in reversed(units)],
            range=[-0.6, len(units) - 0.4],
            domain=[bottom, 1],
            dtick=1,
            tickfont={"size": 11},
            showgrid=False,
        ),
        "annotations": [],
    }
    traces = _bars(plan, clock, rows, names)
    for index, curve in enumerate(panels):
        traces += _panel(curve, index, clock, plot_px, bottom, layout)
    return Chart(
        "gantt",
        "The schedule, with the tightest feed and cooling loop",
        "One row per work unit, numbered from 0. Attended phases are hatched; the gaps between phases of one visit are "
        "waits in the cell, for people or power. Point at a bar for its order; drag to zoom, double-click to return.",
        figure(traces, height=plot_px + 150, **layout),
    )


def _route_order(plan: Plan) -> Any:
    first: dict[str, int] = {}
    for index, visit in enumerate(plan.floor.visits):
        first.setdefault(visit.work_center, index)
    return lambda unit: (first[unit[0]], unit[0], unit[1])


def _bars(
    plan: Plan, clock: Clock, rows: Sequence[Mapping[str, Any]], names: Mapping[tuple[str, int], str]
) -> list[dict[str, Any]]:
    parts = list(dict.fromkeys(row["part"] for row in rows))
    attended = _attended(plan)
    traces = []
    for number_, part in enumerate(parts):
        for is_attended in (False, True):
            mine = [
                row
                for row in rows
                if row["part"] == part
                and ((part, row["operation"], row["phase"]) in attended) == is_attended
                and row["end_s"] > row["start_s"]
            ]
            if not mine:
                continue
            fill = marker(SERIES[number_ % len(SERIES)])
            if is_attended:
                fill["pattern"] = {"shape": "/", "size": 5, "solidity": 0.3, "fgcolor": "$paper", "fillmode": "overlay"}
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": text(f"{part}, {'attended' if is_attended else 'unattended'}"),
                    "y": [text(names[(row["work_center"], row["work_unit"])]) for row in mine],
                    "base": [clock.ms(row["start_s"]) for row in mine],
                    "x": [round((row["end_s"] - row["start_s"]) * 1e3) for row in mine],
                    "customdata": [[text(_what(row)), f"{clock.at(row['start_s']):%a %-d %b %H:%M}"] for row in mine],
                    "hovertemplate": "<b>%{y}</b><br>%{customdata[0]}<br>from %{customdata[1]}<extra></extra>",
                    "marker": fill,
                }
            )
    return traces


def _attended(plan: Plan) -> set[tuple[str, str, str]]:
    scenario = plan.floor.scenario
    found = set()
    for part in {piece.part for piece in plan.floor.pieces}:
        for operation in scenario.routings[scenario.parts[part].routing or ""].operations:
            found |= {(part, operation.operation, phase.name) for phase in operation.phases if phase.operators}
    return found


def _what(row: Mapping[str, Any]) -> str:
    cap = f" at {row['cap']:.0%} power" if row["cap"] < 1.0 else ""
    hours = (row["end_s"] - row["start_s"]) / 3600.0
    return (
        f"order {row['order'] + 1}, {row['part']} {row['piece'] + 1}: {row['operation']}, {row['phase']}{cap}, "
        f"{number(hours)} h, {number(row['reserved_w'] / 1e3)} kW"
    )


def _panel(
    curve: LoadCurve, index: int, clock: Clock, plot_px: float, bottom: float, layout: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is set aside of one limit in a strip of its own beneath the Gantt."""
    top = bottom - (index * (_PANEL_PX + _GAP_PX) + _GAP_PX) / plot_px
    shown = scale(_UNITS[curve.quantity], curve.limit)
    layout[f"yaxis{index + 2}"] = axis(
        shown.unit, domain=[max(top - _PANEL_PX / plot_px, 0), top], rangemode="tozero", anchor="x"
    )
    layout["annotations"].append(
        {
            "text": f"<b>{text(curve.name)}</b> · {_QUANTITIES[curve.quantity]} set aside, and its limit",
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "paper",
            "y": top,
            "yanchor": "bottom",
            "showarrow": False,
        }
    )
    times = [clock.ms(float(time_s)) for time_s in curve.from_s]
    common = {"type": "scatter", "mode": "lines", "x": times, "yaxis": f"y{index + 2}"}
    return [
        {
            **common,
            "name": "set aside",
            "legendgroup": "set aside",
            "showlegend": index == 0,
            "y": [float(f"{shown(float(value)):.4g}") for value in curve.load],
            "line": {"color": "$reserved", "width": 1.2, "shape": "hv"},
            "fill": "tozeroy",
            "fillcolor": "$band_2",
            "hovertemplate": f"{text(curve.name)}: %{{y}} {shown.unit}<br>%{{x|%a %-d %b %H:%M}}<extra></extra>",
        },
        {
            **common,
            "name": "limit",
            "legendgroup": "limit",
            "showlegend": index == 0,
            "y": [float(f"{shown(curve.limit):.4g}")] * len(times),
            "line": {"color": "$limit", "width": 2, "dash": "dash"},
            "hoverinfo": "skip",
        },
    ]


def _orders(plan: Plan, stress: Mapping[str, Sequence[Any]], clock: Clock) -> Section:
    if stress:
        return Section(
            "orders",
            "Orders, and how sure they are",
            "Ordered by what an hour of slack would buy; the interval is for the replays there were.",
            (_risk_table(stress["orders"], clock),),
        )
    rows = []
    for number_, order in enumerate(plan.floor.problem.orders):
        end_s = plan.end_s(number_)
        late_h = 0.0 if order.due is None else max(0.0, end_s / 3600.0 - order.due * plan.floor.options.tick_s / 3600.0)
        due = "–" if order.due is None else f"{clock.at(order.due * plan.floor.options.tick_s):%a %-d %b %H:%M}"
        cells = (order.name.removeprefix("due date of "), due, f"{clock.at(end_s):%a %-d %b %H:%M}", number(late_h))
        rows.append(Row((*cells, str(order.weight)), "worse" if late_h else ""))
    columns = (Column("Order", numeric=False), Column("Due"), Column("Planned"), Column("Hours late"), Column("Weight"))
    table = Table("Orders as planned", columns, tuple(rows))
    lead = "What the plan promises if nothing goes wrong; run with --stress to see how sure that is."
    return Section("orders", "Orders", lead, (table,))


def _risk_table(orders: Sequence[OrderRisk], clock: Clock) -> Table:
    rows = tuple(
        Row(
            (
                one.name,
                f"{clock.at(one.due_s):%a %-d %b %H:%M}",
                f"{clock.at(one.planned_s):%a %-d %b %H:%M}",
                f"{percent(one.p_on_time)} ({percent(one.low)} to {percent(one.high)})",
                number(one.mean_tardiness_s / 3600.0),
                number(one.slack_90_s / 3600.0),
                number(one.worth),
            ),
            "worse" if one.p_on_time < 0.5 else "",
        )
        for one in orders[:_MOST_ORDERS]
    )
    return Table(
        f"Orders at risk{f' (the first {_MOST_ORDERS})' if len(orders) > _MOST_ORDERS else ''}",
        (
            Column("Order", numeric=False),
            Column("Due"),
            Column("Planned"),
            Column("On time (95 %)", help="Share of replays; interval by Wilson."),
            Column("Mean hours late"),
            Column("Slack for 90 %, h", help="How much earlier it would have to be to be on time nine times in ten."),
            Column("An hour buys", help="Weighted hours of tardiness saved if it were an hour earlier."),
        ),
        rows,
    )


def _against_rules(policies: Sequence[Versus]) -> Section:
    rows = [
        Row(
            (
                one.policy,
                number(one.tardiness_h),
                percent(one.on_time),
                number(one.peak_kw),
                number(one.makespan_d),
                f"{number(one.saved_h)} ± {number(one.saved_half_h)}" if index else "",
                percent(one.saved_share) if index and one.tardiness_h else "",
            ),
            "" if index else "better",
        )
        for index, one in enumerate(policies)
    ]
    table = Table(
        "The plan and the dispatch rules, replayed",
        (
            Column("Policy", numeric=False),
            Column("Weighted tardiness, h"),
            Column("Orders on time"),
            Column("Peak, kW"),
            Column("Last order, d"),
            Column("The plan saves, h", help="Paired difference with its 95 % half width."),
            Column("Share"),
        ),
        tuple(rows),
    )
    best = min(policies[1:], key=lambda one: one.tardiness_h)
    is_sure = best.saved_h - best.saved_half_h > 0.0
    lead = (
        f"Against the best rule ({best.policy}) the plan has {percent(best.saved_share)} less weighted tardiness"
        if best.saved_h > 0
        else f"The best rule ({best.policy}) does as well as the plan or better"
    ) + (", beyond chance." if is_sure else "; the difference may be chance.")
    return Section("rules", "Against dispatch rules", lead, (table,))


def _lag_section(lags: Sequence[Lag]) -> Section:
    rows = tuple(
        Row((one.part, one.operation, number(one.mean_s / 3600.0), number(one.added_s / 3600.0)))
        for one in lags
        if one.visits
    )
    columns = (
        Column("Part", numeric=False),
        Column("Operation", numeric=False),
        Column("Starts later than planned, h", help="Mean over pieces and replays; negative is earlier."),
        Column("Added here, h", help="How much of it arises between the operation before and this one."),
    )
    lead = "Where the plan is left behind: breakdowns, rework and parts that come later than the rough cut says."
    return Section("lags", "Where time is lost", lead, (Table("Start against plan", columns, rows),))


def _reading(plan: Plan) -> Section:
    options = plan.floor.options
    admission = plan.floor.scenario.admission.rule
    blocks: list[Block] = [
        Note(
            "Durations are means"
            + (f", {options.allowance:.0%} longer" if options.allowance else "")
            + "; breaks under an hour are spread over the work they interrupt. Breakdowns, rework, buffers and set-ups "
            "are not planned: the stress test has them. Parts made here are there from a date that queues can only "
            f"delay. Power is set aside by the scenario's admission ({admission}), work on other parts at its most."
        ),
        Note(
            "A capped soak takes longer by as much as it is slower, so that it precipitates the same defects (a named "
            "simplification: a cooler rack may be stressed less)."
        ),
    ]
    return Section("reading", "How to read this", "What the plan knows and what it does not.", tuple(blocks))
